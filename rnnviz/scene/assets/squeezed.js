// Packed runs out of a page, as `rnnviz.scene.squeeze` put them there.

import { tell } from "./foretold.js";
import { draw } from "./mersenne.js";

/**
 * @param {{data: string, item: number, runs: Object[], drawn: ?Object}} squeezed - a run is {size,
 *   same, lanes, alike}; a place is [first byte, bytes]; `drawn` is what `draw` takes.
 * @returns {Promise<Uint8Array[]>} the bytes of each run, as `rnnviz.scene.blob.pack` wrote them.
 */
export async function unsqueezed({ data, item, runs, drawn }) {
  const bytes = apart(await inflated(fromBase64(data)), item);
  if (drawn) {
    draw(bytes, drawn);
  }
  let start = 0;
  return runs.map(({ size, same, lanes, alike }) => {
    same.forEach(([place, other]) => put(bytes, place, other));
    lanes.forEach((lane) => tell(bytes, lane, item));
    alike.forEach(([place, other]) => put(bytes, place, other));
    return bytes.subarray(start, (start += size));
  });
}

function fromBase64(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = letters.charCodeAt(i);
  }
  return bytes;
}

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Numbers from all their first bytes, then all their second bytes, and so on. */
function apart(planes, item) {
  const bytes = new Uint8Array(planes.length);
  const numbers = planes.length / item;
  for (let plane = 0; plane < item; plane++) {
    for (let i = 0; i < numbers; i++) {
      bytes[i * item + plane] = planes[plane * numbers + i];
    }
  }
  return bytes;
}

function part(bytes, [start, length]) {
  return bytes.subarray(start, start + length);
}

/** Turn a difference in bits into the array itself. */
function put(bytes, place, other) {
  const expected = part(bytes, other);
  part(bytes, place).forEach((difference, i, array) => {
    array[i] = difference ^ expected[i];
  });
}
