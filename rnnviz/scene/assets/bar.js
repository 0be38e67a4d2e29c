// The bar between map and anatomy: transport, timeline and options.
import { SHARED } from "./shared.js";
import { icon, iconButton, make, menu, wordButton } from "./dom.js";

const ORDER_WORDS = {
  "layer-first": "layer by layer",
  both: "both directions at once",
  "time-first": "what if time came first?",
};

const GRAINS = ["phase", "update", "lane"];

/** What plays, and where one is. Adds its elements to `parts`. */
export function transport(parts, act) {
  parts.play = iconButton("play", "Play", act.playOrPause, { class: "play" });
  const slider = { role: "slider", tabindex: "0", "aria-label": "Timeline", "aria-valuemin": "0" };
  parts.slider = make("div", { class: "timeline", ...slider }, parts.timeline);
  const moves = make(
    "div",
    { class: "buttons" },
    iconButton("first", "To the start of the lane", () => act.jump(-1)),
    iconButton("back", "One step back", () => act.step(-1)),
    parts.play,
    iconButton("forward", "One step forward", () => act.step(1)),
    iconButton("last", "To the end of the lane", () => act.jump(1)),
  );
  const rest = make(
    "div",
    { class: "buttons" },
    iconButton("zoomOut", "Zoom the map out", act.zoomOut),
    iconButton("zoomIn", "Zoom the map in", act.zoomIn),
    iconButton("fit", "Fit the map to the width", act.fit),
    saveMenu(parts, act),
    iconButton("full", "Full screen", act.fullScreen, { hidden: !document.fullscreenEnabled }),
    wordButton("?", act.help, { class: "help-button", "aria-label": "Keys", title: "Keys" }),
  );
  const name = { class: "transport", "aria-label": "Transport" };
  return make(
    "section",
    name,
    moves,
    parts.slider,
    make("span", { class: "count" }, parts.readout),
    rest,
  );
}

/** How one moves, and in which order. Adds its elements to `parts`. */
export function options(parts, act) {
  const walks = Object.entries({ order: "order of computing", time: "time" });
  const ways = walks.map(([value, words]) =>
    wordButton(words, () => act.turn(value), { "data-value": value }),
  );
  parts.walk = make("div", { class: "choice", role: "group", "aria-label": "Move along" }, ...ways);
  parts.all = wordButton("Show the whole result", act.toggleAll);
  const grains = GRAINS.map((grain) => [grain, grain]);
  parts.grain = menu("Step", grains, "phase", (grain) => act.set({ grain }));
  const speeds = SHARED.speeds.map((speed) => [speed, `${speed}×`]);
  parts.speed = menu("Speed", speeds, 1, (speed) => act.set({ speed: Number(speed) }));
  parts.order = menu("Order", Object.entries(ORDER_WORDS), "layer-first", act.setOrder);
  return make(
    "section",
    { class: "options", "aria-label": "Options" },
    make("span", { class: "label", text: "Move along" }),
    parts.walk,
    parts.grain,
    parts.speed,
    parts.order,
    parts.all,
  );
}

function saveMenu(parts, act) {
  const items = [];
  for (const [what, words] of [
    ["map", "Map"],
    ["anatomy", "Anatomy"],
    ["both", "Both"],
  ]) {
    for (const format of ["svg", "png"]) {
      const text = `${words} as ${format.toUpperCase()}`;
      items.push(wordButton(text, () => act.save(what, format)));
    }
  }
  if (act.more) {
    items.push(wordButton("More formats…", act.more));
  }
  const name = { "aria-label": "Save this moment", title: "Save this moment" };
  const list = make("div", { class: "items" }, ...items);
  const place = () => {
    const { right, bottom } = parts.saveMenu.getBoundingClientRect();
    list.classList.toggle("up", innerHeight - bottom < list.offsetHeight + 8);
    const room = right - parts.saveMenu.closest(".rnnviz").getBoundingClientRect().left;
    list.classList.toggle("rightwards", room < list.offsetWidth);
  };
  const summary = make("summary", name, icon("save"));
  parts.saveMenu = make("details", { class: "save", ontoggle: place }, summary, list);
  return parts.saveMenu;
}
