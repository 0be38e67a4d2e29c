// One unit's sum in a picture, where no weights stand above its bars and name them.
import { drillList, DRILL_HEIGHT, drillPlan, unitWords } from "./drill.js";
import { textWidth } from "./letters.js";
import { LOWERED, pieces } from "./paint.js";
import { stacked } from "./stack.js";

// Pixels.
const HEAD = 13;
const HEAD_LINE = 17;
const LEFT = 12;
const NAME = 14;
const NAME_LINE = 17;
const GAP = 5;

/** What the unit becomes, its terms as bars, and the name of each below: [list, width, height]. */
export function aloneList(view, width) {
  const head = headItems(view, width);
  return stacked([[head, width, HEAD_LINE * head.length - 4], sumList(view, null, width)]);
}

/** The bars, and where they do not stand under their weights the name of each. */
export function sumList(view, anatomy, width) {
  const plan = drillPlan(view, anatomy, width);
  const [names, rows] = plan.under ? [[], 0] : nameItems(view, plan);
  return [[...drillList(view, plan), ...names], width, DRILL_HEIGHT + NAME_LINE * rows];
}

/** Which cell it is, and its sum in words; in two lines where one is too narrow for both. */
function headItems({ moment, palette }, width) {
  const { lane } = moment;
  const cell = `layer ${lane.layer}, ${lane.direction}`;
  const [words] = unitWords(moment);
  const whole = `${cell}: ${words}`;
  const lines = textWidth(whole) * (HEAD / 11) < width - LEFT ? [whole] : [cell, words];
  return lines.map((text, line) => {
    const y = HEAD + HEAD_LINE * line;
    return { kind: "text", x: LEFT, y, size: HEAD, weight: 600, text, fill: palette.text };
  });
}

/** The names below the bars, in as many rows as keep them apart: [items, rows]. */
function nameItems({ palette }, plan) {
  const ends = [];
  const named = plan.bars.map(({ term, x, width }) => [nameOf(term), x + width / 2]);
  named.push(["a", plan.sumX + 22]);
  const items = named.map(([text, x]) => {
    const half = nameWidth(text) / 2;
    let row = ends.findIndex((end) => end + GAP <= x - half);
    row = row === -1 ? ends.length : row;
    ends[row] = x + half;
    const y = DRILL_HEIGHT + NAME - 4 + NAME_LINE * row;
    const look = { kind: "text", anchor: "middle", size: NAME, math: true, fill: palette.muted };
    return { ...look, x, y, text };
  });
  return [items, ends.length];
}

/** The operand of a term, by its place; of several terms how many they are. */
function nameOf({ part, field, column, count }) {
  if (part === "rest") {
    return `${count} more`;
  }
  if (part === "b") {
    return field.includes("+") ? "b" : `b_{${field.replace("bias_", "")}}`;
  }
  return `${part === "wx" ? "x" : "h"}_{${column}}`;
}

function nameWidth(text) {
  return pieces(text)
    .map(([piece, lower]) => textWidth(piece) * (NAME / 11) * (lower ? LOWERED : 1))
    .reduce((sum, one) => sum + one, 0);
}
