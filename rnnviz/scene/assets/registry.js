// Where the pieces of the app meet in the browser: the player's code, and runs by their name.

const KEY = Symbol.for("rnnviz.registry");

/**
 * @returns {{Player: Function|null, openRun: Function|null, runs: Map<string, Object>, kept:
 *   Map<string, Object>, listeners: Set<Function>, current: Object|null, listening:
 *   boolean}} `runs` holds {bytes, owners, run}, `kept` the moment at which each player was left.
 */
export function registry() {
  return (window[KEY] ??= {
    Player: null,
    openRun: null,
    runs: new Map(),
    kept: new Map(),
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
