// One run as it arrives from Python: the bytes opened, and every number found by its place.
import { SHARED } from "./shared.js";

// Where the activation of the cell state stands among those of an LSTM.
export const C = 4;

/**
 * One layer in one direction. Arrays are row-major: `h[t * stateSize + unit]`.
 *
 * @typedef {Object} Lane
 * @property {number} index - its place in the order of computing; also its row of h_0 and h_n.
 * @property {number} layer
 * @property {"forward"|"reverse"} direction
 * @property {number} inputSize
 * @property {"RNN"|"LSTM"|"GRU"} kind
 * @property {number} hiddenSize
 * @property {number} stateSize - of h: hiddenSize, or what an LSTM projects it to.
 * @property {string[]} gateNames - the blocks of rows of its matrices; one without a name in an RNN.
 * @property {number} rows - of its matrices: hiddenSize times the gates.
 * @property {string[]} phases - the parts of an update, in the order of computing.
 * @property {string[]} activations - of each gate and of an LSTM's c, or of the one sum.
 * @property {Object<string, [string, string][]>|null} code - its own loop in each order, where its
 *   activations are not torch's.
 * @property {[string, number, number, number|null, string][]} clamps - what is held: quantity, start,
 *   stop, unit or all, and the value in words or "hold".
 * @property {Float32Array|Float64Array|null} curves - (1 + activations, points): numbers, and what
 *   activations without a name make of them.
 * @property {Object<string, number>} widths - numbers per timestep of each recorded array.
 * @property {string} suffix - how torch ends the names of its parameters, such as `_l1_reverse`.
 * @property {Lane[]} below - the lanes whose joined states it reads; empty in layer 0.
 * @property {Float32Array|Float64Array} h_0 - (stateSize); c_0 - (hiddenSize), of an LSTM
 * @property {Float32Array|Float64Array} wx - (seqLen, rows), as are wh, a, and gates where it has such
 * @property {Float32Array|Float64Array} h - (seqLen, stateSize), as is torch_h
 * @property {Float32Array|Float64Array} [c] - (seqLen, hiddenSize), as are tanh_c and r_hn
 * @property {Float32Array|Float64Array} [dropout_mask] - (seqLen, stateSize), on the way upwards
 * @property {Float32Array|Float64Array} weight_ih - (rows, inputSize)
 * @property {Float32Array|Float64Array} weight_hh - (rows, stateSize)
 * @property {Float32Array|Float64Array|null} bias_ih - (rows), as is bias_hh
 *
 * @typedef {Object} Run
 * @property {string} hash
 * @property {string} dtype
 * @property {number} seqLen
 * @property {number} inputSize
 * @property {boolean} bias
 * @property {number} sample
 * @property {boolean} batched
 * @property {boolean} batchFirst
 * @property {Lane[]} lanes
 * @property {number} numLayers
 * @property {number} numDirections
 * @property {boolean} oneOrder - whether the wrong order cannot be run.
 * @property {boolean} padded - whether the samples have lengths of their own.
 * @property {string[]|null} labels - a token per timestep.
 * @property {string[]|null} columns - a name per input.
 * @property {[string, [string, number][][]]|null} head - of a linear head its name, and of each
 *   timestep what it finds most probable: [what, probability].
 * @property {Object<string, [number, number]>} limits - colour ranges: full, fitted.
 * @property {boolean} isStack - whether its parameters have the names of a `CellStack`.
 * @property {string|null} judge - what it is held against: torch.nn, or where that has no such net,
 *   the same loop in plain torch; null where nobody did.
 * @property {number} apart - max |RNNviz - torch.nn| of h in this sample.
 * @property {Array} layout
 * @property {Object|null} whatIf - {difference, limit, first: [layer, direction, t][], wrong,
 *   mistake}, of a run with a mistake; `mistake` is the name of one that is not the wrong order.
 * @property {boolean} timeFirst - whether it ran in the wrong order.
 * @property {Float32Array|Float64Array} x - (seqLen, inputSize)
 */

