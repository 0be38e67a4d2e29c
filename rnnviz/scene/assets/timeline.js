// The timeline: every update in its order, grouped by lane, and where one is.
import { REST } from "./order.js";
import { paintCanvas, sized } from "./paint.js";

const HEIGHT = 34;
const TOP = 17;
const BAR = 12;
const KNOB = 6.5;
const TICK_ROOM = 4;

/** The groups of a schedule with a name: [start, stop, words, short words, direction]. */
function groupsOf(run, schedule, state) {
  if (state.walk === "time") {
    return [[0, run.seqLen, "timesteps", "t", null]];
  }
  return schedule.groups.map((start, index) => {
    const stop = schedule.groups[index + 1] ?? schedule.length;
    const lane = run.lanes[schedule.lanes[start]];
    if (state.order === "layer-first") {
      const arrow = lane.direction === "forward" ? "→" : "←";
      return [
        start,
        stop,
        `layer ${lane.layer} ${lane.direction}`,
        `${lane.layer}${arrow}`,
        lane.direction,
      ];
    }
    return state.order === "both"
      ? [start, stop, `layer ${lane.layer}, both`, `${lane.layer}`, null]
      : [start, stop, `step ${index}`, `${index}`, null];
  });
}

/** Where one is on the timeline, 0 to 1. */
function shareOf(run, schedule, state) {
  return state.walk === "time"
    ? (Math.min(Math.floor(state.t), run.seqLen - 1) + 1) / run.seqLen
    : Math.min(state.tau / schedule.length, 1);
}

/** Paint the timeline on a canvas of a given width. */
export function paintTimeline(canvas, view, state, width) {
  const { run, schedule, palette } = view;
  const count = state.walk === "time" ? run.seqLen : schedule.length;
  const at = shareOf(run, schedule, state) * width;
  const list = groupsOf(run, schedule, state).flatMap((group) =>
    groupItems(group, width / count, at, palette),
  );
  const knob = { fill: palette.surface, stroke: palette.text, line: 2 };
  const x = Math.min(Math.max(at, KNOB + 1), width - KNOB - 1);
  list.push({ kind: "circle", x, y: TOP + BAR / 2, r: KNOB, ...knob });
  paintCanvas(sized(canvas, width, HEIGHT), list);
}

/** One group: its ground, the part that is passed, a tick per step, and its name. */
function groupItems([start, stop, words, brief, direction], step, at, palette) {
  const [x, size] = [start * step, (stop - start) * step];
  const soft = direction ? palette[`${direction}_soft`] : palette.hairline;
  const strong = direction ? palette[direction] : palette.muted;
  const bar = { kind: "rect", x, y: TOP, height: BAR, radius: 2 };
  const list = [{ ...bar, width: Math.max(size - 1.5, 0.5), fill: soft, opacity: 0.65 }];
  const passed = Math.min(Math.max(at - x, 0), size - 1.5);
  if (passed > 0) {
    list.push({ ...bar, width: passed, fill: strong });
  }
  if (step >= TICK_ROOM && stop - start > 1) {
    const places = Array.from({ length: stop - start - 1 }, (_, k) => x + (k + 1) * step);
    const d = places.map((place) => `M${place} ${TOP}v${BAR}`).join("");
    list.push({ kind: "path", d, stroke: palette.surface, line: 1 });
  }
  const room = size / 5.4;
  const text = words.length <= room ? words : brief.length + 1 <= room ? brief : "";
  const fill = direction ? strong : palette.muted;
  list.push({ kind: "text", x: x + 1, y: 11, size: 10.5, text, fill });
  return list;
}

/** The tau or timestep at a share of the timeline: the update there, complete. */
export function stateAt(run, schedule, state, share) {
  const inside = Math.min(Math.max(share, 0), 1 - 1e-9);
  return state.walk === "time"
    ? { ...state, t: Math.floor(inside * run.seqLen) }
    : { ...state, tau: Math.floor(inside * schedule.length) + 1 - REST };
}
