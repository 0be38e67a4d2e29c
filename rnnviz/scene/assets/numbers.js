// Numbers as text: short ones for cells, exact ones for whoever asks.

/** Two decimals; below 0.01 and from 100000 on one digit and its power; NaN and ∞ by name. */
export function short(value) {
  if (Number.isNaN(value)) {
    return "NaN";
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? "+∞" : "−∞";
  }
  const size = Math.abs(value);
  if (size === 0) {
    return "0.00";
  }
  const text =
    size < 9.95e-3 || size >= 99999.5 ? size.toExponential(0) : size.toFixed(decimals(size));
  return signed(value < 0 ? `-${text}` : text);
}

function decimals(size) {
  return size >= 999.5 ? 0 : size >= 99.95 ? 1 : 2;
}

/** All digits that tell a float64 or a float32 from its neighbours; halves are shown as float32. */
export function exact(value, dtype) {
  if (!Number.isFinite(value)) {
    return short(value);
  }
  return signed(dtype === "float64" ? String(value) : shortest(value));
}

/** The shortest decimal that rounds to the same float32. */
function shortest(value) {
  for (let digits = 1; digits < 10; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === Math.fround(value)) {
      return String(Number(text));
    }
  }
  return String(value);
}

function signed(text) {
  return text.replace(/^-/, "−").replace("e-", "e−").replace("e+", "e");
}

/** As a voice reads it: "minus 0.06". */
export function spoken(value) {
  if (!Number.isFinite(value)) {
    return short(value).replace("+∞", "infinity").replace("−∞", "minus infinity");
  }
  const size = Math.abs(value);
  const digits = size < 9.95e-3 && size > 0 ? Math.ceil(-Math.log10(size)) : 2;
  const text = digits > 12 || size >= 1e15 ? "0.00" : size.toFixed(Math.min(digits, 12));
  return value < 0 && Number(text) !== 0 ? `minus ${text}` : text;
}
