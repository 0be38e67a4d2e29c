// The player: one state, drawn by pure functions of it, and everything that changes it.
import { SHARED } from "./shared.js";
import { actionsOf } from "./actions.js";
import { Clock } from "./clock.js";
import { CodePane } from "./code_pane.js";
import { Textures } from "./colors.js";
import { showControls } from "./controls.js";
import { make } from "./dom.js";
import { Editor } from "./editor.js";
import { buildFrame } from "./frame.js";
import { onKey } from "./keys.js";
import { momentOf, orderOf, REST, scheduleOf } from "./order.js";
import { attachPointer } from "./pointer.js";
import { Screen } from "./screen.js";
import { fromLink } from "./link.js";
import { Teller } from "./teller.js";
import { advanced, carried, focused, fromHere, restAt, START, turned } from "./walk.js";

export class Player {
  /**
   * @param {HTMLElement|ShadowRoot} parent
   * @param {Object} host - what surrounds the player may do for it:
   *   `onLink({at, walk, order, all, gate})` when one rests at another moment, `onOrder(order)` when the
   *   run in the wrong order is needed, or no longer; `onEdit(change)` to put a number into the
   *   net, take it back, undo or redo; `onMore()` to go where there are more formats than here.
   */
  constructor(parent, host = {}) {
    this.host = host;
    this.state = { ...START };
    this.run = null;
    this.runs = {};
    this.hover = null;
    this.until = null;
    this.zoom = { zoom: 1, panX: 0, panY: 0 };
    this.textures = new Textures();
    this.clock = new Clock((ms) => this.tick(ms));
    this.parts = buildFrame(actionsOf(this));
    parent.append(make("style", { text: SHARED.style }), this.parts.root);
    this.screen = new Screen(this);
    this.teller = new Teller(this);
    this.code = new CodePane(this.parts.code, (hover) => this.setHover(hover));
    this.parts.root.addEventListener("keydown", (event) => this.key(event));
    this.parts.root.addEventListener("pointerdown", (event) => this.pressed(event));
    this.editor = new Editor(this);
    attachPointer(this);
    this.resize = new ResizeObserver(() => this.invalidate());
    this.resize.observe(this.parts.root);
  }

  /**
   * Show a run. The focus stays where it is as far as the run goes.
   *
   * @param {{run: Object, wrong: Object|null, theme: string, fit: boolean, hide: string[],
   *   seed: Object|null, autoplay: boolean}} given - `seed` is {at, walk, order, all, gate} of a
   *   link; `wrong` the run in the wrong order, once it was asked for; `edits` as in `Editor`.
   */
  update({ run, wrong, theme, fit, hide, seed, autoplay, edits = null }) {
    const before = this.run;
    const palette = SHARED.palettes[theme];
    Object.assign(this, { runs: { right: run, wrong }, palette, fit: fit ? 1 : 0 });
    this.parts.root.dataset.theme = theme;
    for (const [name, section] of Object.entries(this.parts.sections)) {
      section.hidden = hide.includes(name);
    }
    if (!before && Object.hasOwn(SHARED.orders, seed?.order ?? "")) {
      this.state.order = seed.order;
    }
    this.choose();
    if (!before) {
      this.begin(seed, autoplay);
    }
    this.editor.update(edits, this.run !== before);
    this.invalidate();
  }

  /**
   * The run and schedule of the chosen order, at the moment shown before as far as they have it;
   * the wrong order waits until its run is there.
   */
  choose() {
    const { right, wrong } = this.runs;
    this.state.order = orderOf(right, this.state.order);
    const wanted = this.state.order === "time-first";
    this.waiting = wanted && !wrong;
    const run = wanted && wrong ? wrong : right;
    const order = this.waiting ? "layer-first" : this.state.order;
    if (run !== this.run || order !== this.scheduled) {
      const before = this.run && this.moment;
      Object.assign(this, { run, scheduled: order, schedule: scheduleOf(run, order) });
      if (before) {
        this.endShow();
        this.pause();
        this.state = carried(run, this.schedule, this.state, before);
        this.teller.soon();
      }
    }
  }

  begin(seed, autoplay) {
    const there = fromLink(this.run, this.schedule, this.state, seed?.at);
    this.state = there ?? { ...this.state, tau: restAt(0) };
    if (seed?.walk === "time") {
      this.state = turned(this.run, this.schedule, this.state, this.moment, "time");
    }
    this.state.gate = Math.max(this.moment.lane.gateNames.indexOf(seed?.gate), 0);
    this.state.all = seed?.all === true || seed?.all === "1";
    // What the host holds may be left from another order.
    if (this.waiting || (this.runs.wrong && this.state.order !== "time-first")) {
      this.host.onOrder?.(this.state.order);
    }
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const plays = autoplay && !there && !still && this.state.walk === "order";
    this.state.tau = plays ? 0 : this.state.tau;
    this.teller.begin(Object.keys(seed ?? {}).length > 0);
    if (plays) {
      this.play(this.schedule.groups[1] ?? this.schedule.length);
    }
  }

