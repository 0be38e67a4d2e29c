// In which order the updates are computed, and what a moment of it shows.
import { SHARED } from "./shared.js";

// How far before the end of an update the walk rests: there all of it is shown.
export const REST = 1e-6;

/**
 * @typedef {Object} Schedule
 * @property {number} length - how many updates.
 * @property {Uint16Array} lanes - the lane of each.
 * @property {Uint16Array} steps - its timestep.
 * @property {Int32Array} places - [lane * seqLen + t]: when that update comes.
 * @property {number[]} groups - the updates at which a lane begins; with both directions at once a
 *   layer, with time first a timestep.
 */

/** The order in which a run can be walked: with lengths of their own, samples have no time first. */
export function orderOf(run, order) {
  return run.oneOrder && order === "time-first" ? "layer-first" : order;
}

/** Every update in one of the orders of `rnnviz.scene.schedules`. @returns {Schedule} */
export function scheduleOf(run, order) {
  const layers = Array.from({ length: run.numLayers }, (_, layer) => layer);
  const directions = Array.from({ length: run.numDirections }, (_, direction) => direction);
  const steps = Array.from({ length: run.seqLen }, (_, step) => step);
  const ranges = { layer: layers, direction: directions, step: steps };
  const [outer, middle, inner] = SHARED.orders[order];
  const length = run.lanes.length * run.seqLen;
  const schedule = {
    length,
    lanes: new Uint16Array(length),
    steps: new Uint16Array(length),
    places: new Int32Array(length),
    groups: [],
  };
  let k = 0;
  const at = {};
  for (at[outer] of ranges[outer]) {
    for (at[middle] of ranges[middle]) {
      if (inner === "step" || at[middle] === 0) {
        schedule.groups.push(k);
      }
      for (at[inner] of ranges[inner]) {
        const lane = at.layer * run.numDirections + at.direction;
        const t = at.direction === 0 ? at.step : run.seqLen - 1 - at.step;
        schedule.lanes[k] = lane;
        schedule.steps[k] = t;
        schedule.places[lane * run.seqLen + t] = k++;
      }
    }
  }
  return schedule;
}

/**
 * What is in the light, and what of it is there yet.
 *
 * @typedef {Object} Moment
 * @property {number} k - the update, counted from 0.
 * @property {import("./run.js").Lane} lane
 * @property {number} t
 * @property {number} unit
 * @property {number} gate - index into the lane's gates.
 * @property {number} row - of the matrices: that unit of that gate.
 * @property {number} phase - index into the lane's phases.
 * @property {number} share - how far that phase is, 0 to 1.
 * @property {boolean} whole - whether everything is shown as computed.
 * @property {boolean} alongTime
 * @property {(lane: number, t: number) => boolean} done - whether an update is finished.
 */

/**
 * A pure function of tau, t and unit. @returns {Moment}
 *
 * @param {import("./run.js").Run} run
 * @param {Schedule} schedule
 * @param {{walk: string, tau: number, t: number, lane: number, unit: number, gate: number, all: boolean}} state
 */
export function momentOf(run, schedule, state) {
  const alongTime = state.walk === "time";
  const t = Math.min(Math.floor(state.t), run.seqLen - 1);
  const place = schedule.places[state.lane * run.seqLen + t];
  const tau = alongTime ? place + 1 - REST : Math.min(state.tau, schedule.length - REST);
  const k = Math.floor(tau);
  const lane = run.lanes[schedule.lanes[k]];
  const last = lane.phases.length - 1;
  const walked = (tau - k) * lane.phases.length;
  const phase = Math.min(Math.floor(walked), last);
  const share = walked - phase > 1 - 1e-3 ? 1 : walked - phase;
  const whole = alongTime || state.all;
  const finished = phase === last && share === 1;
  const unit = Math.min(state.unit, lane.hiddenSize - 1);
  const gate = Math.min(state.gate, lane.gateNames.length - 1);
  return {
    k,
    lane,
    t: schedule.steps[k],
    unit,
    gate,
    row: gate * lane.hiddenSize + unit,
    phase: whole ? last : phase,
    share: whole ? 1 : share,
    whole,
    alongTime,
    done: (index, step) => {
      const other = schedule.places[index * run.seqLen + step];
      return whole || other < k || (other === k && finished);
    },
  };
}

/** How many rows of a part of the step are shown at a moment: all, none, or some of them. */
export function rowsShown(moment, part, rows) {
  const phase = moment.lane.phases.indexOf(part);
  if (moment.phase !== phase) {
    return moment.phase > phase ? rows : 0;
  }
  return Math.ceil(moment.share * rows - 1e-9);
}
