// What is written beside the unrolled map.
import { textWidth, widthOf } from "./letters.js";

// Pixels.
export const NAMES = 74;
const FONT = 11;
// Columns have room for "t = 12".
const ROOMY = 40;
// A digit is about so wide.
const DIGIT = 6;
// Of crowded timesteps every so manieth has a name.
const EVERY = [2, 5, 10, 20, 50];

/** The names of layers, lanes, input and output, left of everything, and of the timesteps below. */
export function nameItems(view, plan, list, size) {
  const { run, moment, palette } = view;
  const right = { kind: "text", x: NAMES - 12, anchor: "end", size: FONT };
  const room = lanePitch(plan);
  plan.bands.forEach((band, layer) => {
    const middle = (band.top + band.bottom) / 2 + 4;
    const x = room >= 24 ? NAMES - 12 : 8;
    const anchor = room >= 24 ? "end" : "start";
    const y = run.numDirections === 2 || room < 24 ? middle : middle - 14;
    const text = `layer ${layer + (run.firstLayer ?? 0)}`;
    list.push({ ...right, x, anchor, y, text, weight: 600, fill: palette.text });
  });
  for (const lane of run.lanes) {
    const forward = lane.direction === "forward";
    const { top, height } = plan.lanes[lane.index];
    const text = room >= 24 ? (forward ? "forward →" : "← reverse") : forward ? "→" : "←";
    const color = forward ? palette.forward : palette.reverse;
    list.push({ ...right, y: top + height / 2 + 4, text, fill: color });
  }
  const muted = { ...right, fill: palette.muted };
  const input = (plan.inputTop + plan.inputBottom) / 2 + 4;
  list.push({ ...muted, y: input, text: run.bottomName ?? "input x" });
  list.push({ ...muted, y: plan.bands.at(-1).pill + 9, text: run.topName ?? "output" });
  if (view.print && plan.slots.width(plan.from) < ROOMY) {
    list.push({ ...muted, y: plan.inputBottom + 14, text: "timestep" });
  }
  timeItems(view, plan, list, size);
}

/** From lane to lane; a lane alone has room enough. */
export function lanePitch({ lanes }) {
  return lanes.length > 1 ? Math.abs(lanes[0].top - lanes[1].top) : 40;
}

function timeItems(view, plan, list, size) {
  const { run, moment, palette } = view;
  const below = { kind: "text", anchor: "middle", size: FONT };
  for (let t = plan.from; t < plan.to; t++) {
    const chosen = t === moment.t && !moment.away;
    const name = t + (run.firstT ?? 0);
    const x = plan.middle(t);
    const fill = chosen ? palette.text : palette.muted;
    const weight = chosen ? 600 : 400;
    const wide = plan.slots.width(t) >= ROOMY;
    const y = Math.min(plan.inputBottom + 14, size.height - (run.labels ? 20 : 5));
    if (!chosen && isCrowded(view, plan, t)) {
      continue;
    }
    list.push({ ...below, x, y, text: wide ? `t = ${name}` : String(name), fill, weight });
    if (run.labels) {
      const text = view.print ? fitted(run.labels[t], plan.slots.width(t)) : run.labels[t];
      list.push({ ...below, x, y: y + 15, size: FONT + 2, text, fill, weight });
    }
  }
  if (plan.slots.stop - plan.slots.start < run.seqLen) {
    for (const t of [0, run.seqLen - 1]) {
      if (!plan.slots.full(t)) {
        list.push({
          ...below,
          x: plan.middle(t),
          y: plan.inputBottom + 14,
          text: String(t + (run.firstT ?? 0)),
          fill: palette.muted,
        });
      }
    }
  }
}

/**
 * Whether the name of a timestep has no room beside the others; on the screen, where columns are
 * never so narrow, all have.
 */
function isCrowded({ print, run, moment }, plan, t) {
  const first = run.firstT ?? 0;
  const needed = DIGIT * String(run.seqLen - 1 + first).length + DIGIT;
  const slot = plan.slots.width(t);
  if (!print || slot >= needed) {
    return false;
  }
  const every = EVERY.find((count) => count * slot >= needed) ?? EVERY.at(-1);
  const besideChosen = !moment.away && Math.abs(t - moment.t) * slot < needed;
  return (t + first) % every !== 0 || besideChosen;
}

/** A token, cut to the width of a column. */
function fitted(text, width) {
  const letters = Array.from(text);
  if (letters.length === 1 || textWidth(text) <= width) {
    return text;
  }
  let room = width - widthOf("…");
  const kept = letters.findIndex((one) => (room -= widthOf(one)) < 0);
  return `${letters.slice(0, Math.max(kept, 1)).join("")}…`;
}
