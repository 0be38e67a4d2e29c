// The loop in plain torch, the line of the current phase lit, its live values beside it.
import { SHARED } from "./shared.js";
import { make } from "./dom.js";
import { short } from "./numbers.js";
import { rowsShown } from "./order.js";
import { readAt, valueOf } from "./run.js";

// Values beside a line.
const MOST_VALUES = 4;

/** The lines of the loop with the arithmetic of a lane's cell: [text, part][]. */
function linesOf(run, order, lane) {
  if (lane.code) {
    return lane.code[order];
  }
  const kind = lane.kind === "RNN" ? lane.activations[0] : lane.weight_hr ? "LSTM proj" : lane.kind;
  const key = [order, run.numDirections === 2, run.bias, kind].join(" ");
  return SHARED.code[key] ?? [];
}

/** The pane; lines are built anew only when the net or the order changes. */
export class CodePane {
  constructor(element, onHover) {
    this.element = element;
    this.onHover = onHover;
    this.key = null;
  }

  build(run, order, lane) {
    this.lines = linesOf(run, order, lane).map(([text, part]) => {
      const value = make("span", { class: "live" });
      const row = make("div", { class: "line" }, make("code", { text }), make("div", {}, value));
      row.addEventListener("pointerenter", () =>
        this.onHover(part ? { part: "symbol", symbol: part } : null),
      );
      row.addEventListener("pointerleave", () => this.onHover(null));
      return { part, row, value };
    });
    this.element.replaceChildren(...this.lines.map((line) => line.row));
  }

  draw(view, order) {
    const { run, moment, hover } = view;
    // The layers of a stack may differ.
    const key = `${run.hash} ${order} ${moment.lane.layer}`;
    if (this.key !== key) {
      this.build(run, order, moment.lane);
      this.key = key;
    }
    const phase = moment.lane.phases[moment.phase];
    for (const { part, row, value } of this.lines) {
      const lit =
        part !== null && (part === phase || hover?.symbol === part || hover?.line === part);
      row.classList.toggle("lit", lit);
      const words = part === null ? "" : this.values(view, part);
      if (value.textContent !== words) {
        value.textContent = words;
      }
    }
  }

  values({ run, moment }, part) {
    const { lane, t } = moment;
    if (lane.phases.includes(part)) {
      const count = lane.widths[part];
      const shown = rowsShown(moment, part, count);
      return shown ? vector(shown, count, (row) => valueOf(lane, part, t, row)) : "";
    }
    if (part === "read") {
      return vector(lane.inputSize, lane.inputSize, (column) => readAt(run, lane, t, column));
    }
    if (part === "start") {
      return vector(lane.stateSize, lane.stateSize, (unit) => lane.h_0[unit]);
    }
    if (part === "start_c") {
      return vector(lane.hiddenSize, lane.hiddenSize, (unit) => lane.c_0[unit]);
    }
    return "";
  }
}

function vector(shown, count, value) {
  const numbers = Array.from({ length: Math.min(shown, MOST_VALUES) }, (_, unit) =>
    short(value(unit)),
  );
  return `[${numbers.join(", ")}${count > numbers.length ? ", …" : ""}]`;
}
