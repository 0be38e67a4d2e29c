// Tells where one rests: a sentence for a screen reader, and a link for whoever hosts the player.
import { linkOf } from "./link.js";
import { sentence } from "./words.js";

// Milliseconds without a change after which it is worth telling.
const QUIET = 250;

export class Teller {
  /** @param {import("./player.js").Player} player */
  constructor(player) {
    this.player = player;
    this.told = null;
    this.fresh = null;
  }

  /** Where one begins is not told. @param {boolean} linked - whether a link led there. */
  begin(linked) {
    this.told = JSON.stringify(this.link());
    this.fresh = linked ? null : this.told;
  }

  /** Where the show was stopped is nobody's choice: like the beginning it is not told. */
  showEnded() {
    this.begin(this.fresh === null);
  }

  /** Whether one is where everyone starts, by no link's doing. */
  get untouched() {
    return this.player.run === null || JSON.stringify(this.link()) === this.fresh;
  }

  /** Where one is, as it stands in a link. */
  link() {
    const { walk, order, all } = this.player.state;
    const { moment } = this.player;
    const gate = moment.gate > 0 ? moment.lane.gateNames[moment.gate] : null;
    return { at: linkOf(moment), walk, order, all, gate };
  }

  /** Tell it once nothing has changed for a moment. */
  soon() {
    this.stop();
    this.quiet = setTimeout(() => this.tell(), QUIET);
  }

  stop() {
    clearTimeout(this.quiet);
  }

  tell() {
    const { player } = this;
    if (player.clock.running || !player.run) {
      return;
    }
    const words = sentence(player.moment);
    if (player.parts.live.textContent !== words) {
      player.parts.live.textContent = words;
    }
    const link = this.link();
    const told = JSON.stringify(link);
    if (told !== this.told) {
      this.told = told;
      player.host.onLink?.(link);
    }
  }
}