/** @returns {string} the name of a packed run. */
export function hashOf(bytes) {
  const parts = Array.from(bytes.subarray(0, SHARED.fingerprintBytes));
  return parts.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {Uint8Array} bytes - as `rnnviz.scene.blob.pack` wrote them.
 * @returns {Run}
 */
export function openRun(bytes) {
  // A copy: what comes over the wire begins at any address, and is let go of afterwards.
  const buffer = bytes.slice(SHARED.fingerprintBytes).buffer;
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const take = reader(buffer, aligned(4 + length), header.dtype);
  const run = {
    hash: hashOf(bytes),
    dtype: header.dtype,
    seqLen: header.seq_len,
    inputSize: header.input_size,
    bias: header.bias,
    sample: header.sample,
    batched: header.batched,
    batchFirst: header.batch_first,
    padded: header.padded === true,
    labels: header.labels ?? null,
    columns: header.columns ?? null,
    head: header.head ?? null,
    limits: { ...header.limits, difference: [header.apart || 1, header.apart || 1] },
    apart: header.apart,
    isStack: header.stack === true,
    layout: header.layout,
    whatIf: header.what_if
      ? { ...header.what_if, difference: header.what_if.difference ?? Infinity }
      : null,
    x: take(header.seq_len * header.input_size),
  };
  run.lanes = header.lanes.map((row, index) => openLane(row, index, header, take));
  const held = run.lanes.some((lane) => lane.clamps.length > 0);
  run.judge = header.codes || held ? "plain torch" : "torch.nn";
  run.timeFirst = run.whatIf !== null && !run.whatIf.mistake;
  run.oneOrder = run.padded || held || Boolean(run.whatIf?.mistake);
  run.numLayers = 1 + Math.max(...run.lanes.map((lane) => lane.layer));
  run.numDirections = run.lanes.filter((lane) => lane.layer === 0).length;
  for (const lane of run.lanes) {
    lane.below = run.lanes.filter((other) => other.layer === lane.layer - 1);
  }
  return run;
}

function openLane(row, index, header, take) {
  const [layer, direction, inputSize, hiddenSize, activations, more = {}] = row;
  const kind = more.kind ?? "RNN";
  const stateSize = more.state_size ?? hiddenSize;
  const gateNames = SHARED.gates[kind];
  const rows = gateNames.length * hiddenSize;
  const lane = { index, layer, direction, kind, inputSize, hiddenSize, stateSize, gateNames, rows };
  lane.suffix = `_l${layer}${direction === "reverse" ? "_reverse" : ""}`;
  Object.assign(lane, { phases: SHARED.phases[kind], widths: {}, below: [] });
  lane.activations = [activations].flat();
  lane.clamps = more.clamps ?? [];
  lane.code = header.codes?.[more.code] ?? null;
  const sizes = { seq_len: header.seq_len, hidden_size: hiddenSize, input_size: inputSize };
  Object.assign(sizes, { state_size: stateSize, gate_rows: rows });
  Object.assign(sizes, {
    curve_rows: 1 + lane.activations.length,
    curve_points: SHARED.curvePoints,
  });
  const extra = more.fields ?? [];
  const lacks = header.bias ? [] : ["bias_ih", "bias_hh"];
  for (const [name, axes] of Object.entries(SHARED.fields)) {
    const own = SHARED.usual.includes(name) ? !lacks.includes(name) : extra.includes(name);
    lane[name] = own ? take(axes.reduce((count, axis) => count * sizes[axis], 1)) : null;
    lane.widths[name] = sizes[axes.at(-1)];
  }
  return lane;
}

/** Hands out one array after the other. */
function reader(buffer, start, dtype) {
  const kinds = { float64: Float64Array, float32: Float32Array };
  const kind = kinds[dtype] ?? Uint16Array;
  let offset = start;
  return (count) => {
    const array = new kind(buffer, offset, count);
    offset = aligned(offset + array.byteLength);
    if (dtype === "bfloat16") {
      return new Float32Array(Uint32Array.from(array, (bits) => bits << 16).buffer);
    }
    return dtype === "float16" ? Float32Array.from(array, fromHalf) : array;
  };
}

function aligned(offset) {
  return Math.ceil(offset / SHARED.alignment) * SHARED.alignment;
}

/** A number from the bits of an IEEE 754 half. */
function fromHalf(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) {
    return fraction ? NaN : sign * Infinity;
  }
  const scaled = exponent
    ? 2 ** (exponent - 15) * (1 + fraction / 1024)
    : 2 ** -14 * (fraction / 1024);
  return sign * scaled;
}

