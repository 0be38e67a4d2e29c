// The player's code for the app: sent once, whatever changes afterwards.
import { carry, release } from "./streamlit_carrier.js";
import { endPlayer, showPlayer } from "./streamlit_player.js";

const page = (window[Symbol.for("rnnviz.page")] ??= { waiting: new Map() });

function show(component) {
  (component.data instanceof Object && "run" in component.data ? showPlayer : carry)(component);
}

function end(parentElement) {
  release(parentElement);
  endPlayer(parentElement);
}

export default function () {
  if (!page.show) {
    Object.assign(page, { show, end });
    page.waiting.forEach(show);
    page.waiting.clear();
  }
}
