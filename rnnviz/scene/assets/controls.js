// What the controls show of the state: pressed buttons, chosen options, the banner.
import { icon } from "./dom.js";
import { hasGates } from "./legend.js";
import { hasQuantity } from "./strip.js";
import { verdictWords } from "./words.js";

/** Bring the controls in step with the state. @param {import("./player.js").Player} player */
export function showControls(player) {
  const { parts, state } = player;
  const playing = player.clock.running;
  if (parts.playing !== playing) {
    parts.playing = playing;
    parts.play.replaceChildren(icon(playing ? "pause" : "play"));
    parts.play.setAttribute("aria-label", playing ? "Pause" : "Play");
    parts.play.title = playing ? "Pause" : "Play";
  }
  for (const button of parts.walk.children) {
    press(button, button.dataset.value === state.walk);
  }
  press(parts.all, state.all || state.walk === "time");
  parts.all.disabled = state.walk === "time";
  press(parts.apart, state.apart);
  const { lane } = player.moment;
  hide(parts.apart, lane.bias_ih === null || lane.kind === "GRU");
  hide(parts.order.lastChild.querySelector("[value=time-first]"), player.run.oneOrder);
  hide(parts.shares, !hasGates(player.run));
  parts.root.classList.toggle("gated", hasGates(player.run));
  for (const option of parts.quantity.lastChild.options) {
    hide(option, !player.run.lanes.some((one) => hasQuantity(one, option.value)));
  }
  hide(parts.grain, state.walk === "time");
  for (const name of ["grain", "speed", "order", "quantity"]) {
    const select = parts[name].lastChild;
    if (select.value !== String(state[name])) {
      select.value = state[name];
    }
  }
  showBanner(player);
}

/** Mark a button as pressed or not; writing what stands there already would cost a style pass. */
function press(button, pressed) {
  if (button.getAttribute("aria-pressed") !== String(pressed)) {
    button.setAttribute("aria-pressed", String(pressed));
  }
}

/** Show an element or not; writing what stands there already would cost a style pass. */
function hide(element, hidden) {
  if (element.hidden !== hidden) {
    element.hidden = hidden;
  }
}

function showBanner({ parts, run, waiting }) {
  const { banner } = parts;
  const words = waiting
    ? "Running the net in the wrong order…"
    : run.whatIf
      ? verdictWords(run)
      : "";
  if (banner.textContent !== words) {
    banner.textContent = words;
    hide(banner, words === "");
    banner.classList.toggle("wrong", isWrong(run.whatIf));
  }
}

/** Whether a run with a mistake differs from torch.nn's in its states or in what it returns. */
function isWrong(whatIf) {
  return whatIf !== null && (whatIf.first.length > 0 || whatIf.difference > whatIf.limit);
}
