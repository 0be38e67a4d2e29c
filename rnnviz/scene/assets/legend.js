// What the colours mean: one scale, and how far it runs for each kind of number.
import { SHARED } from "./shared.js";

const BAR = 88;
const HEIGHT = 20;

/** The ranges in words: "h ±1, x ±1, weights ±0.5, sums ±2". */
export function rangeWords({ run, fit }) {
  const { h, x, weight, product } = run.limits;
  const ranges = [`h ±${plain(h[fit])}`, `x ±${plain(x[fit])}`];
  ranges.push(`weights ±${plain(weight[fit])}`, `sums ±${plain(product[fit])}`);
  if (run.limits.c) {
    ranges.splice(1, 0, `c ±${plain(run.limits.c[fit])}`);
  }
  return ranges.join(", ");
}

/** Whether some numbers lie between 0 and 1, on a scale of their own. */
export function hasGates(run) {
  return run.lanes.some((lane) => lane.gateNames.length > 1);
}

function plain(limit) {
  return String(Number(limit.toPrecision(3)));
}

/** The legend as a display list, for pictures that leave the page. */
export function legendList(view, left) {
  const { palette } = view;
  const step = BAR / SHARED.stops.length;
  const text = { kind: "text", y: 13, size: 11, fill: palette.muted };
  const list = SHARED.stops.map((fill, index) => {
    return { kind: "rect", x: left + 14 + index * step, y: 4, width: step, height: 10, fill };
  });
  list.push({ ...text, x: left + 2, text: "−" });
  list.push({ ...text, x: left + BAR + 18, text: `+   full colour at ${rangeWords(view)}` });
  if (hasGates(view.run)) {
    const start = left + BAR + 390;
    SHARED.shareStops.forEach((fill, index) => {
      list.push({ kind: "rect", x: start + index * 5, y: 4, width: 5, height: 10, fill });
    });
    list.push({ ...text, x: start + 52, text: "gates, 0 to 1" });
  }
  return [list, left + BAR + (hasGates(view.run) ? 540 : 380), HEIGHT];
}
