// A number that is being changed by hand: where it is kept, and what follows of it at once.
import { previousOf, readAt, stateBefore, valueOf } from "./run.js";
import { biasColumns } from "./terms.js";

/**
 * A number that can be changed.
 *
 * @typedef {Object} Target
 * @property {string} name - as an edit spells it: a parameter under torch's name, x, h_0 or c_0.
 * @property {number[]} index - where in it.
 * @property {Float32Array|Float64Array} array - where the run keeps it.
 * @property {number} place - at which place.
 * @property {string} range - the name of its colours' limit.
 * @property {"wx"|"wh"|null} product - the product that it enters at this step.
 * @property {[number, number][]} rows - of that product: [row, what a change of 1 adds].
 */

/**
 * What a hit of the anatomy stands for, if it can be changed.
 *
 * @returns {Target|null}
 */
export function targetOf(run, moment, hit) {
  if (!hit || run.whatIf) {
    return null;
  }
  switch (hit.part) {
    case "weight":
      return weightTarget(run, moment, hit);
    case "bias":
      return biasTarget(run, moment, hit);
    case "operand":
      return hit.block === "x" ? inputTarget(run, moment, hit) : stateTarget(run, moment, hit);
    case "state": {
      const { lane, t } = moment;
      const first = previousOf(run, lane, t) === null;
      return hit.field === "c_before" && first ? firstState(run, lane, "c_0", hit.row) : null;
    }
  }
  return null;
}

/** An edit as a text, without its value: `weight_hh_l0[1,2]`. */
export function spelled({ name, index }) {
  return `${name}[${index.join(",")}]`;
}

function weightTarget(run, { lane, t }, { field, row, column }) {
  const columns = field === "weight_ih" ? lane.inputSize : lane.stateSize;
  const operand = field === "weight_ih" ? readAt : stateBefore;
  return {
    name: parameterName(run, lane, field),
    index: [row, column],
    array: lane[field],
    place: row * columns + column,
    range: "weight",
    product: field === "weight_ih" ? "wx" : "wh",
    rows: [[row, operand(run, lane, t, column)]],
  };
}

function biasTarget(run, { lane }, { row, column }) {
  const [, fields] = biasColumns(lane, true)[column];
  return {
    name: parameterName(run, lane, fields[0]),
    index: [row],
    array: lane[fields[0]],
    place: row,
    range: "weight",
    product: null,
    rows: [[row, 1]],
  };
}

function inputTarget(run, { lane, t }, { column }) {
  if (lane.layer > 0) {
    return null;
  }
  return {
    name: "x",
    index: [t, run.sample, column],
    array: run.x,
    place: t * run.inputSize + column,
    range: "x",
    product: "wx",
    rows: columnOf(lane.weight_ih, lane.rows, lane.inputSize, column),
  };
}

function stateTarget(run, { lane, t }, { column }) {
  return previousOf(run, lane, t) === null ? firstState(run, lane, "h_0", column) : null;
}

function firstState(run, lane, name, unit) {
  const of = name === "h_0";
  return {
    name,
    index: [lane.index, run.sample, unit],
    array: lane[name],
    place: unit,
    range: of ? "h" : "c",
    product: of ? "wh" : null,
    rows: of ? columnOf(lane.weight_hh, lane.rows, lane.stateSize, unit) : [],
  };
}

function columnOf(weights, rows, columns, column) {
  return Array.from({ length: rows }, (_, row) => [row, weights[row * columns + column]]);
}

function parameterName(run, lane, field) {
  if (run.isStack) {
    return `${lane.direction === "forward" ? "cells" : "reverse"}.${lane.layer}.${field}`;
  }
  return field + lane.suffix;
}

/** A change that is shown before it is computed: the number and the product that it enters. */
export class Draft {
  /**
   * @param {import("./run.js").Run} run
   * @param {Object} moment
   * @param {Target} target
   */
  constructor(run, { lane, t }, target) {
    Object.assign(this, { run, lane, t, target });
    this.before = target.array[target.place];
    const fields = target.rows.length === 0 ? [] : [target.product, "a"].filter(Boolean);
    this.kept = target.rows.map(([row]) => fields.map((field) => valueOf(lane, field, t, row)));
    this.fields = fields;
  }

  /** Put a number in its place, and its part into the product and the sum of this step. */
  set(value) {
    const { target, lane, t, run } = this;
    target.array[target.place] = value;
    target.rows.forEach(([row, factor], k) => {
      this.fields.forEach((field, which) => {
        const share = field === "a" ? resetOf(lane, t, row, target) : 1;
        const place = t * lane.widths[field] + row;
        lane[field][place] = this.kept[k][which] + share * factor * (value - this.before);
      });
    });
    // Pictures of many numbers are kept under the name of their run.
    run.drafts = (run.drafts ?? 0) + 1;
  }

  /** As it was. */
  restore() {
    this.set(this.before);
  }
}

/** What a GRU's reset gate lets through of a change on the side of the state before. */
function resetOf(lane, t, row, { product, name }) {
  const unit = row % lane.hiddenSize;
  const resets = lane.kind === "GRU" && lane.gateNames[(row - unit) / lane.hiddenSize] === "n";
  const ofState = product === "wh" || name.startsWith("bias_hh");
  return resets && ofState ? valueOf(lane, "gates", t, unit) : 1;
}
