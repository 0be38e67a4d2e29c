// Where the blocks of one step stand, and how large they are.
import { SHARED } from "./shared.js";
import { biasColumns } from "./terms.js";

// Pixels.
export const NAMES = 46;
export const OPERANDS = 30;
export const NUMBER_WIDTH = 26;
const TIGHT_NAMES = 18;
const GAP = 12;
// Room for what stands before a block.
const SIGN = { "": 26, "+": 24, "+ b =": 46, "→": 32 };
const TIGHT_SIGN = { "": 10, "+": 18, "+ b =": 36, "→": 24 };
const STATE_SIGN = { "": 0, gap: 30, "×": 18, "+": 18, "=": 20, tanh: 42, "W_{hr}": 54 };
const TIGHT_STATE_SIGN = { "": 0, gap: 14, "×": 10, "+": 10, "=": 11, tanh: 28, "W_{hr}": 44 };
// A letter of a name below the strip, and half of a sign with some air.
const NAME_LETTER = 5.5;
const HALF_SIGN = 5;
const CURVE = 116;
const FOOT = 20;
const MOST_HEIGHT = 300;
// The curve needs so much, however few units there are.
const LEAST_HEIGHT = 70;
// The same on a page that is low.
const FLAT_HEIGHT = 48;
const VECTOR = 44;
const TIGHT_VECTOR = 40;
const STACKED = 560;
// So many times as wide are columns that are worth a second row.
const CLEARLY_WIDER = 1.5;
// Pixels; narrower columns are stripes either way, and one row of them keeps the page short.
const WORTH_TWO_ROWS = 15;
// Beyond so many units the one in the light and its neighbours stay readable, the others do not.
const MAX_ROWS = 16;
const LENS = 2;
const LENS_HEIGHT = 20;
// The same where the rows of several gates stand above each other.
const GATE_LENS = 1;
const GATE_LENS_HEIGHT = 18;
const GATE_GAP = 5;
const STATE_HEIGHT = 130;
const STATE_VECTOR = 20;

/**
 * Where the blocks of a step stand: the weights, then what is computed with them; on a narrow
 * screen in two rows.
 *
 * @returns {{blocks: Object[], state: Object[], rows: Object, top: number, height: number,
 *   stacked: boolean}} every block with x, y, width, cell (the width of a column), columns, rows and
 *   gap (the room before it); `state` is the strip of what becomes of the gates.
 */
export function anatomyPlan({ run, moment, apart, print }, width) {
  const { lane } = moment;
  const { units = null, flat = false } = print ?? {};
  const rows = rowPlan(lane.gateNames.length, lane.hiddenSize, moment.unit, { units, flat });
  const top = OPERANDS + 26;
  const counts = {
    x: lane.inputSize,
    previous: lane.stateSize,
    one: biasColumns(lane, apart).length,
  };
  // The same for every lane, so that nothing jumps on the way from one to the next.
  const widest = Math.max(...run.lanes.map((one) => one.inputSize));
  const template = SHARED.anatomy[lane.kind];
  const stacked = !flat && isStacked(template, { ...counts, x: widest }, width);
  const names = lane.gateNames.length > 1 ? TIGHT_NAMES + 14 : TIGHT_NAMES;
  const sizes = sizesOf(template, counts, width - names + TIGHT_NAMES, stacked);
  const below = top + rows.height + FOOT + 22;
  const blocks = [];
  let x = NAMES;
  for (const block of template) {
    const weights = block.operand !== undefined;
    if (stacked && !weights && blocks.at(-1).operand !== undefined) {
      x = names - sizes.sign[""];
    }
    const gap = block.kind === "curve" ? GAP : (sizes.sign[block.sign] ?? 0);
    const columns = weights ? counts[block.operand] : 1;
    const cell = weights ? sizes.cell : block.kind === "curve" ? sizes.curve : sizes.vector;
    x += gap;
    const y = stacked && !weights ? below : top;
    blocks.push({ ...block, x, y, columns, cell, width: columns * cell, gap, rows });
    x += columns * cell + (block.kind === "matrix" ? GAP : 0);
  }
  const end = (stacked ? below : top) + rows.height + FOOT;
  const state = statePlan({ lane, unit: moment.unit, units, flat }, end + 12, width);
  const height = state.length > 0 ? state[0].y + state[0].rows.height + FOOT : end;
  return { blocks, state, rows, top, height, stacked, runHash: `${run.hash} ${run.drafts ?? 0}` };
}

/** Where the vectors of the strip stand that show what becomes of the gates. */
function statePlan({ lane, unit, units, flat }, y, width) {
  const items = SHARED.state[lane.kind].map((item) =>
    item.field === "h" && lane.weight_hr ? { ...item, sign: "W_{hr}" } : item,
  );
  const gaps = width < STACKED ? items.map(({ sign }) => TIGHT_STATE_SIGN[sign]) : clearGaps(items);
  const signs = gaps.reduce((sum, gap) => sum + gap, 0);
  const room = (width - NAMES - signs - 8) / items.length;
  const cell = Math.min(Math.max(room, STATE_VECTOR), VECTOR);
  let x = NAMES;
  return items.map((item, at) => {
    const size = item.field === "h" ? lane.stateSize : lane.hiddenSize;
    const most = STATE_HEIGHT;
    const rows = rowPlan(1, size, Math.min(unit, size - 1), { most, units, flat });
    const gap = gaps[at];
    x += gap;
    const block = { ...item, kind: "state", x, y, columns: 1, cell, width: cell, gap, rows };
    x += cell;
    return block;
  });
}

