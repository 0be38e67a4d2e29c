// What makes it play: frames while it runs, nothing at all while it does not.

// A frame that took longer (a hidden tab, a busy machine) does not make the walk jump.
const MOST_MS = 100;

/** Calls `tick(ms)` once per frame between start and stop. */
export class Clock {
  constructor(tick) {
    this.tick = tick;
    this.request = null;
  }

  get running() {
    return this.request !== null;
  }

  start() {
    if (!this.running) {
      this.last = performance.now();
      this.request = requestAnimationFrame((now) => this.frame(now));
    }
  }

  stop() {
    cancelAnimationFrame(this.request);
    this.request = null;
  }

  frame(now) {
    const passed = Math.min(Math.max(now - this.last, 0), MOST_MS);
    this.last = now;
    this.request = requestAnimationFrame((next) => this.frame(next));
    this.tick(passed);
  }
}
