// What the numbers of a lane should be, told from those before them, bit for bit as
// `rnnviz.scene.foretell` tells it: nothing but sums, products and quotients, in the same order.

const HALVINGS = 10;
const TERMS = 9;
const LARGEST = 40;

/**
 * Turn the differences in bits of one layer in one direction into its numbers.
 *
 * @param {Uint8Array} bytes - of all runs; a place is [first byte, bytes].
 * @param {{kind: string, activations: string[], reverse: boolean, steps: number, own: string[],
 *   places: Object<string, [number, number]>, reads: [[number, number], boolean][]}} lane -
 *   `own` are the arrays to be told; `reads` what it reads side by side, and whether that comes
 *   from the other end.
 * @param {number} item - bytes of a number, 4 or 8.
 */
export function tell(bytes, lane, item) {
  const teller = new Teller(bytes, lane, item);
  for (let step = 0; step < lane.steps; step++) {
    teller.update(lane.reverse ? lane.steps - 1 - step : step);
  }
}

class Teller {
  constructor(bytes, { kind, activations, reverse, steps, own, places, reads }, item) {
    const numbers = item === 8 ? Float64Array : Float32Array;
    const view = ([start, length]) => new numbers(bytes.buffer, start, length / item);
    this.round = item === 8 ? (value) => value : Math.fround;
    this.bytes = bytes;
    this.numbers = numbers;
    Object.assign(this, { kind, reverse, steps, own, places });
    this.activations = activations.map((name) => ACTIVATIONS[name] ?? (() => 0));
    this.arrays = Object.fromEntries(
      Object.entries(places).map(([name, place]) => [name, view(place)]),
    );
    this.reads = reads.map(([place, flipped]) => ({ array: view(place), flipped }));
  }

  /** Row t of an array. */
  row(name, t) {
    const width = this.arrays[name].length / this.steps;
    return this.arrays[name].subarray(t * width, (t + 1) * width);
  }

  /** The state that row t comes from. */
  before(name, t) {
    const earlier = this.reverse ? t + 1 : t - 1;
    return 0 <= earlier && earlier < this.steps ? this.row(name, earlier) : this.arrays[`${name}_0`];
  }

  /** Put row t right, from one number to another: as told, and where that differs in bits. */
  put(name, t, value, from = 0, to = Infinity) {
    if (!this.own.includes(name)) {
      return;
    }
    const row = this.row(name, t).subarray(from, to);
    const told = new this.numbers(row.length);
    for (let i = 0; i < row.length; i++) {
      const number = value(from + i);
      told[i] = Number.isNaN(number) ? 0 : number;
    }
    const like = new Uint32Array(told.buffer);
    const bits = new Uint32Array(row.buffer, row.byteOffset, like.length);
    for (let i = 0; i < like.length; i++) {
      bits[i] ^= like[i];
    }
  }

  /** What row t reads. */
  read(t) {
    const rows = this.reads.map(({ array, flipped }) => {
      const width = array.length / this.steps;
      const at = flipped ? this.steps - 1 - t : t;
      return array.subarray(at * width, (at + 1) * width);
    });
    return joined(rows);
  }

  update(t) {
    const { weight_ih, weight_hh } = this.arrays;
    if (this.reads.length > 0) {
      this.put("wx", t, product(weight_ih, this.read(t)));
      this.put("wh", t, product(weight_hh, joined([this.before("h", t)])));
    }
    this[this.kind](t);
  }

  RNN(t) {
    this.put("a", t, this.sum(t));
    this.put("h", t, this.activated("a", t, this.activations));
  }

  LSTM(t) {
    const { round } = this;
    this.put("a", t, this.sum(t));
    this.put("gates", t, this.activated("a", t, this.activations.slice(0, 4)));
    const [gates, before] = [this.row("gates", t), this.before("c", t)];
    const size = before.length;
    const [f, g, o] = [1, 2, 3].map((gate) => gates.subarray(gate * size));
    this.put("c", t, (j) => round(f[j] * before[j]) + round(gates[j] * g[j]));
    this.put("tanh_c", t, this.activated("c", t, this.activations.slice(4)));
    const last = this.row("tanh_c", t);
    const hidden = (j) => round(o[j] * last[j]);
    const { weight_hr } = this.arrays;
    const every = () => Float64Array.from(last, (_, j) => hidden(j));
    this.put("h", t, weight_hr ? product(weight_hr, every()) : hidden);
  }

  GRU(t) {
    const { round } = this;
    const { bias_ih, bias_hh } = this.arrays;
    const before = this.before("h", t);
    const [size, n] = [before.length, 2 * before.length];
    const [wx, wh, gates, own] = ["wx", "wh", "gates", "r_hn"].map((name) => this.row(name, t));
    const activated = this.activated("a", t, this.activations);
    this.put("a", t, this.sum(t), 0, n);
    this.put("gates", t, activated, 0, n);
    const state = (j) => (bias_hh ? round(wh[n + j] + bias_hh[n + j]) : wh[n + j]);
    this.put("r_hn", t, (j) => gates[j] * state(j));
    this.put("a", t, (j) => round(wx[j] + (bias_ih ? bias_ih[j] : 0)) + own[j - n], n);
    this.put("gates", t, activated, n);
    this.put("h", t, (j) => {
      const z = gates[size + j];
      return round(round(1 - z) * gates[n + j]) + round(z * before[j]);
    });
  }

  /** a, in the order in which the engine adds it up. */
  sum(t) {
    const { bias_ih, bias_hh } = this.arrays;
    const parts = [bias_ih, bias_hh, this.row("wx", t), this.row("wh", t)].filter(Boolean);
    return (j) => parts.reduce((total, part) => this.round(total + part[j]), 0);
  }

  /** Blocks side by side, each with its activation. */
  activated(name, t, activations) {
    const row = this.row(name, t);
    const size = row.length / activations.length;
    return (j) => activations[Math.floor(j / size)](row[j]);
  }
}

/** Rows side by side. */
function joined(rows) {
  const all = new Float64Array(rows.reduce((length, row) => length + row.length, 0));
  let start = 0;
  for (const row of rows) {
    all.set(row, start);
    start += row.length;
  }
  return all;
}

/**
 * A matrix times a vector, added up from the first column to the last.
 *
 * @param {Float32Array|Float64Array} weight
 * @param {Float64Array} vector - of this one type, as what is called most must be fast.
 */
function product(weight, vector) {
  const columns = vector.length;
  const totals = new Float64Array(weight.length / columns);
  for (let j = 0, at = 0; j < totals.length; j++) {
    let total = 0;
    for (let k = 0; k < columns; k++, at++) {
      total += weight[at] * vector[k];
    }
    totals[j] = total;
  }
  return (j) => totals[j];
}

function exp(x) {
  const small = Math.min(Math.max(x, -LARGEST), LARGEST) / 2 ** HALVINGS;
  let power = 1;
  for (let k = TERMS; k > 0; k--) {
    power = 1 + (small * power) / k;
  }
  for (let i = 0; i < HALVINGS; i++) {
    power *= power;
  }
  return power;
}

const ACTIVATIONS = {
  tanh(x) {
    const power = exp(2 * x);
    return (power - 1) / (power + 1);
  },
  sigmoid: (x) => 1 / (1 + exp(-x)),
  relu: (x) => (x > 0 ? x : 0),
};
