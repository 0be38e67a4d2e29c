// Where the blocks of one step stand, and how large they are.
import { SHARED } from "./shared.js";
import { biasColumns } from "./terms.js";

// Pixels.
export const NAMES = 46;
export const OPERANDS = 30;
export const NUMBER_WIDTH = 26;
const GAP = 12;
// Room for what stands before a block.
const SIGN = { "": 26, "+": 24, "+ b =": 46 };
const TIGHT_SIGN = { "": 10, "+": 18, "+ b =": 36 };
const CURVE = 116;
const FOOT = 20;
const MOST_HEIGHT = 300;
// The curve needs so much, however few units there are.
const LEAST_HEIGHT = 70;
const VECTOR = 44;
const TIGHT_VECTOR = 40;
const STACKED = 560;
// Beyond so many units the one in the light and its neighbours stay readable, the others do not.
const MAX_ROWS = 16;
const LENS = 2;
const LENS_HEIGHT = 20;

/**
 * Where the blocks of a step stand: the weights, then what is computed with them; on a narrow
 * screen in two rows.
 *
 * @returns {{blocks: Object[], rows: Object, top: number, height: number, stacked: boolean}} every
 *   block with x, y, width, cell (the width of a column), columns and gap (the room before it).
 */
export function anatomyPlan({ run, moment, apart }, width) {
  const { lane } = moment;
  const rows = rowPlan(lane.hiddenSize, moment.unit);
  const top = OPERANDS + 26;
  const counts = {
    x: lane.inputSize,
    previous: lane.hiddenSize,
    one: biasColumns(lane, apart).length,
  };
  // The same for every lane, so that nothing jumps on the way from one to the next.
  const widest = Math.max(...run.lanes.map((one) => one.inputSize));
  const stacked = isStacked({ ...counts, x: widest }, width);
  const sizes = sizesOf(counts, width, stacked);
  const below = top + rows.height + FOOT + 22;
  const blocks = [];
  let x = NAMES;
  for (const block of SHARED.anatomy) {
    const weights = block.operand !== undefined;
    if (stacked && !weights && blocks.at(-1).operand !== undefined) {
      x = 18 - sizes.sign[""];
    }
    const gap = block.kind === "curve" ? GAP : (sizes.sign[block.sign] ?? 0);
    const columns = weights ? counts[block.operand] : 1;
    const cell = weights ? sizes.cell : block.kind === "curve" ? sizes.curve : sizes.vector;
    x += gap;
    const y = stacked && !weights ? below : top;
    blocks.push({ ...block, x, y, columns, cell, width: columns * cell, gap });
    x += columns * cell + (block.kind === "matrix" ? GAP : 0);
  }
  const height = (stacked ? below : top) + rows.height + FOOT;
  return { blocks, rows, top, height, stacked, hiddenSize: lane.hiddenSize, runHash: run.hash };
}

/** In one row, unless two rows make room for numbers that one has not. */
function isStacked(counts, width) {
  const [one, two] = [false, true].map((stacked) => sizesOf(counts, width, stacked).cell);
  return width < STACKED || (one < NUMBER_WIDTH && two >= NUMBER_WIDTH);
}

/** Widths of the columns of weights, of the vectors, of the curve, and of the signs. */
function sizesOf(counts, width, stacked) {
  const sign = stacked ? TIGHT_SIGN : SIGN;
  const vectors = SHARED.anatomy.filter((block) => block.kind === "vector").length;
  const signs = SHARED.anatomy.reduce((sum, block) => sum + (sign[block.sign] ?? 0), GAP);
  const weights = counts.x + counts.previous + counts.one;
  const room = width - NAMES - 2 * GAP - 6;
  if (stacked) {
    const curve = Math.min(width - 18 - signs - vectors * TIGHT_VECTOR + sign[""] - 4, 1.5 * CURVE);
    return { sign, vector: TIGHT_VECTOR, curve, cell: Math.min(room / weights, VECTOR) };
  }
  const cell = Math.min((room - signs - CURVE - vectors * VECTOR) / weights, VECTOR + 2);
  return { sign, vector: VECTOR, curve: CURVE, cell };
}

/** Heights of the units: all alike, or for many a lens around the one in the light. */
function rowPlan(count, unit) {
  if (count <= MAX_ROWS) {
    const one = Math.max(count <= 6 ? 25 : count <= 10 ? 21 : 17, LEAST_HEIGHT / count);
    return { height: one * count, top: (row) => row * one, size: () => one, lens: [0, count] };
  }
  const from = Math.min(Math.max(unit - LENS, 0), count - 2 * LENS - 1);
  const to = from + 2 * LENS + 1;
  const thin = (MOST_HEIGHT - (to - from) * LENS_HEIGHT) / (count - (to - from));
  const top = (row) =>
    Math.min(row, from) * thin +
    Math.min(Math.max(row - from, 0), to - from) * LENS_HEIGHT +
    Math.max(row - to, 0) * thin;
  const size = (row) => (row >= from && row < to ? LENS_HEIGHT : thin);
  return { height: MOST_HEIGHT, top, size, lens: [from, to] };
}
