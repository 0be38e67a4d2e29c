// What stands around the blocks of a step: names of the rows, frames, and what the pointer lights.
import { NAMES, OPERANDS } from "./anatomy_plan.js";
import { editMarks } from "./edit_marks.js";

const FONT = 11;

/** The names of the rows in the lens of every gate, left of the blocks and of the strip. */
export function unitNames({ moment, palette }, plan, list) {
  const { hiddenSize, gateNames: gates } = moment.lane;
  const ofGate = (row) => `${gates[Math.floor(row / hiddenSize)]}[${row % hiddenSize}]`;
  const ofUnit = (row) => `unit ${row}`;
  const name = gates.length > 1 ? ofGate : ofUnit;
  const columns = [[plan.blocks[0], NAMES, name, moment.row]];
  if (plan.stacked) {
    const products = plan.blocks.find((one) => one.field === "wx");
    columns.push([products, products.x, gates.length > 1 ? ofGate : String, moment.row]);
  }
  if (plan.state.length > 0) {
    columns.push([plan.state[0], NAMES, ofUnit, moment.unit]);
  }
  for (const [{ y: top, rows }, x, words, chosen] of columns) {
    for (const { from, to } of rows.groups) {
      for (let row = from; row < to; row++) {
        const y = top + rows.top(row) + rows.size(row) / 2 + 4;
        unitName(palette, list, { x: x - 7, y, text: words(row), chosen: row === chosen, row });
      }
    }
  }
  const at = { x: NAMES - 12, y: plan.top - OPERANDS + 12 };
  list.push({ kind: "text", ...at, anchor: "end", size: 15, text: "×", fill: palette.muted });
}

function unitName(palette, list, { x, y, text, chosen, row }) {
  list.push({
    kind: "text",
    x,
    y,
    anchor: "end",
    size: FONT,
    text,
    fill: chosen ? palette.text : palette.muted,
    weight: chosen ? 600 : 400,
    hit: { part: "unit", row },
    box: [x - 36, y - FONT, 42, FONT + 4],
  });
}

/** A frame around the unit in the light, and what the pointer lights up. */
export function frameItems(view, plan, list) {
  const { moment, palette, hover } = view;
  const [main, below] = [plan.blocks, plan.state];
  const parts = plan.stacked
    ? [main.filter((one) => one.y === plan.top), main.filter((one) => one.y !== plan.top)]
    : [main];
  const framed = parts.map((blocks) => [blocks, moment.row]);
  if (below.length > 0) {
    // A projected h has other rows than all before it.
    framed.push([below.filter(({ rows }) => rows.count === moment.lane.hiddenSize), moment.unit]);
  }
  for (const [blocks, row] of framed) {
    const { rows } = blocks[0];
    const [left, right] = [blocks[0].x - 3, blocks.at(-1).x + blocks.at(-1).width + 3];
    const place = { x: left, y: blocks[0].y + rows.top(row) - 2, width: right - left };
    const look = { radius: 4, stroke: palette.chosen, line: 1.8 };
    list.push({ kind: "rect", ...place, height: rows.size(row) + 3, ...look });
  }
  editMarks(view, plan, list);
  if (hover) {
    hoverItems(plan, hover, palette, list);
  }
}

function hoverItems(plan, hover, palette, list) {
  for (const block of [...plan.blocks, ...plan.state]) {
    const lit =
      hover.symbol === block.part ||
      (block.kind === "matrix" &&
        hover.column !== undefined &&
        hover.symbol === undefined &&
        hover.operand === block.operand);
    if (!lit || block.width <= 0) {
      continue;
    }
    const column =
      hover.operand === block.operand && block.kind === "matrix" ? hover.column : undefined;
    const x = column === undefined ? block.x - 2 : block.x + column * block.cell - 1.5;
    const width = column === undefined ? block.width + 3 : block.cell + 2;
    const top =
      block.kind === "matrix" || block.kind === "bias" ? block.y - OPERANDS - 6 : block.y - 3;
    const place = { x, y: top, width, height: block.y + block.rows.height - top + 3 };
    list.push({ kind: "rect", ...place, radius: 4, stroke: palette.flow, line: 2 });
  }
}
