// The unrolled map: every state where it is computed, every arrow that feeds it.
import { laneBlocks } from "./map_cells.js";
import { heldItems } from "./held.js";
import { minimapItems } from "./minimap.js";
import { missingItems, wrongItems } from "./map_wrong.js";
import { flowItems, recurrentItems } from "./map_arrows.js";
import { nameItems, NAMES } from "./map_names.js";
import { isBlank } from "./print.js";
import { slotsOf } from "./slots.js";

// Pixels.
const END = 58;
const TOP = 8;
const MIN_SLOT = 34;
const LEAST_HEIGHT = 140;

/**
 * What a view is drawn from.
 *
 * @typedef {Object} View
 * @property {import("./run.js").Run} run
 * @property {import("./order.js").Schedule} schedule
 * @property {import("./order.js").Moment} moment
 * @property {Object} palette
 * @property {number} fit - 0: colours at full range, 1: fitted to this run.
 * @property {import("./colors.js").Textures} textures
 * @property {Object|null} hover - the hit under the pointer.
 */

/** Pixels that the map likes to be high, as far as there is room. */
export function mapHeight(run, room = Infinity) {
  const [top] = run.layout;
  const most = 300 + 60 * Math.max(0, run.numLayers - 2);
  const height = Math.round(Math.min(Math.max(0.62 * top, 150), most)) + footer(run);
  return Math.min(height, Math.max(room, LEAST_HEIGHT));
}

function footer(run) {
  return run.labels ? 34 : 20;
}

/** The least width at which single columns can be told apart. */
export function mapMinWidth(run) {
  return NAMES + 2 * END + MIN_SLOT * Math.min(run.seqLen, 12);
}

/**
 * Where everything lies.
 *
 * @param {View} view
 * @param {{width: number, height: number, zoom: number, panX: number, panY: number}} size
 */
export function mapPlan({ run, moment }, { width, height, zoom, panX, panY }) {
  const [top, inputTop, bands] = run.layout;
  const scale = ((height - TOP - footer(run)) / top) * zoom;
  const inner = (width - NAMES) * zoom;
  const y = (up) => TOP + (top - up) * scale - panY;
  const slots = slotsOf(run.seqLen, NAMES + END - panX, inner - 2 * END, moment.t);
  const slot = slots.width(slots.start);
  const lanes = bands.flatMap(([, , , pairs], layer) =>
    pairs.map(([bottom, upper]) => ({ layer, top: y(upper), height: (upper - bottom) * scale })),
  );
  // Of the full columns those that are in sight.
  const inSight = (t) =>
    slots.left(t) + slots.width(t) > NAMES - END && slots.left(t) < width + END;
  let [from, to] = [slots.start, slots.stop];
  while (from < to - 1 && !inSight(from)) {
    from++;
  }
  while (to > from + 1 && !inSight(to - 1)) {
    to--;
  }
  return {
    y,
    slots,
    from,
    to,
    scale,
    lanes,
    bands: bands.map(([bottom, upper, pill]) => ({
      top: y(upper),
      bottom: y(bottom),
      pill: y(pill + 10),
      pillHeight: Math.max(4, 10 * scale),
    })),
    inputTop: y(inputTop),
    inputBottom: y(0),
    cell: Math.min(30, slot * 0.5),
    middle: (t) => slots.left(t) + slots.width(t) / 2,
    startX: slots.left(0) - END / 2,
    stopX: slots.left(run.seqLen - 1) + slots.width(run.seqLen - 1) + END / 2,
    left: NAMES,
    right: NAMES + inner - panX,
  };
}

/** The map as a display list. */
export function mapList(view, size) {
  const plan = mapPlan(view, size);
  const list = [...bandItems(view, plan)];
  columnItem(view, plan, list);
  flowItems(view, plan, list);
  recurrentItems(view, plan, list);
  laneBlocks(view, plan, list);
  heldItems(view, plan, list);
  pillItems(view, plan, list);
  if (view.run.whatIf) {
    wrongItems(view, plan, list);
  }
  if (view.run.timeFirst) {
    missingItems(view, plan, list);
  }
  frameItems(view, plan, list);
  list.push({
    kind: "rect",
    x: 0,
    y: 0,
    width: NAMES - 4,
    height: size.height,
    fill: view.palette.surface,
  });
  if (size.zoom > 1) {
    const foot = footer(view.run);
    const place = { x: 0, y: size.height - foot, width: size.width, height: foot };
    list.push({ kind: "rect", ...place, fill: view.palette.surface });
  }
  nameItems(view, plan, list, size);
  if (size.zoom > 1) {
    minimapItems(view, size, list);
  }
  return list;
}

