// One unit taken apart: a waterfall of its products, and what becomes of their sum.
import { heldAt } from "./held.js";
import { NAMES } from "./anatomy_plan.js";
import { colorOf } from "./colors.js";
import { short } from "./numbers.js";
import { rowsShown } from "./order.js";
import { C, partOf, previousOf, valueOf } from "./run.js";
import { slopeOf } from "./activations.js";
import { termsOf } from "./terms.js";

// Pixels.
const TOP = 10;
const BARS = 62;
const FOOT = 20;
const MOST_BARS = 28;
const NUMBER_WIDTH = 28;
const FONT = 10.5;
const BAR = 44;
// Bars narrower than this say nothing; of many terms the largest are shown.
const LEAST_SLOT = 10;
const RANKED_SLOT = 14;

// How far from white a bar is: its sign alone has a colour.
export const BAR_SHADE = 0.75;

export const DRILL_HEIGHT = TOP + BARS + FOOT + 6;

/**
 * The bars: under the columns of their weights where those are wide enough, else the largest ones
 * in the order of their size and the rest as one bar. Without an anatomy above them they take the
 * width.
 */
export function drillPlan(view, anatomy, width) {
  const { run, moment, apart } = view;
  const terms = termsOf(run, moment.lane, moment.t, moment.row, apart);
  const besides = !anatomy || anatomy.stacked;
  const slot = Math.min((width - NAMES - BAR - 10) / terms.length, BAR);
  if (besides && slot >= LEAST_SLOT) {
    const bars = terms.map((term, place) => ({ term, x: NAMES + place * slot, width: slot }));
    return { terms, bars, sumX: NAMES + terms.length * slot + 8 };
  }
  const weights = besides ? [] : anatomy.blocks.filter((block) => block.operand !== undefined);
  if (weights[0]?.cell >= LEAST_SLOT) {
    const bars = terms.map((term) => {
      const block = weights.find((one) => one.part === term.part);
      return { term, x: block.x + term.column * block.cell, width: block.cell - 1 };
    });
    const sumX = anatomy.blocks.find((block) => block.field === "a").x;
    return { terms, bars, sumX, under: true };
  }
  return rankedPlan(terms, width);
}

/** The largest terms, and all others as one bar. */
function rankedPlan(terms, width) {
  const room = width - NAMES - BAR - 24;
  const count = Math.min(MOST_BARS, Math.floor(room / RANKED_SLOT) - 1, terms.length);
  const slot = Math.min(BAR, room / (count + 1));
  const ranked = [...terms].sort((one, other) => Math.abs(other.product) - Math.abs(one.product));
  const rest = ranked.slice(count);
  const product = rest.reduce((total, term) => total + term.product, 0);
  const shown = ranked.slice(0, count);
  if (rest.length > 0) {
    shown.push({ part: "rest", count: rest.length, product });
  }
  const bars = shown.map((term, place) => ({ term, x: NAMES + place * slot, width: slot - 2 }));
  return { terms, bars, sumX: NAMES + shown.length * slot + 14, ranked: true };
}

/** The waterfall as a display list. */
export function drillList(view, plan) {
  const { moment, palette } = view;
  const products = plan.bars.map((bar) => bar.term.product);
  const { y, zero } = scaleOf(products, valueOf(moment.lane, "a", moment.t, moment.row));
  const total = plan.terms.reduce((sum, term) => sum + Math.abs(term.product), 0);
  const shown = barsShown(moment, plan.bars);
  const axis = `M${plan.bars[0].x} ${zero}H${plan.sumX + BAR}`;
  const name = { kind: "text", anchor: "end", size: FONT, fill: palette.muted };
  const list = [
    { kind: "path", d: axis, stroke: palette.muted, line: 0.8 },
    { ...name, x: 36, y: zero + 4, text: "0" },
    { ...name, x: 40, y: TOP + BARS + FOOT - 4, text: plan.ranked ? "largest" : "w · v" },
  ];
  let sum = 0;
  plan.bars.forEach((bar, index) => {
    const next = sum + bar.term.product;
    const end = plan.bars[index + 1]?.x ?? plan.sumX;
    const visible = index < shown;
    barItems(view, list, bar, { from: y(sum), to: y(next), end, visible, total });
    sum = next;
  });
  const summed = rowsShown(moment, "a", moment.lane.rows);
  sumItems(view, list, plan, { y, zero, visible: summed > moment.row });
  return list;
}

