// Takes one run's bytes to where players find them, for as long as the page holds the carrier.
import { announce, registry } from "./registry.js";

const held = new WeakMap();

function release(parentElement) {
  const name = held.get(parentElement);
  const entry = registry().runs.get(name);
  entry?.owners.delete(parentElement);
  if (entry && entry.owners.size === 0) {
    registry().runs.delete(name);
  }
}

export default function ({ data, parentElement }) {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  const name = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
  if (held.get(parentElement) !== name) {
    const { runs } = registry();
    if (!runs.has(name)) {
      runs.set(name, { bytes, owners: new Set(), run: null });
    }
    runs.get(name).owners.add(parentElement);
    release(parentElement);
    held.set(parentElement, name);
    announce();
  }
  return () => release(parentElement);
}
