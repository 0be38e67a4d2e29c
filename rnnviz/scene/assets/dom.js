// Elements and icons; text goes in as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element with attributes and children.
 *
 * @param {string} tag
 * @param {Object} [attributes] - functions become listeners, `text` the text; null is left out.
 * @param {...(Element|string)} children
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      element.addEventListener(name.slice(2), value);
    } else if (name === "text") {
      element.textContent = value;
    } else if (value !== null && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children);
  return element;
}

// Outlines on a square of 24, filled.
const ICONS = {
  play: "M8 5v14l11-7z",
  pause: "M7 5h4v14H7zM13 5h4v14h-4z",
  back: "M15.5 5v14l-9-7z",
  forward: "M8.5 5v14l9-7z",
  first: "M6 5h2.5v14H6zM18.5 5v14l-9-7z",
  last: "M15.5 5H18v14h-2.5zM5.5 5v14l9-7z",
  zoomIn: "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z",
  zoomOut: "M5 11h14v2H5z",
  fit: "M4 6h2v12H4zM18 6h2v12h-2zM7 12l3.5-3.5v2.5h3V8.5L17 12l-3.5 3.5V13h-3v2.5z",
  full: "M5 5h6v2H7v4H5zM13 5h6v6h-2V7h-4zM5 13h2v4h4v2H5zM17 13h2v6h-6v-2h4z",
  save: "M11 4h2v8h3l-4 5-4-5h3zM5 18h14v2H5z",
  copy: "M8 4h11v13h-2V6H8zM5 8h10v12H5z",
};

/** One of the icons, sized by the text around it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** A button with words on it. */
export function wordButton(text, onclick, attributes = {}) {
  return make("button", { type: "button", text, onclick, ...attributes });
}

/** A button with an icon and a name that is read aloud and shown on hover. */
export function iconButton(name, label, onclick, attributes = {}) {
  return make(
    "button",
    { type: "button", "aria-label": label, title: label, onclick, ...attributes },
    icon(name),
  );
}

/** A labelled menu of [value, words] pairs. */
export function menu(label, options, value, onchange) {
  const select = make("select", { onchange: () => onchange(select.value), "aria-label": label });
  for (const [option, words] of options) {
    select.append(make("option", { value: option, text: words }));
  }
  select.value = value;
  return make("label", { class: "menu" }, make("span", { text: label }), select);
}