/** Heights of values; what is not finite stands at zero and is marked. */
function scaleOf(products, a) {
  let [low, high, sum] = [0, 0, 0];
  const reach = (value) => {
    if (Number.isFinite(value)) {
      [low, high] = [Math.min(low, value), Math.max(high, value)];
    }
  };
  reach(a);
  for (const product of products) {
    sum += product;
    reach(sum);
  }
  const scale = BARS / (high - low || 1);
  const zero = TOP + high * scale;
  const y = (value) => Math.min(Math.max(zero - value * scale, TOP), TOP + BARS);
  return { zero, y: (value) => (Number.isFinite(value) ? y(value) : zero) };
}

/** Term by term while the products are computed. */
function barsShown(moment, bars) {
  const counts = ["wx", "wh", "b"].map(
    (part) => bars.filter((bar) => bar.term.part === part).length,
  );
  const known = counts[0] + counts[1] + counts[2];
  if (known < bars.length) {
    return moment.phase >= 2 ? bars.length : 0; // Sorted by size, they have no order in time.
  }
  if (moment.phase > 2) {
    return bars.length;
  }
  const before = counts.slice(0, moment.phase).reduce((sum, count) => sum + count, 0);
  return before + Math.ceil(moment.share * counts[moment.phase] - 1e-9);
}

function barItems(view, list, bar, { from, to, end, visible, total }) {
  const { palette, moment, hover } = view;
  const { term, x, width } = bar;
  const lit = hover && hover.line === term.part && hover.column === term.column;
  const opacity = visible ? 1 : 0;
  const finite = Number.isFinite(term.product);
  const fill = finite ? colorOf(Math.sign(term.product) * BAR_SHADE, 1, palette) : palette.alarm;
  const place = {
    x: x + 2,
    y: Math.min(from, to),
    width: Math.max(width - 4, 1),
    height: Math.max(Math.abs(to - from), 1),
  };
  const hit =
    term.part === "rest"
      ? { part: "rest", count: term.count, product: term.product }
      : { part: "term", term, row: moment.row, t: moment.t, lane: moment.lane.index, total };
  list.push({
    kind: "rect",
    ...place,
    radius: 1.5,
    fill: term.part === "rest" ? palette.flow : fill,
    ...outline(view, lit || (hover?.symbol ?? "") === term.part),
    opacity,
    hit,
  });
  list.push({
    kind: "path",
    d: `M${x + width - 2} ${to}H${end + 2}`,
    stroke: palette.muted,
    line: 0.8,
    dash: [2, 2],
    opacity,
  });
  const text = width >= NUMBER_WIDTH || !finite ? short(term.product) : "";
  list.push({
    kind: "text",
    x: x + width / 2,
    y: TOP + BARS + FOOT - 4,
    anchor: "middle",
    size: FONT,
    text,
    fill: palette.text,
    opacity,
  });
}

/** Bars that the pointer asks for are framed; without colours all are, as some are near white. */
function outline({ palette, print }, lit) {
  return lit ? { stroke: palette.text, line: 2 } : { stroke: print?.minus && palette.muted, line: 0.8 };
}

function sumItems(view, list, plan, { y, zero, visible }) {
  const { moment, palette } = view;
  const { lane, t, row } = moment;
  const a = valueOf(lane, "a", t, row);
  const finite = Number.isFinite(a);
  const opacity = visible ? 1 : 0;
  const fill = finite ? colorOf(Math.sign(a), 1, palette) : palette.alarm;
  const place = {
    x: plan.sumX + 2,
    y: Math.min(zero, y(a)),
    width: BAR - 6,
    height: Math.max(Math.abs(y(a) - zero), 1),
  };
  list.push({
    kind: "rect",
    ...place,
    radius: 1.5,
    fill,
    ...outline(view, false),
    opacity,
    hit: { part: "vector", field: "a", lane: lane.index, row, t },
  });
  list.push({
    kind: "text",
    x: plan.sumX + BAR / 2,
    y: TOP + BARS + FOOT - 4,
    anchor: "middle",
    size: 11,
    weight: 700,
    text: short(a),
    fill: palette.text,
    opacity,
  });
}

