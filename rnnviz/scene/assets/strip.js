// The state strip: one lane over the whole sequence, RNNviz, torch.nn and the difference.
import { laneTexture } from "./map_cells.js";
import { short } from "./numbers.js";
import { limitOf } from "./ranges.js";
import { rowsOf } from "./run.js";
import { SHARED } from "./shared.js";

// Pixels.
const TITLE = 18;
const FOOT = 16;
const GAP = 18;
const STACKED = 560;
// Room beside the panels for the frame around the first or last timestep.
const EDGE = 2;

/** The panels of a quantity: [field, title]. torch.nn returns h alone. */
function panelsOf(wanted, lane, view) {
  const place = `layer ${lane.layer}, ${lane.direction}`;
  const { mistake } = view.run.whatIf ?? {};
  const ours = mistake ? `with ${mistake}` : "RNNviz";
  // A net of several kinds has not every quantity everywhere.
  const quantity = hasQuantity(lane, wanted) ? wanted : "h";
  if (quantity !== "h") {
    return [[quantity, `${ours}: ${SHARED.quantities[quantity]}, ${place}`]];
  }
  const own = ["h", `${ours}: h, ${place}`];
  if (view.run.judge === null) {
    return [own];
  }
  return [
    own,
    ["torch_h", `${view.run.judge}: h`],
    ["difference", `difference, up to ${short(view.run.apart)}`],
  ];
}

/** Whether a lane has a quantity of the strip. */
export function hasQuantity(lane, quantity) {
  return lane.gateNames.includes(quantity) || Boolean(lane[quantity]);
}

/**
 * The strip as a display list.
 *
 * @returns {{list: Object[], height: number, panels: Object[]}} panels with x, y, width, height.
 */
export function stripList(view, quantity, width) {
  const { moment, palette } = view;
  const { lane } = moment;
  const kinds = panelsOf(quantity, lane, view);
  const stacked = width < STACKED;
  const columns = stacked ? 1 : kinds.length;
  const each = (width - 2 * EDGE - GAP * (columns - 1)) / columns;
  const [, , rows] = rowsOf(lane, kinds[0][0]);
  const tall = Math.min(Math.max(12 * rows, 44), 110);
  const row = TITLE + tall + FOOT;
  const list = [];
  const panels = kinds.map(([field, title], index) => {
    const x = EDGE + (stacked ? 0 : index * (each + GAP));
    const y = TITLE + (stacked ? index * row : 0);
    const panel = { x, y, width: each, height: tall, field, rows };
    list.push({ kind: "text", x, y: y - 6, size: 11, text: title, fill: palette.muted });
    panelItems(view, list, panel, laneTexture(view, lane, field, limitOf(view, lane, field)));
    return panel;
  });
  return { list, panels, height: row * (stacked ? kinds.length : 1) };
}

function panelItems(view, list, panel, texture) {
  const { run, moment, palette } = view;
  const { lane, t } = moment;
  const { x, y, width, height, field, rows } = panel;
  const step = width / run.seqLen;
  list.push({ kind: "rect", x, y, width, height, fill: palette.band });
  const [from, to] = field === "torch_h" ? [0, run.seqLen] : computed(run, moment);
  if (to > from) {
    const place = { x: x + from * step, y, width: (to - from) * step, height };
    const part = [from, 0, to - from, rows];
    list.push({ kind: "heat", ...place, texture, from: part, key: `strip ${field} ${lane.index}` });
  }
  const hit = { part: "strip", field, lane: lane.index, rows };
  list.push({ kind: "rect", x, y, width, height, stroke: palette.hairline, line: 1, hit });
  const unit = height / rows;
  const chosen = rows === lane.rows ? moment.row : moment.unit;
  list.push({
    kind: "rect",
    x: x + t * step - 1,
    y: y - 3,
    width: step + 2,
    height: height + 6,
    stroke: palette.chosen,
    line: 1.6,
    radius: 2,
  });
  if (unit >= 5 && chosen < rows) {
    list.push({
      kind: "rect",
      x: x + t * step,
      y: y + chosen * unit,
      width: step,
      height: unit,
      stroke: palette.chosen,
      line: 1,
    });
  }
  const foot = { kind: "text", y: y + height + 13, size: 10, fill: palette.muted };
  const words = `t = ${t}`;
  const middle = Math.min(Math.max(x + (t + 0.5) * step, x + 16), x + width - 16);
  list.push({ ...foot, x: middle, anchor: "middle", text: words, fill: palette.text });
}

/** The timesteps of the lane that are computed: they lie together. */
function computed(run, moment) {
  const done = (t) => moment.done(moment.lane.index, t);
  let [from, to] = [0, run.seqLen];
  while (from < to && !done(from)) {
    from++;
  }
  while (to > from && !done(to - 1)) {
    to--;
  }
  return [from, to];
}

/** The timestep of a panel that lies at x. */
export function stepAt(run, panel, x) {
  const t = Math.floor(((x - panel.x) / panel.width) * run.seqLen);
  return Math.min(Math.max(t, 0), run.seqLen - 1);
}
