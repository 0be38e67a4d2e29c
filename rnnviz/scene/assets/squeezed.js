// Packed runs out of a page, as `rnnviz.scene.squeeze` put them there.

/**
 * @param {{data: string, item: number, sizes: number[], expected: Array}} squeezed -
 *   a place is [first byte, bytes].
 * @returns {Promise<Uint8Array[]>} the bytes of each run, as `rnnviz.scene.blob.pack` wrote them.
 */
export async function unsqueezed({ data, item, sizes, expected }) {
  const bytes = apart(await inflated(fromBase64(data)), item);
  for (const [place, sources] of expected) {
    const like = sources.length === 1 ? part(bytes, sources[0]) : sumOf(bytes, place, sources, item);
    put(bytes, place, like);
  }
  let start = 0;
  return sizes.map((size) => bytes.subarray(start, (start += size)));
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
function put(bytes, place, expected) {
  part(bytes, place).forEach((difference, i, array) => {
    array[i] = difference ^ expected[i];
  });
}

/** The bytes of a sum, rounded at each step; NaN, which has no bits of its own here, as 0. */
function sumOf(bytes, [, length], sources, item) {
  const kind = item === 8 ? Float64Array : Float32Array;
  const total = new kind(length / item);
  for (const [start, size] of sources) {
    const source = new kind(bytes.buffer, start, size / item);
    for (let i = 0; i < total.length; i++) {
      total[i] += source[i % source.length];
    }
  }
  for (let i = 0; i < total.length; i++) {
    total[i] = Number.isNaN(total[i]) ? 0 : total[i];
  }
  return new Uint8Array(total.buffer);
}
