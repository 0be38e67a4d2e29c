// What a hover tells of the thing under the pointer.
import { heldLines } from "./held.js";
import { exact, short } from "./numbers.js";
import { SHARED } from "./shared.js";
import { partOf, previousOf, readAt, rowsOf, sourceOf, stateBefore, valueOf } from "./run.js";
import { biasColumns } from "./terms.js";
import { beforeName, indexOf, outputName, placeWords, stateName } from "./words.js";

const SYMBOLS = {
  wx: "W_ih x, what the input adds",
  wh: "W_hh h, what the state before adds",
  b: "b_ih + b_hh, what is added whatever comes",
  a: "pre-activation a, the whole sum",
  h: "state h, what the cell hands on",
  gates: "the sum after the activation of its gate",
  c: "cell state c, f times the one before plus i times g",
  tanh_c: "the activation of the cell state, before the output gate",
  r_hn: "what the reset gate lets through into the candidate",
  hn: "W_hn h + b_hn, before the reset gate",
  c_before: "the cell state that this step starts from",
  h_before: "the state that this step starts from",
  "1 - z": "how much of the candidate comes in",
  torch_h: "h as torch.nn computes it",
  difference: "h of RNNviz minus h of torch.nn",
};

const GATES = {
  i: "how much of g comes in",
  f: "how much of the cell state stays",
  g: "what may come into the cell state",
  o: "how much of the cell state is handed on",
  r: "how much of the state before enters n",
  z: "how much of the state before stays",
  n: "what may come into the state",
};

/** The gate that a row of the matrices belongs to, by its letter; empty in an RNN. */
function gateOf(lane, row) {
  return lane.gateNames[Math.floor(row / lane.hiddenSize)];
}

function meaning(gate) {
  return `${SHARED.quantities[gate]}: ${GATES[gate]}`;
}

/** What a row of the matrices is about, where there are gates. */
function gateWords(lane, row) {
  const gate = gateOf(lane, row);
  return gate ? `${SHARED.quantities[gate]}, unit ${row % lane.hiddenSize}` : null;
}

/**
 * What a hover tells: a title with the exact value, then lines.
 *
 * @param {Object} view
 * @param {Object} hit - what a display list carries.
 * @returns {string[]}
 */
export function describe(view, hit) {
  const { run } = view;
  const lane = run.lanes[hit.lane];
  const tell = DESCRIBE[hit.part];
  return tell ? tell(run, hit, lane, view).filter((line) => line !== null) : [];
}

