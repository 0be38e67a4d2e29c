// Changing numbers in the anatomy: click and type, or drag to scrub; the host computes what follows.
import { make, wordButton } from "./dom.js";
import { Draft, spelled, targetOf } from "./draft.js";
import { exact } from "./numbers.js";
import { stepHit } from "./pointer.js";
import { leave } from "./tip.js";

// Pixels that a hand may tremble within a click, and those of a drag over half of the colours' range.
const TREMBLE = 4;
const DRAG = 100;

export class Editor {
  /** @param {import("./player.js").Player} player */
  constructor(player) {
    this.player = player;
    this.on = false;
    this.draft = null;
    this.drag = null;
    this.edited = new Set();
    this.seen = null;
    this.build(player.parts);
    this.listen(player.parts.step);
  }

  /** Whether a number is being typed or dragged. */
  get isOpen() {
    return !this.field.hidden;
  }

  build(parts) {
    const click = (act) => () => act();
    this.toggle = wordButton("Change numbers", click(() => this.turn(!this.on)), {
      "aria-pressed": "false",
      title: "Click a number to type another, or drag it to the left or right",
    });
    this.undo = wordButton("Undo", click(() => this.send({ undo: true })));
    this.redo = wordButton("Redo", click(() => this.send({ redo: true })));
    this.name = make("label", { for: "rnnviz-number" });
    this.input = make("input", {
      id: "rnnviz-number",
      inputmode: "decimal",
      autocomplete: "off",
      spellcheck: "false",
      oninput: () => this.typed(),
      onkeydown: (event) => this.key(event),
      onblur: () => this.close(true),
    });
    this.back = wordButton("Take back", click(() => this.takeBack()), {
      // Before the field loses the focus, which would close it.
      onpointerdown: (event) => event.preventDefault(),
    });
    this.field = make("div", { class: "number", hidden: true }, this.name, this.input, this.back);
    this.said = make("span", { class: "said", role: "status" });
    this.bar = make("div", { class: "editing", hidden: true }, this.said, this.undo, this.redo);
    parts.apart.before(this.toggle);
    parts.step.parentElement.before(this.bar);
    parts.step.after(this.field);
    this.toggle.hidden = true;
  }

  listen(step) {
    step.addEventListener("pointerdown", (event) => this.pressed(event));
    step.addEventListener("pointermove", (event) => this.moved(event));
    step.addEventListener("pointerup", (event) => this.released(event));
    step.addEventListener("pointercancel", () => this.cancel());
  }

  /**
   * What the host knows of the edits; null where numbers cannot be changed.
   *
   * @param {{edited: string[], undo: boolean, redo: boolean, error: [number, string]|null}|null} known
   * @param {boolean} fresh - whether another run is shown than before.
   */
  update(known, fresh) {
    this.toggle.hidden = !known;
    this.edited = new Set(known?.edited);
    this.undo.disabled = !known?.undo;
    this.redo.disabled = !known?.redo;
    if (fresh) {
      this.carryOver();
    }
    const error = known?.error ?? null;
    if (error && error[0] !== this.seen) {
      this.seen = error[0];
      this.cancel();
      this.say(error[1]);
    } else if (fresh) {
      this.say(HOW);
    }
  }

  /** Another run came: what is being typed goes on in that one. */
  carryOver() {
    const { run, moment } = this.player;
    const target = this.field.hidden ? null : targetOf(run, moment, this.hit);
    this.draft = target && new Draft(run, moment, target);
    this.field.hidden = target === null;
    if (target) {
      this.typed();
    }
  }

  turn(on) {
    const { parts } = this.player;
    this.player.pause();
    this.close(true);
    this.on = on;
    this.toggle.setAttribute("aria-pressed", String(on));
    this.bar.hidden = !on;
    parts.step.style.touchAction = on ? "pan-y" : "";
    this.say(HOW);
    // Two biases in one cell are no number that one could change.
    this.player.set({ apart: on || this.player.state.apart });
  }

  say(words) {
    this.said.textContent = words;
  }

  /** The number under the pointer, if it can be changed now. */
  targetAt(event) {
    const { run, moment } = this.player;
    this.hit = this.on ? stepHit(this.player, "anatomy", event)() : null;
    return targetOf(run, moment, this.hit);
  }

  pressed(event) {
    const target = event.button === 0 ? this.targetAt(event) : null;
    if (target) {
      this.close(true);
      // An event knows its place only while it is told.
      const at = { offsetX: event.offsetX, offsetY: event.offsetY };
      this.drag = { target, x: event.clientX, at, moved: false };
      this.player.parts.step.setPointerCapture(event.pointerId);
    }
  }

