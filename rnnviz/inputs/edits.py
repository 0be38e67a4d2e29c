"""Numbers changed by hand, as text that a link can hold: `weight_hh_l0[1,2]=0.5; h_l0[2:5,1]=hold`.

An edit changes a number that the net is given; a clamp holds one that it computes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import NamedTuple

from rnnviz.config import Clamp
from rnnviz.config.clamp import HOLD, shortest
from rnnviz.inputs.checks import excerpt
from rnnviz.limits import MAX_EDITS

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"

# `name[i,j]=value`: indices of few enough digits for any size there is, a number as Python's.
_EDIT = re.compile(
    r"(?P<name>[A-Za-z_][\w.]{0,199})\[(?P<index>\d{1,9}(?:,\d{1,9})*)\]="
    rf"(?P<value>{_NUMBER})",
    re.ASCII,
)


# `h_l1_reverse[2:5,1]=0`: a quantity of a cell, a span of timesteps or one of them, a unit or all.
_CLAMP = re.compile(
    r"(?P<quantity>[hcifgorzn])_l(?P<layer>\d{1,3})(?P<reverse>_reverse)?"
    r"\[(?:(?P<start>\d{0,9}):(?P<stop>\d{0,9})|(?P<t>\d{1,9})),(?::|(?P<unit>\d{1,9}))\]="
    rf"(?P<value>hold|{_NUMBER})",
    re.ASCII,
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


def read_edits(text: str) -> tuple[Edit | Clamp, ...]:
    """The edits and clamps of a text, one after the other between semicolons or line breaks.

    Of two of the same place the last one counts, in the place of the first.

    Raises:
        ValueError: a part is none, its value is not finite, or there are too many.
    """
    parts = [part.strip() for part in re.split(r"[;\n]", text) if part.strip()]
    if len(parts) > MAX_EDITS:
        raise ValueError(f"there may be at most {MAX_EDITS} edits, got {len(parts)}.")
    edits: dict[str, Edit | Clamp] = {}
    for part in parts:
        found = _read(part.replace(" ", ""))
        if found is None:
            raise ValueError(
                "an edit must be name[index]=number, such as weight_hh_l0[1,2]=0.5, or for a "
                f"quantity of a cell h_l0[2:5,1]=0 or =hold; got {excerpt(part)}."
            )
        edits[found.place] = found
    return tuple(edits.values())


def _read(part: str) -> Edit | Clamp | None:
    if match := _CLAMP.fullmatch(part):
        return _clamp(match)
    match = _EDIT.fullmatch(part)
    value = float(match["value"]) if match else math.nan
    if not math.isfinite(value):
        return None
    return Edit(match["name"], tuple(map(int, match["index"].split(","))), value)


def _clamp(match: re.Match) -> Clamp | None:
    value = HOLD if match["value"] == HOLD else float(match["value"])
    if value != HOLD and not math.isfinite(value):
        return None
    t = match["t"] and int(match["t"])
    return Clamp(
        quantity=match["quantity"],
        layer=int(match["layer"]),
        direction="reverse" if match["reverse"] else "forward",
        start=int(match["start"] or 0) if t is None else t,
        stop=(int(match["stop"]) if match["stop"] else None) if t is None else t + 1,
        unit=match["unit"] and int(match["unit"]),
        value=value,
    )


def number(text: str | None) -> float:
    """The number of a text as people type it, with a minus of any kind.

    Raises:
        ValueError: it is none, or not finite.
    """
    value = math.nan
    cleaned = (text or "").strip().replace("\N{MINUS SIGN}", "-")
    if re.fullmatch(_NUMBER, cleaned, re.ASCII):
        value = float(cleaned)
    if not math.isfinite(value):
        raise ValueError(f"expected a finite number such as -0.5 or 1e-3, got {excerpt(text)}.")
    return value


def write_edits(edits: Iterable[Edit | Clamp]) -> str:
    """The text that `read_edits` reads."""
    return "; ".join(map(str, edits))
