// Colours of numbers: a signed scale and one for shares, for cells, textures and legends.
import { SHARED } from "./shared.js";
import { SHARE } from "./ranges.js";

let [signed, shares] = [SHARED.stops, SHARED.shareStops];
let [signedChannels, shareChannels] = [signed, shares].map((stops) => stops.map(channelsOf));

/** Take other scales, from negative to positive and from 0 to 1, as pictures for print may. */
export function useStops(stops, shareStops) {
  [signed, shares] = [stops, shareStops];
  [signedChannels, shareChannels] = [signed, shares].map((one) => one.map(channelsOf));
}

/** The colours of the signed scale and of the one of shares, for legends. */
export function stopsInUse() {
  return [signed, shares];
}

function channelsOf(color) {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}

/** Where a value lies on its scale: the stops below and above it, and the share of the latter. */
function placeOf(value, limit) {
  const stops = limit === SHARE ? shareChannels : signedChannels;
  const along = limit === SHARE ? value : (value / limit + 1) / 2;
  const place = Math.min(Math.max(along, 0), 1) * (stops.length - 1);
  const index = Math.min(Math.floor(place), stops.length - 2);
  return [stops[index], stops[index + 1], place - index];
}

/** The colour of a number; NaN and infinities have the palette's `absent`. */
export function colorOf(value, limit, palette) {
  if (!Number.isFinite(value)) {
    return palette.absent;
  }
  const [below, above, share] = placeOf(value, limit);
  const mixed = below.map((low, k) => Math.round(low + (above[k] - low) * share));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

const inks = new Map();

/** Black or white, whichever has the higher contrast on a `#rrggbb` ground. */
export function inkOn(color) {
  if (!inks.has(color)) {
    // Contrast of black is (L + .05) / .05 and of white 1.05 / (L + .05), with L the luminance
    // of https://www.w3.org/TR/WCAG21/#dfn-relative-luminance.
    const [red, green, blue] = channelsOf(color).map((channel) => {
      const part = channel / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    inks.set(color, (luminance + 0.05) ** 2 > 1.05 * 0.05 ? SHARED.black : SHARED.white);
  }
  return inks.get(color);
}

// More would keep memory that is not on screen.
const MAX_TEXTURES = 64;

/**
 * A picture of a whole array, one pixel per number.
 *
 * @typedef {Object} Texture
 * @property {number} columns
 * @property {number} rows
 * @property {Uint8ClampedArray} pixels - (rows, columns, 4): red, green, blue and opacity.
 * @property {HTMLCanvasElement} [canvas] - made by the painter that needs one.
 */

/** Textures, computed once and then stretched. */
export class Textures {
  constructor() {
    this.kept = new Map();
  }

  /**
   * @param {string} key - tells arrays apart.
   * @param {number} columns
   * @param {number} rows
   * @param {(column: number, row: number) => number} value
   * @param {number|"share"} limit - of the colours.
   * @param {Object} palette
   * @returns {Texture}
   */
  get(key, columns, rows, value, limit, palette) {
    const name = `${key} ${limit} ${palette.surface}`;
    let texture = this.kept.get(name);
    if (texture) {
      this.kept.delete(name);
    } else {
      texture = paintTexture(columns, rows, value, limit, palette);
    }
    this.kept.set(name, texture);
    if (this.kept.size > MAX_TEXTURES) {
      this.kept.delete(this.kept.keys().next().value);
    }
    return texture;
  }
}

function paintTexture(columns, rows, value, limit, palette) {
  const pixels = new Uint8ClampedArray(4 * columns * rows);
  // A pixel has no room for a mark, so what is not finite has the colour of an alarm.
  const alarm = channelsOf(palette.alarm);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at += 4) {
      const number = value(column, row);
      if (Number.isFinite(number)) {
        const [low, high, share] = placeOf(number, limit);
        for (let k = 0; k < 3; k++) {
          pixels[at + k] = Math.round(low[k] + (high[k] - low[k]) * share);
        }
      } else {
        pixels.set(alarm, at);
      }
      pixels[at + 3] = 255;
    }
  }
  return { columns, rows, pixels };
}
