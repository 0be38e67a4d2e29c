"""Numbers as somebody's text shows them, and where they stand in the whole array."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rnnviz.limits import MAX_FILE_VALUES


@dataclass(frozen=True, kw_only=True)
class Pasted:
    """One array as a text shows it.

    Attributes:
        values: the numbers shown, in float64, those around a "..." side by side. Shape: that of
            the array where nothing was left out.
        gaps: for each axis how many items are shown before its "...", None where all are shown.
        rounding: how far each number may lie from the one that was printed: half a unit of the
            last digit, 0 where it was printed exactly. Shape as `values`.
        shape: the full shape where the text tells it, else None.
        name: what stands before the array, as in `h_n = tensor(...)`; "" if nothing.
    """

    values: np.ndarray
    gaps: tuple[int | None, ...]
    rounding: np.ndarray
    shape: tuple[int, ...] | None
    name: str = ""

    @property
    def decimals(self) -> int | None:
        """Digits after the point that hold for every number; None where all are exact.

        Of numbers such as `1.2345e+03` this is 1, and it is below 0 where the point lies beyond
        the last digit.
        """
        widest = float(self.rounding.max(initial=0.0))
        return None if widest == 0 else math.floor(-math.log10(2 * widest) + 1e-6)


def place(pasted: Pasted, shape: tuple[int, ...]) -> np.ndarray:
    """The numbers of a text where they stand in the full array, NaN where it shows none.

    Returns:
        An array of float64 of the given shape.

    Raises:
        ValueError: the text's array cannot have this shape, or it is of too many numbers.
    """
    shown = pasted.values.shape
    if pasted.shape not in (None, shape) or not _fits(shown, pasted.gaps, shape):
        raise ValueError(f"the pasted array must be {shape}, it is {_described(pasted)}.")
    if math.prod(shape) > MAX_FILE_VALUES:
        raise ValueError(f"shape must be of at most {MAX_FILE_VALUES} numbers, got {shape}.")
    places = []
    for count, gap, size in zip(shown, pasted.gaps, shape, strict=True):
        before = count if gap is None else gap
        places.append(np.r_[0:before, size - (count - before) : size])
    full = np.full(shape, np.nan)
    full[np.ix_(*places)] = pasted.values
    return full


def _described(pasted: Pasted) -> str:
    """The shape of a pasted array in words, as `(3, 3 + ? + 3)` where two thirds are shown."""
    if pasted.shape is not None:
        return str(pasted.shape)
    sizes = [
        str(count) if gap is None else f"{gap} + ? + {count - gap}"
        for count, gap in zip(pasted.values.shape, pasted.gaps, strict=True)
    ]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def _fits(shown: tuple[int, ...], gaps: tuple[int | None, ...], shape: tuple[int, ...]) -> bool:
    if len(shown) != len(shape):
        return False
    return all(
        size == count if gap is None else size > count
        for count, gap, size in zip(shown, gaps, shape, strict=True)
    )
