"""The words, brackets and numbers of a pasted text, and what is said of those nobody can read."""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterator

import numpy as np

from rnnviz.inputs.checks import excerpt
from rnnviz.limits import MAX_FILE_VALUES

# A double written in full has 17 digits, the smallest without an exponent 324 zeros before them.
MAX_NUMBER_CHARS = 400

GAP = "..."

_TOKEN = re.compile(r"[\[\](),*]|[^\s\[\](),*]+")
_NUMBER = re.compile(
    r"[+-]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|nan|inf)", re.IGNORECASE
)
# numpy 2 writes its scalars so inside of lists.
_SCALAR = re.compile(r"\b(?:np|numpy)\.float[0-9]{2}\(([^()\s]*)\)")


class Tokens:
    """What a text is made of, one after the other, with a look at the next ones."""

    def __init__(self, text: str) -> None:
        self._text = _SCALAR.sub(r"\1", text)
        self._matches = _TOKEN.finditer(self._text)
        self._ahead: list[re.Match] = []

    def next(self) -> re.Match | None:
        """The next token, None at the end of the text."""
        return self._ahead.pop() if self._ahead else next(self._matches, None)

    def back(self, *tokens: re.Match | None) -> None:
        """Puts tokens back, so that they come next in this order."""
        self._ahead.extend(token for token in reversed(tokens) if token is not None)

    def __iter__(self) -> Iterator[re.Match]:
        while self._ahead:
            yield self._ahead.pop()
        yield from self._matches

    def wrong(self, token: re.Match | None, expected: str) -> ValueError:
        """What to say about a token that cannot stand where it does."""
        if token is None:
            end = len(self._text.rstrip())
            return ValueError(f"line {self.line(end)}: expected {expected}, the text ends there.")
        # What follows on the line helps to find the place.
        rest = self._text[token.start() : token.start() + 80].split("\n", 1)[0]
        return wrong_word(self.line(token.start()), expected, rest)

    def line(self, place: int) -> int:
        """The line of a place in the text, counted from 1."""
        return self._text.count("\n", 0, place) + 1


def is_number(word: str) -> bool:
    """Whether a word is a number as torch, numpy or Python print it."""
    return len(word) <= MAX_NUMBER_CHARS and _NUMBER.fullmatch(word) is not None


def wrong_word(line: int, expected: str, got: str) -> ValueError:
    """What to say about a part of the text that is not what it should be."""
    return ValueError(f"line {line}: expected {expected}, got {excerpt(got)}.")


class Numbers:
    """Numbers in the order of the text, and how finely each was written."""

    def __init__(self) -> None:
        self.values = array("d")
        self._decimals = array("i")
        self._exponents = array("i")
        self._scientific = bytearray()

    def add(self, word: str) -> None:
        """Takes one number in.

        Raises:
            ValueError: the word is no number, too large for float64, or one too many; the message
                names what was expected, for `Tokens.wrong`.
        """
        if not is_number(word):
            raise ValueError("a number")
        if len(self.values) >= MAX_FILE_VALUES:
            raise ValueError(f"at most {MAX_FILE_VALUES} numbers")
        value = float(word)
        mantissa, _, exponent = word.lower().partition("e")
        if math.isinf(value) and "n" not in mantissa:
            raise ValueError("a number within float64")
        self.values.append(value)
        point = mantissa.find(".")
        self._decimals.append(len(mantissa) - point - 1 if point >= 0 else 0)
        # Beyond these float64 knows only 0, however long the exponent.
        self._exponents.append(max(-9999, min(9999, int(exponent or 0))))
        self._scientific.append(bool(exponent))

    def rounding(self) -> np.ndarray:
        """How far each number may lie from the one that was printed. Shape (count,).

        Half a unit of the last digit. Printers drop the zeros at the end, so the number with the
        most digits tells for all of its notation; only Python's own, which is exact, mixes the
        two. Where no number of an array has digits after the point, torch and numpy print whole
        numbers, which are exact: 0. (Not so if numpy was told to suppress small numbers.)
        """
        values = np.frombuffer(self.values) if self.values else np.zeros(0)
        decimals = np.array(self._decimals, dtype=np.int64)
        exponents = np.array(self._exponents, dtype=np.int64)
        scientific = np.array(self._scientific, dtype=bool)
        if not decimals.any():
            return np.zeros(len(values))
        fixed = np.full(len(values), -np.inf if scientific.all() else decimals[~scientific].max())
        if scientific.any():
            finest = decimals[scientific].max() - exponents
            fixed = np.where(scientific, np.maximum(fixed, finest), fixed)
        digits = np.clip(fixed, -300, 300)
        # A scientific 0 is printed for nothing else.
        exact = ~np.isfinite(values) | (scientific & (values == 0))
        return np.where(exact, 0.0, 0.5 * 10.0**-digits)
