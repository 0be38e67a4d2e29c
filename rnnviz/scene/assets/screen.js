// What the state looks like: sizes, lists, painters, and the words beside them.
import { SHARED } from "./shared.js";
import { anatomyList } from "./anatomy.js";
import { anatomyPlan } from "./anatomy_plan.js";
import { drillList, DRILL_HEIGHT, drillPlan, unitWords } from "./drill.js";
import { legendList, rangeWords } from "./legend.js";
import { mapHeight, mapList, mapMinWidth, mapPlan } from "./map.js";
import { paintCanvas, sized } from "./paint.js";
import { refreshTip } from "./tip.js";
import { stripList } from "./strip.js";
import { paintTimeline } from "./timeline.js";
import { placeWords } from "./words.js";

const MOST_ZOOM = 8;

export class Screen {
  /** @param {import("./player.js").Player} player */
  constructor(player) {
    this.player = player;
    this.lists = {};
  }

  draw() {
    const { player } = this;
    const { parts } = player;
    const view = player.view();
    const shown = (name) => !parts.sections[name].hidden;
    this.measure();
    if (shown("map")) {
      this.drawMap(view);
    }
    if (shown("transport")) {
      this.drawTransport(view);
    }
    if (shown("anatomy") || shown("drill")) {
      this.drawAnatomy(view, shown);
    }
    if (shown("code")) {
      player.code.draw(view, player.scheduled);
    }
    if (shown("strip")) {
      this.drawStrip(view);
    }
    refreshTip(player, view);
  }

  /** Read all widths before anything is written, so that the browser lays out once a frame. */
  measure() {
    const { mapScroll, slider, sections } = this.player.parts;
    this.widths = {
      map: mapScroll.clientWidth,
      timeline: slider.clientWidth,
      step: sections.anatomy.clientWidth || sections.drill.clientWidth,
      strip: sections.strip.clientWidth,
    };
  }

  mapSize(run) {
    const width = Math.max(this.widths.map, mapMinWidth(run));
    return { width, height: mapHeight(run), ...this.player.zoom };
  }

  drawMap(view) {
    const { map, mapScroll } = this.player.parts;
    this.follow(view);
    this.clampPan(this.mapSize(view.run));
    const size = this.mapSize(view.run);
    const list = mapList(view, size);
    paintCanvas(sized(map, size.width, size.height), list);
    map.style.touchAction = size.zoom > 1 ? "none" : "pan-x pan-y";
    this.lists.map = list;
    const label = `Unrolled net: ${view.run.numLayers} layers, ${view.run.seqLen} timesteps; ${placeWords(view.moment.lane, view.moment.t)} is in the light`;
    if (this.mapLabel !== label) {
      this.mapLabel = label;
      map.setAttribute("aria-label", label);
    }
    if (size.width > this.widths.map && this.lastT !== view.moment.t) {
      const x = mapPlan(view, size).middle(view.moment.t);
      mapScroll.scrollLeft = x - this.widths.map / 2;
    }
    this.lastT = view.moment.t;
  }

  /** Where the map is zoomed, the cell in the light stays in sight when it changes. */
  follow(view) {
    const { zoom } = this.player;
    const key = `${view.moment.lane.index} ${view.moment.t}`;
    if (zoom.zoom === 1 || this.followed === key) {
      return;
    }
    this.followed = key;
    const size = this.mapSize(view.run);
    const plan = mapPlan(view, size);
    const x = plan.middle(view.moment.t);
    const { top, height } = plan.lanes[view.moment.lane.index];
    if (x < 120 || x > size.width - 40) {
      zoom.panX += x - size.width / 2;
    }
    if (top < 0 || top + height > size.height) {
      zoom.panY += top + height / 2 - size.height / 2;
    }
    this.clampPan(size);
  }

  clampPan({ width, height }) {
    const { zoom } = this.player;
    zoom.panX = Math.min(Math.max(zoom.panX, 0), width * (zoom.zoom - 1));
    zoom.panY = Math.min(Math.max(zoom.panY, 0), height * (zoom.zoom - 1));
  }

