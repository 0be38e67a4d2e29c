// The player's code for the app: sent once, whatever changes afterwards.
import { Player } from "./player.js";
import { announce, registry } from "./registry.js";
import { openRun } from "./run.js";

export default function () {
  const shared = registry();
  if (shared.Player === null) {
    Object.assign(shared, { Player, openRun });
    announce();
  }
}
