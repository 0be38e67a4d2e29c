// The player's pictures without a page: display lists for a painter in another language.
import { anatomyLists } from "./anatomy.js";
import { anatomyPlan } from "./anatomy_plan.js";
import { Textures, useStops } from "./colors.js";
import { cropped, croppedMoment } from "./crop.js";
import { aloneList, sumList } from "./drill_names.js";
import { legendList } from "./legend.js";
import { fromLink, linkOf } from "./link.js";
import { mapHeight, mapList, mapMinWidth } from "./map.js";
import { momentOf, scheduleOf } from "./order.js";
import { openRun } from "./run.js";
import { stacked } from "./stack.js";
import { restAt, START, turned } from "./walk.js";

// Pixels; what stands left of the legend's bar.
const LEGEND = 12;
// Parts of the run that are kept: each has its states once more.
const MOST_PARTS = 4;
// The views that each word means, from top to bottom.
const VIEWS = {
  map: ["map"],
  anatomy: ["anatomy"],
  drill: ["alone"],
  step: ["anatomy", "drill"],
  whole: ["map", "anatomy", "drill"],
  legend: [],
};

/** One run, and the textures that its pictures share. */
export class Pictures {
  /** @param {Uint8Array} bytes - as `rnnviz.scene.blob.pack` wrote them. */
  constructor(bytes) {
    this.run = openRun(bytes);
    this.parts = new Map();
    this.schedules = new Map();
    this.colors = null;
  }

  /**
   * What is in the light at a place of the schedule or a link.
   *
   * @param {{at: string, tau: number|null, walk: string, order: string, all: boolean, gate: string,
   *   apart: boolean}} place
   */
  view(place) {
    const { run } = this;
    const schedule = this.schedule(place.order);
    let state = { ...START, order: place.order, all: place.all, apart: place.apart };
    const there = place.at ? fromLink(run, schedule, state, place.at) : null;
    if (place.at && !there) {
      throw new RangeError("at");
    }
    state = there ?? { ...state, tau: restAt(schedule.length - 1) };
    if (place.tau !== null) {
      state.tau = place.tau;
    }
    if (place.walk === "time") {
      state = turned(run, schedule, state, momentOf(run, schedule, state), "time");
    }
    const { lane } = momentOf(run, schedule, state);
    state.gate = Math.max(lane.gateNames.indexOf(place.gate), 0);
    return { run, schedule, moment: momentOf(run, schedule, state), apart: place.apart };
  }

  schedule(order) {
    if (!this.schedules.has(order)) {
      this.schedules.set(order, scheduleOf(this.run, order));
    }
    return this.schedules.get(order);
  }

  /**
   * A picture.
   *
   * @param {{place: Object, views: string, width: number, fit: boolean, palette: Object,
   *   stops: string[], shareStops: string[], print: Object, crop: Object|null, legend: boolean,
   *   explains: string, frame: boolean, room: number|null}} shot - `crop` is a part of the run for
   *   the map, as of `cropped`; `room` the height of a page, to which a map is fitted; `explains` the
   *   view whose colours the legend is about.
   * @returns {{items: Object[], width: number, height: number, at: string, least: number}} `least`
   *   is the width that the map needs.
   */
  draw(shot) {
    this.take(shot);
    const { palette, print, width } = shot;
    const shared = { palette, print, textures: this.textures, fit: shot.fit ? 1 : 0 };
    const view = { ...this.view(shot.place), ...shared, hover: null, edited: new Set() };
    const ofMap = shot.crop ? this.crop(view, shot.crop) : { ...view };
    if (!shot.frame) {
      // A copy is none of the lanes that are drawn, so that nothing is in the light.
      ofMap.moment = { ...ofMap.moment, lane: { ...ofMap.moment.lane }, away: true };
    }
    const explained = shot.legend && !print.blank;
    const legend = explained ? [legendList(view, LEGEND, width, shot.explains)] : [];
    const left = shot.room === null ? undefined : shot.room - stacked([[[], 0, 0], ...legend])[2];
    const parts = VIEWS[shot.views].map((name) =>
      this[name](name === "map" ? ofMap : view, width, left),
    );
    parts.push(...legend);
    const [items, , height] = stacked(parts);
    const least = VIEWS[shot.views].includes("map") ? mapMinWidth(ofMap.run) : 0;
    return { items: items.map(plain), width, height, at: linkOf(view.moment), least };
  }

  /** Textures hold colours: other colours need others. */
  take({ stops, shareStops, palette }) {
    const colors = JSON.stringify([stops, shareStops, palette]);
    if (colors !== this.colors) {
      useStops(stops, shareStops);
      Object.assign(this, { colors, textures: new Textures() });
    }
  }

  crop(view, crop) {
    const key = JSON.stringify(crop);
    if (!this.parts.has(key)) {
      if (this.parts.size === MOST_PARTS) {
        this.parts.delete(this.parts.keys().next().value);
      }
      this.parts.set(key, cropped(this.run, crop));
    }
    const run = this.parts.get(key);
    return { ...view, run, moment: croppedMoment(view.moment, run) };
  }

  map(view, width, room) {
    const height = mapHeight(view.run, room);
    const size = { width, height, zoom: 1, panX: 0, panY: 0 };
    return [mapList(view, size), width, height];
  }

  anatomy(view, width) {
    const plan = anatomyPlan(view, width);
    return [anatomyLists(view, plan).flat(), width, plan.height];
  }

  drill(view, width) {
    return sumList(view, anatomyPlan(view, width), width);
  }

  alone(view, width) {
    return aloneList(view, width);
  }
}

/** An item without what only a pointer needs, and a heat with its colours in place of a texture. */
function plain({ hit, box, key, texture, from, ...item }) {
  if (item.kind !== "heat") {
    return item;
  }
  const [left, top, columns, rows] = from.map(Math.round);
  const colors = [];
  for (let row = top; row < top + rows; row++) {
    for (let column = left; column < left + columns; column++) {
      const at = 4 * (row * texture.columns + column);
      colors.push(hex(texture.pixels, at) + hex(texture.pixels, at + 1) + hex(texture.pixels, at + 2));
    }
  }
  return { ...item, columns, rows, colors: colors.join("") };
}

function hex(pixels, at) {
  return pixels[at].toString(16).padStart(2, "0");
}
