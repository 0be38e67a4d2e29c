// The activation's curve with a dot per unit.
import { colorOf } from "./colors.js";
import { rowsShown } from "./order.js";
import { isBlank } from "./print.js";
import { valueOf } from "./run.js";
import { activate } from "./activations.js";
import { limitOf } from "./ranges.js";
import { SHARED } from "./shared.js";

// Beyond so many units the dots are one path of one colour.
const MAX_DOTS = 32;
const POINTS = 48;

/** The curve over ±the range of the pre-activations. */
export function curveItems(view, plan, block, list) {
  const { run, moment, palette, fit } = view;
  const { lane } = moment;
  const height = Math.min(plan.rows.height, 150);
  const top = block.y + (plan.rows.height - height) / 2;
  const reach = run.limits.product[fit];
  const name = lane.activations[moment.gate];
  const most = SHARED.ranges[name] ? 1.1 : reach;
  const x = (a) => block.x + block.width * (0.5 + Math.min(Math.max(a / reach, -1), 1) / 2);
  const y = (h) => top + height * (0.5 - Math.min(Math.max(h / most, -1), 1) / 2);
  const area = { x: block.x, y: top, width: block.width, height };
  list.push({ kind: "rect", ...area, radius: 4, fill: palette.band });
  const axes = `M${block.x} ${y(0)}H${block.x + block.width}M${x(0)} ${top}V${top + height}`;
  list.push({ kind: "path", d: axes, stroke: palette.hairline });
  const places = Array.from(
    { length: POINTS + 1 },
    (_, index) => -reach + (2 * reach * index) / POINTS,
  );
  const line = places.map(
    (a) => `${x(a).toFixed(1)} ${y(activate(lane, moment.gate, a)).toFixed(1)}`,
  );
  list.push({ kind: "path", d: `M${line.join("L")}`, stroke: palette.muted, line: 1.5 });
  dots(view, list, x, y);
}

/** A dot per unit of the gate in the light, of its sum and what the activation makes of it. */
function dots(view, list, x, y) {
  const { moment, palette } = view;
  const { lane, t } = moment;
  const made = lane.kind === "RNN" ? "h" : "gates";
  const first = moment.gate * lane.hiddenSize;
  const shown = rowsShown(moment, made, lane.rows) - first;
  const limit = limitOf(view, lane, made === "h" ? "h" : lane.gateNames[moment.gate]);
  const dot = (unit, r) => {
    const row = first + unit;
    const [a, h] = [valueOf(lane, "a", t, row), valueOf(lane, made, t, row)];
    const there = unit < shown && Number.isFinite(a) && Number.isFinite(h);
    const fill = colorOf(h, limit, palette);
    const place = { cx: there ? x(a) : x(0), cy: there ? y(h) : y(0) };
    const hit = { part: "dot", lane: lane.index, row, t };
    const box = [place.cx - r, place.cy - r, 2 * r, 2 * r];
    list.push({
      kind: "circle",
      x: place.cx,
      y: place.cy,
      r,
      fill,
      stroke: palette.text,
      line: 0.8,
      opacity: there ? 1 : 0,
      hit,
      box,
    });
  };
  if (isBlank(view)) {
    return;
  }
  const [from, to] = view.print?.units ?? [0, lane.hiddenSize];
  if (to - from <= MAX_DOTS) {
    for (let unit = from; unit < Math.min(to, lane.hiddenSize); unit++) {
      dot(unit, 3.5);
    }
  } else {
    const marks = [];
    for (let row = first; row < first + Math.min(shown, lane.hiddenSize); row++) {
      const [a, h] = [valueOf(lane, "a", t, row), valueOf(lane, made, t, row)];
      if (Number.isFinite(a) && Number.isFinite(h)) {
        marks.push(`M${x(a).toFixed(1)} ${y(h).toFixed(1)}h0`);
      }
    }
    list.push({
      kind: "path",
      d: marks.join("") || "M0 0",
      stroke: palette.text,
      line: 3,
      cap: "round",
      opacity: 0.35,
    });
  }
  dot(moment.unit, 5.5);
}
