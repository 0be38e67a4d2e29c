// The sum of one unit: every weight times the operand above it, and the biases.
import { SHARED } from "./shared.js";
import { readAt, stateBefore, valueOf } from "./run.js";

/**
 * @typedef {Object} Term
 * @property {string} part - "wx", "wh" or "b".
 * @property {string} field - the parameter: weight_ih, weight_hh, bias_ih, bias_hh or both biases.
 * @property {number} column - its place in that block.
 * @property {number} weight
 * @property {number} value - the operand.
 * @property {number} share - what a reset gate lets through of it; 1 where there is none.
 * @property {number} product
 */

/** The bias columns of a lane: [name, fields][]; those of a GRU are never one, as r stands between. */
export function biasColumns(lane, wanted) {
  const { fields } = SHARED.anatomy[lane.kind].find((block) => block.kind === "bias");
  const apart = wanted || lane.kind === "GRU";
  if (lane.bias_ih === null) {
    return [];
  }
  const columns = Object.entries(fields).map(([field, name]) => [name, [field]]);
  return apart ? columns : [[Object.values(fields).join("+"), Object.keys(fields)]];
}

/**
 * What is added up for one row of the matrices, from left to right. In a GRU's candidate the reset
 * gate takes its part of all that comes from the state before.
 *
 * @returns {Term[]}
 */
export function termsOf(run, lane, t, row, apart) {
  const terms = [];
  const unit = row % lane.hiddenSize;
  const resets = lane.kind === "GRU" && lane.gateNames[(row - unit) / lane.hiddenSize] === "n";
  const reset = resets ? valueOf(lane, "gates", t, unit) : 1;
  for (const block of SHARED.anatomy[lane.kind]) {
    if (block.kind === "matrix") {
      const columns = block.operand === "x" ? lane.inputSize : lane.stateSize;
      const share = block.operand === "x" ? 1 : reset;
      const operand = block.operand === "x" ? readAt : stateBefore;
      for (let column = 0; column < columns; column++) {
        const weight = lane[block.field][row * columns + column];
        const value = operand(run, lane, t, column);
        const { part, field } = block;
        terms.push({ part, field, column, weight, value, share, product: share * weight * value });
      }
    } else if (block.kind === "bias") {
      biasColumns(lane, apart).forEach(([, fields], column) => {
        const weight = fields.reduce((sum, field) => sum + lane[field][row], 0);
        const field = fields.join(" + ");
        const share = field === "bias_hh" ? reset : 1;
        const product = share * weight;
        terms.push({ part: block.part, field, column, weight, value: 1, share, product });
      });
    }
  }
  return terms;
}
