// What the colours mean: one scale, and how far it runs for each kind of number.
import { SHARED } from "./shared.js";

const BAR = 88;
const HEIGHT = 20;

/** The ranges in words: "h ±1, x ±1, weights ±0.5, sums ±2". */
export function rangeWords({ run, fit }) {
  const { h, x, weight, product } = run.limits;
  const ranges = [`h ±${plain(h[fit])}`, `x ±${plain(x[fit])}`];
  ranges.push(`weights ±${plain(weight[fit])}`, `sums ±${plain(product[fit])}`);
  return ranges.join(", ");
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
  return [list, left + BAR + 380, HEIGHT];
}
