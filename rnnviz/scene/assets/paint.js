// Display lists and their painters: the same list becomes a canvas, a live SVG, or an SVG file.
//
// A view gives a list of items; a painter knows nothing of nets. Items are
//   {kind: "rect", x, y, width, height, fill, stroke, line, radius, dash, opacity}
//   {kind: "path", d, fill, stroke, line, dash, cap, opacity}
//   {kind: "circle", x, y, r, fill, stroke, line, opacity}
//   {kind: "text", x, y, text, size, fill, anchor, weight, math, opacity}; math is italic, and
//     what follows "_" is set lower, one sign or all in braces
//   {kind: "heat", x, y, width, height, texture, from: [x, y, width, height], opacity}
// and may carry `hit`, which says what they show, and `box` [x, y, width, height] where the
// pointer finds them if their outline is no good for that. `texture` is a canvas with one pixel
// per number, `from` the part of it that is shown.
import { SHARED } from "./shared.js";

export const MATH_FONT = "STIX Two Text, Latin Modern Math, Cambria Math, Times New Roman, serif";

/** Paint a list on a canvas whose transform is set. */
export function paintCanvas(context, list) {
  for (const item of list) {
    context.globalAlpha = item.opacity ?? 1;
    CANVAS[item.kind](context, item);
  }
  context.globalAlpha = 1;
}

function strokeAndFill(context, item, path) {
  if (item.fill && item.fill !== "none") {
    context.fillStyle = item.fill;
    context.fill(path);
  }
  if (item.stroke) {
    context.strokeStyle = item.stroke;
    context.lineWidth = item.line ?? 1;
    context.setLineDash(item.dash ?? []);
    context.lineCap = item.cap ?? "butt";
    context.stroke(path);
  }
}

const CANVAS = {
  rect(context, item) {
    if (!item.radius && !item.stroke) {
      if (item.fill !== "none") {
        context.fillStyle = item.fill;
        context.fillRect(item.x, item.y, item.width, item.height);
      }
      return;
    }
    const path = new Path2D();
    path.roundRect(item.x, item.y, item.width, item.height, item.radius ?? 0);
    strokeAndFill(context, item, path);
  },
  path(context, item) {
    strokeAndFill(context, item, new Path2D(item.d));
  },
  circle(context, item) {
    const path = new Path2D();
    path.arc(item.x, item.y, item.r, 0, 2 * Math.PI);
    strokeAndFill(context, item, path);
  },
  text(context, item) {
    const family = item.math ? MATH_FONT : SHARED.font;
    const slope = item.math ? "italic " : "";
    context.font = `${slope}${item.weight ?? 400} ${item.size}px ${family}`;
    context.textAlign = { start: "left", middle: "center", end: "right" }[item.anchor ?? "start"];
    context.fillStyle = item.fill;
    context.fillText(item.text, item.x, item.y);
  },
  heat(context, item) {
    const [x, y, width, height] = item.from;
    // Fewer pixels than numbers: their mean, rather than an arbitrary one of them.
    context.imageSmoothingEnabled = item.width < width || item.height < height;
    context.drawImage(item.texture, x, y, width, height, item.x, item.y, item.width, item.height);
  },
};

/** A canvas made as large as its picture on this screen, and emptied. */
export function sized(canvas, width, height) {
  const ratio = globalThis.devicePixelRatio || 1;
  const pixels = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== pixels[0] || canvas.height !== pixels[1]) {
    [canvas.width, canvas.height] = pixels;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** The topmost item with a `hit` at a place, or null. */
export function itemAt(list, x, y) {
  for (let index = list.length - 1; index >= 0; index--) {
    const item = list[index];
    if (item.hit) {
      const [left, top, width, height] = item.box ?? [item.x, item.y, item.width, item.height];
      if (x >= left && x < left + width && y >= top && y < top + height) {
        return item;
      }
    }
  }
  return null;
}
