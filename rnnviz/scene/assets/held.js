// What is held in a lane instead of being computed: words for it, and marks on the map.

/** How a quantity of one unit is held at a timestep, or null. The last of several counts. */
export function heldAt(lane, quantity, t, unit) {
  const found = lane.clamps.filter(
    ([name, start, stop, of]) =>
      name === quantity && start <= t && t < stop && (of === null || of === unit),
  );
  const words = found.at(-1)?.[4] ?? null;
  return words === "hold" ? "as it was before the step" : words && `at ${words}`;
}

/** A line for everything that is held at a timestep and touches a unit. */
export function heldLines(lane, t, unit) {
  const names = new Set(lane.clamps.map(([name]) => name));
  return [...names].flatMap((name) => {
    const how = heldAt(lane, name, t, unit);
    return how ? [`${name}[${t}][${unit}] is held ${how}`] : [];
  });
}

/** A frame around every cell in which something is held, and a lock where that begins. */
export function heldItems({ run, palette }, plan, list) {
  for (const lane of run.lanes) {
    for (const clamp of lane.clamps) {
      heldColumns(run, plan, list, lane, clamp, palette);
    }
  }
}

function heldColumns(run, plan, list, lane, [quantity, start, stop, unit], palette) {
  const { top, height } = plan.lanes[lane.index];
  // Only h has the rows that are drawn; a gate of a unit is framed at the unit all the same.
  const rows = quantity === "h" ? lane.stateSize : lane.hiddenSize;
  const one = unit === null ? height : Math.max(height / rows, 3);
  const y = unit === null ? top : top + (unit * height) / rows;
  const look = { stroke: palette.text, line: 1.6, dash: [3, 2] };
  const [from, to] = [Math.max(start, plan.from), Math.min(stop, plan.to)];
  for (let t = from; t < to; t++) {
    const x = plan.middle(t) - plan.cell / 2;
    list.push({ kind: "rect", x: x - 1, y: y - 1, width: plan.cell + 2, height: one + 2, ...look });
  }
  if (to > from) {
    list.push(lock(plan.middle(from) - plan.cell / 2 - 7, y - 4, palette));
  }
  // Among the stripes beside the full columns a line says where.
  for (const [begin, end] of [
    [start, Math.min(stop, plan.slots.start)],
    [Math.max(start, plan.slots.stop), stop],
  ]) {
    if (end > begin) {
      const x = plan.slots.left(begin);
      const width = plan.slots.left(end - 1) + plan.slots.width(end - 1) - x;
      list.push({ kind: "rect", x, y: top + height + 1, width, height: 2, fill: palette.text });
    }
  }
}

function lock(x, y, palette) {
  const d = `M${x + 1.5} ${y + 4}v-1.5a2 2 0 0 1 4 0v1.5h1.5v5h-7v-5z`;
  return { kind: "path", d, fill: palette.text, stroke: palette.surface, line: 0.8 };
}
