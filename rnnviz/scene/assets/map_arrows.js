// The arrows of the map: states along a lane, and inputs into both directions of a layer.
import { previousOf } from "./run.js";

const FAINT = 0.25;

/** From what a layer reads up to its cells; the reverse one is reached beside the forward one. */
export function flowItems(view, plan, list) {
  const { run, moment, palette, hover } = view;
  for (let t = plan.from; t < plan.to; t++) {
    for (const lane of run.lanes) {
      const place = plan.lanes[lane.index];
      const from = lane.layer === 0 ? plan.inputTop : plan.bands[lane.layer - 1].pill;
      const middle = plan.middle(t);
      const active = moment.lane === lane && moment.t === t;
      const used = active || moment.done(lane.index, t);
      // Alone in its layer, the reverse cell has nothing to be passed by.
      const forward = lane.direction === "forward" || run.numDirections === 1;
      const x = forward ? middle + 3 : middle - 3;
      const side = middle - plan.cell / 2 - Math.min(9, plan.slots.width(t) * 0.13);
      const stop = place.top + place.height + 1;
      const below = plan.bands[lane.layer].bottom;
      const turn = Math.min(8, (from - below) * 0.5 + 4);
      const d = forward
        ? `M${x} ${from}V${stop + 5}`
        : `M${x} ${from}C${x} ${from - turn} ${side} ${below + turn} ${side} ${below - turn}` +
          `V${stop + 12}C${side} ${stop + 7} ${x - 1} ${stop + 9} ${x - 1} ${stop + 5}`;
      const end = forward ? x : x - 1;
      const line = active ? (hover?.symbol === "wx" ? 3.5 : 1.8) : 1.1;
      const color = active ? palette.text : palette.flow;
      const opacity = used ? (active ? 1 : 0.85) : FAINT;
      const hit = { part: "flow", lane: lane.index, t };
      const box = forward ? [x - 4, stop, 8, from - stop] : [side - 4, stop, 8, from - stop];
      list.push({ kind: "path", d, stroke: color, line, opacity, hit, box });
      list.push({ kind: "path", d: head(end, stop, 0, -1), fill: color, opacity });
    }
  }
}

/** The state handed on: to the right in a forward lane, to the left in a reverse one. */
export function recurrentItems(view, plan, list) {
  const { run, moment, palette, hover } = view;
  for (const lane of run.lanes) {
    const { top, height } = plan.lanes[lane.index];
    const y = top + height / 2;
    const color = lane.direction === "forward" ? palette.forward : palette.reverse;
    const step = lane.direction === "forward" ? 1 : -1;
    for (let t = plan.from; t < plan.to; t++) {
      const before = previousOf(run, lane, t);
      const from =
        before === null
          ? (step > 0 ? plan.startX : plan.stopX) + step * 6
          : plan.middle(before) +
            (step * (plan.slots.full(before) ? plan.cell : plan.slots.width(before))) / 2;
      const to = plan.middle(t) - (step * plan.cell) / 2 - step;
      const active = moment.lane === lane && moment.t === t;
      const used = active || moment.done(lane.index, t);
      const opacity = used ? (active ? 1 : 0.75) : FAINT;
      const hit = { part: "recurrent", lane: lane.index, t };
      const box = [Math.min(from, to), y - 4, Math.abs(to - from), 8];
      const line = active ? (hover?.symbol === "wh" ? 4 : 2.2) : 1.3;
      list.push({
        kind: "path",
        d: `M${from} ${y}H${to - 5 * step}`,
        stroke: color,
        line,
        opacity,
        hit,
        box,
      });
      list.push({ kind: "path", d: head(to, y, step, 0), fill: color, opacity });
    }
  }
}

/** An arrow's head with its tip at a place, pointing in a direction. */
export function head(x, y, dx, dy) {
  const [bx, by] = [x - 6 * dx, y - 6 * dy];
  return `M${x} ${y}L${bx - 3.2 * dy} ${by + 3.2 * dx}L${bx + 3.2 * dy} ${by - 3.2 * dx}Z`;
}
