"""One array out of nested brackets: its numbers, its shape, and where it was cut short."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from rnnviz.inputs.checks import counted
from rnnviz.inputs.pasted_tokens import GAP, Numbers, Tokens

# output has three axes, h_n three; a list of tensors or a stack of runs one more.
MAX_DEPTH = 8

_CLOSING = {"[": "]", "(": ")"}


class ReadList(NamedTuple):
    """What a nested list shows.

    Attributes:
        values: what is shown. Shape: that of the list, without what "..." stands for.
        gaps: for each axis how many items stand before its "...", None where there is none.
        rounding: how far each number may lie from the one that was printed. Shape as `values`.
    """

    values: np.ndarray
    gaps: tuple[int | None, ...]
    rounding: np.ndarray


class _Axis(NamedTuple):
    """What every list at one depth must agree about; `place` is where the first one ends."""

    count: int
    gap: int | None
    place: int


class _Open:
    """A list that has not ended yet."""

    def __init__(self, closing: str) -> None:
        self.closing = closing
        self.count = 0
        self.gap: int | None = None
        # After an item a comma may come, after a comma it may not.
        self.after_item = False


class _Lists:
    """Lists as they are read; depth 0 is the outermost."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.numbers = Numbers()
        self.open: list[_Open] = []
        self.axes: dict[int, _Axis] = {}
        self.number_depth: int | None = None

    def take(self, token: re.Match) -> None:
        text = token.group()
        if text in _CLOSING:
            self._begin(token, _CLOSING[text])
        elif text in "])":
            self._end(token)
        elif text == ",":
            if not self.open[-1].after_item:
                raise self.tokens.wrong(token, "a number")
            self.open[-1].after_item = False
        elif text == GAP:
            self._cut(token)
        else:
            self._number(token)

    def _begin(self, token: re.Match, closing: str) -> None:
        if len(self.open) == MAX_DEPTH:
            raise self.tokens.wrong(token, f"at most {MAX_DEPTH} brackets in one another")
        if self.number_depth is not None and len(self.open) > self.number_depth:
            raise self.tokens.wrong(token, "a number, as before")
        self._item()
        self.open.append(_Open(closing))

    def _end(self, token: re.Match) -> None:
        ended = self.open.pop()
        if token.group() != ended.closing:
            raise self.tokens.wrong(token, ended.closing)
        depth, axis = len(self.open), _Axis(ended.count, ended.gap, token.start())
        first = self.axes.setdefault(depth, axis)
        if first[:2] != axis[:2]:
            raise ValueError(
                f"line {self.tokens.line(axis.place)}: the list that ends here has "
                f"{_described(axis)}, expected {_described(first)} as in line "
                f"{self.tokens.line(first.place)}."
            )

    def _cut(self, token: re.Match) -> None:
        if self.open[-1].gap is not None:
            raise self.tokens.wrong(token, 'only one "..." in a list')
        self.open[-1].gap = self.open[-1].count
        self.open[-1].after_item = True

    def _number(self, token: re.Match) -> None:
        depth = len(self.open) - 1
        if self.number_depth is None and depth + 1 not in self.axes:
            self.number_depth = depth
        if depth != self.number_depth:
            raise self.tokens.wrong(token, "a list, as before")
        try:
            self.numbers.add(token.group())
        except ValueError as error:
            raise self.tokens.wrong(token, str(error)) from None
        self._item()

    def _item(self) -> None:
        if self.open:
            self.open[-1].count += 1
            self.open[-1].after_item = True


def _described(axis: _Axis) -> str:
    if axis.gap is None:
        return counted(axis.count, "item")
    return f'{axis.gap} + {axis.count - axis.gap} items around "..."'


def read_list(tokens: Tokens) -> ReadList:
    """The list that begins with the next token, a bracket; reads up to its end.

    Raises:
        ValueError: something in it is no number, its lists differ in length, or it has too many;
            says in which line.
    """
    lists = _Lists(tokens)
    for token in tokens:
        lists.take(token)
        if not lists.open:
            break
    else:
        raise tokens.wrong(None, lists.open[-1].closing)
    axes = [lists.axes[depth] for depth in sorted(lists.axes)]
    shape = tuple(axis.count for axis in axes)
    values = np.array(lists.numbers.values, dtype=np.float64)
    return ReadList(
        values=values.reshape(shape),
        gaps=tuple(axis.gap for axis in axes),
        rounding=lists.numbers.rounding().reshape(shape),
    )
