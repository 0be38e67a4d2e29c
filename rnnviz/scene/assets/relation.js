// What lights up elsewhere with what the pointer rests on.
import { previousOf, sourceOf } from "./run.js";

const OPERANDS = { weight_ih: "x", weight_hh: "previous", wx: "x", wh: "previous" };
const LINES = { x: "wx", previous: "wh" };
const SYMBOLS = { bias: "b", dot: "h", flow: "wx", recurrent: "wh" };

/**
 * @typedef {Object} Hover
 * @property {string} [symbol] - a part of the step: wx, wh, b, a, h.
 * @property {string} [line] - the part whose line of code is meant.
 * @property {string} [operand] - "x" or "previous", with the column in it.
 * @property {number} [column]
 * @property {{lane: number|null, t: number}} [from] - where that operand stands on the map.
 */

/** What a hit has to do with the step in the light. @returns {Hover|null} */
export function relationOf(view, hit) {
  switch (hit?.part) {
    case "weight":
      return ofOperand(view, OPERANDS[hit.field], hit.column);
    case "operand":
      return ofOperand(view, hit.block, hit.column);
    case "term":
      return hit.term.part === "b"
        ? { symbol: "b" }
        : ofOperand(view, OPERANDS[hit.term.part], hit.term.column);
    case "h":
    case "x":
      return ofState(view, hit);
    case "vector":
      return { symbol: hit.field };
    case "state":
      return { symbol: hit.gate ? "gates" : hit.field };
    case "symbol":
      return { symbol: hit.symbol };
    default:
      return hit?.part in SYMBOLS ? { symbol: SYMBOLS[hit.part] } : null;
  }
}

function ofOperand({ run, moment }, operand, column) {
  const { lane, t } = moment;
  const before = previousOf(run, lane, t);
  const source = operand === "x" ? sourceOf(run, lane, t, column) : null;
  const from = source
    ? { lane: source.lane?.index ?? null, t: source.t }
    : before === null
      ? null
      : { lane: lane.index, t: before };
  return { operand, column, line: LINES[operand], from };
}

/** A state or input on the map, where the step in the light reads it. */
function ofState(view, { part, lane: index, t, unit }) {
  const { run, moment } = view;
  const { lane } = moment;
  if (part === "h" && index === lane.index && previousOf(run, lane, moment.t) === t) {
    return ofOperand(view, "previous", unit);
  }
  for (let column = 0; column < lane.inputSize; column++) {
    const source = sourceOf(run, lane, moment.t, column);
    const same = part === "x" ? source.lane === null : source.lane?.index === index;
    if (same && source.t === t && source.unit === unit) {
      return ofOperand(view, "x", column);
    }
  }
  return null;
}
