// What is said of things: sentences for a screen reader, and what a hover tells.
import { SHARED } from "./shared.js";
import { exact, short, spoken } from "./numbers.js";
import { previousOf, readAt, sourceOf, stateBefore, valueOf } from "./run.js";
import { biasColumns } from "./terms.js";

const SYMBOLS = {
  wx: "W_ih x, what the input adds",
  wh: "W_hh h, what the state before adds",
  b: "b_ih + b_hh, what is added whatever comes",
  a: "pre-activation a, the whole sum",
  h: "state h, the sum after the activation",
  torch_h: "h as torch.nn computes it",
  difference: "h of RNNviz minus h of torch.nn",
};

/** One update in words, as everywhere in RNNviz. */
export function placeWords(lane, t) {
  return `layer ${lane.layer}, ${lane.direction}, timestep ${t}`;
}

/** One moment as a sentence to be heard. */
export function sentence(moment) {
  const { lane, t, unit, phase } = moment;
  const place = `${placeWords(lane, t)}: unit ${unit}`;
  const [wx, wh, a, h] = SHARED.phases.map((part) => spoken(valueOf(lane, part, t, unit)));
  return [
    `${place}, W_ih x is ${wx}`,
    `${place}, W_hh h is ${wh}`,
    `${place}, pre-activation a is ${a}`,
    `${place} is ${lane.nonlinearity} of ${a}, ${h}`,
  ][phase];
}

/** The state a lane starts t from, by name. */
export function beforeName(run, lane, t) {
  const before = previousOf(run, lane, t);
  return before === null ? "h_0 (initial)" : `h[${before}]`;
}

/** Where output holds a state; null below the last layer. */
export function outputName(run, lane, t, unit) {
  if (lane.layer < run.numLayers - 1) {
    return null;
  }
  const feature = unit + (lane.direction === "reverse" ? run.lanes[lane.index - 1].hiddenSize : 0);
  return `output[${indexOf(run, t, feature)}]`;
}

function indexOf(run, t, feature) {
  if (!run.batched) {
    return `${t}, ${feature}`;
  }
  return run.batchFirst ? `${run.sample}, ${t}, ${feature}` : `${t}, ${run.sample}, ${feature}`;
}

