// This moment as a file: SVG with real text, or PNG painted from that SVG.
import { stacked } from "./stack.js";
import { svgText } from "./svg_file.js";

// Picture pixels per CSS pixel: 300 dpi against the 96 of CSS.
const PNG_SCALE = 300 / 96;

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
