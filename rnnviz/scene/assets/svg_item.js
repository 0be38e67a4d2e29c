// Items of a display list as elements of SVG.
import { SHARED } from "./shared.js";

export const SVG = "http://www.w3.org/2000/svg";

/** An item as [tag, attributes, text, whether the text is a formula]; a heat has no element. */
export function element(item) {
  const paint = {
    fill: item.fill ?? "none",
    stroke: item.stroke,
    "stroke-width": item.stroke ? (item.line ?? 1) : undefined,
    "stroke-linecap": item.cap,
    "stroke-dasharray": item.dash?.join(" "),
    opacity: item.opacity === undefined || item.opacity === 1 ? undefined : item.opacity,
  };
  const { x, y, width, height } = item;
  switch (item.kind) {
    case "rect":
      return ["rect", { x, y, width, height, rx: item.radius, ...paint }, null];
    case "path":
      return ["path", { d: item.d, ...paint }, null];
    case "circle":
      return ["circle", { cx: x, cy: y, r: item.r, ...paint }, null];
    case "text":
      return ["text", { x, y, ...textAttributes(item), ...paint }, item.text, item.math];
  }
  return null;
}

function textAttributes(item) {
  return {
    "font-size": item.size,
    "font-weight": item.weight,
    "text-anchor": item.anchor,
    "font-family": item.math ? SHARED.mathFont : undefined,
    "font-style": item.math ? "italic" : undefined,
  };
}
