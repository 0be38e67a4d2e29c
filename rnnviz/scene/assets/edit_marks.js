// A corner on every number of the anatomy that was changed by hand.
import { OPERANDS } from "./anatomy_plan.js";
import { spelled, targetOf } from "./draft.js";
import { biasColumns } from "./terms.js";

const CORNER = 6;

/** Mark what was changed, as far as this step shows it. */
export function editMarks(view, plan, list) {
  if (view.edited.size === 0) {
    return;
  }
  for (const block of [...plan.blocks, ...plan.state]) {
    for (const [hit, x, y] of placesOf(view, block)) {
      const target = targetOf(view.run, view.moment, hit);
      if (target && view.edited.has(spelled(target))) {
        const d = `M ${x - CORNER} ${y} h ${CORNER} v ${CORNER} z`;
        list.push({ kind: "path", d, fill: view.palette.text, stroke: view.palette.surface });
      }
    }
  }
}

/** Every number of a block that may have been changed: [hit, right edge, top]. */
function* placesOf(view, block) {
  const { lane } = view.moment;
  const right = (column) => block.x + (column + 1) * block.cell - 1;
  const top = (row) => block.y + block.rows.top(row);
  if (block.kind === "matrix" || block.kind === "bias") {
    const columns = block.kind === "bias" ? biasColumns(lane, view.apart) : null;
    const part = block.kind === "bias" ? "bias" : "weight";
    for (const [row, column] of changed(view, block, columns)) {
      yield [{ part, field: block.field, row, column }, right(column), top(row)];
    }
  }
  if (block.kind === "matrix") {
    for (let column = 0; column < block.columns; column++) {
      const hit = { part: "operand", block: block.operand, column };
      yield [hit, right(column), block.y - OPERANDS - 4];
    }
  }
  if (block.field === "c_before") {
    for (let row = 0; row < block.rows.count; row++) {
      yield [{ part: "state", field: "c_before", row }, right(0), top(row)];
    }
  }
}

/** The changed places of a block of parameters; of two biases in one column either counts. */
function changed(view, block, biases) {
  const found = [];
  for (const text of view.edited) {
    const [row, column = 0] = text.slice(text.indexOf("[") + 1, -1).split(",").map(Number);
    if (row >= block.rows.count) {
      continue;
    }
    if (biases === null && column < block.columns) {
      found.push([row, column]);
    }
    biases?.forEach((_, k) => found.push([row, k]));
  }
  return found;
}