/** What becomes of the sum, as far as it is computed, and the slope there: two short lines. */
export function unitWords(moment) {
  const { lane, t, unit, gate, row } = moment;
  const [made, name] = lane.kind === "RNN" ? ["h", "h"] : ["gates", lane.gateNames[gate]];
  const [a, out] = [valueOf(lane, "a", t, row), valueOf(lane, made, t, row)];
  const activation = lane.activations[gate];
  const place = `${name}[${t}][${unit}]`;
  const there = (part) => rowsShown(moment, part, lane.rows) > row;
  if (!there(made)) {
    const sum = there("a") ? short(a) : "…";
    return [`${place} = ${activation}(${sum})`, "not computed yet"];
  }
  const held = heldAt(lane, name, t, unit);
  if (held) {
    return [`${place} ≈ ${short(out)}, held ${held}`, "whatever the sum"];
  }
  const [slope, how] = slopeOf(lane, gate, a, out);
  return [
    `${place} ≈ ${activation}(${short(a)}) ≈ ${short(out)}`,
    `slope ${how} ≈ ${short(slope)}`,
  ];
}

/** What becomes of a unit's gates, as far as it is computed: the sum of the strip, in numbers. */
export function stateWords(run, moment) {
  const { lane, t, unit } = moment;
  const of = (part) => short(partOf(run, lane, t, unit, part));
  const there = (part) => rowsShown(moment, part, lane.hiddenSize) > unit;
  const before = previousOf(run, lane, t);
  const from = (name) => (before === null ? `${name}_0[${unit}]` : `${name}[${before}][${unit}]`);
  const lines = [];
  if (lane.kind === "LSTM" && there("c")) {
    const [f, i, g] = ["f", "i", "g"].map((gate) => of({ gate }));
    const kept = of({ field: "c_before" });
    const held = heldAt(lane, "c", t, unit);
    const c = of({ field: "c" });
    lines.push(
      held
        ? `c[${t}][${unit}] ≈ ${c}, held ${held}`
        : `c[${t}][${unit}] = f · ${from("c")} + i · g ≈ ${f} · ${kept} + ${i} · ${g} ≈ ${c}`,
    );
  }
  if (lane.kind === "LSTM" && there("h") && unit < lane.stateSize && !lane.weight_hr) {
    const parts = `${of({ gate: "o" })} · ${of({ field: "tanh_c" })}`;
    const act = lane.activations[C];
    const sum = `h[${t}][${unit}] = o · ${act}(c) ≈ ${parts} ≈ ${of({ field: "h" })}`;
    lines.push(heldWords(run, lane, t, unit) ?? sum);
  }
  if (lane.kind === "GRU" && there("h")) {
    const [n, z] = ["n", "z"].map((gate) => of({ gate }));
    const parts = `${of({ field: "1 - z" })} · ${n} + ${z} · ${of({ field: "h_before" })}`;
    lines.push(
      heldWords(run, lane, t, unit) ??
        `h[${t}][${unit}] = (1 − z) · n + z · ${from("h")} ≈ ${parts} ≈ ${of({ field: "h" })}`,
    );
  }
  if (run.head) {
    lines.push(headWords(run, moment));
  }
  return lines;
}

/** An h that is held, in place of its sum. */
function heldWords(run, lane, t, unit) {
  const held = heldAt(lane, "h", t, unit);
  return held && `h[${t}][${unit}] ≈ ${short(valueOf(lane, "h", t, unit))}, held ${held}`;
}

/** What the head makes of output[t], once all of it is there: a line for every moment alike. */
function headWords(run, { t, done }) {
  const [name, rows] = run.head;
  if (!run.lanes.slice(-run.numDirections).every((lane) => done(lane.index, t))) {
    return `${name} reads output[${t}] when layer ${run.numLayers - 1} has it`;
  }
  const parts = rows[t].map(([token, probability]) => `${token} ${probability.toFixed(2)}`);
  return `${name}: softmax of output[${t}] ≈ ${parts.join(", ")}`;
}
