// How one moves: pure functions from a state to the next one.
import { SHARED } from "./shared.js";
import { REST } from "./order.js";

/** Where everyone starts. */
export const START = {
  walk: "order",
  tau: 0,
  t: 0,
  lane: 0,
  unit: 0,
  gate: 0,
  order: "layer-first",
  grain: "phase",
  speed: 1,
  all: false,
  apart: false,
  quantity: "h",
};

/** Tau at which an update is shown complete. */
export function restAt(k) {
  return k + 1 - REST;
}

/** The next or previous stop in the chosen granularity. */
export function stepped(run, schedule, state, direction) {
  if (state.walk === "time") {
    const t = Math.min(Math.max(Math.floor(state.t) + direction, 0), run.seqLen - 1);
    return { ...state, t };
  }
  if (state.grain === "lane") {
    return jumped(run, schedule, state, direction);
  }
  const partsOf = (k) => (state.grain === "phase" ? run.lanes[schedule.lanes[k]].phases.length : 1);
  const k = Math.floor(state.tau);
  const place = (state.tau - k) * partsOf(k);
  const part = Math.floor(place);
  // One that is under way is finished first.
  const finished = place - part > 1 - 8 * REST;
  const next = direction > 0 && !finished ? part : part + direction;
  const update = k + (next < 0 ? -1 : next >= partsOf(k) ? 1 : 0);
  if (update < 0 || update >= schedule.length) {
    return { ...state, tau: update < 0 ? 1 / partsOf(0) - REST : restAt(schedule.length - 1) };
  }
  const there = update < k ? partsOf(update) - 1 : update > k ? 0 : next;
  return { ...state, tau: update + (there + 1) / partsOf(update) - REST };
}

/** To the end of this lane, or the next one's; backwards to its first update, or the one before. */
export function jumped(run, schedule, state, direction) {
  if (state.walk === "time") {
    return toEnd(run, schedule, state, direction);
  }
  const k = Math.floor(state.tau);
  const ends = schedule.groups.map(
    (start, group) => (schedule.groups[group + 1] ?? schedule.length) - 1,
  );
  const stops = direction > 0 ? ends : [...schedule.groups].reverse();
  const stop = stops.find((place) => (direction > 0 ? place > k : place < k));
  return { ...state, tau: restAt(stop ?? (direction > 0 ? schedule.length - 1 : 0)) };
}

/** To the very first or last stop. */
export function toEnd(run, schedule, state, direction) {
  if (state.walk === "time") {
    return { ...state, t: direction > 0 ? run.seqLen - 1 : 0 };
  }
  return { ...state, tau: restAt(direction > 0 ? schedule.length - 1 : 0) };
}

/** To an update of one lane at one timestep, shown complete; the unit is kept unless given. */
export function focused(run, schedule, state, lane, t, unit = state.unit) {
  const tau = restAt(schedule.places[lane * run.seqLen + t]);
  const most = run.lanes[lane].hiddenSize - 1;
  return { ...state, tau, t, lane, unit: Math.min(unit, most) };
}

/** The other way to move, at the same place. */
export function turned(run, schedule, state, moment, walk) {
  return { ...focused(run, schedule, state, moment.lane.index, moment.t), walk };
}

/** Updates per millisecond at speed 1. `played` counts the updates since play was pressed. */
function paceOf(run, schedule, state, moment, played) {
  const { term, row, cell, lane, timestep } = SHARED.pace;
  if (state.walk === "time") {
    return 1 / timestep;
  }
  if (state.grain === "lane") {
    return schedule.length / schedule.groups.length / lane;
  }
  if (state.grain === "update" || played >= 3) {
    return 1 / cell;
  }
  const { inputSize, stateSize, hiddenSize, phases } = moment.lane;
  const terms = inputSize + stateSize + 1;
  const slow = played === 0 ? term * terms : row * hiddenSize * phases.length;
  return 1 / Math.min(Math.max(slow, cell), SHARED.maxUpdateMs);
}

/** Where playing begins: here, or at the start where this is the end. */
export function fromHere(run, schedule, state) {
  const ended =
    state.walk === "time" ? state.t >= run.seqLen - 1 : state.tau >= schedule.length - 2 * REST;
  return ended ? { ...state, tau: 0, t: 0 } : state;
}

/**
 * Some milliseconds of playing further.
 *
 * @param {{ms: number, played: number, until: number|null}} played - updates since play was
 *   pressed; `until` the update to stop before, if not the end.
 * @returns {{state: Object, ended: boolean}}
 */
export function advanced(run, schedule, state, moment, { ms, played, until }) {
  const by = ms * state.speed * paceOf(run, schedule, state, moment, played);
  if (state.walk === "time") {
    const last = run.seqLen - 1;
    const t = Math.min(state.t + by, last);
    return { state: { ...state, t }, ended: t === last };
  }
  const end = until ?? schedule.length;
  const tau = state.tau + by;
  const ended = tau >= end - REST;
  return { state: { ...state, tau: ended ? restAt(end - 1) : tau }, ended };
}

/** At the same lane and timestep of another run or schedule, or the nearest it has. */
export function carried(run, schedule, state, moment) {
  const same = ({ layer, direction }) =>
    layer === moment.lane.layer && direction === moment.lane.direction;
  const lane = run.lanes.find(same)?.index ?? Math.min(moment.lane.index, run.lanes.length - 1);
  const t = Math.min(moment.t, run.seqLen - 1);
  const there = focused(run, schedule, state, lane, t, moment.unit);
  if (!moment.whole) {
    const walked = (moment.phase + moment.share) / moment.lane.phases.length;
    there.tau = Math.min(Math.floor(there.tau) + walked, there.tau);
  }
  return there;
}
