// Numbers as text: short ones for cells, exact ones for whoever asks.

/** Two decimals with a true minus sign; small numbers keep two digits; NaN and ∞ by name. */
export function short(value) {
  if (Number.isNaN(value)) {
    return "NaN";
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? "+∞" : "−∞";
  }
  const size = Math.abs(value);
  let text =
    size >= 1e5 || (size > 0 && size < 5e-3) ? scientific(size) : size.toFixed(decimals(size));
  if (Number(text) === 0) {
    text = "0.00";
    return text;
  }
  return (value < 0 ? "−" : "") + text;
}

function decimals(size) {
  return size >= 1000 ? 0 : size >= 100 ? 1 : 2;
}

function scientific(size) {
  return size.toExponential(0).replace("e+", "e");
}

/** All digits that tell a number of this dtype from its neighbours. */
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
  return short(value).replace("−", "minus ").replace("+∞", "infinity").replace("∞", "infinity");
}
