// Takes one run's bytes to where players find them, for as long as the page holds the carrier.
import { announce, registry } from "./registry.js";
import { hashOf } from "./run.js";

const held = new WeakMap();

/** A carrier came, or brings another run. */
export function carry({ data, parentElement }) {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  const name = hashOf(bytes);
  if (held.get(parentElement) === name) {
    return;
  }
  const { runs } = registry();
  if (!runs.has(name)) {
    runs.set(name, { bytes, owners: new Set(), run: null });
  }
  runs.get(name).owners.add(parentElement);
  release(parentElement);
  held.set(parentElement, name);
  announce();
}

/** A carrier is gone, and with it the run that nobody else carries. */
export function release(parentElement) {
  const name = held.get(parentElement);
  const entry = registry().runs.get(name);
  entry?.owners.delete(parentElement);
  if (entry?.owners.size === 0) {
    registry().runs.delete(name);
  }
  held.delete(parentElement);
}
