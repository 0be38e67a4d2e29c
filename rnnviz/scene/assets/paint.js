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
// pointer finds them if their outline is no good for that. `texture` is one of colors.js, with one
// pixel per number, `from` the part of it that is shown.
import { SHARED } from "./shared.js";

// How much smaller and lower what follows "_" is set, as shares of the size.
export const LOWERED = 0.72;
export const DOWN = 0.2;

// Outlines that were drawn before: most of a picture stays where it is from frame to frame.
const MOST_PATHS = 4096;
const paths = new Map();

/** Paint a list on a canvas whose transform is set. */
export function paintCanvas(context, list) {
  for (const item of list) {
    if (item.opacity === 0) {
      continue;
    }
    context.globalAlpha = item.opacity ?? 1;
    CANVAS[item.kind](context, item);
  }
  context.globalAlpha = 1;
}

function pathOf(d) {
  let path = paths.get(d);
  if (!path) {
    if (paths.size >= MOST_PATHS) {
      paths.clear();
    }
    paths.set(d, (path = new Path2D(d)));
  }
  return path;
}

/** Fill and stroke an outline: a path, or what the context holds as its current one. */
function strokeAndFill(context, item, ...path) {
  if (item.fill && item.fill !== "none") {
    context.fillStyle = item.fill;
    context.fill(...path);
  }
  if (item.stroke) {
    context.strokeStyle = item.stroke;
    context.lineWidth = item.line ?? 1;
    context.setLineDash(item.dash ?? []);
    context.lineCap = item.cap ?? "butt";
    context.stroke(...path);
  }
}

const CANVAS = {
  rect(context, item) {
    const { x, y, width, height } = item;
    if (!item.radius && !item.stroke) {
      if (item.fill && item.fill !== "none") {
        context.fillStyle = item.fill;
        context.fillRect(x, y, width, height);
      }
      return;
    }
    context.beginPath();
    context.roundRect(x, y, width, height, item.radius ?? 0);
    strokeAndFill(context, item);
  },
  path(context, item) {
    strokeAndFill(context, item, pathOf(item.d));
  },
  circle(context, item) {
    context.beginPath();
    context.arc(item.x, item.y, item.r, 0, 2 * Math.PI);
    strokeAndFill(context, item);
  },
  text(context, item) {
    if (item.text === "") {
      return;
    }
    context.fillStyle = item.fill;
    if (item.math) {
      formula(context, item);
      return;
    }
    setFont(context, `${item.weight ?? 400} ${item.size}px ${SHARED.font}`);
    context.textAlign = { start: "left", middle: "center", end: "right" }[item.anchor ?? "start"];
    context.fillText(item.text, item.x, item.y);
  },
  heat(context, item) {
    const [x, y, width, height] = item.from;
    // Fewer pixels than numbers: their mean, rather than an arbitrary one of them.
    context.imageSmoothingEnabled = item.width < width || item.height < height;
    const canvas = canvasOf(item.texture);
    context.drawImage(canvas, x, y, width, height, item.x, item.y, item.width, item.height);
  },
};

/** A texture as a canvas, which it keeps. */
export function canvasOf(texture) {
  if (!texture.canvas) {
    const { columns, rows, pixels } = texture;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [columns, rows];
    canvas.getContext("2d").putImageData(new ImageData(pixels, columns, rows), 0, 0);
    texture.canvas = canvas;
  }
  return texture.canvas;
}

/** Setting a font has the browser parse it, even where it is the one that is set. */
function setFont(context, font) {
  if (context.canvas.rnnvizFont !== font) {
    context.canvas.rnnvizFont = font;
    context.font = font;
  }
}

/** Text in italics, piece after piece, as some are set lower and smaller. */
function formula(context, { text, x, y, size, weight = 400, anchor = "start" }) {
  context.textAlign = "left";
  const parts = pieces(text).map(([piece, lower]) => {
    const font = `italic ${weight} ${lower ? LOWERED * size : size}px ${SHARED.mathFont}`;
    setFont(context, font);
    return { piece, font, width: context.measureText(piece).width, down: lower ? DOWN * size : 0 };
  });
  const whole = parts.reduce((sum, { width }) => sum + width, 0);
  let left = x - { start: 0, middle: whole / 2, end: whole }[anchor];
  for (const { piece, font, width, down } of parts) {
    setFont(context, font);
    context.fillText(piece, left, y + down);
    left += width;
  }
}

/** The pieces of a formula: [text, whether it is set lower]. */
export function pieces(text) {
  return text
    .split(/(_\{[^}]*\}|_\w)/)
    .filter((piece) => piece !== "")
    .map((piece) =>
      piece[0] === "_" ? [piece.slice(1).replace(/[{}]/g, ""), true] : [piece, false],
    );
}

/** A canvas made as large as its picture on this screen, and emptied. */
export function sized(canvas, width, height) {
  const ratio = globalThis.devicePixelRatio || 1;
  const pixels = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== pixels[0] || canvas.height !== pixels[1]) {
    [canvas.width, canvas.height] = pixels;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    canvas.rnnvizFont = null; // A canvas of another size begins with its first font.
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** A canvas for what seldom changes: it is painted when its list is not the one it shows. */
export class Still {
  constructor() {
    this.shown = [];
  }

  paint(canvas, list, width, height) {
    const size = [width, height, globalThis.devicePixelRatio].join(" ");
    const same = this.size === size && list.length === this.shown.length;
    if (!same || !list.every((item, index) => looksLike(item, this.shown[index]))) {
      paintCanvas(sized(canvas, width, height), list);
      Object.assign(this, { size, shown: list });
    }
  }
}

/** Whether two items look the same; a texture stands for its numbers, range and theme. */
function looksLike(one, other) {
  for (const name in one) {
    const same = one[name] === other[name] || String(one[name]) === String(other[name]);
    if (!same && name !== "hit") {
      return false;
    }
  }
  return true;
}

/** The topmost item with a `hit` at a place, or null. */
export function itemAt(list, x, y) {
  for (let index = list.length - 1; index >= 0; index--) {
    const item = list[index];
    if (item.hit && item.opacity !== 0) {
      const [left, top, width, height] = item.box ?? [item.x, item.y, item.width, item.height];
      if (x >= left && x < left + width && y >= top && y < top + height) {
        return item;
      }
    }
  }
  return null;
}
