// What the pointer does: hover, click, drag, wheel; on map, anatomy, drill-down, strip, timeline.
import { laneOf, previousOf, sourceOf } from "./run.js";
import { itemAt } from "./paint.js";
import { mapPlan, unitAt } from "./map.js";
import { stepAt } from "./strip.js";
import { stateAt } from "./timeline.js";
import { leave, point } from "./tip.js";

// Pixels that a finger or a hand may tremble within a click.
const TREMBLE = 4;

/** Listen on all of the player's pictures. */
export function attachPointer(player) {
  const { parts } = player;
  onMap(player, parts.map);
  for (const [picture, name] of [
    [parts.step, "anatomy"],
    [parts.sum, "drill"],
  ]) {
    const hit = (event) => stepHit(player, name, event);
    picture.addEventListener("pointermove", (event) => point(player, hit(event), event));
    picture.addEventListener("pointerleave", () => leave(player));
    picture.addEventListener("click", (event) => {
      if (name !== "anatomy" || !player.editor.opens(event)) {
        clicked(player, hit(event)());
      }
    });
  }
  onStrip(player, parts.strip);
  onTimeline(player, parts.slider);
}

function onMap(player, canvas) {
  let drag = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button === 0) {
      drag = { x: event.clientX, y: event.clientY, moved: false };
      canvas.setPointerCapture(event.pointerId);
    }
  });
  canvas.addEventListener("pointermove", (event) => {
    const [dx, dy] = drag ? [event.clientX - drag.x, event.clientY - drag.y] : [0, 0];
    if (drag && (drag.moved || Math.hypot(dx, dy) > TREMBLE)) {
      drag = { x: event.clientX, y: event.clientY, moved: true };
      if (player.zoom.zoom > 1) {
        player.screen.panBy(dx, dy);
      }
      leave(player);
    } else {
      point(player, mapHit(player, event), event);
    }
  });
  canvas.addEventListener("pointerup", (event) => {
    if (drag && !drag.moved) {
      clicked(player, mapHit(player, event)());
    }
    drag = null;
  });
  canvas.addEventListener("pointercancel", () => (drag = null));
  canvas.addEventListener("pointerleave", () => leave(player));
  canvas.addEventListener(
    "wheel",
    (event) => {
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        player.screen.zoomBy(Math.exp(-event.deltaY / 300), event.offsetX, event.offsetY);
      }
    },
    { passive: false },
  );
}

/** What lies under the pointer on the map, now and after it was drawn anew. */
function mapHit(player, { offsetX: x, offsetY: y }) {
  return () => {
    const item = itemAt(player.screen.lists.map ?? [], x, y);
    if (!item) {
      return null;
    }
    const hit = { ...item.hit };
    if (hit.stripes) {
      hit.t = mapPlan(player.view(), player.screen.mapSize(player.run)).slots.at(x);
    }
    return hit.rows ? { ...hit, unit: unitAt(item, y) } : hit;
  };
}

/** The same in the anatomy and the drill-down; pictures of many cells know their place only here. */
export function stepHit(player, name, { offsetX: x, offsetY: y }) {
  return () => {
    const hit = itemAt(player.screen.lists[name] ?? [], x, y)?.hit ?? null;
    if (hit?.part !== "picture") {
      return hit;
    }
    const { block, group } = hit;
    const { lane, t } = player.moment;
    const place = Math.floor((x - block.x) / block.cell);
    const column = Math.min(Math.max(place, 0), block.columns - 1);
    let row = group.start;
    while (row < group.stop - 1 && y - block.y >= block.rows.top(row + 1)) {
      row++;
    }
    const part = block.kind === "matrix" ? "weight" : block.kind;
    return { part, field: block.field, gate: block.gate, lane: lane.index, row, column, t };
  };
}

/** To what was clicked: a state, a timestep, a unit, or where an operand comes from. */
function clicked(player, hit) {
  const { run, moment } = player;
  if (!hit) {
    return;
  }
  switch (hit.part) {
    case "h":
    case "flow":
    case "recurrent":
      return player.focus(hit.lane, hit.t, hit.unit);
    case "x":
      return player.focus(moment.lane.index, hit.t);
    case "pill":
      return player.focus(laneOf(run, hit.layer, "forward").index, hit.t);
    case "h_0":
      return player.focus(
        hit.lane,
        run.lanes[hit.lane].direction === "forward" ? 0 : run.seqLen - 1,
        hit.unit,
      );
    case "h_n":
      return player.focus(
        hit.lane,
        run.lanes[hit.lane].direction === "forward" ? run.seqLen - 1 : 0,
      );
    case "operand":
      return toSource(player, hit);
    case "weight":
    case "bias":
    case "vector":
    case "dot":
    case "unit":
      return player.chooseRow(hit.row);
    case "state":
      return hit.gate
        ? player.chooseRow(
            moment.lane.gateNames.indexOf(hit.gate) * moment.lane.hiddenSize + hit.row,
          )
        : player.chooseUnit(hit.row);
  }
}

function toSource(player, { block, column, t }) {
  const { run, moment } = player;
  const { lane } = moment;
  if (block === "previous") {
    const before = previousOf(run, lane, t);
    if (before !== null) {
      player.focus(lane.index, before, column);
    }
    return;
  }
  const source = sourceOf(run, lane, t, column);
  if (source.lane !== null) {
    player.focus(source.lane.index, source.t, source.unit);
  }
}

function onStrip(player, canvas) {
  const panelAt = ({ offsetX, offsetY }) =>
    player.screen.panels?.find(
      (panel) =>
        offsetX >= panel.x &&
        offsetX < panel.x + panel.width &&
        offsetY >= panel.y - 18 &&
        offsetY < panel.y + panel.height + 16,
    );
  let dragged = null;
  canvas.addEventListener("pointerdown", (event) => {
    dragged = panelAt(event) ?? null;
    if (dragged) {
      canvas.setPointerCapture(event.pointerId);
      player.focus(player.moment.lane.index, stepAt(player.run, dragged, event.offsetX));
    }
  });
  canvas.addEventListener("pointermove", (event) => {
    if (dragged) {
      player.focus(player.moment.lane.index, stepAt(player.run, dragged, event.offsetX));
      return;
    }
    const { offsetX, offsetY } = event;
    point(player, () => stripHit(player, panelAt({ offsetX, offsetY }), offsetX, offsetY), event);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => (dragged = null));
  }
  canvas.addEventListener("pointerleave", () => leave(player));
}

function stripHit({ run, moment }, panel, x, y) {
  const { lane } = moment;
  const row = panel ? Math.floor(((y - panel.y) / panel.height) * panel.rows) : -1;
  if (row < 0 || row >= panel.rows) {
    return null;
  }
  return { part: "strip", field: panel.field, lane: lane.index, row, t: stepAt(run, panel, x) };
}

function onTimeline(player, slider) {
  const scrub = (event) => {
    const box = slider.getBoundingClientRect();
    player.move((run, schedule, state) =>
      stateAt(run, schedule, state, (event.clientX - box.left) / box.width),
    );
  };
  slider.addEventListener("pointerdown", (event) => {
    slider.setPointerCapture(event.pointerId);
    scrub(event);
  });
  slider.addEventListener("pointermove", (event) => {
    if (slider.hasPointerCapture(event.pointerId)) {
      scrub(event);
    }
  });
}
