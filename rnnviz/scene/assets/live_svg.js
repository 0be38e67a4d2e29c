// A display list as a live SVG: real text, elements for the pointer, changed as little as possible.
import { paintCanvas, sized } from "./paint.js";
import { element, pieces, SVG } from "./svg_item.js";

/** An SVG that shows lists one after the other and changes only what differs. */
export class LiveSvg {
  /** @param {SVGSVGElement} svg @param {HTMLCanvasElement} canvas - behind it, for the heats. */
  constructor(svg, canvas) {
    this.svg = svg;
    this.canvas = canvas;
    this.shown = [];
    this.heats = [];
  }

  paint(list, width, height) {
    if (this.width !== width || this.height !== height) {
      Object.assign(this, { width, height });
      this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      this.svg.setAttribute("width", width);
      this.svg.setAttribute("height", height);
      this.heats = [];
    }
    const drawn = list.filter((item) => item.kind !== "heat");
    drawn.forEach((item, index) => this.put(item, index));
    for (const { node } of this.shown.splice(drawn.length)) {
      node.remove();
    }
    this.paintHeats(list.filter((item) => item.kind === "heat"));
  }

  put(item, index) {
    const [tag, attributes, text, math] = element(item);
    let slot = this.shown[index];
    if (!slot || slot.tag !== tag) {
      const node = document.createElementNS(SVG, tag);
      if (slot) {
        slot.node.replaceWith(node);
      } else {
        this.svg.append(node);
      }
      node.style.pointerEvents = "none";
      node.hit = null;
      slot = this.shown[index] = { tag, node, attributes: {}, text: null };
    }
    for (const [name, value] of Object.entries(attributes)) {
      if (slot.attributes[name] !== value) {
        if (value === undefined) {
          slot.node.removeAttribute(name);
        } else {
          slot.node.setAttribute(name, value);
        }
      }
    }
    slot.attributes = attributes;
    if (slot.text !== text) {
      slot.text = text;
      if (math) {
        setFormula(slot.node, text);
      } else {
        slot.node.textContent = text;
      }
    }
    const hit = item.opacity === 0 ? null : (item.hit ?? null);
    if ((slot.node.hit === null) !== (hit === null)) {
      slot.node.style.pointerEvents = hit ? "all" : "none";
    }
    slot.node.hit = hit;
  }

  paintHeats(heats) {
    const same =
      heats.length === this.heats.length && heats.every((item, at) => alike(item, this.heats[at]));
    if (!same || this.canvas.width === 0) {
      paintCanvas(sized(this.canvas, this.width, this.height), heats);
      this.heats = heats;
    }
  }
}

/** Whether two heats look the same; a texture stands for one array, range and theme. */
function alike(one, other) {
  const names = ["texture", "x", "y", "width", "height", "opacity"];
  return (
    names.every((name) => one[name] === other[name]) && String(one.from) === String(other.from)
  );
}

function setFormula(node, text) {
  node.textContent = "";
  let lowered = false;
  for (const [piece, lower] of pieces(text)) {
    const span = document.createElementNS(SVG, "tspan");
    span.textContent = piece;
    if (lower) {
      span.setAttribute("font-size", "72%");
    }
    if (lower !== lowered) {
      span.setAttribute("dy", lower ? "0.28em" : "-0.2em");
    }
    lowered = lower;
    node.append(span);
  }
}
