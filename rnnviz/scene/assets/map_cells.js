// The coloured columns of the map: inputs, states, and the states that lanes start from.
import { inkOn } from "./colors.js";
import { lanePitch } from "./map_names.js";
import { rowsShown } from "./order.js";
import { dotsItems, isBlank, minusItems } from "./print.js";
import { rowsOf, valueOf } from "./run.js";

const GRID_ROWS = 5;
// Pixels from a column to the foot of a name below it.
const START_NAME = 9;

/** Every input and state that is in sight. */
export function laneBlocks(view, plan, list) {
  const { run, textures, palette, fit } = view;
  const value = (t, unit) => run.x[t * run.inputSize + unit];
  const limit = run.limits.x[fit];
  const { seqLen, inputSize: rows } = run;
  const texture = textures.get(`${run.hash} x`, seqLen, rows, value, limit, palette);
  const height = plan.inputBottom - plan.inputTop;
  const block = { y: plan.inputTop, height, rows, texture, value, key: "x" };
  columns(
    view,
    plan,
    list,
    block,
    () => run.inputSize,
    (t) => ({ part: "x", t, rows: run.inputSize }),
  );
  for (const lane of run.lanes) {
    laneColumns(view, plan, list, lane);
    startColumn(view, plan, list, lane);
  }
}

/** The texture of one recorded array of a lane, a column per timestep. */
export function laneTexture({ run, textures, palette }, lane, field, limit) {
  const [array, from, rows] = rowsOf(lane, field);
  const value = (t, row) => valueOf(lane, array, t, from + row);
  return textures.get(
    `${run.hash} ${lane.index} ${field}`,
    run.seqLen,
    rows,
    value,
    limit,
    palette,
  );
}

function laneColumns(view, plan, list, lane) {
  const { run, moment, fit } = view;
  const { top, height } = plan.lanes[lane.index];
  const texture = laneTexture(view, lane, "h", run.limits.h[fit]);
  const value = (t, unit) => valueOf(lane, "h", t, unit);
  const block = { y: top, height, rows: lane.stateSize, texture, value, key: `h ${lane.index}` };
  const shown = (t) => {
    if (moment.done(lane.index, t)) {
      return lane.stateSize;
    }
    // Without a frame the lane in the light is a copy, whose update is as far all the same.
    if (moment.lane.index !== lane.index || moment.t !== t) {
      return 0;
    }
    // Of some units those below the first are computed before it.
    const there = rowsShown(moment, "h", lane.wholeSize ?? lane.stateSize) - (lane.firstUnit ?? 0);
    return Math.min(Math.max(there, 0), lane.stateSize);
  };
  const hit = (t) => ({ part: "h", lane: lane.index, t, rows: lane.stateSize });
  columns(view, plan, list, block, shown, hit);
}

/** Full columns one by one, the stripes beside them in as few pieces as possible. */
function columns(view, plan, list, block, shown, hit) {
  const { run } = view;
  const { slots } = plan;
  for (const [from, to] of [
    [0, slots.start],
    [slots.stop, run.seqLen],
  ]) {
    stripes(view, plan, list, block, shown, from, to);
    if (to > from) {
      const x = slots.left(from);
      const width = slots.left(to - 1) + slots.width(to - 1) - x;
      list.push({
        kind: "rect",
        x,
        y: block.y,
        width,
        height: block.height,
        fill: "none",
        hit: { ...hit(from), stripes: true },
      });
    }
  }
  for (let t = plan.from; t < plan.to; t++) {
    const x = plan.middle(t) - plan.cell / 2;
    column(view, list, block, x, plan.cell, t, shown(t), hit(t));
  }
}

function stripes(view, plan, list, block, shown, from, to) {
  let start = from;
  while (start < to) {
    const there = shown(start) > 0;
    let stop = start + 1;
    while (stop < to && shown(stop) > 0 === there) {
      stop++;
    }
    const x = plan.slots.left(start);
    const width = plan.slots.left(stop - 1) + plan.slots.width(stop - 1) - x;
    const place = { x, y: block.y, width, height: block.height };
    if (there && !isBlank(view)) {
      const from = [start, 0, stop - start, block.rows];
      list.push({ kind: "heat", ...place, texture: block.texture, from, key: block.key });
    } else {
      list.push({ kind: "rect", ...place, fill: view.palette.surface, opacity: 0.6 });
    }
    start = stop;
  }
}

