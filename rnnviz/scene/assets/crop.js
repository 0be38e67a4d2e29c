// Some layers, directions, units and timesteps of a run as a run of its own, for the map.
import { previousOf, readAt, stateBefore } from "./run.js";

/**
 * A part of a run, drawn as a whole one is. Names on it count as in the whole: `firstT`,
 * `firstLayer`, and `startName` and `endName` of its lanes, say where it lies.
 *
 * @param {import("./run.js").Run} run
 * @param {{layers: [number, number], directions: string[], units: [number, number]|null,
 *   timesteps: [number, number]}} part - from the first to before the second.
 */
export function cropped(run, { layers, directions, units, timesteps }) {
  const [first, end] = timesteps;
  const kept = run.lanes.filter(
    ({ layer, direction }) =>
      layer >= layers[0] && layer < layers[1] && directions.includes(direction),
  );
  const lowest = run.lanes.find((lane) => lane.layer === layers[0]);
  const count = end - first;
  const part = {
    ...run,
    hash: `${run.hash} ${JSON.stringify([layers, directions, units, timesteps])}`,
    seqLen: count,
    inputSize: lowest.inputSize,
    firstT: first,
    firstLayer: layers[0],
    bottomName: layers[0] === 0 ? "input x" : `h, layer ${layers[0] - 1}`,
    topName: layers[1] === run.numLayers ? "output" : `h, layer ${layers[1] - 1}`,
    numLayers: layers[1] - layers[0],
    numDirections: directions.length,
    labels: run.labels?.slice(first, end) ?? null,
    x: Float64Array.from({ length: count * lowest.inputSize }, (_, place) =>
      readAt(
        run,
        lowest,
        first + Math.floor(place / lowest.inputSize),
        place % lowest.inputSize,
      ),
    ),
    // What the lowest layer shown reads are states above layer 0.
    limits: layers[0] === 0 ? run.limits : { ...run.limits, x: run.limits.h },
    layout: croppedLayout(run, kept, layers),
    whole: kept,
  };
  part.lanes = kept.map((lane, index) => croppedLane(run, lane, index, part, units));
  return part;
}

function croppedLane(run, lane, index, part, units) {
  const [from, to] = units ?? [0, lane.stateSize];
  const stateSize = Math.min(to, lane.stateSize) - from;
  const hiddenSize = units ? Math.min(to, lane.hiddenSize) - from : lane.hiddenSize;
  const isThere = ([quantity, , , unit]) =>
    unit === null || (unit >= from && unit - from < (quantity === "h" ? stateSize : hiddenSize));
  const { firstT: first, seqLen } = part;
  const forward = lane.direction === "forward";
  const before = previousOf(run, lane, forward ? first : first + seqLen - 1);
  const atEnd = forward ? first + seqLen === run.seqLen : first === 0;
  const h = new Float64Array(seqLen * stateSize);
  for (let place = 0; place < h.length; place++) {
    const t = first + Math.floor(place / stateSize);
    h[place] = lane.h[t * lane.stateSize + from + (place % stateSize)];
  }
  return {
    ...lane,
    index,
    layer: lane.layer - part.firstLayer,
    hiddenSize,
    stateSize,
    wholeSize: lane.stateSize,
    firstUnit: from,
    h,
    widths: { ...lane.widths, h: stateSize },
    h_0: Float64Array.from({ length: stateSize }, (_, unit) =>
      stateBefore(run, lane, forward ? first : first + seqLen - 1, from + unit),
    ),
    startName: before === null ? "h_0" : `h[${before}]`,
    endName: atEnd ? `h_n[${lane.index}]` : "…",
    clamps: lane.clamps.filter(isThere).map(([name, start, stop, unit, words]) => [
      name,
      Math.max(start - first, 0),
      Math.min(stop - first, seqLen),
      unit === null ? null : unit - from,
      words,
    ]),
  };
}

/** The heights of the kept lanes, with the same gaps as in the whole. */
function croppedLayout(run, kept, layers) {
  const [top, inputTop, bands] = run.layout;
  const gap = bands[0][0] - inputTop;
  const above = top - bands.at(-1)[2];
  let bottom = inputTop;
  const lower = (by, [low, high]) => [low - by, high - by];
  const moved = bands.slice(...layers).map(([low, high, pill, pairs], place) => {
    const own = run.lanes.filter((lane) => lane.layer === layers[0] + place);
    const shown = pairs.filter((_, index) => kept.includes(own[index]));
    // What is left out of a band closes up.
    const missing = high - low - (pairs[0][0] - low) - (high - pairs.at(-1)[1]);
    const height = shown.at(-1)[1] - shown[0][0];
    const start = bottom + gap;
    const end = start + (high - low) - missing + height;
    const by = shown[0][0] - (start + (pairs[0][0] - low));
    bottom = end + (pill - high) + (bands[1] ? bands[1][0] - bands[0][2] - gap : 0);
    return [start, end, end + (pill - high), shown.map((pair) => lower(by, pair))];
  });
  return [moved.at(-1)[2] + above, inputTop, moved];
}

/** A moment of the whole run as one of its part, which may not hold the cell in the light. */
export function croppedMoment(moment, part) {
  const { firstT: first, seqLen, whole, lanes } = part;
  const place = whole.indexOf(moment.lane);
  const t = Math.min(Math.max(moment.t - first, 0), seqLen - 1);
  const away = place < 0 || t !== moment.t - first;
  // A copy is none of the lanes that are drawn, so that nothing is in the light.
  const lane = away ? { ...lanes[Math.max(place, 0)], index: -1 } : lanes[place];
  const unit = moment.unit - lane.firstUnit;
  return {
    ...moment,
    lane,
    t,
    // No frame is drawn around a unit that is not there.
    unit: unit < 0 ? Infinity : unit,
    away,
    done: (index, step) => moment.done(whole[index].index, first + step),
  };
}
