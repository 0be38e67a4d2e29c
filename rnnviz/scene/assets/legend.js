// What the colours mean: one scale, and how far it runs for each kind of number.
import { colorOf, stopsInUse } from "./colors.js";
import { BAR_SHADE } from "./drill.js";

// Pixels.
const BAR = 88;
const LINE = 16;
const FOOT = 4;
const SIZE = 11;
// Letters of this size are about so wide.
const LETTER = 5.3;
// Pixels between two scales.
const GAP = 18;

/** The ranges in words: "h ±1, x ±1, weights ±0.5, sums ±2". */
export function rangeWords({ run, fit }) {
  const { h, x, weight, product } = run.limits;
  const found = [`h ±${plain(h[fit])}`, `x ±${plain(x[fit])}`];
  found.push(`weights ±${plain(weight[fit])}`, `sums ±${plain(product[fit])}`);
  if (run.limits.c) {
    found.splice(1, 0, `c ±${plain(run.limits.c[fit])}`);
  }
  return found.join(", ");
}

/** Whether some numbers lie between 0 and 1, on a scale of their own. */
export function hasGates(run) {
  return run.lanes.some((lane) => lane.gateNames.length > 1);
}

function plain(limit) {
  return String(Number(limit.toPrecision(3)));
}

/**
 * The legend as a display list, for pictures that leave the page; it wraps where it must. Beside a
 * view alone, "map" or "drill", it explains what stands on one.
 */
export function legendList(view, left, width, alone = "") {
  const blocks = scales(view, width - left, alone);
  const list = [];
  let [x, y, bottom] = [left, 0, 0];
  for (const { items, wide, high } of blocks) {
    if (x > left && x + wide > width) {
      [x, y] = [left, bottom];
    }
    const [right, down] = [x, y];
    list.push(...items.map((item) => ({ ...item, x: item.x + right, y: item.y + down })));
    x += wide + GAP;
    bottom = Math.max(bottom, y + high);
  }
  return [list, width, bottom + FOOT];
}

/** The scales that a view has. */
function scales(view, room, alone) {
  const [signed, shares] = stopsInUse();
  if (alone === "drill") {
    const colors = [-1, 1].map((sign) => colorOf(sign * BAR_SHADE, 1, view.palette));
    return [scale(view, colors, "−", "+  terms, each a weight times what it weighs", room)];
  }
  const { h, x } = view.run.limits;
  const ofMap = `h ±${plain(h[view.fit])}, x ±${plain(x[view.fit])}`;
  const words = alone === "map" ? ofMap : rangeWords(view);
  const found = [scale(view, signed, "−", `+  full colour at ${words}`, room)];
  if (hasGates(view.run) && alone !== "map") {
    found.push(scale(view, shares, "0", "1  gates", room));
  }
  return found;
}

/** A bar of colours between its ends, and words in as many lines as they need. */
function scale({ palette }, stops, low, words, room) {
  const step = BAR / stops.length;
  const items = stops.map((fill, index) => {
    return { kind: "rect", x: 12 + index * step, y: 4, width: step, height: 10, fill };
  });
  const text = { kind: "text", size: SIZE, fill: palette.muted };
  items.push({ ...text, x: 0, y: 13, text: low });
  const start = BAR + 16;
  const lines = wrapped(words, Math.floor((room - start) / LETTER));
  lines.forEach((line, index) => {
    items.push({ ...text, x: start, y: 13 + LINE * index, text: line });
  });
  const longest = Math.max(...lines.map((line) => line.length));
  return { items, wide: start + LETTER * longest, high: LINE * lines.length };
}

/** Words in lines of at most so many letters, parted at commas. */
function wrapped(words, most) {
  const lines = [];
  for (const piece of words.split(/(?<=,) /)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + piece.length <= most) {
      lines[lines.length - 1] = `${last} ${piece}`;
    } else {
      lines.push(piece);
    }
  }
  return lines;
}
