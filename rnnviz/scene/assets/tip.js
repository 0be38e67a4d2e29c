// What the pointer rests on, and the words beside it.
import { relationOf } from "./relation.js";
import { describe } from "./describe.js";

/**
 * The pointer is on something.
 *
 * @param {import("./player.js").Player} player
 * @param {() => Object|null} find - the hit under the pointer, asked again after each drawing.
 * @param {PointerEvent} event
 */
export function point(player, find, event) {
  // What is being changed says itself what it is.
  if (!player.run || player.editor.isOpen) {
    return;
  }
  const hit = find();
  player.pointed = { find, x: event.clientX, y: event.clientY };
  event.currentTarget.style.cursor = hit && hit.part !== "symbol" ? "pointer" : "";
  player.setHover(relationOf(player.view(), hit));
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
