// Blocks of numbers: single cells with their numbers, or one picture where they are many.
import { colorOf, inkOn } from "./colors.js";
import { NUMBER_WIDTH } from "./anatomy_plan.js";
import { short } from "./numbers.js";

const NUMBER_HEIGHT = 13;
const FONT = 11;
// More cells than this are one picture.
const MAX_CELLS = 1200;

/** The cells of a block: single ones with their numbers, or one picture where they are many. */
export function grid(view, plan, block, list, { value, limit, hit, key, shown = plan.hiddenSize }) {
  const { rows } = plan;
  const [from, to] = rows.lens;
  const single = block.columns * (to - from) <= MAX_CELLS && block.cell >= 5;
  if (!single || to - from < plan.hiddenSize) {
    pictures(view, plan, block, list, { value, limit, key, shown, single });
  }
  for (let row = from; single && row < to; row++) {
    for (let column = 0; column < block.columns; column++) {
      const place = {
        x: block.x + column * block.cell,
        y: block.y + rows.top(row),
        width: block.cell - 1,
        height: rows.size(row) - 1,
      };
      cellItems(view, list, place, value(row, column), limit, row < shown, hit(row, column));
    }
  }
  if (!single || to - from < plan.hiddenSize) {
    const area = { x: block.x, y: block.y, width: block.width, height: rows.height };
    list.push({ kind: "rect", ...area, stroke: view.palette.hairline, line: 0.8 });
  }
}

/** A block that is too large for single cells: textures above, in and below the lens. */
function pictures(view, plan, block, list, { value, limit, key, shown, single }) {
  const { rows, hiddenSize } = plan;
  const [from, to] = rows.lens;
  const texture = view.textures.get(
    `${plan.runHash} ${key}`,
    block.columns,
    hiddenSize,
    (column, row) => value(row, column),
    limit,
    view.palette,
  );
  for (const [start, stop] of [[0, from], single ? [0, 0] : [from, to], [to, hiddenSize]]) {
    const end = Math.min(stop, shown);
    if (end > start) {
      const y = block.y + rows.top(start);
      const height = rows.top(end - 1) + rows.size(end - 1) - rows.top(start);
      const place = { x: block.x, y, width: block.width, height };
      list.push({
        kind: "heat",
        ...place,
        texture,
        from: [0, start, block.columns, end - start],
        key,
      });
    }
  }
  const hit = {
    part: "picture",
    field: block.field,
    operand: block.operand,
    columns: block.columns,
  };
  list.push({
    kind: "rect",
    x: block.x,
    y: block.y,
    width: block.width,
    height: rows.height,
    fill: "transparent",
    hit: { ...hit, block, rows },
  });
}

export function cellItems(view, list, place, value, limit, shown, hit) {
  const { palette } = view;
  const fill = shown
    ? limit === null
      ? palette.band
      : colorOf(value, limit, palette)
    : palette.surface;
  const absent = shown && !Number.isFinite(value);
  const stroke = absent ? palette.alarm : shown ? undefined : palette.hairline;
  list.push({ kind: "rect", ...place, fill, stroke, line: absent ? 1.5 : 0.6, radius: 2, hit });
  if (shown && place.width >= NUMBER_WIDTH && place.height >= NUMBER_HEIGHT) {
    const ink = limit === null ? palette.text : inkOn(fill);
    const text = short(value);
    const size = Math.min(FONT, (1.9 * place.width) / Math.max(text.length, 5));
    const [x, y] = [place.x + place.width / 2, place.y + place.height / 2 + 4];
    list.push({ kind: "text", x, y, anchor: "middle", size, text, fill: ink });
  } else {
    // An empty text, so that a cell is always two items.
    list.push({ kind: "text", x: place.x, y: place.y, size: FONT, text: "", fill: palette.text });
  }
}
