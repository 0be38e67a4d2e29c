// What the state looks like: sizes, lists, painters, and the words beside them.
import { SHARED } from "./shared.js";
import { anatomyLists } from "./anatomy.js";
import { anatomyPlan } from "./anatomy_plan.js";
import { drillList, DRILL_HEIGHT, drillPlan, stateWords, unitWords } from "./drill.js";
import { sumList } from "./drill_names.js";
import { legendList, rangeWords } from "./legend.js";
import { mapHeight, mapList, mapMinWidth, mapPlan } from "./map.js";
import { paintCanvas, sized, Still } from "./paint.js";
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
    this.weights = new Still();
  }

  /** Paint everything, then write: a canvas asks for the page's style, which words make anew. */
  draw() {
    const { player } = this;
    const { parts } = player;
    const view = player.view();
    const shown = (name) => !parts.sections[name].hidden;
    this.measure();
    const words = [
      shown("map") && this.drawMap(view),
      shown("transport") && this.drawTransport(view),
      shown("anatomy") && this.drawAnatomy(view),
      shown("drill") && this.drawDrill(view),
      shown("strip") && this.drawStrip(view),
      shown("code") && (() => player.code.draw(view, player.scheduled)),
    ];
    words.forEach((write) => write && write());
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
    const { run, moment } = view;
    const place = placeWords(moment.lane, moment.t);
    const label = `Unrolled net: ${run.numLayers} layers, ${run.seqLen} timesteps; ${place} is in the light`;
    return () => {
      setLabel(map, label);
      if (size.width > this.widths.map && this.lastT !== moment.t) {
        mapScroll.scrollLeft = mapPlan(view, size).middle(moment.t) - this.widths.map / 2;
      }
      this.lastT = moment.t;
    };
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
    return () => {
      setText(readout, words);
      slider.setAttribute("aria-valuemax", most);
      slider.setAttribute("aria-valuenow", now);
      slider.setAttribute("aria-valuetext", `${words}: ${placeWords(moment.lane, moment.t)}`);
    };
  }

  drawAnatomy(view) {
    const { parts } = this.player;
    const width = this.widths.step;
    const { moment, schedule } = view;
    const plan = anatomyPlan(view, width);
    const [still, moving] = anatomyLists(view, plan);
    const height = Math.ceil(plan.height);
    this.weights.paint(parts.weights, still, width, height);
    paintCanvas(sized(parts.step, width, height), moving);
    this.lists.anatomy = [...still, ...moving];
    const { lane, t, k, alongTime } = moment;
    const count = alongTime ? "Everything computed" : `Update ${k + 1} of ${schedule.length}`;
    return () => {
      setText(parts.headline, `${count}: layer ${lane.layer}, ${lane.direction}, t = ${t}`);
      setText(parts.ranges, rangeWords(view));
    };
  }

  drawDrill(view) {
    const { parts } = this.player;
    const width = this.widths.step;
    this.lists.drill = drillList(view, drillPlan(view, anatomyPlan(view, width), width));
    paintCanvas(sized(parts.sum, width, DRILL_HEIGHT), this.lists.drill);
    const [words, slope] = unitWords(view.moment);
    return () => {
      setText(parts.sentence, words);
      setText(parts.slope, slope);
      setText(parts.updates, stateWords(view.run, view.moment).join("\n"));
      if (this.unitKey !== words) {
        this.unitKey = words;
        setText(parts.copied, "");
      }
    };
  }

  drawStrip(view) {
    const { parts, state } = this.player;
    const width = this.widths.strip;
    const { list, panels, height } = stripList(view, state.quantity, width);
    paintCanvas(sized(parts.strip, width, height), list);
    this.lists.strip = list;
    this.panels = panels;
    const place = placeWords(view.moment.lane, view.moment.t);
    const label = `${SHARED.quantities[state.quantity]} over the whole sequence, ${place} in the light`;
    return () => setLabel(parts.strip, label);
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
      parts.push([anatomyLists(view, plan).flat(), width, plan.height]);
      parts.push(sumList(view, plan, width));
    }
    parts.push(legendList(view, 46, Math.max(...parts.map(([, width]) => width))));
    return parts;
  }
}

function setLabel(element, words) {
  if (element.getAttribute("aria-label") !== words) {
    element.setAttribute("aria-label", words);
  }
}

function setText(element, words) {
  if (element.textContent !== words) {
    element.textContent = words;
  }
}
