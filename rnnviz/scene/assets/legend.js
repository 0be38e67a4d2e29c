// What the colours mean: one scale, and how far it runs for each kind of number.
import { stopsInUse } from "./colors.js";

// Pixels.
const BAR = 88;
const LINE = 16;
const FOOT = 4;
const SIZE = 11;
// Letters of this size are about so wide.
const LETTER = 5.6;

/** The ranges in words: "h ±1, x ±1, weights ±0.5, sums ±2". */
export function rangeWords(view) {
  return ranges(view).join(", ");
}

function ranges({ run, fit }) {
  const { h, x, weight, product } = run.limits;
  const found = [`h ±${plain(h[fit])}`, `x ±${plain(x[fit])}`];
  found.push(`weights ±${plain(weight[fit])}`, `sums ±${plain(product[fit])}`);
  if (run.limits.c) {
    found.splice(1, 0, `c ±${plain(run.limits.c[fit])}`);
  }
  return found;
}

/** Whether some numbers lie between 0 and 1, on a scale of their own. */
export function hasGates(run) {
  return run.lanes.some((lane) => lane.gateNames.length > 1);
}

function plain(limit) {
  return String(Number(limit.toPrecision(3)));
}

/** The legend as a display list, for pictures that leave the page; it wraps where it must. */
export function legendList(view, left, width) {
  const [signed, shares] = stopsInUse();
  const list = [];
  const parts = [scale(view, signed, "−", "+", "full colour at")];
  const named = ranges(view);
  named.forEach((words, index) =>
    parts.push(text(view, words + (index < named.length - 1 ? "," : ""))),
  );
  if (hasGates(view.run)) {
    parts.push(scale(view, shares, "0", "1", "gates"));
  }
  let [x, y] = [left, 0];
  for (const [items, wide] of parts) {
    if (x > left && x + wide > width) {
      [x, y] = [left, y + LINE];
    }
    const [right, down] = [x, y];
    list.push(...items.map((item) => ({ ...item, x: item.x + right, y: item.y + down })));
    x += wide;
  }
  return [list, width, y + LINE + FOOT];
}

/** A bar of colours between its ends, and what it is about: [items, width]. */
function scale(view, stops, low, high, words) {
  const step = BAR / stops.length;
  const items = stops.map((fill, index) => {
    return { kind: "rect", x: 12 + index * step, y: 4, width: step, height: 10, fill };
  });
  const [before] = text(view, low);
  const [after, wide] = text(view, `${high}  ${words}`);
  items.push(...before, ...after.map((item) => ({ ...item, x: BAR + 16 })));
  return [items, BAR + 16 + wide];
}

function text({ palette }, words) {
  const item = { kind: "text", x: 0, y: 13, size: SIZE, text: words, fill: palette.muted };
  return [[item], LETTER * words.length + 6];
}