  /** Zoom around a place of the map, or its middle. */
  zoomBy(factor, x = null, y = null) {
    const { zoom } = this.player;
    const size = this.mapSize(this.player.run);
    const [atX, atY] = [x ?? size.width / 2, y ?? size.height / 2];
    const next = Math.min(Math.max(zoom.zoom * factor, 1), MOST_ZOOM);
    const ratio = next / zoom.zoom;
    zoom.panX = (zoom.panX + atX) * ratio - atX;
    zoom.panY = (zoom.panY + atY) * ratio - atY;
    zoom.zoom = next;
    this.clampPan(size);
    this.followed = null;
    this.player.invalidate();
  }

  panBy(dx, dy) {
    const { zoom } = this.player;
    zoom.panX -= dx;
    zoom.panY -= dy;
    this.clampPan(this.mapSize(this.player.run));
    this.player.invalidate();
  }

  fit() {
    this.player.zoom = { zoom: 1, panX: 0, panY: 0 };
    this.player.invalidate();
  }

  drawTransport(view) {
    const { player } = this;
    const { slider, timeline, readout } = player.parts;
    const { state } = player;
    paintTimeline(timeline, view, { ...state, order: player.scheduled }, this.widths.timeline);
    const { moment, run, schedule } = view;
    const alongTime = state.walk === "time";
    const [now, most] = alongTime ? [moment.t, run.seqLen - 1] : [moment.k, schedule.length - 1];
    const words = alongTime ? `timestep ${now}` : `update ${now + 1} of ${most + 1}`;
    setText(readout, words);
    slider.setAttribute("aria-valuemax", most);
    slider.setAttribute("aria-valuenow", now);
    slider.setAttribute("aria-valuetext", `${words}: ${placeWords(moment.lane, moment.t)}`);
  }

  drawAnatomy(view, shown) {
    const { player } = this;
    const { parts } = player;
    const width = this.widths.step;
    const { moment, schedule } = view;
    const plan = anatomyPlan(view, width);
    if (shown("anatomy")) {
      const count = moment.alongTime
        ? "Everything computed"
        : `Update ${moment.k + 1} of ${schedule.length}`;
      const { lane, t } = moment;
      setText(parts.headline, `${count}: layer ${lane.layer}, ${lane.direction}, t = ${t}`);
      setText(parts.ranges, rangeWords(view));
      this.lists.anatomy = anatomyList(view, plan);
      player.anatomySvg.paint(this.lists.anatomy, width, Math.ceil(plan.height));
    }
    if (shown("drill")) {
      this.lists.drill = drillList(view, drillPlan(view, plan, width));
      player.drillSvg.paint(this.lists.drill, width, DRILL_HEIGHT);
      const [words, slope] = unitWords(moment);
      setText(parts.sentence, words);
      setText(parts.slope, slope);
      if (this.unitKey !== words) {
        this.unitKey = words;
        setText(parts.copied, "");
      }
    }
  }

  drawStrip(view) {
    const { parts, state } = this.player;
    const width = this.widths.strip;
    const { list, panels, height } = stripList(view, state.quantity, width);
    paintCanvas(sized(parts.strip, width, height), list);
    this.lists.strip = list;
    this.panels = panels;
    const label = `${SHARED.quantities[state.quantity]} over the whole sequence, ${placeWords(view.moment.lane, view.moment.t)} in the light`;
    if (this.stripLabel !== label) {
      this.stripLabel = label;
      parts.strip.setAttribute("aria-label", label);
    }
  }

  /** The lists of a picture with their sizes: [list, width, height][]. */
  pictures(what) {
    const { player } = this;
    const view = player.view();
    const size = { ...this.mapSize(view.run), zoom: 1, panX: 0, panY: 0 };
    const parts = [];
    if (what !== "anatomy") {
      parts.push([mapList(view, size), size.width, size.height]);
    }
    if (what !== "map") {
      const width = what === "both" ? size.width : Math.max(this.widths.step, 640);
      const plan = anatomyPlan(view, width);
      parts.push([anatomyList(view, plan), width, plan.height]);
      parts.push([drillList(view, drillPlan(view, plan, width)), width, DRILL_HEIGHT]);
    }
    parts.push(legendList(view, 46));
    return parts;
  }
}

function setText(element, words) {
  if (element.textContent !== words) {
    element.textContent = words;
  }
}
