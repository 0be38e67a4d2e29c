// Blocks of numbers: single cells with their numbers, or one picture where they are many.
import { colorOf, inkOn } from "./colors.js";
import { NUMBER_WIDTH } from "./anatomy_plan.js";
import { short } from "./numbers.js";
import { dotsItems, isBlank, minusItems } from "./print.js";

const NUMBER_HEIGHT = 13;
const FONT = 11;
// More cells than this are one picture.
const MAX_CELLS = 1200;

/** The cells of a block: single ones with their numbers, or one picture where they are many. */
export function grid(view, plan, block, list, { value, limit, hit, key, shown }) {
  const { groups, count } = block.rows;
  const inLens = groups[0].to - groups[0].from;
  const single = block.columns * groups.length * inLens <= MAX_CELLS && block.cell >= 5;
  const visible = shown ?? count;
  for (const group of groups) {
    const range = typeof limit === "function" ? limit(group.start) : limit;
    const pictured = !isBlank(view) && (!single || inLens < group.stop - group.start);
    if (pictured) {
      pictures(view, plan, block, list, { value, limit: range, key, visible, single, group });
    }
    if (isBlank(view) && !single) {
      const [y, height] = heightOf(block, group.start, group.stop);
      blankItems(view, list, { x: block.x, y, width: block.width, height });
    }
    for (let row = group.from; single && row < group.to; row++) {
      for (let column = 0; column < block.columns; column++) {
        const place = {
          x: block.x + column * block.cell,
          y: block.y + block.rows.top(row),
          width: block.cell - 1,
          height: block.rows.size(row) - 1,
        };
        cellItems(view, list, place, value(row, column), range, row < visible, hit(row, column));
      }
    }
    if (pictured) {
      const [y, height] = heightOf(block, group.start, group.stop);
      const area = { x: block.x, y, width: block.width, height };
      list.push({ kind: "rect", ...area, stroke: view.palette.hairline, line: 0.8 });
    }
  }
}

/** Where rows begin, and how high they are together. */
function heightOf({ y, rows }, start, stop) {
  return [y + rows.top(start), rows.top(stop - 1) + rows.size(stop - 1) - rows.top(start)];
}

/** A block that is too large for single cells: textures above, in and below the lens. */
function pictures(view, plan, block, list, { value, limit, key, visible, single, group }) {
  const { start, from, to, stop } = group;
  const texture = view.textures.get(
    `${plan.runHash} ${key} ${start}`,
    block.columns,
    stop - start,
    (column, row) => value(start + row, column),
    limit,
    view.palette,
  );
  const parts = [[start, from], single ? [0, 0] : [from, to], [to, stop]];
  for (const [first, last] of parts) {
    const end = Math.min(last, visible);
    const [y, height] = end > first ? heightOf(block, first, end) : [0, 0];
    if (height > 0) {
      const place = { x: block.x, y, width: block.width, height };
      const part = [0, first - start, block.columns, end - first];
      list.push({ kind: "heat", ...place, texture, from: part, key });
      pictureMarks(view, block, list, value, limit, [first, end]);
    }
  }
  const [y, height] = heightOf(block, start, stop);
  const { field, gate, operand, columns } = block;
  const hit = { part: "picture", field, gate, operand, columns, block, group };
  const area = { x: block.x, y, width: block.width, height };
  list.push({ kind: "rect", ...area, fill: "none", hit });
}

export function cellItems(view, list, place, value, limit, shown, hit) {
  const { palette } = view;
  if (isBlank(view) && limit !== null) {
    blankItems(view, list, place);
    return;
  }
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
    if (size >= (view.print?.least ?? 0)) {
      const [x, y] = [place.x + place.width / 2, place.y + place.height / 2 + 4];
      list.push({ kind: "text", x, y, anchor: "middle", size, text, fill: ink });
      return;
    }
  }
  if (view.print) {
    if (shown) {
      minusItems(view, value, place, limit === null ? palette.text : inkOn(fill), list);
    }
  } else {
    // An empty text, so that a cell is always two items.
    list.push({ kind: "text", x: place.x, y: place.y, size: FONT, text: "", fill: palette.text });
  }
}

/** A minus on the negative numbers of a picture, where cells have room for one. */
function pictureMarks(view, block, list, value, limit, [first, end]) {
  if (!view.print?.minus || (end - first) * block.columns > MAX_CELLS) {
    return;
  }
  for (let row = first; row < end; row++) {
    for (let column = 0; column < block.columns; column++) {
      const place = { x: block.x + column * block.cell, y: block.y + block.rows.top(row) };
      const size = { width: block.cell, height: block.rows.size(row) };
      const number = value(row, column);
      const ink = inkOn(colorOf(number, limit, view.palette));
      minusItems(view, number, { ...place, ...size }, ink, list);
    }
  }
}

/** A cell of a schematic: room for a number, and none there. */
function blankItems(view, list, place) {
  const { surface, hairline } = view.palette;
  list.push({ kind: "rect", ...place, fill: surface, stroke: hairline, line: 0.6, radius: 2 });
  dotsItems(view, place, list);
}
