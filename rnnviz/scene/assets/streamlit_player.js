// The player inside a Streamlit page: props from Python, the focus in the address.
import { mirror, turnTo, wordsOf } from "./address.js";
import { listenForKeys } from "./page_keys.js";
import { Player } from "./player.js";
import { registry } from "./registry.js";
import { openRun } from "./run.js";

const mounted = new WeakMap();

// Milliseconds after which the page has mounted all of its controls.
const SETTLED = 500;

/** Open a run once; its bytes are not needed any longer then. */
function runOf(name) {
  const { runs } = registry();
  const entry = runs.get(name);
  if (entry && entry.run === null) {
    entry.run = openRun(entry.bytes);
    entry.bytes = null;
  }
  return entry?.run ?? null;
}

/** Whether a session was opened that says where this player begins anew, which is obeyed once. */
function opened(data) {
  const { obeyed, kept } = registry();
  if (data.opened === null || obeyed.get(data.name) === data.opened) {
    return false;
  }
  obeyed.set(data.name, data.opened);
  kept.delete(data.name);
  return true;
}

/** What belongs to one player on the page. */
class Slot {
  constructor(parentElement) {
    this.place = parentElement.querySelector(".rnnviz-place");
    this.player = null;
    // The server asks where one is only while it may save it.
    this.tells = false;
    // Until a page that was left is taken down, its player must not write on the next one's address.
    this.path = location.pathname;
    this.refresh = () => this.show();
  }

  /** Show what is there by now: the code and the run arrive by ways of their own. */
  show() {
    const { data } = this.component;
    const run = runOf(data.run);
    if (!run) {
      return;
    }
    if (opened(data) && this.player) {
      this.clear();
    }
    const first = this.player === null;
    const kept = registry().kept.get(data.name);
    if (first) {
      this.begin();
    }
    this.player.update({
      run,
      wrong: data.wrong ? runOf(data.wrong) : null,
      theme: themeOf(this.place),
      fit: data.fit,
      hide: data.hide,
      seed: kept ?? data.seed,
      autoplay: first && !kept && firstVisit(),
      edits: data.edits,
    });
    if (data.tell && !this.tells) {
      this.component.setStateValue("place", wordsOf(this.player.teller.link()));
    }
    this.tells = data.tell;
    if (first && data.linked && !this.player.teller.untouched) {
      this.writeAddress();
      // Streamlit writes the address once more when the page's own controls are back.
      setTimeout(() => this.place.isConnected && this.writeAddress(), SETTLED);
    }
  }

  writeAddress(link = this.player.teller.link()) {
    if (location.pathname === this.path) {
      mirror(link);
    }
  }

  /** To the page of all formats, at this moment. */
  more() {
    registry().kept.set(this.component.data.name, this.player.teller.link());
    this.writeAddress();
    turnTo("export");
  }

  begin() {
    const shared = registry();
    this.player = new Player(this.place, {
      onLink: (link) => {
        const { data } = this.component;
        shared.kept.set(data.name, link);
        if (data.linked) {
          this.writeAddress(link);
        }
        if (data.tell) {
          this.component.setStateValue("place", wordsOf(link));
        }
      },
      onEdit: (change) => this.component.setTriggerValue("edit", change),
      onOrder: (order) => this.component.setStateValue("order", order),
      onMore: this.component.data.linked ? () => this.more() : null,
    });
    shared.current ??= this.player;
    for (const kind of ["pointerdown", "focusin"]) {
      this.place.addEventListener(kind, () => (shared.current = this.player));
    }
  }

  end() {
    const shared = registry();
    shared.listeners.delete(this.refresh);
    if (this.player && !this.player.teller.untouched) {
      shared.kept.set(this.component.data.name, this.player.teller.link());
    }
    this.clear();
  }

  clear() {
    const shared = registry();
    if (shared.current === this.player) {
      shared.current = null;
    }
    this.player?.destroy();
    this.player = null;
    this.tells = false;
    this.place.replaceChildren();
  }
}

/** The theme of the page, by the lightness of its ground: Streamlit hands its colours to CSS. */
function themeOf(place) {
  const ground = getComputedStyle(place).getPropertyValue("--st-background-color").trim();
  const digits = /^#([0-9a-f]{6})/i.exec(ground)?.[1];
  const channels = digits
    ? [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16))
    : (ground.match(/[\d.]+/g) ?? [255, 255, 255]).slice(0, 3).map(Number);
  return Math.max(...channels) < 128 ? "dark" : "light";
}

/** Whether this visitor sees a player for the first time. */
function firstVisit() {
  try {
    const seen = localStorage.getItem("rnnviz.seen");
    localStorage.setItem("rnnviz.seen", "1");
    return seen === null;
  } catch {
    return false; // Storage may be forbidden; then nothing plays by itself.
  }
}

/** A player came, or is to show something else. */
export function showPlayer(component) {
  const { parentElement } = component;
  let slot = mounted.get(parentElement);
  if (!slot) {
    slot = new Slot(parentElement);
    mounted.set(parentElement, slot);
    registry().listeners.add(slot.refresh);
    listenForKeys();
  }
  slot.component = component;
  slot.show();
}

/** A player is gone. */
export function endPlayer(parentElement) {
  mounted.get(parentElement)?.end();
  mounted.delete(parentElement);
}
