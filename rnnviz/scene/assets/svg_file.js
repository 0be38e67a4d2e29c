// A display list as the text of an SVG file.
import { SHARED } from "./shared.js";
import { canvasOf, DOWN, LOWERED, pieces } from "./paint.js";
import { element, SVG } from "./svg_item.js";

// Up to so many numbers a heat becomes editable rectangles; beyond, a picture.
const MAX_VECTOR_CELLS = 4096;

/** A list as the text of an SVG file, its text as text. */
export function svgText(list, width, height, ground, title) {
  const inside = list.map((item) =>
    item.kind === "heat" ? heatText(item) : tagText(element(item)),
  );
  return (
    `<svg xmlns="${SVG}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="${escaped(SHARED.font)}">\n<title>${escaped(title)}</title>\n` +
    `<rect width="${width}" height="${height}" fill="${ground}"/>\n${inside.join("\n")}\n</svg>\n`
  );
}

function tagText([tag, attributes, text, math]) {
  const kept = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const written = kept.map(([name, value]) => ` ${name}="${escaped(String(value))}"`).join("");
  if (text === null) {
    return `<${tag}${written}/>`;
  }
  return `<${tag}${written}>${math ? formulaText(text) : escaped(text)}</${tag}>`;
}

function formulaText(text) {
  let lowered = false;
  const spans = pieces(text).map(([piece, lower]) => {
    const size = lower ? ` font-size="${100 * LOWERED}%"` : "";
    const by = lower ? (DOWN / LOWERED).toFixed(2) : -DOWN;
    const shift = lower === lowered ? "" : ` dy="${by}em"`;
    lowered = lower;
    return `<tspan${size}${shift}>${escaped(piece)}</tspan>`;
  });
  return spans.join("");
}

function heatText(item) {
  const [, , columns, rows] = item.from.map(Math.round);
  const opacity = item.opacity === undefined ? "" : ` opacity="${item.opacity}"`;
  if (columns * rows > MAX_VECTOR_CELLS || columns < 1 || rows < 1) {
    return pictureText(item, opacity);
  }
  const data = part(item, { willReadFrequently: true }).getImageData(0, 0, columns, rows).data;
  const [width, height] = [item.width / columns, item.height / rows];
  const cells = [];
  for (let at = 0; at < columns * rows; at++) {
    const color = Array.from(data.subarray(4 * at, 4 * at + 3), hex).join("");
    const left = item.x + (at % columns) * width;
    const top = item.y + Math.floor(at / columns) * height;
    cells.push(
      `<rect x="${rounded(left)}" y="${rounded(top)}" width="${rounded(width)}" ` +
        `height="${rounded(height)}" fill="#${color}"/>`,
    );
  }
  return `<g shape-rendering="crispEdges"${opacity}>${cells.join("")}</g>`;
}

function pictureText(item, opacity) {
  const picture = part(item, {}).canvas.toDataURL();
  return (
    `<image x="${item.x}" y="${item.y}" width="${item.width}" height="${item.height}" ` +
    `preserveAspectRatio="none" style="image-rendering:pixelated"${opacity} href="${picture}"/>`
  );
}

/** The shown part of a texture, on a canvas of its own. */
function part(item, options) {
  const [x, y, width, height] = item.from.map(Math.round);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, width);
  canvas.height = Math.max(1, height);
  const context = canvas.getContext("2d", options);
  context.drawImage(canvasOf(item.texture), -x, -y);
  return context;
}

function hex(channel) {
  return channel.toString(16).padStart(2, "0");
}

function rounded(value) {
  return Number(value.toFixed(2));
}

function escaped(text) {
  const names = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (sign) => names[sign]);
}
