// Display lists below each other as one.

// Pixels between two of them.
const GAP = 16;

/** Lists below each other: [list, width, height][] as one. */
export function stacked(parts) {
  let top = 0;
  const width = Math.max(...parts.map(([, one]) => one));
  const list = parts.flatMap(([items, , height]) => {
    const moved = items.map((item) => shifted(item, top));
    top += height + GAP;
    return moved;
  });
  return [list, width, top - GAP];
}

/** An item further down. Paths are written with absolute and relative commands. */
function shifted(item, by) {
  if (by === 0) {
    return item;
  }
  return item.kind === "path"
    ? { ...item, d: shiftedPath(item.d, by) }
    : { ...item, y: item.y + by };
}

function shiftedPath(d, by) {
  return d.replace(/([A-Za-z])([^A-Za-z]*)/g, (_, command, rest) => {
    const numbers =
      rest.trim() === ""
        ? []
        : rest
            .trim()
            .split(/[\s,]+/)
            .map(Number);
    if (command === "V") {
      return `V${numbers.map((y) => y + by).join(" ")}`;
    }
    const absolute = command === command.toUpperCase() && command !== "H" && command !== "Z";
    const moved = absolute
      ? numbers.map((value, index) => (index % 2 ? value + by : value))
      : numbers;
    return command + moved.join(" ");
  });
}