function stateName(run, name, lane, unit) {
  return run.batched
    ? `${name}[${lane.index}, ${run.sample}, ${unit}]`
    : `${name}[${lane.index}, ${unit}]`;
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
    const offset = lane.direction === "reverse" ? run.lanes[lane.index - 1].hiddenSize : 0;
    const above = lane.layer < run.numLayers - 1;
    return [
      `h[${t}][${unit}] = ${exact(valueOf(lane, "h", t, unit), run.dtype)}`,
      `${placeWords(lane, t)}, shape (${lane.hiddenSize},)`,
      above ? readersOf(run, lane, t, offset + unit) : `in ${outputName(run, lane, t, unit)}`,
      last ? `in ${stateName(run, "h_n", lane, unit)}` : null,
      moment.done(lane.index, t) ? null : "not computed yet at this moment",
    ];
  },
  h_0(run, { unit }, lane) {
    return [
      `${stateName(run, "h_0", lane, unit)} = ${exact(lane.h_0[unit], run.dtype)}`,
      `where layer ${lane.layer}, ${lane.direction} starts, shape (${lane.hiddenSize},)`,
    ];
  },
  h_n(run, _hit, lane) {
    const t = lane.direction === "forward" ? run.seqLen - 1 : 0;
    return [
      `${stateName(run, "h_n", lane, ":")} is h[${t}] of layer ${lane.layer}, ${lane.direction}`,
      `the state after its last update, shape (${lane.hiddenSize},)`,
    ];
  },
  pill(run, { layer, t }) {
    const lanes = run.lanes.filter((lane) => lane.layer === layer);
    const size = lanes.reduce((sum, lane) => sum + lane.hiddenSize, 0);
    const name =
      layer < run.numLayers - 1
        ? `x[${t}] of layer ${layer + 1}`
        : `output[${indexOf(run, t, ":")}]`;
    return [
      name,
      `h[${t}] of layer ${layer}: [${lanes.map((lane) => lane.direction).join(" | ")}]`,
      `shape (${size},)`,
      run.whatIf && layer < run.numLayers - 1 && lanes.length === 2
        ? "in this order nobody reads it: the layer above joins other states"
        : null,
    ];
  },
  flow(run, { t }, lane) {
    return [
      `weight_ih${lane.suffix} times x[${t}]`,
      `into layer ${lane.layer}, ${lane.direction}, shape (${lane.hiddenSize}, ${lane.inputSize})`,
      lane.below.length === 2 ? "reads both directions of the layer below" : null,
    ];
  },
  recurrent(run, { t }, lane) {
    return [
      `weight_hh${lane.suffix} times ${beforeName(run, lane, t)}`,
      `into ${placeWords(lane, t)}, shape (${lane.hiddenSize}, ${lane.hiddenSize})`,
    ];
  },
  weight(run, { field, row, column }, lane) {
    const columns = field === "weight_ih" ? lane.inputSize : lane.hiddenSize;
    return [
      `${field}${lane.suffix}[${row}, ${column}] = ${exact(lane[field][row * columns + column], run.dtype)}`,
      `shape (${lane.hiddenSize}, ${columns}), under this name in the state_dict`,
    ];
  },
  bias(run, { row, column }, lane, view) {
    const [, fields] = biasColumns(lane, view.apart)[column];
    return [
      ...fields.map(
        (field) => `${field}${lane.suffix}[${row}] = ${exact(lane[field][row], run.dtype)}`,
      ),
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
    return [
      `${field}[${t}][${row}] = ${exact(valueOf(lane, field, t, row), run.dtype)}`,
      SYMBOLS[field],
    ];
  },
  term(run, { term, row, t, total }, lane) {
    const share =
      total > 0 && Number.isFinite(total)
        ? `${((100 * Math.abs(term.product)) / total).toFixed(1)} % of the sum of all |terms|`
        : null;
    const product = exact(term.product, "float64");
    if (term.part === "b") {
      const names = term.field.split(" + ").map((field) => `${field}${lane.suffix}[${row}]`);
      return [`${names.join(" + ")} = ${product}`, share];
    }
    const operand =
      term.part === "wx"
        ? `x[${t}][${term.column}]`
        : `${beforeName(run, lane, t)}[${term.column}]`;
    return [
      `${exact(term.weight, run.dtype)} · ${exact(term.value, run.dtype)} = ${product}`,
      `${term.field}${lane.suffix}[${row}, ${term.column}] · ${operand}`,
      share,
    ];
  },
  rest(run, { count, product }) {
    return [`the other ${count} terms: ${exact(product, "float64")}`];
  },
  dot(run, { row, t }, lane) {
    const [a, h] = [valueOf(lane, "a", t, row), valueOf(lane, "h", t, row)];
    return [`unit ${row}: ${lane.nonlinearity}(${exact(a, run.dtype)}) = ${exact(h, run.dtype)}`];
  },
  strip(run, { field, row, t }, lane) {
    return [
      `${field === "torch_h" ? "torch.nn: h" : field}[${t}][${row}] = ${exact(valueOf(lane, field, t, row), run.dtype)}`,
      placeWords(lane, t),
      SYMBOLS[field],
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
  for (let unit = 0; unit < lane.hiddenSize; unit++) {
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

/** The verdict on the wrong order, as two sentences. */
export function verdictWords(run) {
  const { difference, limit, first } = run.whatIf;
  if (first.length === 0) {
    const why =
      run.numDirections === 1
        ? "With one direction a state needs nothing that comes after it"
        : run.numLayers === 1
          ? "A single layer reads only the input, all of which is there"
          : run.seqLen === 1
            ? "At T = 1 there is no other timestep to read instead"
            : "With these weights the states do not depend on what is read";
    return `Nothing changes: max |output − torch.nn| = ${exact(difference, "float32")}. ${why}.`;
  }
  const places = first.map(
    ([layer, direction, t]) => `layer ${layer}, ${direction}, timestep ${t}`,
  );
  return (
    `Wrong: max |output − torch.nn| = ${exact(difference, "float32")}; up to ${limit.toExponential(0)} counts as equal. ` +
    `First wrong: ${places.join(" and ")}. The states they need of the other direction are not there yet.`
  );
}

/** One unit's sum in full precision, as one would paste it. */
export function equation(lane, t, unit, terms) {
  const sum = terms.map(({ weight, value, part }) =>
    part === "b" ? ascii(weight) : `${ascii(weight)}*${ascii(value)}`,
  );
  const [a, h] = [valueOf(lane, "a", t, unit), valueOf(lane, "h", t, unit)];
  const name = `h[${t}][${unit}]`;
  return `${name} = ${lane.nonlinearity}(${sum.join(" + ")}) = ${lane.nonlinearity}(${ascii(a)}) = ${ascii(h)}`;
}

function ascii(value) {
  return value < 0 ? `(${value})` : String(value);
}
