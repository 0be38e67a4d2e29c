// Which place a timestep has: a column, or beyond a certain length a thin stripe.
import { SHARED } from "./shared.js";

// Pixels. A column this wide is readable, however many there are.
const ROOMY = 44;
const MAX_WINDOW_SLOT = 52;

/**
 * Columns for a few timesteps around the focus and stripes for the rest, or columns for all.
 *
 * The window moves in strides, so that most steps leave everything where it is.
 *
 * @param {number} seqLen
 * @param {number} left - where timestep 0 begins.
 * @param {number} width - for all timesteps.
 * @param {number} focus - the timestep that must have a column.
 * @returns {{left: (t: number) => number, width: (t: number) => number, full: (t: number) =>
 *   boolean, start: number, stop: number, at: (x: number) => number}} start and stop bound the
 *   columns; `at` gives the timestep at a place.
 */
export function slotsOf(seqLen, left, width, focus) {
  if (seqLen <= SHARED.maxFullSteps || width / seqLen >= ROOMY) {
    const slot = width / seqLen;
    return build(seqLen, left, 0, seqLen, slot, slot);
  }
  const count = SHARED.windowSteps;
  const stride = SHARED.windowStride;
  const wanted = Math.floor(focus / stride) * stride - (count - stride) / 2;
  const start = Math.min(Math.max(wanted, 0), seqLen - count);
  const slot = Math.min(MAX_WINDOW_SLOT, (0.62 * width) / count);
  const thin = (width - slot * count) / (seqLen - count);
  return build(seqLen, left, start, start + count, slot, thin);
}

function build(seqLen, left, start, stop, slot, thin) {
  const leftOf = (t) =>
    left +
    Math.min(t, start) * thin +
    Math.min(Math.max(t - start, 0), stop - start) * slot +
    Math.max(t - stop, 0) * thin;
  return {
    start,
    stop,
    left: leftOf,
    width: (t) => (t >= start && t < stop ? slot : thin),
    full: (t) => t >= start && t < stop,
    at: (x) => {
      const first = leftOf(start);
      const last = leftOf(stop);
      const t =
        x < first
          ? (x - left) / thin
          : x < last
            ? start + (x - first) / slot
            : stop + (x - last) / thin;
      return Math.min(Math.max(Math.floor(t), 0), seqLen - 1);
    },
  };
}
