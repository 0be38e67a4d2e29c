// The address of the page: where one is in it, and the way to another page of the app.

/** Where one is, as `Teller.link` has it, in the words of an address; null for what it leaves out. */
export function wordsOf(link) {
  const words = { at: link.at, walk: link.walk === "time" ? "time" : null };
  words.order = link.order === "layer-first" ? null : link.order;
  words.all = link.all ? "1" : null;
  words.gate = link.gate;
  return words;
}

/** Write where one is into the address, without a server and without a step in the history. */
export function mirror(link) {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(wordsOf(link))) {
    if (value === null) {
      address.searchParams.delete(name);
    } else {
      address.searchParams.set(name, value);
    }
  }
  history.replaceState(history.state, "", address);
}

/** Go to another page of the app with all that the address says, as the browser's own buttons do. */
export function turnTo(page) {
  history.pushState(null, "", new URL(page + location.search, location.href));
  // The app follows the browser's history, and keeps its session as it does.
  dispatchEvent(new PopStateEvent("popstate"));
}
