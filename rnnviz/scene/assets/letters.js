// How wide words are, about, where nothing measures them.

// Pixels, at the size of names on the map: a letter, these narrower or wider; letters of scripts that
// come later are twice as wide.
const LETTER = 7;
const WIDTHS = { "fijlrtI.,:;!'|()[]": 4.5, wNUHOQ: 9.5, "mMW@%…": 12.5 };
const LAST_NARROW = 0x2e80;

/** The width of one letter in pixels. */
export function widthOf(letter) {
  const known = Object.keys(WIDTHS).find((letters) => letters.includes(letter));
  return WIDTHS[known] ?? (letter.codePointAt(0) > LAST_NARROW ? 2 * LETTER : LETTER);
}

/** The width of a text in pixels. */
export function textWidth(text) {
  return Array.from(text).reduce((sum, letter) => sum + widthOf(letter), 0);
}
