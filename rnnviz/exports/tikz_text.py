"""Text as LaTeX that sets it as it is: whatever it says, nothing of it is a command."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# What runs of characters go through that only lualatex and xelatex have glyphs for.
OTHER = r"\rnnvizother"

# What runs that read from right to left go through besides.
FROM_RIGHT = r"\rnnvizright"

PLUS_MINUS = r"\rnnvizpm"

# Controls, halves of surrogate pairs, what is not assigned, private signs, what turns the reading
# direction, and what would end the line: TeX must not read them.
_UNSAID = ("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp")
_NO_SIGN = "\ufffd"
# Of these, the joiners that scripts need.
_JOINERS = "\u200c\u200d"

# Signs of formulas.
_MATH = {
    "−": "-",
    "×": r"\times",
    "·": r"\cdot",
    "±": r"\pm",
    "≈": r"\approx",
    "≠": r"\neq",
    "≤": r"\leq",
    "≥": r"\geq",
    "∞": r"\infty",
    "→": r"\rightarrow",
    "←": r"\leftarrow",
    "↑": r"\uparrow",
    "↓": r"\downarrow",
    "⊙": r"\odot",
    "∘": r"\circ",
    "σ": r"\sigma",
    "Σ": r"\Sigma",
    "Δ": r"\Delta",
    "∂": r"\partial",
}

# Signs of text. Of Computer Modern only the typewriter has some, and the usual dollar is a bitmap.
_TEXT = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": "$<$",
    ">": "$>$",
    "|": "$|$",
    '"': r"{\ttfamily\char34}",
    "$": r"{\char36}",
    "…": r"\dots{}",
    "␣": r"\textvisiblespace{}",
    "↵": r"$\hookleftarrow$",
    "⇥": r"$\rightarrow\!|$",
    "²": r"\textsuperscript{2}",
    "°": r"$^\circ$",
    "•": r"$\bullet$",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    "“": r"\textquotedblleft{}",
    "”": r"\textquotedblright{}",
    "‘": r"\textquoteleft{}",
    "’": r"\textquoteright{}",
    "¡": r"\textexclamdown{}",
    "¿": r"\textquestiondown{}",
    "ß": r"\ss{}",
    "æ": r"\ae{}",
    "Æ": r"\AE{}",
    "œ": r"\oe{}",
    "Œ": r"\OE{}",
    "ø": r"\o{}",
    "Ø": r"\O{}",
    "ł": r"\l{}",
    "Ł": r"\L{}",
    "ı": r"\i{}",
    "\xa0": "~",
}
_TEXT |= {sign: "\\" + sign for sign in "{}&#%_"}
_TEXT |= {sign: f"${name}$" for sign, name in _MATH.items()}
# As wide as a digit, which these are not in formulas: texts would run into what is beside them.
_TEXT |= {"−": r"\textendash{}", "±": PLUS_MINUS + "{}"}

# Marks on a letter that pdflatex composes in its oldest encoding, for which every system has fonts.
_ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r",
    "\u030b": "H",
    "\u030c": "v",
    "\u0323": "d",
    "\u0327": "c",
}

# Unicode's classes of signs that read from right to left, and whose rules join them.
_FROM_RIGHT = {"R": "Hebrew", "AL": "Arabic"}

# Functions that LaTeX sets upright.
_FUNCTIONS = ("tanh", "exp", "log", "max", "min")
_FORMULA = re.compile(r"_\{[^}]*\}|_\w|\s+|[A-Za-z]{2,}|.", re.DOTALL)
_PLAIN_MATH = re.compile(r"[A-Za-z0-9+=()\[\]/.,:;!*-]")
# Signs that TeX puts space around by itself.
_OPERATORS = "+-=−×·±≈"
# Neighbours that the fonts would join to another sign.
_JOINED = re.compile(r"(?<=[-`',<>?!])(?=[-`',<>])")


def tex_text(text: str) -> str:
    """A text for LaTeX's text mode, in ASCII but for what stands in `OTHER`'s braces."""
    signs = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return _JOINED.sub(r"\\/", _spaced("".join(_runs(re.sub(r"[\t\n\r]", " ", signs)))))


def _runs(text: str) -> Iterator[str]:
    other = ""
    for sign in text:
        known = _sign(sign)
        if known is None:
            unsaid = sign not in _JOINERS and unicodedata.category(sign) in _UNSAID
            other += _NO_SIGN if unsaid else sign
            continue
        if other:
            yield _other(other)
            other = ""
        yield known
    if other:
        yield _other(other)


def _other(run: str) -> str:
    # LuaTeX takes the sign itself for damaged UTF-8.
    signs = run.replace(_NO_SIGN, r'\symbol{"FFFD}')
    if script := _FROM_RIGHT.get(unicodedata.bidirectional(run[0])):
        signs = f"{FROM_RIGHT}{{{script}}}{{{signs}}}"
    return f"{OTHER}{{{ord(run[0]):04X}}}{{{signs}}}"


def _sign(sign: str) -> str | None:
    """One character, or None where pdflatex has no glyph for it."""
    if sign in _TEXT:
        return _TEXT[sign]
    if " " <= sign <= "~":
        return sign
    letter, *marks = unicodedata.normalize("NFD", sign)
    if len(marks) == 1 and marks[0] in _ACCENTS and letter.isascii() and letter.isalpha():
        letter = "\\" + letter if letter in "ij" and marks[0] not in "\u0323\u0327" else letter
        return f"\\{_ACCENTS[marks[0]]}{{{letter}}}"
    return None


def _spaced(text: str) -> str:
    """With the spaces that TeX would swallow as ones that it keeps."""
    return re.sub(r"^ | (?= )| $", lambda _: r"\ ", text)


def tex_formula(text: str) -> str:
    """A formula of the player, as `paint.js` reads it, for LaTeX's math mode, without the $."""
    found, before = "", ""
    pieces = _FORMULA.findall(unicodedata.normalize("NFC", text))
    for piece, after in zip(pieces, [*pieces[1:], ""], strict=True):
        if piece.isspace():
            near = {before[-1:], after[:1]}
            if near & {"", *_OPERATORS} or before in _FUNCTIONS:
                found += " "
            else:
                found += r"\," if len(before) == 1 or before[0] == "_" else r"\ "
        elif piece[0] == "_" and len(piece) > 1:
            inner = re.sub(r"[{}]", "", piece[1:])
            found += f"_{{{''.join(map(_math_sign, inner))}}}"
        elif piece in _FUNCTIONS:
            found += f"\\{piece} "
        elif len(piece) > 1:
            found += f"\\mathit{{{piece}}}"
        else:
            found += _math_sign(piece)
        before = piece
    return found.strip()


def _math_sign(sign: str) -> str:
    if sign in _MATH:
        name = _MATH[sign]
        return f"{name} " if name[0] == "\\" else name
    return sign if _PLAIN_MATH.fullmatch(sign) else f"\\mbox{{{tex_text(sign)}}}"
