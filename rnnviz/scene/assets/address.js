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

/** Go to another page of the app by the app's own link to it, which keeps the session. */
export function turnTo(page) {
  const { href } = new URL(page, location.href);
  const link = [...document.links].find((one) => one.href === href);
  if (link) {
    link.click();
  } else {
    location.assign(page + location.search);
  }
}
