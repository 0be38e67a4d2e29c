"""Text from users on its way into a figure: shown as it is, never obeyed."""

from __future__ import annotations

import unicodedata

# Longer tokens would run into their neighbours.
MAX_TOKEN_CHARS = 12

# Signs that common fonts have; the control pictures ␠ and ␊ are empty boxes on many machines.
_SPACE = "␣"
_LINE_END = "↵"
_TAB = "⇥"
_UNSHOWABLE = "�"

# Plotly reads tags and entities in every text, `%{...}` in templates and `$...$` as TeX.
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "%": "&#37;", "$": "&#36;"}


def token_text(token: str) -> str:
    """A token as plotly shows it literally."""
    return "".join(_ESCAPES.get(char, char) for char in shown_token(token))


def shown_token(token: str) -> str:
    """A token as text: cut to 12 characters, blanks and controls visible."""
    if len(token) > MAX_TOKEN_CHARS:
        token = token[: MAX_TOKEN_CHARS - 1] + "…"
    return "".join(_visible(char) for char in token)


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Zs":
        return _SPACE
    if category in ("Zl", "Zp") or char in "\r\n":
        return _LINE_END
    if char == "\t":
        return _TAB
    # Controls have no picture, formats turn the reading direction, and lone surrogates cannot be
    # written as UTF-8.
    return _UNSHOWABLE if category.startswith("C") else char
