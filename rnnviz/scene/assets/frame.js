// The player's elements: what stands where, without a word on what they show.
import { SHARED } from "./shared.js";
import { options, transport } from "./bar.js";
import { icon, make, menu, wordButton } from "./dom.js";

const KEYS = [
  ["Space", "play or pause"],
  ["← →", "one step back or forward"],
  ["Shift ← →", "to the start or end of a lane"],
  ["Home End", "to the very start or end"],
  ["↑ ↓", "another unit"],
  ["Shift ↑ ↓", "another gate"],
  ["[ ]", "slower or faster"],
  ["?", "this list"],
];

/**
 * Build the player's elements.
 *
 * @param {Object} act - what the controls do; see `Player`.
 * @returns {Object} the elements by name, `root` among them.
 */
export function buildFrame(act) {
  const parts = partsOf();
  const sections = {
    map: make("section", { class: "map", "aria-label": "Unrolled map" }, parts.mapScroll),
    transport: transport(parts, act),
    options: options(parts, act),
    anatomy: anatomy(parts, act),
    drill: drill(parts, act),
    code: make("section", { class: "code", "aria-label": "Code" }, parts.code),
    strip: strip(parts, act),
  };
  const root = make(
    "div",
    { class: "rnnviz", role: "group", "aria-label": "Player", tabindex: "0" },
    parts.banner,
    sections.map,
    make("div", { class: "bar" }, sections.transport, sections.options),
    make(
      "div",
      { class: "below" },
      make("div", { class: "step" }, sections.anatomy, sections.drill),
      sections.code,
    ),
    sections.strip,
    help(parts, act),
    parts.tip,
    parts.live,
  );
  return { ...parts, sections, root };
}

/** The elements that are drawn on or written to. */
function partsOf() {
  const map = make("canvas", { role: "img" });
  const scrolled = { tabindex: "0", role: "group" };
  return {
    map,
    mapScroll: make("div", { class: "map-scroll", ...scrolled, "aria-label": "Map" }, map),
    banner: make("div", { class: "banner", role: "status", hidden: true }),
    timeline: make("canvas"),
    weights: make("canvas", { "aria-hidden": "true" }),
    step: picture("Anatomy of this step: operands, weights, products, sum and state"),
    sum: picture("The sum of one unit, product by product"),
    sentence: make("span", { class: "sentence" }),
    slope: make("span", { class: "slope" }),
    updates: make("p", { class: "updates" }),
    strip: make("canvas", { role: "img" }),
    headline: make("span", { class: "headline" }),
    readout: make("span", { class: "readout" }),
    ranges: make("span"),
    live: make("div", { class: "live-region", "aria-live": "polite" }),
    tip: make("div", { class: "tip", role: "tooltip", hidden: true }),
    code: make("div", { class: "lines", ...scrolled, "aria-label": "The loop in plain torch" }),
    copied: make("span", { class: "copied", role: "status" }),
  };
}

function picture(label) {
  return make("canvas", { role: "img", "aria-label": label });
}

function anatomy(parts, act) {
  parts.apart = wordButton("Biases apart", act.toggleApart);
  const words = "brown: negative, blue: positive";
  const scale = make("span", { class: "scale", role: "img", "aria-label": words });
  const share = make("span", { class: "scale share", role: "img", "aria-label": "light to dark" });
  parts.shares = make("span", { class: "legend", hidden: true }, "gates 0", share, "1");
  const legend = make("span", { class: "legend" }, "−", scale, "+", parts.ranges, parts.shares);
  const title = make("h2", {}, parts.headline);
  const buttons = make("div", { class: "buttons" }, parts.apart);
  const head = make("div", { class: "head" }, title, legend, buttons);
  const drawn = make("div", { class: "layers" }, parts.weights, parts.step);
  return make("section", { class: "anatomy", "aria-label": "Anatomy" }, head, drawn);
}

function drill(parts, act) {
  const copy = make(
    "button",
    { type: "button", class: "copy", onclick: act.copyEquation },
    icon("copy"),
    make("span", { text: "Copy as equation" }),
  );
  const sums = [make("p", {}, parts.sentence), make("p", {}, parts.slope), parts.updates];
  const words = make("div", { class: "words" }, ...sums, parts.copied, copy);
  return make("section", { class: "drill", "aria-label": "One unit" }, parts.sum, words);
}

function strip(parts, act) {
  const choose = menu(
    "Over the whole sequence",
    Object.entries(SHARED.quantities),
    "h",
    (quantity) => act.set({ quantity }),
  );
  parts.quantity = choose;
  return make("section", { class: "strip", "aria-label": "State strip" }, choose, parts.strip);
}

function help(parts, act) {
  const rows = KEYS.map(([keys, words]) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, make("kbd", { text: keys })),
      make("td", { text: words }),
    ),
  );
  const close = wordButton("Close", act.help);
  parts.dialog = make(
    "dialog",
    { "aria-label": "Keys" },
    make("h2", { text: "Keys" }),
    make("table", {}, make("tbody", {}, ...rows)),
    make("p", {
      text: "Ctrl and the wheel zoom the map; drag moves it. Click a cell to look into it, an operand to go where it comes from.",
    }),
    close,
  );
  return parts.dialog;
}
