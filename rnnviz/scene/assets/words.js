// What is said of moments and places: names, and sentences for a screen reader.
import { exact, spoken } from "./numbers.js";
import { previousOf, valueOf } from "./run.js";

/** One update in words, as everywhere in RNNviz. */
export function placeWords(lane, t) {
  return `layer ${lane.layer}, ${lane.direction}, timestep ${t}`;
}

/** One moment as a sentence to be heard. */
export function sentence(moment) {
  const { lane, t, unit, phase, gate, row } = moment;
  const name = lane.gateNames[gate];
  const place = `${placeWords(lane, t)}: unit ${unit}`;
  const of = (part, index) => spoken(valueOf(lane, part, t, index));
  const ofGate = name && `, gate ${name}`;
  switch (lane.phases[phase]) {
    case "wx":
      return `${place}${ofGate}, W_ih x is ${of("wx", row)}`;
    case "wh":
      return `${place}${ofGate}, W_hh h is ${of("wh", row)}`;
    case "a":
      return `${place}${ofGate}, pre-activation a is ${of("a", row)}`;
    case "gates":
      return `${place}, gate ${name} is ${lane.activations[gate]} of ${of("a", row)}, ${of("gates", row)}`;
    case "c":
      return `${place}, cell state c is ${of("c", unit)}`;
  }
  const h = unit < lane.stateSize ? of("h", unit) : "projected away";
  return lane.kind === "RNN"
    ? `${place} is ${lane.activations[0]} of ${of("a", row)}, ${h}`
    : `${place}, state h is ${h}`;
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
  const feature = unit + (lane.direction === "reverse" ? run.lanes[lane.index - 1].stateSize : 0);
  return `output[${indexOf(run, t, feature)}]`;
}

/** Where output has a feature at a timestep, within its brackets. */
export function indexOf(run, t, feature) {
  if (!run.batched) {
    return `${t}, ${feature}`;
  }
  return run.batchFirst ? `${run.sample}, ${t}, ${feature}` : `${t}, ${run.sample}, ${feature}`;
}

/** A unit of h_0 or h_n, in torch's layout. */
export function stateName(run, name, lane, unit) {
  return run.batched
    ? `${name}[${lane.index}, ${run.sample}, ${unit}]`
    : `${name}[${lane.index}, ${unit}]`;
}

/** The verdict on the wrong order, as two sentences. */
export function verdictWords(run) {
  const { difference, limit, first, mistake } = run.whatIf;
  if (first.length === 0 && mistake) {
    const off = Number.isFinite(difference)
      ? `max |output − torch.nn| = ${exact(difference, "float32")}`
      : "output has another shape, or numbers where torch.nn has none";
    return difference > limit
      ? `With ${mistake} every state is right, and what is returned is wrong: ${off}.`
      : `With ${mistake} no state and no output is wrong here: ${off}.`;
  }
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
    `${mistake ? `With ${mistake}` : "Wrong"}: max |output − torch.nn| = ${exact(difference, "float32")}; up to ${limit.toExponential(0)} counts as equal. ` +
    `First wrong: ${places.join(" and ")}.` +
    (mistake ? "" : " The states they need of the other direction are not there yet.")
  );
}

/** One unit's sum in full precision, as one would paste it. */
export function equation(lane, t, row, terms) {
  const sum = terms.map(({ weight, value, part, share }) => {
    const reset = share === 1 ? "" : `${ascii(share)}*`;
    return reset + (part === "b" ? ascii(weight) : `${ascii(weight)}*${ascii(value)}`);
  });
  const gate = Math.floor(row / lane.hiddenSize);
  const [made, letter] = lane.kind === "RNN" ? ["h", "h"] : ["gates", lane.gateNames[gate]];
  const [a, out] = [valueOf(lane, "a", t, row), valueOf(lane, made, t, row)];
  const name = `${letter}[${t}][${row % lane.hiddenSize}]`;
  const act = lane.activations[gate];
  return `${name} = ${act}(${sum.join(" + ")}) = ${act}(${ascii(a)}) = ${ascii(out)}`;
}

function ascii(value) {
  return value < 0 ? `(${value})` : String(value);
}