function* bandItems({ palette }, plan) {
  for (const band of plan.bands) {
    yield {
      kind: "rect",
      x: plan.left,
      y: band.top,
      width: plan.right - plan.left,
      height: band.bottom - band.top,
      radius: 8,
      fill: palette.band,
    };
  }
}

/** Along time a whole column is in the light. */
function columnItem({ moment, palette }, plan, list) {
  if (moment.alongTime && !moment.away) {
    list.push({
      kind: "rect",
      x: plan.slots.left(moment.t),
      y: plan.bands.at(-1).pill - 6,
      width: plan.slots.width(moment.t),
      height: plan.inputBottom - plan.bands.at(-1).pill + 12,
      radius: 6,
      fill: palette.chosen_fill,
    });
  }
}

function pillItems({ run, moment, palette }, plan, list) {
  for (let t = plan.from; t < plan.to; t++) {
    plan.bands.forEach((band, layer) => {
      const lanes = run.lanes.filter((lane) => lane.layer === layer);
      const width = Math.min(40, plan.slots.width(t) * 0.62);
      const x = plan.middle(t) - width / 2;
      const share = width / lanes.length;
      const ready = lanes.every((lane) => moment.done(lane.index, t));
      list.push({
        kind: "path",
        d: `M${x + width / 2} ${band.top}V${band.pill + band.pillHeight}`,
        stroke: palette.flow,
        opacity: ready ? 0.9 : 0.3,
      });
      lanes.forEach((lane, place) => {
        list.push({
          kind: "rect",
          x: x + place * share,
          y: band.pill,
          width: share,
          height: band.pillHeight,
          radius: 2,
          fill: palette[`${lane.direction}_soft`],
          opacity: moment.done(lane.index, t) ? 1 : 0.35,
          box: [x + place * share, band.pill - 3, share, band.pillHeight + 6],
          hit: { part: "pill", layer, t },
        });
      });
    });
  }
}

function frameItems(view, plan, list) {
  const { moment, palette, hover } = view;
  if (moment.away) {
    return;
  }
  const lane = plan.lanes[moment.lane.index];
  const width = plan.slots.full(moment.t) ? plan.cell : Math.max(3, plan.slots.width(moment.t));
  const rows = moment.lane.stateSize;
  const x = plan.middle(moment.t) - width / 2;
  list.push({
    kind: "rect",
    x: x - 2.5,
    y: lane.top - 2.5,
    width: width + 5,
    height: lane.height + 5,
    radius: 3,
    stroke: moment.lane.direction === "forward" ? palette.forward : palette.reverse,
    line: 2.5,
  });
  if (hover?.from && plan.slots.full(hover.from.t)) {
    const { lane: index, t } = hover.from;
    const source = plan.lanes[index] ?? {
      top: plan.inputTop,
      height: plan.inputBottom - plan.inputTop,
    };
    list.push({
      kind: "rect",
      x: plan.middle(t) - plan.cell / 2 - 3,
      y: source.top - 3,
      width: plan.cell + 6,
      height: source.height + 6,
      radius: 3,
      stroke: palette.text,
      line: 1.6,
      dash: [3, 2],
    });
  }
  if (lane.height / rows >= 4 && moment.unit < rows && !isBlank(view)) {
    list.push({
      kind: "rect",
      x: x - 1,
      y: lane.top + (moment.unit * lane.height) / rows,
      width: width + 2,
      height: lane.height / rows,
      stroke: palette.text,
      line: 1.2,
    });
  }
}

/** The unit of a lane or input that lies at a height. */
export function unitAt(item, y) {
  const unit = Math.floor(((y - item.y) / item.height) * item.hit.rows);
  return Math.min(Math.max(unit, 0), item.hit.rows - 1);
}
