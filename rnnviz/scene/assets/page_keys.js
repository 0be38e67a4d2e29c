// Keys and presses anywhere on a page, for the player that was used last.
import { registry } from "./registry.js";

/** Keys that nothing on the page wants go to the player that was used last. */
export function listenForKeys() {
  const shared = registry();
  if (!shared.listening) {
    shared.listening = true;
    document.addEventListener("keydown", (event) => {
      if (event.target === document.body) {
        shared.current?.key(event);
      }
    });
    for (const kind of ["keydown", "pointerdown"]) {
      document.addEventListener(kind, (event) => {
        // The play button ends the show itself, and would start it again.
        if (!event.composedPath().includes(shared.current?.parts.play)) {
          shared.current?.endShow();
        }
      });
    }
  }
}