/** Gaps whose signs keep clear of the names beside them, which may be wider than their blocks. */
function clearGaps(items) {
  const past = items.map(({ name }) => (nameWidth(name) - VECTOR) / 2);
  return items.map(({ sign }, at) => {
    const widest = Math.max(past[at], past[at - 1] ?? 0);
    return widest > 0 ? Math.max(STATE_SIGN[sign], 2 * (widest + HALF_SIGN)) : STATE_SIGN[sign];
  });
}

/** About how many pixels a name below the strip takes. */
export function nameWidth(name) {
  return NAME_LETTER * name.replace(/[_{}]/g, "").length;
}

/** In one row, unless it has no room for numbers and two rows make the columns clearly wider. */
function isStacked(template, counts, width) {
  const [one, two] = [false, true].map((stacked) => sizesOf(template, counts, width, stacked).cell);
  return width < STACKED || (one < NUMBER_WIDTH && two >= Math.max(CLEARLY_WIDER * one, WORTH_TWO_ROWS));
}

/** Widths of the columns of weights, of the vectors, of the curve, and of the signs. */
function sizesOf(template, counts, width, stacked) {
  const sign = stacked ? TIGHT_SIGN : SIGN;
  const vectors = template.filter((block) => block.kind === "vector").length;
  const signs = template.reduce((sum, block) => sum + (sign[block.sign] ?? 0), GAP);
  const weights = counts.x + counts.previous + counts.one;
  const room = width - NAMES - 2 * GAP - 6;
  if (stacked) {
    const curve = Math.min(
      width - TIGHT_NAMES - signs - vectors * TIGHT_VECTOR + sign[""] - 4,
      1.5 * CURVE,
    );
    return { sign, vector: TIGHT_VECTOR, curve, cell: Math.min(room / weights, VECTOR) };
  }
  const cell = Math.min((room - signs - CURVE - vectors * VECTOR) / weights, VECTOR + 2);
  return { sign, vector: VECTOR, curve: CURVE, cell };
}

/**
 * Heights of the rows, unit by unit in one gate after the other: all alike, or for many a lens around
 * the unit in the light. Where only some `units` are shown, the others have no height.
 *
 * @returns {{height: number, count: number, top: (row: number) => number, size: (row: number) =>
 *   number, groups: {start: number, from: number, to: number, stop: number}[]}} of each gate where it
 *   starts and stops, and the rows of its lens.
 */
function rowPlan(gates, count, unit, { most = MOST_HEIGHT, units = null, flat }) {
  if (units) {
    const least = most === STATE_HEIGHT ? 0 : flat ? FLAT_HEIGHT : LEAST_HEIGHT;
    const [from, to] = [Math.min(units[0], count - 1), Math.min(units[1], count)];
    return someRows({ gates, count, from, to, least, flat });
  }
  const [lens, high] = gates > 1 ? [GATE_LENS, GATE_LENS_HEIGHT] : [LENS, LENS_HEIGHT];
  const total = gates * count;
  const all = total <= MAX_ROWS || count <= 2 * lens + 1;
  const even = Math.max(total <= 6 ? 25 : total <= 10 ? 21 : 17, LEAST_HEIGHT / total);
  const from = all ? 0 : Math.min(Math.max(unit - lens, 0), count - 2 * lens - 1);
  const to = all ? count : from + 2 * lens + 1;
  const each = all ? even * count : Math.max(most / gates, (to - from) * high + 30);
  const thin = all ? 0 : (each - (to - from) * high) / (count - (to - from));
  const wide = all ? even : high;
  return rowsOf({ gates, count, from, to, each, thin, wide });
}

/** The rows of some units of every gate, as high as those of a small net. */
function someRows({ gates, count, from, to, least, flat }) {
  const total = gates * (to - from);
  const high = flat ? GATE_LENS_HEIGHT : total <= 6 ? 25 : total <= 10 ? 21 : 17;
  const wide = Math.max(high, least / total);
  return rowsOf({ gates, count, from, to, each: wide * (to - from), thin: 0, wide });
}

function rowsOf({ gates, count, from, to, each, thin, wide }) {
  const within = (row) =>
    Math.min(row, from) * thin +
    Math.min(Math.max(row - from, 0), to - from) * wide +
    Math.max(row - to, 0) * thin;
  const groups = Array.from({ length: gates }, (_, gate) => {
    const start = gate * count;
    return { start, from: start + from, to: start + to, stop: start + count };
  });
  return {
    height: gates * each + (gates - 1) * GATE_GAP,
    count: gates * count,
    groups,
    top: (row) => {
      const gate = Math.min(Math.floor(row / count), gates - 1);
      return gate * (each + GATE_GAP) + within(row - gate * count);
    },
    size: (row) => (row % count >= from && row % count < to ? wide : thin),
  };
}