/**
 * Where column j of what a lane reads at t comes from: the input, or a state of the layer below.
 *
 * In the wrong order (time first) the upper layers take the reverse state that the loop has at
 * that moment, which is that of another timestep.
 *
 * @returns {{lane: Lane|null, t: number, unit: number}} lane is null for the net's own input.
 */
export function sourceOf(run, lane, t, j) {
  if (lane.layer === 0) {
    return { lane: null, t, unit: j };
  }
  const [forward, reverse] = lane.below;
  if (j < forward.stateSize) {
    const other = run.timeFirst && reverse && lane.direction === "reverse";
    return { lane: forward, t: other ? run.seqLen - 1 - t : t, unit: j };
  }
  const other = run.timeFirst && lane.direction === "forward";
  return { lane: reverse, t: other ? run.seqLen - 1 - t : t, unit: j - forward.stateSize };
}

/** What a lane reads at t in column j. */
export function readAt(run, lane, t, j) {
  const source = sourceOf(run, lane, t, j);
  if (source.lane === null) {
    return run.x[t * run.inputSize + j];
  }
  const { h, dropout_mask: mask, stateSize } = source.lane;
  const place = source.t * stateSize + source.unit;
  return mask ? h[place] * mask[place] : h[place];
}

/** The timestep whose state a lane starts t from; null where that is h_0. */
export function previousOf(run, lane, t) {
  const before = lane.direction === "forward" ? t - 1 : t + 1;
  return before < 0 || before >= run.seqLen ? null : before;
}

/** The state of a unit that a lane starts t from; `name` is "h" or "c". */
export function stateBefore(run, lane, t, unit, name = "h") {
  const before = previousOf(run, lane, t);
  return before === null ? lane[`${name}_0`][unit] : lane[name][before * lane.widths[name] + unit];
}

/** A recorded number of a lane, or the difference of h and torch_h; a row is a unit of a gate. */
export function valueOf(lane, field, t, row) {
  if (field === "difference") {
    const place = t * lane.stateSize + row;
    return lane.h[place] - lane.torch_h[place];
  }
  return lane[field][t * lane.widths[field] + row];
}

/** Where a quantity of the state strip is recorded: [array, first row, rows]; a gate is part of one. */
export function rowsOf(lane, quantity) {
  const gate = lane.gateNames.indexOf(quantity);
  if (gate >= 0) {
    return ["gates", gate * lane.hiddenSize, lane.hiddenSize];
  }
  return [quantity, 0, quantity === "difference" ? lane.stateSize : lane.widths[quantity]];
}

/** One number of a strip that shows what becomes of the gates; see `SHARED.state`. */
export function partOf(run, lane, t, unit, { gate, field }) {
  const of = (name) =>
    valueOf(lane, "gates", t, lane.gateNames.indexOf(name) * lane.hiddenSize + unit);
  switch (field) {
    case undefined:
      return of(gate);
    case "c_before":
      return stateBefore(run, lane, t, unit, "c");
    case "h_before":
      return stateBefore(run, lane, t, unit);
    case "1 - z":
      return 1 - of("z");
    case "hn": {
      const row = lane.gateNames.indexOf("n") * lane.hiddenSize + unit;
      return valueOf(lane, "wh", t, row) + (lane.bias_hh?.[row] ?? 0);
    }
    default:
      return valueOf(lane, field, t, unit);
  }
}

/** The lane of a layer and direction, or null. */
export function laneOf(run, layer, direction) {
  return run.lanes.find((lane) => lane.layer === layer && lane.direction === direction) ?? null;
}
