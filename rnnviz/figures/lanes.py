"""Where the lanes of an unrolled net lie: layers upwards, reverse above forward, time to the right.

Heights are pixels and x is the timestep, so that a figure of a given height never distorts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rnnviz.figures.look import Look
from rnnviz.records import CellTrace, Trace

# Beyond this a window around the chosen timestep is shown.
MAX_STEPS = 24

# Pixels.
UNIT_HEIGHT = 14
MIN_CELL_HEIGHT = 30
MAX_CELL_HEIGHT = 96
LANE_GAP = 38
BAND_PADDING = 22
FEED_GAP = 34
PILL_HEIGHT = 10
PILL_GAP = 16


class Lane(NamedTuple):
    """One cell over time, between two heights."""

    cell: CellTrace
    bottom: float
    top: float

    @property
    def middle(self) -> float:
        """Where its arrows run."""
        return (self.bottom + self.top) / 2

    def rows(self) -> np.ndarray:
        """The middle of every hidden unit, unit 0 at the top. Shape (state_size,)."""
        return row_middles(self.bottom, self.top, self.cell.state_size)

    def start(self, steps: range, length: int) -> int | None:
        """Where h_0 stands: left of t = 0, in reverse right of the last t; None if not shown."""
        x = -1 if self.cell.direction == "forward" else length
        return x if x in (steps[0] - 1, steps[-1] + 1) else None


class Band(NamedTuple):
    """One layer: its lanes, and the pill above it that joins their states."""

    layer: int
    lanes: tuple[Lane, ...]
    bottom: float
    top: float
    pill: float

    @property
    def pill_top(self) -> float:
        """The upper edge of the pill, from which the layer above is fed."""
        return self.pill + PILL_HEIGHT


class Plan(NamedTuple):
    """The whole drawing.

    Attributes:
        steps: the timesteps shown.
        length: how many timesteps the sample has.
        input_top: the input lies between 0 and this height.
        bands: layer 0 first.
        top: height of the drawing.
    """

    steps: range
    length: int
    input_top: float
    bands: tuple[Band, ...]
    top: float

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """Every lane, in the order of `Trace.cells`."""
        return tuple(lane for band in self.bands for lane in band.lanes)


def unrolled_plan(trace: Trace, t: int | None, length: int | None = None) -> Plan:
    """The drawing of the whole net, or of a window of it around t.

    `length` is the number of timesteps of the sample, if it is shorter than the longest.
    """
    length = trace.seq_len if length is None else length
    input_top = float(min(max(12 * trace.cells[0].input_size, 30), 72))
    bottom, bands = input_top + FEED_GAP, []
    for layer in dict.fromkeys(cell.layer for cell in trace.cells):
        cells = [cell for cell in trace.cells if cell.layer == layer]
        lanes = stacked_lanes(cells, bottom + BAND_PADDING, LANE_GAP)
        top = lanes[-1].top + BAND_PADDING
        bands.append(Band(layer, lanes, bottom, top, top + PILL_GAP))
        bottom = bands[-1].pill_top + FEED_GAP
    steps, top = window(length, t), bands[-1].pill_top + 8
    return Plan(steps, length, input_top, tuple(bands), top)


def stacked_lanes(cells: Sequence[CellTrace], bottom: float, gap: float) -> tuple[Lane, ...]:
    """Cells above each other, the first one lowest, as high as their units need."""
    lanes = []
    for cell in cells:
        lanes.append(Lane(cell, bottom, bottom + cell_height(cell.state_size)))
        bottom = lanes[-1].top + gap
    return tuple(lanes)


def cell_height(hidden_size: int) -> float:
    """Pixels of a column of units: readable numbers for a few, thin stripes for many."""
    return float(min(max(UNIT_HEIGHT * hidden_size, MIN_CELL_HEIGHT), MAX_CELL_HEIGHT))


def window(seq_len: int, t: int | None) -> range:
    """The timesteps shown: all, or as many as fit with t in the middle."""
    start = min(max((t or 0) - MAX_STEPS // 2, 0), max(seq_len - MAX_STEPS, 0))
    return range(start, min(start + MAX_STEPS, seq_len))


def row_middles(bottom: float, top: float, count: int) -> np.ndarray:
    """The middles of `count` equal rows, the first one at the top. Shape (count,)."""
    return top - (np.arange(count) + 0.5) * (top - bottom) / count


def lane_names(lanes: Sequence[Lane], look: Look) -> list[dict]:
    """Annotations that name every lane, left of the time axis, in the lane's colour."""
    return [
        margin_name(
            "reverse ←" if lane.cell.direction == "reverse" else "forward →",
            lane.middle,
            look.palette.lane(lane.cell.direction),
        )
        for lane in lanes
    ]


def margin_name(text: str, y: float, color: str) -> dict:
    """An annotation in the left margin at a height."""
    return {
        "text": text,
        "x": 0,
        "xref": "paper",
        "xanchor": "right",
        "xshift": -4,
        "y": y,
        "yref": "y",
        "yanchor": "middle",
        "showarrow": False,
        "align": "right",
        "font": {"size": 11, "color": color},
    }
