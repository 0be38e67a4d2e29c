// What the buttons and menus of the player do.
import { copyText } from "./clipboard.js";
import { linkOf } from "./link.js";
import { savePicture } from "./save.js";
import { termsOf } from "./terms.js";
import { jumped, stepped } from "./walk.js";
import { equation, sentence } from "./words.js";

/** @param {import("./player.js").Player} player */
export function actionsOf(player) {
  return {
    playOrPause: () => player.playOrPause(),
    step: (direction) => player.move(stepped, direction),
    jump: (direction) => player.move(jumped, direction),
    turn: (walk) => player.turn(walk),
    set: (change) => player.set(change),
    setOrder: (order) => player.setOrder(order),
    toggleAll: () => player.set({ all: !player.state.all }),
    toggleApart: () => player.set({ apart: !player.state.apart }),
    zoomIn: () => player.screen.zoomBy(1.5),
    zoomOut: () => player.screen.zoomBy(1 / 1.5),
    fit: () => player.screen.fit(),
    fullScreen: () => fullScreen(player),
    help: () => showHelp(player),
    save: (what, format) => save(player, what, format),
    more: player.host.onMore ?? null,
    copyEquation: () => copyEquation(player),
  };
}

/** Open the list of keys, or close it. */
export function showHelp({ parts: { dialog } }) {
  if (dialog.open) {
    dialog.close();
  } else {
    dialog.showModal();
  }
}

function fullScreen({ parts }) {
  if (document.fullscreenElement) {
    document.exitFullscreen();
  } else {
    parts.root.requestFullscreen().catch(() => {
      parts.live.textContent = "This browser does not allow full screen here.";
    });
  }
}

function save(player, what, format) {
  const { parts, moment, palette, screen } = player;
  parts.saveMenu.open = false;
  const name = `rnnviz-${what}-${linkOf(moment).replaceAll(".", "-")}`;
  const title = `RNNviz: ${sentence(moment)}`;
  return savePicture(screen.pictures(what), { name, format, ground: palette.surface, title });
}

async function copyEquation(player) {
  const { lane, t, row } = player.moment;
  const text = equation(lane, t, row, termsOf(player.run, lane, t, row, true));
  player.parts.copied.textContent = await copyText(text);
}
