// What a cell makes of its sums: activations and their slopes, by name or from a sampled curve.

const clip = (low, high) => (a) => Math.min(Math.max(a, low), high);

// at(a); slope(a, out); how the slope is reckoned.
const NAMED = {
  tanh: { at: Math.tanh, slope: (a, out) => 1 - out * out, how: "1 − tanh²" },
  relu: { at: (a) => Math.max(0, a), slope: (a) => Number(a > 0), how: "1 above 0" },
  sigmoid: {
    at: (a) => 1 / (1 + Math.exp(-a)),
    slope: (a, out) => out * (1 - out),
    how: "σ (1 − σ)",
  },
  hardtanh: { at: clip(-1, 1), slope: (a) => Number(Math.abs(a) < 1), how: "1 within ±1" },
  hardsigmoid: {
    at: (a) => clip(0, 6)(a + 3) / 6,
    slope: (a) => (Math.abs(a) < 3 ? 1 / 6 : 0),
    how: "1/6 within ±3",
  },
  "hardsigmoid_0.2": {
    at: (a) => clip(0, 1)(0.2 * a + 0.5),
    slope: (a) => (Math.abs(a) < 2.5 ? 0.2 : 0),
    how: "0.2 within ±2.5",
  },
  softsign: {
    at: (a) => a / (1 + Math.abs(a)),
    slope: (a, out) => (1 - Math.abs(out)) ** 2,
    how: "(1 − |out|)²",
  },
  identity: { at: (a) => a, slope: () => 1, how: "everywhere" },
};

/** The activation of one of a lane's places at a. */
export function activate(lane, place, a) {
  return NAMED[lane.activations[place]]?.at(a) ?? sampled(lane, place, a)[0];
}

/** How much what comes out changes with a, and how that is reckoned. */
export function slopeOf(lane, place, a, out) {
  const named = NAMED[lane.activations[place]];
  return named
    ? [named.slope(a, out), named.how]
    : [sampled(lane, place, a)[1], "between two samples"];
}

/** A function of one's own between the samples that came with the run: [value, slope]. */
function sampled({ curves, widths }, place, a) {
  const count = widths.curves;
  const [first, step] = [curves[0], curves[1] - curves[0]];
  const left = Math.floor(clip(0, count - 2)((a - first) / step));
  const start = (1 + place) * count + left;
  const slope = (curves[start + 1] - curves[start]) / step;
  const share = clip(0, 1)((a - first) / step - left);
  return [curves[start] + share * step * slope, slope];
}
