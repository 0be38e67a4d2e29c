// The keys of the player.
import { showHelp } from "./actions.js";
import { jumped, stepped, toEnd } from "./walk.js";

const KEYS = {
  " ": (player) => player.playOrPause(),
  ArrowRight: (player, shift) => forwards(player, shift, 1),
  ArrowLeft: (player, shift) => forwards(player, shift, -1),
  Home: (player) => player.move(toEnd, -1),
  End: (player) => player.move(toEnd, 1),
  ArrowUp: (player, shift) => toRow(player, shift, -1),
  ArrowDown: (player, shift) => toRow(player, shift, 1),
  "[": (player) => player.changeSpeed(-1),
  "]": (player) => player.changeSpeed(1),
  Escape: (player) => (player.parts.saveMenu.open = false),
  "?": (player) => showHelp(player),
};

function forwards(player, shift, direction) {
  if (shift) {
    player.move(jumped, direction);
  } else {
    player.move(stepped, direction);
  }
}

function toRow(player, shift, direction) {
  if (shift) {
    player.chooseGate(direction);
  } else {
    player.chooseUnit(player.moment.unit + direction);
  }
}

/** Whether a key scrolls what has the focus: a map or a loop wider than the screen. */
function scrolls(target, key) {
  const wide = target.matches?.(".map-scroll, .lines") && target.scrollWidth > target.clientWidth;
  return wide && ["ArrowLeft", "ArrowRight", "Home", "End"].includes(key);
}

/** Act on a key, unless the element that has the focus wants it for itself. */
export function onKey(player, event) {
  const act = KEYS[event.key];
  const target = event.composedPath()[0];
  const own = target.closest?.("select, input, textarea, dialog") || scrolls(target, event.key);
  const presses = event.key === " " && target.closest?.("button, summary");
  if (act && player.run && !own && !presses && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    event.stopPropagation();
    act(player, event.shiftKey);
  }
}
