"""A quantity of a cell that is held over a span of timesteps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from rnnviz.config.names import GATE_WORDS, Direction, parameter_suffix

# The value of a clamp that keeps what was there before the step.
HOLD = "hold"

# What can be clamped: the states, and the gates by torch's letters.
CLAMPABLE = ("h", "c", *GATE_WORDS)


@dataclass(frozen=True, kw_only=True)
class Clamp:
    """One quantity of one cell, held over a span of timesteps, in every sample of the batch alike.

    A clamped gate takes the value in place of its activation. A clamped c takes it after the
    update of the state: tanh(c) and the next step read it. A clamped h takes the place of what the
    cell hands on, which the next step, the layer above (times its dropout mask, if it has one),
    output and h_n read; of a projected LSTM that is the projection. With the value "hold", h or c
    stays what it was before the step: h_{t-1}, in reverse h_{t+1}, at the cell's first step h_0.
    All that follows is computed as ever. Where two clamps meet, the later one counts.

    Attributes:
        quantity: "h", "c", or a gate: "i", "f", "g", "o" of an LSTM, "r", "z", "n" of a GRU.
        layer: counts from 0.
        direction: "forward" or "reverse".
        start: the first position of the sequence.
        stop: the position after the last one, as in Python; None for the end of the sequence.
        unit: which one, counted from 0; None for all.
        value: a finite number, or "hold" for h and c.

    Raises:
        TypeError: a position, layer or unit is no int.
        ValueError: an unknown quantity or direction, a position, layer or unit below 0, a stop
            before the start, or a value that is neither finite nor fits the quantity.
    """

    quantity: str
    layer: int
    direction: Direction = "forward"
    start: int = 0
    stop: int | None = None
    unit: int | None = None
    value: float | Literal["hold"]

    def __post_init__(self) -> None:
        if self.quantity not in CLAMPABLE:
            raise ValueError(
                f"quantity must be one of {', '.join(CLAMPABLE)}; got {self.quantity!r}."
            )
        if self.direction not in get_args(Direction):
            raise ValueError(f"direction must be forward or reverse, got {self.direction!r}.")
        for name in ("layer", "start", "stop", "unit"):
            number = getattr(self, name)
            if number is None and name in ("stop", "unit"):
                continue
            if isinstance(number, bool) or not isinstance(number, int):
                raise TypeError(f"{name} must be an int, got {number!r}.")
            if number < 0:
                raise ValueError(f"{name} must be at least 0, got {number}.")
        if self.stop is not None and self.stop < self.start:
            raise ValueError(f"stop must be at least start={self.start}, got {self.stop}.")
        self._check_value()

    def _check_value(self) -> None:
        if self.value == HOLD:
            if self.quantity not in ("h", "c"):
                raise ValueError(f"hold is for h and c, got it for the gate {self.quantity}.")
        elif isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise ValueError(f"value must be a number or {HOLD!r}, got {self.value!r}.")
        elif not math.isfinite(self.value):
            raise ValueError(f"value must be finite, got {self.value}.")

    def __str__(self) -> str:
        return f"{self.place}={self.words}"

    @property
    def place(self) -> str:
        """What is held where: `h_l1_reverse[2:5,1]`."""
        stop = "" if self.stop is None else self.stop
        span = ":" if self.start == 0 and self.stop is None else f"{self.start}:{stop}"
        unit = ":" if self.unit is None else self.unit
        return f"{self.name}[{span},{unit}]"

    @property
    def name(self) -> str:
        """What it holds, with the suffix of torch's parameters: `h_l1_reverse`."""
        return self.quantity + parameter_suffix(self.layer, self.direction)

    @property
    def words(self) -> str:
        """The value as text: few digits, or "hold"."""
        return HOLD if self.value == HOLD else shortest(self.value)


def shortest(value: float) -> str:
    """As few digits as tell the number from its neighbours."""
    value = float(value)
    return repr(int(value)) if value.is_integer() and abs(value) < 1e6 else repr(value)