function column(view, list, block, x, width, t, rows, hit) {
  const { palette } = view;
  const { y, height } = block;
  const part = (height * rows) / block.rows;
  const blank = isBlank(view);
  if (rows < block.rows || blank) {
    list.push({ kind: "rect", x, y, width, height, fill: palette.surface });
  }
  if (blank) {
    dotsItems(view, { x, y, width, height }, list);
  } else if (rows > 0) {
    const from = [t, 0, 1, rows];
    list.push({
      kind: "heat",
      x,
      y,
      width,
      height: part,
      texture: block.texture,
      from,
      key: block.key,
    });
  }
  const unit = height / block.rows;
  if (view.print && !blank) {
    for (let row = 0; row < rows; row++) {
      const place = { x, y: y + row * unit, width, height: unit };
      minusItems(view, block.value(t, row), place, inkAt(block.texture, t, row), list);
    }
  }
  if (unit >= GRID_ROWS && block.rows > 1 && !blank) {
    const lines = Array.from(
      { length: block.rows - 1 },
      (_, row) => `M${x} ${y + (row + 1) * unit}h${width}`,
    );
    list.push({
      kind: "path",
      d: lines.join(""),
      stroke: rows ? palette.surface : palette.hairline,
      line: 0.7,
    });
  }
  list.push({ kind: "rect", x, y, width, height, stroke: palette.hairline, line: 1, hit });
}

/** Black or white, on one number of a texture. */
function inkAt({ columns, pixels }, column, row) {
  const at = 4 * (row * columns + column);
  const channels = Array.from(pixels.subarray(at, at + 3));
  return inkOn(`#${channels.map((one) => one.toString(16).padStart(2, "0")).join("")}`);
}

/** h_0 as a small column at the end where the lane starts. */
function startColumn(view, plan, list, lane) {
  const { run, textures, palette, fit } = view;
  const forward = lane.direction === "forward";
  const x = (forward ? plan.startX : plan.stopX) - 5;
  const { top, height } = plan.lanes[lane.index];
  const rows = lane.stateSize;
  const texture = textures.get(
    `${run.hash} ${lane.index} h_0`,
    1,
    rows,
    (_, unit) => lane.h_0[unit],
    run.limits.h[fit],
    palette,
  );
  const size = { x, y: top + height * 0.15, width: 10, height: height * 0.7 };
  if (isBlank(view)) {
    list.push({ kind: "rect", ...size, fill: palette.surface });
    dotsItems(view, size, list);
  } else {
    list.push({ kind: "heat", ...size, texture, from: [0, 0, 1, rows], key: `h_0 ${lane.index}` });
    const high = size.height / rows;
    for (let unit = 0; view.print && unit < rows; unit++) {
      const place = { ...size, y: size.y + unit * high, height: high };
      minusItems(view, lane.h_0[unit], place, inkAt(texture, 0, unit), list);
    }
  }
  const hit = { part: "h_0", lane: lane.index, rows };
  list.push({ kind: "rect", ...size, radius: 1, stroke: palette.hairline, line: 1, hit });
  const foot = Math.max(top + height + 4, size.y + size.height + START_NAME);
  // The other lane of the layer has its h_n on this side, in its own middle.
  if (top + lanePitch(plan) + height / 2 - foot >= START_NAME) {
    const below = { kind: "text", anchor: "middle", size: 10, fill: palette.muted };
    list.push({ ...below, x: x + 5, y: foot, text: lane.startName ?? "h_0" });
    const end = forward ? plan.stopX : plan.startX;
    list.push({ ...below, x: end, y: top + height / 2 + 3.5, text: lane.endName ?? `h_n[${lane.index}]` });
    const place = { x: end - 20, y: top, width: 40, height };
    list.push({ kind: "rect", ...place, fill: "none", hit: { part: "h_n", lane: lane.index } });
  }
}
