// How far the colours run for each kind of number.
import { C } from "./run.js";
import { SHARED } from "./shared.js";

// Numbers between 0 and 1 have a scale of their own.
export const SHARE = "share";

const STATES = { h: "h", torch_h: "h", h_before: "h", c: "c", c_before: "c" };

/** The range of what an activation gives; where it has no bound, that of what it is made of. */
function activationLimit(lane, place, unbound) {
  const range = SHARED.ranges[lane.activations[place]];
  return range === 1 ? SHARE : range === -1 ? 1 : unbound;
}

/** The range of a gate's colours, by its activation. */
function gateLimit({ run, fit }, lane, gate) {
  return activationLimit(lane, lane.gateNames.indexOf(gate), run.limits.product[fit]);
}

/**
 * The range of a recorded array or a gate: a number for ±, or `SHARE`.
 *
 * @param {Object} view
 * @param {import("./run.js").Lane} lane
 * @param {string} name - of the array, or of a gate.
 */
export function limitOf(view, lane, name) {
  const { run, fit } = view;
  if (name === "1 - z") {
    return gateLimit(view, lane, "z");
  }
  if (lane.gateNames.includes(name)) {
    return gateLimit(view, lane, name);
  }
  if (name === "tanh_c") {
    return activationLimit(lane, C, run.limits.c[fit]);
  }
  return run.limits[STATES[name] ?? (name === "difference" ? name : "product")][fit];
}

/** The range of the rows of a block that holds every gate, by its first row. */
export function gatesLimit(view, lane) {
  return (start) => gateLimit(view, lane, lane.gateNames[start / lane.hiddenSize]);
}
