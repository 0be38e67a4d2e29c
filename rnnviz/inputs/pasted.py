"""Numbers that people paste: printed tensors and arrays, lists of Python, tables."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from rnnviz.inputs.checks import excerpt
from rnnviz.inputs.pasted_results import read_results
from rnnviz.inputs.pasted_table import read_tables
from rnnviz.limits import MAX_FILE_VALUES, MAX_PASTED_CHARS


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


def read_numbers(text: str) -> tuple[Pasted, ...]:
    """The arrays of a pasted text, in its order.

    Reads what `print` and `repr` write of tensors of torch and arrays of numpy, wrapped, cut short
    by "..." and in scientific notation too; tuples and lists of them, as `output, (h_n, c_n)`;
    nested lists of Python; and tables, whose columns stand apart by commas, semicolons or blanks
    and which end at a blank line. The text is never evaluated.

    Raises:
        ValueError: the text is none of these, too long or holds too many numbers; says in which
            line and what came.
    """
    if len(text) > MAX_PASTED_CHARS:
        raise ValueError(
            f"the text must have at most {MAX_PASTED_CHARS} characters, got {len(text)}."
        )
    # Chats and word processors put these in the place of what was printed.
    plain = text.removeprefix("\ufeff").replace("−", "-").replace("…", "...")
    plain = re.sub(r"\r\n?", "\n", plain)
    if not plain.strip():
        raise ValueError("the text must hold numbers, it is blank.")
    if re.search(r"[\[(]", plain) is None:
        return tuple(
            Pasted(values=table, gaps=(None, None), rounding=rounding, shape=table.shape)
            for table, rounding in read_tables(plain)
        )
    return tuple(
        Pasted(
            values=result.values,
            gaps=result.gaps,
            rounding=result.rounding,
            shape=result.shape,
            name=result.name,
        )
        for result in read_results(plain)
    )


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
        raise ValueError(
            f"shape must be of at most {MAX_FILE_VALUES} numbers, got {excerpt(shape)}."
        )
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