  moved(event) {
    const { drag, player } = this;
    if (!drag) {
      return;
    }
    event.stopImmediatePropagation();
    const distance = event.clientX - drag.x;
    if (!drag.moved && Math.abs(distance) <= TREMBLE) {
      return;
    }
    if (!drag.moved) {
      drag.moved = true;
      this.open(drag.target, drag.at);
    }
    this.scrub(this.draft.before, distance, event.shiftKey);
  }

  released() {
    const { drag } = this;
    this.drag = null;
    this.scrubbed = Boolean(drag?.moved);
    if (drag?.moved) {
      this.close(true);
    }
  }

  /** A click: whether it was on a number that is changed now, and goes nowhere. */
  opens(event) {
    const target = this.scrubbed ? null : this.targetAt(event);
    const taken = this.scrubbed || target !== null;
    this.scrubbed = false;
    if (target) {
      this.open(target, event);
      this.input.focus();
      this.input.select();
    }
    return taken;
  }

  open(target, { offsetX, offsetY }) {
    const { run, moment, parts } = this.player;
    leave(this.player);
    if (target.rows.length === 1) {
      // Its sum shows what the change does.
      this.player.chooseRow(target.rows[0][0]);
    }
    this.draft = new Draft(run, moment, target);
    this.name.textContent = spelled(target);
    this.input.value = exact(this.draft.before, run.dtype).replaceAll("−", "-");
    this.input.setAttribute("aria-invalid", "false");
    this.back.hidden = !this.edited.has(spelled(target));
    this.field.hidden = false;
    const most = parts.step.clientWidth - this.field.offsetWidth;
    this.field.style.left = `${Math.max(Math.min(offsetX - 40, most), 0)}px`;
    this.field.style.top = `${offsetY + 18}px`;
  }

  scrub(start, pixels, fine) {
    const { range } = this.draft.target;
    const { run, fit } = this.player;
    const value = scrubbed(start, pixels, run.limits[range][fit], fine);
    this.input.value = String(value);
    this.input.setAttribute("aria-invalid", "false");
    this.show(value);
  }

  /** Show a number before it is computed. */
  show(value) {
    this.draft.set(value);
    this.player.invalidate();
  }

  typed() {
    const value = numberOf(this.input.value);
    this.input.setAttribute("aria-invalid", String(value === null));
    this.show(value ?? this.draft.before);
  }

  key(event) {
    event.stopPropagation();
    if (event.key === "Enter") {
      this.close(true);
      this.player.parts.root.focus({ preventScroll: true });
    } else if (event.key === "Escape") {
      this.cancel();
      this.player.parts.root.focus({ preventScroll: true });
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      const step = (event.key === "ArrowUp" ? 1 : -1) * (event.shiftKey ? 10 : 1);
      this.scrub(numberOf(this.input.value) ?? this.draft.before, step, false);
    }
  }

  /** Close the field; what stands in it counts, unless it is no number. */
  close(counts) {
    const { draft } = this;
    if (!draft || this.field.hidden) {
      return;
    }
    const value = numberOf(this.input.value);
    this.field.hidden = true;
    if (!counts || value === null || Math.fround(value) === Math.fround(draft.before)) {
      if (counts && value === null) {
        this.say(`“${this.input.value.slice(0, 20)}” is no finite number such as −0.5 or 1e-3.`);
      }
      draft.restore();
      this.draft = null;
      this.player.invalidate();
      return;
    }
    this.say(`Computing with ${spelled(draft.target)} = ${value} …`);
    this.send({ put: `${spelled(draft.target)}=${value}` });
  }

  cancel() {
    this.drag = null;
    if (this.draft) {
      this.draft.restore();
      this.draft = null;
    }
    this.field.hidden = true;
    this.player.invalidate();
  }

  takeBack() {
    const name = spelled(this.draft.target);
    this.cancel();
    this.send({ take: name });
  }

  send(change) {
    this.player.host.onEdit?.(change);
  }
}

const HOW = "Click a number to type another, or drag it sideways.";

/** A number after a drag over so many pixels, rounded to steps that can be read. */
function scrubbed(start, pixels, limit, fine) {
  const step = 10 ** Math.floor(Math.log10(limit / DRAG)) / (fine ? 10 : 1);
  const value = start + (pixels * limit) / DRAG / (fine ? 10 : 1);
  const digits = Math.max(0, Math.ceil(-Math.log10(step)));
  return Number(value.toFixed(Math.min(digits, 20)));
}

/** A finite number as people type it, or null. */
function numberOf(text) {
  const cleaned = text.trim().replace("−", "-").replace(",", ".");
  const value = cleaned === "" ? NaN : Number(cleaned);
  return Number.isFinite(value) && /^[-+.\de]+$/i.test(cleaned) ? value : null;
}
