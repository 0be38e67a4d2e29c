// The weights that torch draws for a seed, bit for bit as `rnnviz.scene.drawn` draws them.

const SIZE = 624;
const SHIFT = 397;

/**
 * The Mersenne twister. Source: M. Matsumoto and T. Nishimura (1998), "Mersenne twister: a
 * 623-dimensionally equidistributed uniform pseudo-random number generator", ACM TOMACS 8(1),
 * started from a seed as in their version of 2002.
 */
class Twister {
  constructor(seed) {
    const state = new Uint32Array(SIZE);
    state[0] = seed;
    for (let i = 1; i < SIZE; i++) {
      state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
    this.state = state;
    this.next = SIZE;
  }

  /** All the state anew, of which each word gives one number. */
  turn() {
    const { state } = this;
    for (let i = 0; i < SIZE; i++) {
      const joined = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7fffffff);
      state[i] = state[(i + SHIFT) % SIZE] ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
    }
    this.next = 0;
  }

  /** 32 random bits. */
  draw() {
    if (this.next === SIZE) {
      this.turn();
    }
    let word = this.state[this.next++];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return word ^ (word >>> 18);
  }
}

/**
 * Put numbers where a page carries none, since torch drew them for a seed.
 *
 * @param {Uint8Array} bytes - of all runs, float32.
 * @param {{seed: number, arrays: [[number, number], number][]}} drawn - where they lie, [first
 *   byte, bytes], and their bound, in the order of drawing.
 */
export function draw(bytes, { seed, arrays }) {
  const twister = new Twister(seed);
  for (const [[start, length], bound] of arrays) {
    const numbers = new Float32Array(bytes.buffer, start, length / 4);
    for (let i = 0; i < numbers.length; i++) {
      // The lower 24 bits, all that a float32 holds; the sum is of float64, rounded once.
      numbers[i] = (twister.draw() & 0xffffff) * 2 ** -24 * (2 * bound) - bound;
    }
  }
}
