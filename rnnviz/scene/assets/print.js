// What pictures for print have besides: blank cells, and a minus where lightness is all there is.
//
// `view.print` is null on the screen; else it holds
//   least - pixels; numbers that would be smaller are left out
//   blank - whether cells show "…" in place of what they hold
//   minus - whether negative cells are marked
//   flat - whether the anatomy stands in one row of blocks, however narrow they are
//   units - [from, to) of the units that the anatomy shows, or null for all

// Pixels.
const LEAST_MARK = 4;
const MOST_MARK = 9;

export function isBlank(view) {
  return view.print?.blank === true;
}

/** Three dots in a place, along its longer side. */
export function dotsItems({ palette }, { x, y, width, height }, list) {
  const room = Math.max(width, height);
  const r = Math.min(1.4, Math.min(width, height) / 6, room / 14);
  const step = Math.min(3.6 * r, room / 4);
  const [middle, centre] = [x + width / 2, y + height / 2];
  for (const by of [-step, 0, step]) {
    const place = height > width ? { x: middle, y: centre + by } : { x: middle + by, y: centre };
    list.push({ kind: "circle", ...place, r, fill: palette.muted });
  }
}

/** A minus in the cell of a negative number, if it has room for one. */
export function minusItems(view, value, { x, y, width, height }, ink, list) {
  if (!view.print?.minus || !(value < 0) || Math.min(width, height) < LEAST_MARK) {
    return;
  }
  const long = Math.min(0.55 * width, MOST_MARK);
  const line = Math.min(0.28 * height, 1.3);
  const d = `M${x + (width - long) / 2} ${y + height / 2}h${long}`;
  list.push({ kind: "path", d, stroke: ink, line });
}
