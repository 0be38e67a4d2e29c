"""What a picture shows of a run: the view, the moment, and which part of the net."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

from rnnviz.config import Direction
from rnnviz.exports.caption import color_words
from rnnviz.records import Trace
from rnnviz.scene.schedules import ORDERS

Walk = Literal["order", "time"]
View = Literal["map", "anatomy", "drill", "step", "whole"]

# What each view is called on the page.
VIEW_WORDS: dict[View, str] = {
    "map": "Unrolled map",
    "anatomy": "Anatomy of one step",
    "drill": "One unit's sum",
    "step": "Anatomy and one unit's sum",
    "whole": "Map, anatomy and sum",
}

# From the first to before the second.
Span = tuple[int, int]

_MOMENT = re.compile(r"(\d{1,6})\.(forward|reverse)\.(\d{1,6})\.(\d{1,6})(\.\w+)?")


class Sizes(NamedTuple):
    """What a run has, for what a picture may show of it.

    Attributes:
        layers: how many.
        directions: of each layer.
        units: of the smallest state.
        timesteps: of the sample.
        updates: of the whole run.
        time_first: whether it ran in the wrong order.
        phases: how many parts an update has, of every cell: layer by layer, forward before reverse.
    """

    layers: int
    directions: list[Direction]
    units: int
    timesteps: int
    updates: int
    time_first: bool
    phases: list[int]


@dataclass(frozen=True, kw_only=True)
class Shot:
    """What a picture shows.

    Attributes:
        view: map, anatomy, drill (one unit's sum), step (anatomy and sum) or whole (all three).
        at: the moment as in a link: layer.direction.t.unit, with the part of the update where it is
            not the last. Empty is the last update.
        tau: in place of it, how far the order of computing is: its integer part counts updates.
        walk: "time" shows everything computed, at the timestep of `at`.
        order: the order of computing, a key of `rnnviz.scene.schedules.ORDERS`.
        all: whether states that are computed later are shown too.
        gate: of the anatomy and the sum, torch's letter; empty is the first.
        apart: whether both biases have a column of their own.
        fit: whether colours run to the largest number of this run, not over the full range.
        frame: whether the cell in the light is framed on the map.
        legend: whether the colours are explained below.
        blank: whether it is a schematic, with dots in place of numbers and colours.
        layers: of the map; None is all.
        directions: of the map; None is both.
        units: of the map and the anatomy; None is all.
        timesteps: of the map; None is all.

    Raises:
        ValueError: a field holds what it cannot.
    """

    view: View = "whole"
    at: str = ""
    tau: float | None = None
    walk: Walk = "order"
    order: str = "layer-first"
    all: bool = False
    gate: str = ""
    apart: bool = False
    fit: bool = False
    frame: bool = True
    legend: bool = True
    blank: bool = False
    layers: Span | None = None
    directions: tuple[Direction, ...] | None = None
    units: Span | None = None
    timesteps: Span | None = None

    def __post_init__(self) -> None:
        if self.view not in get_args(View):
            raise ValueError(f"view must be one of {', '.join(get_args(View))}; got {self.view!r}.")
        if self.walk not in ("order", "time"):
            raise ValueError(f"walk must be order or time, got {self.walk!r}.")
        if self.order not in ORDERS:
            raise ValueError(f"order must be one of {', '.join(ORDERS)}; got {self.order!r}.")
        if self.at and not _MOMENT.fullmatch(self.at):
            raise ValueError(
                f"the moment must read layer.direction.t.unit, as in 0.forward.0.0; "
                f"got {self.at!r}."
            )
        if self.blank and self.view in ("drill", "step", "whole"):
            raise ValueError(
                "blank goes with the views map and anatomy: the sum of one unit is made of numbers."
            )
        for name in ("layers", "units", "timesteps"):
            span = getattr(self, name)
            if span is not None and not 0 <= span[0] < span[1]:
                raise ValueError(f"{name} must run from a number to a larger one, got {span}.")

    @property
    def is_part(self) -> bool:
        """Whether the map shows less than the whole net."""
        parts = (self.layers, self.directions, self.units, self.timesteps)
        return any(part is not None for part in parts)

    def words(self, at: str) -> str:
        """What it shows, for a caption.

        Args:
            at: the moment that is in the light, as of the drawing.
        """
        layer, direction, t, unit = at.split(".")[:4]
        words = VIEW_WORDS[self.view]
        if self.view != "map" or (self.frame and self._holds(int(layer), direction, int(t))):
            words += f" at layer {layer}, {direction}, timestep {t}"
            words += f", unit {unit}" if self.view != "map" else ""
            words += f", gate {self.gate}" if self.view != "map" and self.gate else ""
        return f"{words}, in the wrong order: time first" if self.order == "time-first" else words

    def colors(self, colors: str, trace: Trace) -> str:
        """What its colours mean, for a caption: those that its legend explains."""
        if self.blank:
            return ""
        gated = self.view not in ("map", "drill") and any(one.gate_names for one in trace.cells)
        shares = "gates" if gated else ""
        return color_words(colors, shaded=self.view != "drill", shares=shares)

    def _holds(self, layer: int, direction: str, t: int) -> bool:
        """Whether the part of the net on the map has a cell."""
        spans = ((self.layers, layer), (self.timesteps, t))
        there = all(span is None or span[0] <= at < span[1] for span, at in spans)
        return there and (self.directions is None or direction in self.directions)

    def check(self, sizes: Sizes) -> None:
        """Whether a run has what is to be shown.

        Raises:
            ValueError: it has not, or the run has the wrong order, which is only drawn whole.
        """
        for name in ("layers", "units", "timesteps"):
            span, count = getattr(self, name), getattr(sizes, name)
            if span is not None and span[1] > count:
                raise ValueError(f"{name} must be among 0 to {count - 1}, got {span[1] - 1}.")
        for direction in self.directions or ():
            if direction not in sizes.directions:
                there = " and ".join(sizes.directions)
                raise ValueError(f"directions must be among {there}, got {direction!r}.")
        if self.is_part and sizes.time_first and self.view in ("map", "whole"):
            raise ValueError("the map of the wrong order is drawn as a whole, got a part of it.")
        if self.tau is not None and not 0 <= self.tau < sizes.updates:
            raise ValueError(f"tau must be from 0 to below {sizes.updates}, got {self.tau}.")

    def place(self) -> dict[str, Any]:
        """The moment, for the player's own code."""
        names = ("at", "tau", "walk", "order", "all", "gate", "apart")
        return {name: getattr(self, name) for name in names}

    def crop(self, sizes: Sizes) -> dict[str, Any] | None:
        """The part of the run that the map shows, or None for the whole."""
        if not self.is_part:
            return None
        chosen = self.directions or sizes.directions
        return {
            "layers": self.layers or (0, sizes.layers),
            "directions": [one for one in sizes.directions if one in chosen],
            "units": self.units,
            "timesteps": self.timesteps or (0, sizes.timesteps),
        }
