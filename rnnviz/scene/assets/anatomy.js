// The anatomy of one step: operands over the weights' columns, products, sum, activation, state.
import { NAMES, OPERANDS, nameWidth } from "./anatomy_plan.js";
import { frameItems, unitNames } from "./anatomy_frames.js";
import { curveItems } from "./curve.js";
import { cellItems, grid } from "./grid.js";
import { rowsShown } from "./order.js";
import { isBlank } from "./print.js";
import { gatesLimit, limitOf } from "./ranges.js";
import { C, partOf, readAt, sourceOf, stateBefore, valueOf } from "./run.js";
import { biasColumns } from "./terms.js";
import { beforeName } from "./words.js";

const FONT = 11;
// Pixels that the names of one bias and of the sum of both need.
const ROOM_FOR_BIAS = 18;
const ROOM_FOR_SUM = 40;

/**
 * The anatomy as two display lists, the second above the first: the weights, which stay from step
 * to step, and all that moves.
 */
export function anatomyLists(view, plan) {
  const [still, list] = [[], []];
  for (const block of [...plan.blocks, ...plan.state]) {
    BLOCKS[block.kind](view, plan, block, list, still);
  }
  unitNames(view, plan, list);
  frameItems(view, plan, list);
  return [still, list];
}

const BLOCKS = {
  matrix(view, plan, block, list, still) {
    const { run, moment, fit } = view;
    const { lane, t } = moment;
    const limit = run.limits.weight[fit];
    const value = (row, column) => lane[block.field][row * block.columns + column];
    const hit = (row, column) => ({
      part: "weight",
      lane: lane.index,
      field: block.field,
      row,
      column,
    });
    grid(view, plan, block, still, { value, limit, hit, key: `${block.field} ${lane.index}` });
    const operand = block.operand === "x" ? readAt : stateBefore;
    const range = run.limits[block.operand === "x" && lane.layer === 0 ? "x" : "h"][fit];
    operandRow(view, plan, block, list, (column) => operand(run, lane, t, column), range);
    operandTitle(view, block, list);
    footItem(view, plan, block, list, block.name);
  },
  bias(view, plan, block, list, still) {
    const { run, moment, fit, apart } = view;
    const columns = biasColumns(moment.lane, apart);
    if (columns.length === 0) {
      return;
    }
    const value = (row, column) =>
      columns[column][1].reduce((sum, field) => sum + moment.lane[field][row], 0);
    const hit = (row, column) => ({ part: "bias", lane: moment.lane.index, row, column });
    grid(view, plan, block, still, {
      value,
      limit: run.limits.weight[fit],
      hit,
      key: `bias ${moment.lane.index} ${apart}`,
    });
    operandRow(view, plan, block, list, () => 1, null);
    if (block.cell < (columns.length > 1 ? ROOM_FOR_BIAS : ROOM_FOR_SUM)) {
      footItem(view, plan, block, list, "b", 11);
      return;
    }
    columns.forEach(([name], column) => {
      const place = { x: block.x + column * block.cell, width: block.cell };
      footItem(view, plan, { ...block, ...place }, list, name, columns.length > 1 ? 12 : 11);
    });
  },
  vector(view, plan, block, list) {
    const { moment } = view;
    const { lane, t } = moment;
    const gates = block.field === "gates";
    const limit = gates ? gatesLimit(view, lane) : limitOf(view, lane, block.field);
    const value = (row) => valueOf(lane, block.field, t, row);
    const hit = (row) => ({ part: "vector", lane: lane.index, field: block.field, row, t });
    const shown = rowsShown(moment, block.part, block.rows.count);
    grid(view, plan, block, list, {
      value,
      limit,
      hit,
      shown,
      key: `${block.field} ${lane.index} ${t}`,
    });
    if (block.sign) {
      // In the line of the symbols, which then reads as the equation it is.
      const text = lane.bias_ih === null ? block.sign.replace("+ b ", "") : block.sign;
      signItem(view, block, list, text);
    }
    footItem(view, plan, block, list, block.name.replace("[t]", `[${t}]`));
  },
  curve(view, plan, block, list) {
    curveItems(view, plan, block, list);
    footItem(view, plan, block, list, view.moment.lane.activations[view.moment.gate]);
  },
  state(view, plan, block, list) {
    const { run, moment } = view;
    const { lane, t } = moment;
    const { gate, field, part } = block;
    const value = (unit) => partOf(run, lane, t, unit, block);
    const hit = (unit) => ({ part: "state", lane: lane.index, gate, field, row: unit, t });
    const name = gate ?? field;
    // What the step starts from is there before it begins.
    const before = name.endsWith("_before");
    const known = gate ? "gates" : field === "hn" ? "wh" : part;
    const shown = before ? block.rows.count : rowsShown(moment, known, block.rows.count);
    const limit = limitOf(view, lane, name);
    grid(view, plan, block, list, { value, limit, hit, shown, key: `${name} ${lane.index} ${t}` });
    if (block.sign && block.sign !== "gap") {
      signItem(view, block, list, block.sign === "W_{hr}" ? "= W_{hr} ·" : block.sign);
    }
    const named = field === "tanh_c" && lane.activations[C] !== "tanh" ? "act(c)" : block.name;
    const words = named.replace("[t]", `[${t}]`);
    const fits = nameWidth(words) <= block.cell + block.gap;
    footItem(view, plan, block, list, fits ? words : (block.short ?? words[0]), 12);
  },
};

