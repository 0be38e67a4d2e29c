// The sum of one unit: every weight times the operand above it, and the biases.
import { SHARED } from "./shared.js";
import { readAt, stateBefore } from "./run.js";

/**
 * @typedef {Object} Term
 * @property {string} part - "wx", "wh" or "b".
 * @property {string} field - the parameter: weight_ih, weight_hh, bias_ih, bias_hh or both biases.
 * @property {number} column - its place in that block.
 * @property {number} weight
 * @property {number} value - the operand.
 * @property {number} product
 */

/** The bias columns of a lane, together or apart: [name, fields][]. */
export function biasColumns(lane, apart) {
  const { fields } = SHARED.anatomy.find((block) => block.kind === "bias");
  if (lane.bias_ih === null) {
    return [];
  }
  const columns = Object.entries(fields).map(([field, name]) => [name, [field]]);
  return apart ? columns : [[Object.values(fields).join("+"), Object.keys(fields)]];
}

/** What is added up for one unit, from left to right. @returns {Term[]} */
export function termsOf(run, lane, t, unit, apart) {
  const terms = [];
  for (const block of SHARED.anatomy) {
    if (block.kind === "matrix") {
      const columns = block.operand === "x" ? lane.inputSize : lane.hiddenSize;
      const operand = block.operand === "x" ? readAt : stateBefore;
      for (let column = 0; column < columns; column++) {
        const weight = lane[block.field][unit * columns + column];
        const value = operand(run, lane, t, column);
        const { part, field } = block;
        terms.push({ part, field, column, weight, value, product: weight * value });
      }
    } else if (block.kind === "bias") {
      biasColumns(lane, apart).forEach(([, fields], column) => {
        const weight = fields.reduce((sum, field) => sum + lane[field][unit], 0);
        const field = fields.join(" + ");
        terms.push({ part: block.part, field, column, weight, value: 1, product: weight });
      });
    }
  }
  return terms;
}

/** The activation at a. */
export function activate(nonlinearity, a) {
  return nonlinearity === "relu" ? Math.max(0, a) : Math.tanh(a);
}

/** How much h changes with a: 1 - h^2 for tanh; for relu 1 where a is positive. */
export function slopeOf(nonlinearity, a, h) {
  return nonlinearity === "relu" ? Number(a > 0) : 1 - h * h;
}