  /** What is in the light now. */
  get moment() {
    return momentOf(this.run, this.schedule, this.state);
  }

  /** Everything that a view is drawn from. */
  view() {
    const { run, schedule, palette, fit, textures, hover, moment, state, editor } = this;
    const { apart } = state;
    return { run, schedule, palette, fit, textures, hover, moment, apart, edited: editor.edited };
  }

  set(change) {
    this.state = { ...this.state, ...change };
    this.touched();
  }

  move(how, direction) {
    this.pause();
    this.state = how(this.run, this.schedule, this.state, direction);
    this.settle();
  }

  /** To a lane's timestep; the unit is kept unless one is given. */
  focus(lane, t, unit) {
    this.pause();
    this.state = focused(this.run, this.schedule, this.state, lane, t, unit);
    this.settle();
  }

  chooseUnit(unit) {
    const most = this.moment.lane.hiddenSize - 1;
    this.set({ unit: Math.min(Math.max(unit, 0), most) });
  }

  /** To a row of the matrices: a unit of a gate. */
  chooseRow(row) {
    const { hiddenSize } = this.moment.lane;
    this.set({ unit: row % hiddenSize, gate: Math.floor(row / hiddenSize) });
  }

  /** To the same unit of the next gate or the one before. */
  chooseGate(direction) {
    const { gate, lane } = this.moment;
    this.set({ gate: Math.min(Math.max(gate + direction, 0), lane.gateNames.length - 1) });
  }

  /** Keep lane and t in step with tau, which along time decide the moment. */
  settle() {
    const moment = this.moment;
    this.state.lane = moment.lane.index;
    this.state.t = this.state.walk === "time" ? this.state.t : moment.t;
    this.touched();
  }

  turn(walk) {
    if (walk !== this.state.walk) {
      this.pause();
      this.state = turned(this.run, this.schedule, this.state, this.moment, walk);
      this.touched();
    }
  }

  setOrder(order) {
    this.pause();
    const wrong = [order, this.state.order].includes("time-first");
    this.state = { ...this.state, order };
    this.choose();
    if (wrong) {
      this.host.onOrder?.(order);
    }
    this.touched();
  }

  changeSpeed(direction) {
    const at = SHARED.speeds.indexOf(this.state.speed) + direction;
    this.set({ speed: SHARED.speeds[Math.min(Math.max(at, 0), SHARED.speeds.length - 1)] });
  }

  /** Play from here, or from the start where this is the end; until an update, if given. */
  play(until = null) {
    this.state = fromHere(this.run, this.schedule, this.state);
    this.until = until;
    this.startedAt = Math.floor(this.state.tau + 2 * REST);
    this.clock.start();
    this.invalidate();
  }

  pause() {
    if (this.clock.running) {
      this.clock.stop();
      const moment = this.moment;
      this.state = { ...this.state, lane: moment.lane.index, t: moment.t };
      this.invalidate();
    }
  }

  playOrPause() {
    if (this.clock.running) {
      this.pause();
      this.touched();
    } else {
      this.play();
    }
  }

  tick(ms) {
    const { run, schedule, state } = this;
    const played = Math.floor(state.tau + 2 * REST) - this.startedAt;
    const pace = { ms, played, until: this.until };
    const next = advanced(run, schedule, state, this.moment, pace);
    this.state = next.state;
    if (next.ended) {
      this.pause();
      this.touched();
    }
    this.draw();
  }

  setHover(hover) {
    if (JSON.stringify(hover) !== JSON.stringify(this.hover)) {
      this.hover = hover;
      this.invalidate();
    }
  }

  /** Draw with the next frame, once, however many changes there were. */
  invalidate() {
    if (!this.pending && !this.clock.running) {
      this.pending = requestAnimationFrame(() => {
        this.pending = null;
        this.draw();
      });
    }
  }

  draw() {
    if (this.run && this.parts.root.isConnected && this.parts.root.clientWidth > 0) {
      this.screen.draw();
      showControls(this);
    }
  }

  /** A press anywhere closes what hangs open beside it. */
  pressed(event) {
    const { saveMenu, play } = this.parts;
    saveMenu.open &&= event.composedPath().includes(saveMenu);
    // The play button itself would find the player paused and start it again.
    if (!event.composedPath().includes(play)) {
      this.touched();
    }
  }

  /** What plays by itself ends. */
  endShow() {
    if (this.until !== null) {
      this.until = null;
      this.pause();
      this.teller.showEnded();
    }
  }

  /** Something was done by hand: what plays by itself ends with it, and a link may be due. */
  touched() {
    this.endShow();
    this.invalidate();
    this.teller.soon();
  }

  key(event) {
    onKey(this, event);
  }

  destroy() {
    this.clock.stop();
    this.teller.stop();
    cancelAnimationFrame(this.pending);
    this.resize.disconnect();
    this.parts.root.remove();
  }
}