const DESCRIBE = {
  x(run, { t, unit }) {
    return [
      `x[${t}][${unit}] = ${exact(run.x[t * run.inputSize + unit], run.dtype)}`,
      `input, shape (${run.inputSize},) at a timestep`,
      run.columns ? `input “${run.columns[unit]}”` : null,
      run.labels ? `token “${run.labels[t]}”` : null,
    ];
  },
  h(run, { t, unit }, lane, { moment }) {
    const last = t === (lane.direction === "forward" ? run.seqLen - 1 : 0);
    const offset = lane.direction === "reverse" ? run.lanes[lane.index - 1].stateSize : 0;
    const above = lane.layer < run.numLayers - 1;
    return [
      `h[${t}][${unit}] = ${exact(valueOf(lane, "h", t, unit), run.dtype)}`,
      `${placeWords(lane, t)}, shape (${lane.stateSize},)`,
      above ? readersOf(run, lane, t, offset + unit) : `in ${outputName(run, lane, t, unit)}`,
      last ? `in ${stateName(run, "h_n", lane, unit)}` : null,
      ...heldLines(lane, t, unit),
      moment.done(lane.index, t) ? null : "not computed yet at this moment",
    ];
  },
  h_0(run, { unit }, lane) {
    return [
      `${stateName(run, "h_0", lane, unit)} = ${exact(lane.h_0[unit], run.dtype)}`,
      `where layer ${lane.layer}, ${lane.direction} starts, shape (${lane.stateSize},)`,
    ];
  },
  h_n(run, _hit, lane) {
    const t = lane.direction === "forward" ? run.seqLen - 1 : 0;
    return [
      `${stateName(run, "h_n", lane, ":")} is h[${t}] of layer ${lane.layer}, ${lane.direction}`,
      `the state after its last update, shape (${lane.stateSize},)`,
    ];
  },
  pill(run, { layer, t }) {
    const lanes = run.lanes.filter((lane) => lane.layer === layer);
    const size = lanes.reduce((sum, lane) => sum + lane.stateSize, 0);
    const name =
      layer < run.numLayers - 1
        ? `x[${t}] of layer ${layer + 1}`
        : `output[${indexOf(run, t, ":")}]`;
    return [
      name,
      `h[${t}] of layer ${layer}: [${lanes.map((lane) => lane.direction).join(" | ")}]`,
      `shape (${size},)`,
      run.timeFirst && layer < run.numLayers - 1 && lanes.length === 2
        ? "in this order nobody reads it: the layer above joins other states"
        : null,
    ];
  },
  flow(run, { t }, lane) {
    return [
      `weight_ih${lane.suffix} times x[${t}]`,
      `into layer ${lane.layer}, ${lane.direction}, shape (${lane.rows}, ${lane.inputSize})`,
      lane.below.length === 2 ? "reads both directions of the layer below" : null,
    ];
  },
  recurrent(run, { t }, lane) {
    return [
      `weight_hh${lane.suffix} times ${beforeName(run, lane, t)}`,
      `into ${placeWords(lane, t)}, shape (${lane.rows}, ${lane.stateSize})`,
    ];
  },
  weight(run, { field, row, column }, lane) {
    const columns = field === "weight_ih" ? lane.inputSize : lane.stateSize;
    return [
      `${field}${lane.suffix}[${row}, ${column}] = ${exact(lane[field][row * columns + column], run.dtype)}`,
      gateWords(lane, row),
      `shape (${lane.rows}, ${columns}), under this name in the state_dict`,
    ];
  },
  bias(run, { row, column }, lane, view) {
    const [, fields] = biasColumns(lane, view.apart)[column];
    return [
      ...fields.map(
        (field) => `${field}${lane.suffix}[${row}] = ${exact(lane[field][row], run.dtype)}`,
      ),
      gateWords(lane, row),
      SYMBOLS.b,
    ];
  },
  operand(run, { block, column, t }, lane) {
    if (block === "x") {
      const source = sourceOf(run, lane, t, column);
      const value = exact(readAt(run, lane, t, column), run.dtype);
      const from =
        source.lane &&
        `h[${source.t}][${source.unit}] of layer ${source.lane.layer}, ${source.lane.direction}`;
      const name = run.columns ? `the net's input “${run.columns[column]}”` : "the net's input";
      return [`x[${t}][${column}] = ${value}`, from ?? name];
    }
    const value = exact(stateBefore(run, lane, t, column), run.dtype);
    return [
      `${beforeName(run, lane, t)}[${column}] = ${value}`,
      `the state that ${placeWords(lane, t)} starts from`,
    ];
  },
  vector(run, { field, row, t }, lane) {
    const unit = row % lane.hiddenSize;
    const name =
      field === "gates" ? `${gateOf(lane, row)}[${t}][${unit}]` : `${field}[${t}][${row}]`;
    const joined = field === "a" && lane.kind === "GRU" && gateOf(lane, row) === "n";
    return [
      `${name} = ${exact(valueOf(lane, field, t, row), run.dtype)}`,
      gateWords(lane, row),
      ...(field === "gates" || field === "h" ? heldLines(lane, t, unit) : []),
      joined ? "W_in x + b_in + r times (W_hn h + b_hn)" : SYMBOLS[field],
    ];
  },
  state(run, { gate, field, row, t }, lane) {
    const value = exact(partOf(run, lane, t, row, { gate, field }), run.dtype);
    const name =
      gate ?? { "1 - z": "(1 − z)", c_before: "c before", h_before: "h before" }[field] ?? field;
    const words = gate ? meaning(gate) : SYMBOLS[field];
    return [`${name}[${t}][${row}] = ${value}`, words, ...heldLines(lane, t, row)];
  },
  term(run, { term, row, t, total }, lane) {
    const share =
      total > 0 && Number.isFinite(total)
        ? `${((100 * Math.abs(term.product)) / total).toFixed(1)} % of the sum of all |terms|`
        : null;
    const product = exact(term.product, "float64");
    const reset = term.share === 1 ? "" : "r · ";
    if (term.part === "b") {
      const names = term.field.split(" + ").map((field) => `${field}${lane.suffix}[${row}]`);
      return [`${reset}${names.join(" + ")} = ${product}`, share];
    }
    const operand =
      term.part === "wx"
        ? `x[${t}][${term.column}]`
        : `${beforeName(run, lane, t)}[${term.column}]`;
    return [
      `${reset}${exact(term.weight, run.dtype)} · ${exact(term.value, run.dtype)} = ${product}`,
      `${term.field}${lane.suffix}[${row}, ${term.column}] · ${operand}`,
      share,
    ];
  },
  rest(run, { count, product }) {
    return [`the other ${count} terms: ${exact(product, "float64")}`];
  },
  dot(run, { row, t }, lane) {
    const made = lane.kind === "RNN" ? "h" : "gates";
    const [a, out] = [valueOf(lane, "a", t, row), valueOf(lane, made, t, row)];
    const activation = lane.activations[Math.floor(row / lane.hiddenSize)];
    const unit = row % lane.hiddenSize;
    return [`unit ${unit}: ${activation}(${exact(a, run.dtype)}) = ${exact(out, run.dtype)}`];
  },
  strip(run, { field, row, t }, lane) {
    const [array, from] = rowsOf(lane, field);
    const value = exact(valueOf(lane, array, t, from + row), run.dtype);
    return [
      `${field === "torch_h" ? `${run.judge}: h` : field}[${t}][${row}] = ${value}`,
      placeWords(lane, t),
      SYMBOLS[field] ?? meaning(field),
    ];
  },
  "first wrong"(run, { t }, lane) {
    return [
      `${placeWords(lane, t)} is the first wrong one here`,
      `off by up to ${short(largestError(run, lane, t))}`,
    ];
  },
};

function largestError(run, lane, t) {
  let most = 0;
  for (let unit = 0; unit < lane.stateSize; unit++) {
    most = Math.max(most, Math.abs(valueOf(lane, "difference", t, unit)));
  }
  return most;
}

/** Who reads a state, and under which index; in the wrong order the two directions differ. */
function readersOf(run, lane, t, feature) {
  const above = run.lanes.filter((other) => other.layer === lane.layer + 1);
  const indexes = above.map((reader) => {
    const other = sourceOf(run, reader, t, feature).t;
    return `x[${other}][${feature}]`;
  });
  return indexes.every((index) => index === indexes[0])
    ? `read by layer ${lane.layer + 1} as ${indexes[0]}`
    : `read by layer ${lane.layer + 1}: ${above.map((reader, at) => `${reader.direction} as ${indexes[at]}`).join(", ")}`;
}
