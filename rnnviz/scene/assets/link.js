// A moment as text in an address, and back.
import { REST } from "./order.js";
import { focused } from "./walk.js";

/** A moment as it stands in a link: layer.direction.t.unit, and the phase where it is not the last. */
export function linkOf(moment) {
  const { lane, t, unit, phase } = moment;
  const words = [lane.layer, lane.direction, t, unit];
  const { phases } = lane;
  return (phase < phases.length - 1 ? [...words, phases[phase]] : words).join(".");
}

/** The state of a link, or the given one where the link names nothing of this run. */
export function fromLink(run, schedule, state, link) {
  const [, layer, direction, t, unit, phase] =
    /^(\d{1,6})\.(forward|reverse)\.(\d{1,6})\.(\d{1,6})(?:\.(\w+))?$/.exec(link ?? "") ?? [];
  const lane = run.lanes.find((one) => one.layer === Number(layer) && one.direction === direction);
  if (!lane || Number(t) >= run.seqLen || Number(unit) >= lane.hiddenSize) {
    return null;
  }
  const there = focused(run, schedule, state, lane.index, Number(t), Number(unit));
  const { phases } = lane;
  const part = phases.indexOf(phase);
  const tau = Math.floor(there.tau) + (part + 1) / phases.length - REST;
  return part < 0 ? there : { ...there, tau };
}
