// Text for the visitor's clipboard.

/** Put a text on the clipboard. @returns {Promise<string>} how it went, or the text itself. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return "Copied.";
  } catch {
    // Without a clipboard (plain http, or no permission) the text is shown, to be copied by hand.
    return text;
  }
}
