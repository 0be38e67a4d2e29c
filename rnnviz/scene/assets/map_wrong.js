// The wrong order on the map: what is missing, what is read instead, and where it first went wrong.
import { laneOf, sourceOf } from "./run.js";

/** A mark under every wrong state, and a frame around the first ones. */
export function wrongItems(view, plan, list) {
  const { run, moment, palette } = view;
  for (const lane of run.lanes) {
    const { top, height } = plan.lanes[lane.index];
    for (let t = plan.from; t < plan.to; t++) {
      if (run.whatIf.wrong[lane.index][t] === "1" && moment.done(lane.index, t)) {
        const place = { x: plan.middle(t) - plan.cell / 2, y: top + height + 1 };
        const size = { width: plan.cell, height: 2.5 };
        list.push({ kind: "rect", ...place, ...size, fill: palette.alarm });
      }
    }
  }
  for (const [layer, direction, t] of run.whatIf.first) {
    const lane = laneOf(run, layer, direction);
    if (moment.done(lane.index, t) || (moment.lane === lane && moment.t === t)) {
      firstItems(view, plan, list, lane, t);
    }
  }
}

function firstItems({ palette }, plan, list, lane, t) {
  const { top, height } = plan.lanes[lane.index];
  const width = plan.slots.full(t) ? plan.cell : Math.max(4, plan.slots.width(t));
  const x = plan.middle(t) - width / 2;
  const frame = { x: x - 7, y: top - 7, width: width + 14, height: height + 14, radius: 5 };
  list.push({ kind: "rect", ...frame, stroke: palette.alarm, line: 2, dash: [5, 3] });
  const hit = { part: "first wrong", lane: lane.index, t };
  label(palette, list, x + width / 2, top - 9, "first wrong", hit);
}

// Pixels; letters of this size and weight are about so wide.
const SIZE = 10;
const LETTER = 5.4;

/** Words around a place, on a ground of their own, as cells and arrows lie below. */
function label(palette, list, middle, y, text, hit) {
  const width = LETTER * text.length + 6;
  const place = { x: middle - width / 2, y: y - SIZE, width, height: SIZE + 4 };
  list.push({ kind: "rect", ...place, radius: 3, fill: palette.surface, opacity: 0.92 });
  const words = { text, size: SIZE, weight: 600, anchor: "middle", fill: palette.alarm };
  const box = [place.x, place.y, width, place.height];
  list.push({ kind: "text", x: middle, y, ...words, ...(hit && { hit, box }) });
}

/** For the update in the light: the state it needs, and the one it takes in its place. */
export function missingItems({ run, moment, palette }, plan, list) {
  const { lane, t } = moment;
  if (lane.below.length < 2) {
    return;
  }
  lane.below.forEach((below, part) => {
    const first = part === 0 ? 0 : lane.below[0].stateSize;
    const taken = sourceOf(run, lane, t, first).t;
    if (taken === t) {
      return;
    }
    const there = moment.done(below.index, t);
    link(plan, list, lane, t, below, t, { stroke: palette.alarm, dash: [5, 4], line: 2 });
    link(plan, list, lane, t, below, taken, { stroke: palette.alarm, line: 1.4, opacity: 0.75 });
    const { top, height } = plan.lanes[below.index];
    const frame = {
      width: plan.cell + 6,
      height: height + 6,
      radius: 3,
      stroke: palette.alarm,
      line: 2,
    };
    for (const [step, text] of [
      [t, there ? "needed, not read" : "needed, not there yet"],
      [taken, "read instead"],
    ]) {
      if (plan.slots.full(step)) {
        const x = plan.middle(step) - plan.cell / 2 - 3;
        list.push({ kind: "rect", x, y: top - 3, ...frame, dash: step === t ? [4, 3] : undefined });
        const below = step === t ? 14 : 28;
        label(palette, list, plan.middle(step), top + height + below, text);
      }
    }
  });
}

function link(plan, list, lane, t, below, from, paint) {
  const source = plan.lanes[below.index];
  const goal = plan.lanes[lane.index];
  const x = plan.middle(from);
  const end = plan.middle(t) + 3;
  const stop = goal.top + goal.height + 4;
  const half = (source.top + stop) / 2;
  list.push({
    kind: "path",
    d: `M${x} ${source.top}C${x} ${half} ${end} ${half} ${end} ${stop}`,
    ...paint,
  });
}
