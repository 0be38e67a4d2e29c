"""Numbers changed by hand, as text that a link can hold: `weight_hh_l0[1,2]=0.5; x[3,0,1]=-1`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import NamedTuple

from rnnviz.inputs.checks import excerpt
from rnnviz.limits import MAX_EDITS

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?"

# `name[i,j]=value`: indices of few enough digits for any size there is, a number as Python's.
_EDIT = re.compile(
    r"(?P<name>[A-Za-z_][\w.]{0,199})\[(?P<index>\d{1,9}(?:,\d{1,9})*)\]="
    rf"(?P<value>{_NUMBER})",
    re.IGNORECASE | re.ASCII,
)


class Edit(NamedTuple):
    """One number that was changed.

    Attributes:
        name: of a parameter as torch has it, or x, h_0, c_0.
        index: where in it, counted from 0: x[t, sample, column], h_0[row, sample, unit].
        value: the new one, finite.
    """

    name: str
    index: tuple[int, ...]
    value: float

    @property
    def place(self) -> str:
        """Which number it is: `weight_hh_l0[1,2]`."""
        return f"{self.name}[{','.join(map(str, self.index))}]"

    def __str__(self) -> str:
        return f"{self.place}={shortest(self.value)}"


def read_edits(text: str) -> tuple[Edit, ...]:
    """The edits of a text, one after the other between semicolons or line breaks.

    Of two of the same number the last one counts, in the place of the first.

    Raises:
        ValueError: a part is no edit, its value is not finite, or there are too many.
    """
    parts = [part.strip() for part in re.split(r"[;\n]", text) if part.strip()]
    if len(parts) > MAX_EDITS:
        raise ValueError(f"there may be at most {MAX_EDITS} edits, got {len(parts)}.")
    edits: dict[tuple[str, tuple[int, ...]], Edit] = {}
    for part in parts:
        match = _EDIT.fullmatch(part.replace(" ", ""))
        value = float(match["value"]) if match else math.nan
        if not math.isfinite(value):
            raise ValueError(
                "an edit must be name[index]=number, such as weight_hh_l0[1,2]=0.5; "
                f"got {excerpt(part)}."
            )
        index = tuple(map(int, match["index"].split(",")))
        edits[match["name"], index] = Edit(match["name"], index, value)
    return tuple(edits.values())


def number(text: str | None) -> float:
    """The number of a text as people type it, with a minus of any kind.

    Raises:
        ValueError: it is none, or not finite.
    """
    value = math.nan
    cleaned = (text or "").strip().replace("\N{MINUS SIGN}", "-")
    if re.fullmatch(_NUMBER, cleaned, re.IGNORECASE | re.ASCII):
        value = float(cleaned)
    if not math.isfinite(value):
        raise ValueError(f"expected a finite number such as -0.5 or 1e-3, got {excerpt(text)}.")
    return value


def write_edits(edits: Iterable[Edit]) -> str:
    """The text that `read_edits` reads."""
    return "; ".join(map(str, edits))


def shortest(value: float) -> str:
    """As few digits as tell the number from its neighbours."""
    return repr(int(value)) if value.is_integer() and abs(value) < 1e6 else repr(value)
