// This moment as a file: SVG with real text, or PNG painted from that SVG.
import { svgText } from "./svg_file.js";

const GAP = 16;
// Picture pixels per CSS pixel: 300 dpi against the 96 of CSS.
const PNG_SCALE = 300 / 96;

/** Lists below each other: [list, width, height][] as one. */
export function stacked(parts) {
  let top = 0;
  const width = Math.max(...parts.map(([, one]) => one));
  const list = parts.flatMap(([items, , height]) => {
    const moved = items.map((item) => shifted(item, top));
    top += height + GAP;
    return moved;
  });
  return [list, width, top - GAP];
}

/** An item further down. Paths are written with absolute and relative commands. */
function shifted(item, by) {
  if (by === 0) {
    return item;
  }
  return item.kind === "path"
    ? { ...item, d: shiftedPath(item.d, by) }
    : { ...item, y: item.y + by };
}

function shiftedPath(d, by) {
  return d.replace(/([A-Za-z])([^A-Za-z]*)/g, (_, command, rest) => {
    const numbers =
      rest.trim() === ""
        ? []
        : rest
            .trim()
            .split(/[\s,]+/)
            .map(Number);
    if (command === "V") {
      return `V${numbers.map((y) => y + by).join(" ")}`;
    }
    const absolute = command === command.toUpperCase() && command !== "H" && command !== "Z";
    const moved = absolute
      ? numbers.map((value, index) => (index % 2 ? value + by : value))
      : numbers;
    return command + moved.join(" ");
  });
}

/** Hand a picture of some lists to the visitor as a file. */
export async function savePicture(parts, { name, format, ground, title }) {
  const [list, width, height] = stacked(parts);
  const text = svgText(list, Math.ceil(width), Math.ceil(height), ground, title);
  const svg = new Blob([text], { type: "image/svg+xml" });
  download(format === "svg" ? svg : await pngOf(svg, width, height), `${name}.${format}`);
}

async function pngOf(svg, width, height) {
  const address = URL.createObjectURL(svg);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * PNG_SCALE);
    canvas.height = Math.round(height * PNG_SCALE);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // By then the browser has taken the file over.
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
