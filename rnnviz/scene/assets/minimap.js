// Where one is on a zoomed map: the whole of it, small, and the part in sight.

const MOST_WIDTH = 120;
const MOST_HEIGHT = 56;
const MARGIN = 8;

/** The small map in the lower right corner. */
export function minimapItems({ run, moment, palette }, size, list) {
  const { width, height, zoom, panX, panY } = size;
  const tall = Math.min((MOST_WIDTH * height) / width, MOST_HEIGHT);
  const wide = (tall * width) / height;
  const [left, top] = [width - wide - MARGIN, height - tall - MARGIN];
  const ground = { kind: "rect", x: left, y: top, width: wide, height: tall, radius: 3 };
  list.push({ ...ground, fill: palette.surface, stroke: palette.hairline, opacity: 0.92 });
  const lane = tall / run.lanes.length;
  for (const { index, direction } of run.lanes) {
    const y = top + tall - (index + 1) * lane;
    const inside = { kind: "rect", x: left + 3, y: y + 1, width: wide - 6, height: lane - 2 };
    list.push({ ...inside, fill: palette[`${direction}_soft`], opacity: 0.6 });
    if (moment.lane.index === index) {
      const x = left + 3 + ((moment.t + 0.5) / run.seqLen) * (wide - 6);
      list.push({ kind: "circle", x, y: y + lane / 2, r: 2.5, fill: palette.text });
    }
  }
  const share = wide / width / zoom;
  list.push({
    kind: "rect",
    x: left + panX * share,
    y: top + panY * share,
    width: width * share,
    height: height * share,
    radius: 2,
    stroke: palette.text,
    line: 1.5,
  });
}
