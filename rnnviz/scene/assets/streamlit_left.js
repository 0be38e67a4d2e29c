// Tells the server where the player was left, on a page that shows none.
import { mirror, wordsOf } from "./address.js";
import { registry } from "./registry.js";

export default function ({ data, setStateValue }) {
  const { kept, obeyed } = registry();
  const left = kept.get(data.name);
  // A session that was opened meanwhile says where the player is once it is shown.
  if (!left || (data.opened !== null && obeyed.get(data.name) !== data.opened)) {
    return;
  }
  const words = Object.entries(wordsOf(left)).filter(([, value]) => value !== null);
  if (words.some(([name, value]) => data.place[name] !== value)) {
    setStateValue("place", Object.fromEntries(words));
  }
  mirror(left);
}
