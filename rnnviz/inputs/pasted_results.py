"""Printed results: tensors, arrays and lists, alone or in the tuple that a net returns."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

import numpy as np

from rnnviz.inputs.pasted_lists import MAX_DEPTH, ReadList, read_list
from rnnviz.inputs.pasted_tokens import Numbers, Tokens, is_number
from rnnviz.limits import MAX_PASTED_ARRAYS

CALLS = ("tensor", "array", "torch.tensor", "np.array", "numpy.array")

# Words before an array that name it, as "Parameter containing:".
_MAX_NAME_WORDS = 4

_NAME = re.compile(r"[^\W\d]\w*(?:\.\w+)*[:=]?")
_OPTION = re.compile(r"([a-z_]+)=(.*)", re.DOTALL)
_SIZE = re.compile(r"[0-9]{1,9}")

_CLOSING = {"[": "]", "(": ")"}


class Result(NamedTuple):
    """One array; fields as in `Pasted`."""

    values: np.ndarray
    gaps: tuple[int | None, ...]
    rounding: np.ndarray
    shape: tuple[int, ...] | None
    name: str


def read_results(text: str) -> list[Result]:
    """Every array of the text, in its order.

    Raises:
        ValueError: the text holds something else, or too much of it; says in which line.
    """
    tokens = Tokens(text)
    results: list[Result] = []
    open_groups: list[str] = []
    while (token := tokens.next()) is not None:
        word = token.group()
        if open_groups and word == open_groups[-1]:
            open_groups.pop()
        elif word != ",":
            tokens.back(token)
            open_groups += _groups(tokens)
            if len(open_groups) > MAX_DEPTH:
                raise tokens.wrong(token, f"at most {MAX_DEPTH} tuples in one another")
            if len(results) == MAX_PASTED_ARRAYS:
                raise tokens.wrong(token, f"at most {MAX_PASTED_ARRAYS} arrays")
            results.append(_result(tokens))
    if open_groups:
        raise tokens.wrong(None, open_groups[-1])
    if not results:
        raise tokens.wrong(None, "numbers")
    return results


def _groups(tokens: Tokens) -> list[str]:
    """Takes the brackets that stand around arrays, and gives those that will end them.

    Around a call all of them do; around bare numbers the round ones outside of square ones, or, of
    round ones alone, all but the innermost.
    """
    brackets: list[re.Match] = []
    while (token := tokens.next()) is not None and token.group() in _CLOSING:
        brackets.append(token)
        if len(brackets) > 2 * MAX_DEPTH:
            raise tokens.wrong(brackets[0], f"at most {2 * MAX_DEPTH} brackets in a row")
    tokens.back(token)
    texts = [bracket.group() for bracket in brackets]
    outside = len(texts)
    if token is None or not _NAME.fullmatch(token.group()) or is_number(token.group()):
        outside = texts.index("[") if "[" in texts else max(0, len(texts) - 1)
    tokens.back(*brackets[outside:])
    return [_CLOSING[text] for text in texts[:outside]]


def _result(tokens: Tokens) -> Result:
    """The next array, with the name before it."""
    words: list[str] = []
    first = token = tokens.next()
    while True:
        if token is None:
            raise tokens.wrong(None, "numbers")
        word = token.group()
        if word == "[" or (word == "(" and not words):
            tokens.back(token)
            return Result(*read_list(tokens), None, _joined(words))
        if word in CALLS:
            return _called(tokens, _joined(words))
        named = _NAME.fullmatch(word) or (words and word in "=:")
        if not named or is_number(word) or len(words) == _MAX_NAME_WORDS:
            raise tokens.wrong(first, "an array such as tensor([...])")
        words.append(word)
        token = tokens.next()


def _joined(words: list[str]) -> str:
    return " ".join(words).rstrip(":= ")


def _called(tokens: Tokens, name: str) -> Result:
    """What stands in the round brackets of `tensor(...)`."""
    _expect(tokens, "(")
    token, star = tokens.next(), tokens.next()
    scale = 1.0
    if token is not None and star is not None and star.group() == "*":
        # torch before 0.4 wrote a common factor in front.
        scale = float(_one_number(tokens, token).values)
        token, star = tokens.next(), tokens.next()
    tokens.back(token, star)
    if token is not None and token.group() == "[":
        read = read_list(tokens)
    else:
        read = _one_number(tokens, tokens.next())
    shape = _options(tokens)
    values = read.values * scale
    if shape is not None and values.size == 0 and math.prod(shape) == 0:
        none = np.zeros(shape)
        return Result(none, (None,) * len(shape), none, shape, name)
    return Result(values, read.gaps, read.rounding * abs(scale), shape, name)


def _one_number(tokens: Tokens, token: re.Match | None) -> ReadList:
    """A number alone, as an array without axes."""
    if token is None:
        raise tokens.wrong(None, "a number or [")
    numbers = Numbers()
    try:
        numbers.add(token.group())
    except ValueError as error:
        raise tokens.wrong(token, f"{error} or [") from None
    return ReadList(np.array(numbers.values[0]), (), numbers.rounding()[0])


def _options(tokens: Tokens) -> tuple[int, ...] | None:
    """Reads what follows the numbers up to the end of the call; the shape, where it tells."""
    shape = None
    while (token := tokens.next()) is not None:
        if token.group() == ")":
            return shape
        if token.group() != ",":
            raise tokens.wrong(token, ", or )")
        token = tokens.next()
        option = token and _OPTION.fullmatch(token.group())
        if option is None:
            raise tokens.wrong(token, "an option such as dtype=torch.float64")
        if option[1] in ("size", "shape"):
            shape = _sizes(tokens)
    raise tokens.wrong(None, ")")


def _sizes(tokens: Tokens) -> tuple[int, ...]:
    """`(2, 0)`."""
    _expect(tokens, "(")
    sizes: list[int] = []
    while (token := tokens.next()) is not None and token.group() != ")":
        if _SIZE.fullmatch(token.group()):
            sizes.append(int(token.group()))
        elif token.group() != "," or len(sizes) > MAX_DEPTH:
            raise tokens.wrong(token, "a size")
    if token is None:
        raise tokens.wrong(None, ")")
    return tuple(sizes)


def _expect(tokens: Tokens, text: str) -> None:
    token = tokens.next()
    if token is None or token.group() != text:
        raise tokens.wrong(token, text)
