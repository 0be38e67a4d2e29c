// The player in a page of its own, which carries its runs and asks no server.
import { wordsOf } from "./address.js";
import { wordButton } from "./dom.js";
import { listenForKeys } from "./page_keys.js";
import { Player } from "./player.js";
import { registry } from "./registry.js";
import { openRun } from "./run.js";
import { unsqueezed } from "./squeezed.js";

const DARK = matchMedia("(prefers-color-scheme: dark)");

class Page {
  /**
   * @param {{theme: "auto"|"light"|"dark", hide: string[], seed: Object, compared: boolean,
   *   runs: Object}} given - as `rnnviz.exports.player_html` writes it.
   * @param {Object[]} runs - the right one, and the wrong order where it is there.
   */
  constructor(given, [run, wrong = null]) {
    this.given = given;
    this.run = run;
    this.wrong = wrong;
    this.theme = given.theme;
    run.oneOrder ||= wrong === null;
    run.judge = given.compared ? run.judge : null;
    this.player = new Player(document.querySelector(".rnnviz-place"), { onLink: keepPlace });
    registry().current = this.player;
    listenForKeys();
    this.switch = wordButton("", () => this.turn());
    document.querySelector("header").append(this.switch);
    DARK.addEventListener("change", () => this.show());
  }

  /** The theme that is shown. */
  get shown() {
    return this.theme === "auto" ? (DARK.matches ? "dark" : "light") : this.theme;
  }

  turn() {
    this.theme = this.shown === "dark" ? "light" : "dark";
    this.show();
  }

  show() {
    const { run, wrong, given, shown } = this;
    document.documentElement.dataset.theme = shown;
    this.switch.textContent = shown === "dark" ? "Light colours" : "Dark colours";
    const seed = { ...given.seed, ...placeInAddress() };
    const rest = { hide: given.hide, fit: false, autoplay: false, edits: null };
    this.player.update({ run, wrong, theme: shown, seed, ...rest });
  }
}

/** Where one is, as the address of the page says it. */
function placeInAddress() {
  return Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
}

/** Write where one is into the address; within another page there is none. */
function keepPlace(link) {
  if (location.protocol !== "about:") {
    const words = Object.entries(wordsOf(link)).filter(([, value]) => value !== null);
    history.replaceState(null, "", `#${new URLSearchParams(words)}`);
  }
}

async function open() {
  if (!globalThis.DecompressionStream) {
    document.querySelector(".rnnviz-place").textContent =
      "This browser is too old for this page: it needs one that has DecompressionStream.";
    return;
  }
  const given = JSON.parse(document.getElementById("rnnviz-given").textContent);
  const runs = await unsqueezed(given.runs);
  new Page(given, runs.map(openRun)).show();
}

open();
