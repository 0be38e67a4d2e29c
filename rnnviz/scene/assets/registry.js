// Where the pieces of a page meet: runs by their name, and the player that was used last.

const KEY = Symbol.for("rnnviz.registry");

/**
 * @returns {{runs: Map<string, Object>, kept:
 *   Map<string, Object>, obeyed: Map<string, string>, listeners: Set<Function>, current:
 *   Object|null, listening: boolean}} `runs` holds {bytes, owners, run}, `kept` the moment at which
 *   each player was left, `obeyed` the mark of the opened session that moved it last.
 */
export function registry() {
  return (window[KEY] ??= {
    runs: new Map(),
    kept: new Map(),
    obeyed: new Map(),
    listeners: new Set(),
    current: null,
    listening: false,
  });
}

/** Tell everyone who waits that something arrived. */
export function announce() {
  for (const listener of [...registry().listeners]) {
    listener();
  }
}