/** What stands before a block, in the line of the symbols, which then reads as the equation it is. */
function signItem({ palette }, block, list, text) {
  const place = { x: block.x - block.gap / 2, y: block.y + block.rows.height + 15 };
  const look = { anchor: "middle", size: 14, math: true, fill: palette.muted };
  list.push({ kind: "text", ...place, ...look, text });
}

/** What stands above an operand: its name and where it comes from, as far as there is room. */
function operandTitle({ run, moment, palette }, block, list) {
  const { lane, t } = moment;
  const forward = lane.direction === "forward";
  let [text, more, fill] = [`x[${t}]`, "", palette.muted];
  if (block.operand === "previous") {
    const name = beforeName(run, lane, t);
    text = name;
    more = name.startsWith("h[")
      ? forward
        ? ", the timestep before"
        : ", the timestep after"
      : "";
    fill = forward ? palette.forward : palette.reverse;
  } else if (lane.below.length > 0) {
    const sources = lane.below.map((below, part) => {
      const source = sourceOf(run, lane, t, part * lane.below[0].stateSize);
      fill = source.t === t ? fill : palette.alarm;
      return run.timeFirst ? `h[${source.t}] ${below.direction}` : below.direction;
    });
    more = ` = [${sources.join(" | ")}] of layer ${lane.layer - 1}`;
  }
  const room = Math.max(block.width, 60) / 5.4;
  const words = text.length + more.length <= room ? text + more : text;
  list.push({ kind: "text", x: block.x, y: 14, size: FONT, text: words, fill });
}

function operandRow(view, plan, block, list, value, limit) {
  const { lane, t } = view.moment;
  const y = block.y - OPERANDS - 4;
  if (block.cell >= 5) {
    for (let column = 0; column < block.columns; column++) {
      const place = { x: block.x + column * block.cell, y, width: block.cell - 1, height: 22 };
      const hit =
        limit === null
          ? null
          : { part: "operand", block: block.operand, lane: lane.index, column, t };
      cellItems(view, list, place, value(column), limit, true, hit);
    }
  } else if (limit === null || isBlank(view)) {
    list.push({
      kind: "rect",
      x: block.x,
      y,
      width: block.width,
      height: 22,
      fill: view.palette.band,
    });
  } else {
    const key = `operand ${block.operand} ${lane.index} ${t}`;
    const texture = view.textures.get(
      `${plan.runHash} ${key}`,
      block.columns,
      1,
      value,
      limit,
      view.palette,
    );
    const place = { x: block.x, y, width: block.width, height: 22 };
    list.push({ kind: "heat", ...place, texture, from: [0, 0, block.columns, 1], key });
  }
  list.push({
    kind: "rect",
    x: block.x - 2,
    y: y - 2,
    width: block.width + 3,
    height: 25,
    radius: 4,
    stroke: view.palette.hairline,
    line: 1.2,
  });
}

/** The symbol under a block; it is lit while its part is computed, or when the pointer asks. */
function footItem(view, plan, block, list, text, size = 14) {
  const { moment, palette, hover } = view;
  const lit = moment.lane.phases[moment.phase] === block.part && moment.share < 1;
  const asked = hover?.symbol === block.part;
  const y = block.y + block.rows.height + 15;
  const x = block.x + block.width / 2;
  const hit = { part: "symbol", symbol: block.part };
  const fill = lit || asked ? palette.text : palette.muted;
  const math = block.kind !== "curve";
  list.push({
    kind: "text",
    x,
    y,
    anchor: "middle",
    size,
    math,
    text,
    fill,
    weight: lit || asked ? 700 : 400,
    hit,
    box: [block.x, y - size, Math.max(block.width, 1), size + 6],
  });
}
