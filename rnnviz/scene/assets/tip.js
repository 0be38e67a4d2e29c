// What the pointer rests on: the words beside it, and what lights up elsewhere with it.
import { describe } from "./words.js";

/** What lights up with a hit: a symbol, or a column under an operand. */
function relation(hit) {
  switch (hit?.part) {
    case "weight":
      return { operand: hit.field === "weight_ih" ? "x" : "previous", column: hit.column };
    case "operand":
      return { operand: hit.block, column: hit.column };
    case "term":
      return hit.term.part === "b"
        ? { symbol: "b" }
        : { operand: hit.term.part === "wx" ? "x" : "previous", column: hit.term.column };
    case "bias":
      return { symbol: "b" };
    case "vector":
      return { symbol: hit.field };
    case "symbol":
      return { symbol: hit.symbol };
    case "dot":
      return { symbol: "h" };
    case "flow":
      return { symbol: "wx" };
    case "recurrent":
      return { symbol: "wh" };
    default:
      return null;
  }
}

/**
 * The pointer is on something.
 *
 * @param {import("./player.js").Player} player
 * @param {() => Object|null} find - the hit under the pointer, asked again after each drawing.
 * @param {PointerEvent} event
 */
export function point(player, find, event) {
  if (!player.run) {
    return;
  }
  const hit = find();
  player.pointed = { find, x: event.clientX, y: event.clientY };
  event.currentTarget.style.cursor = hit && hit.part !== "symbol" ? "pointer" : "";
  player.setHover(relation(hit));
  refreshTip(player, player.view());
}

/** The pointer is on nothing any more. */
export function leave(player) {
  player.pointed = null;
  player.parts.tip.hidden = true;
  player.setHover(null);
}

/** Say what the pointer rests on, which may have changed under it. */
export function refreshTip(player, view) {
  const { tip, root } = player.parts;
  if (!player.pointed) {
    return;
  }
  const { find, x, y } = player.pointed;
  const hit = find();
  const lines = hit ? describe(view, hit) : [];
  tip.hidden = lines.length === 0;
  if (tip.hidden) {
    return;
  }
  const elements = lines.map((line, index) => {
    const element = document.createElement(index ? "div" : "strong");
    element.textContent = line;
    return element;
  });
  tip.replaceChildren(...elements);
  const box = root.getBoundingClientRect();
  const left = Math.min(x - box.left + 14, root.clientWidth - tip.offsetWidth - 4);
  const above = y + 24 + tip.offsetHeight > innerHeight;
  tip.style.left = `${Math.max(left, 0)}px`;
  tip.style.top = `${y - box.top + (above ? -tip.offsetHeight - 12 : 18)}px`;
}
