"""The arrows of the unrolled diagram: who reads what, as a few traces of many lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import plotly.graph_objects as go

from rnnviz.figures.lanes import Band, Lane, Plan
from rnnviz.figures.look import Look
from rnnviz.records import Trace

# Timesteps: half the width of a cell, and how far beside the middle other lines pass.
CELL_HALF = 0.32
SIDE = 0.42
STEM = 0.12

# From here on the gaps between cells are narrower than a full arrow head.
DENSE_STEPS = 12

Line = list[tuple[float, float]]


def arrow_traces(trace: Trace, plan: Plan, look: Look) -> Iterator[go.Scatter]:
    """Inputs upwards, states into the pills, and the recurrent arrows of both directions."""
    palette = look.palette
    dense = len(plan.steps) > DENSE_STEPS
    yield _lines("inputs", _feeds(plan), palette.flow, width=1.3, head=5 if dense else 7)
    for direction in trace.config.directions:
        lanes = [lane for lane in plan.lanes if lane.cell.direction == direction]
        states = [line for band in plan.bands for line in _joins(band, direction, plan.steps)]
        yield _lines(f"{direction} states", states, palette.soft(direction), width=1.6, head=0)
        recurrent = [line for lane in lanes for line in _recurrent(lane, plan.steps)]
        yield _lines(
            f"{direction} recurrence", recurrent, palette.lane(direction), 1.8, 6 if dense else 10
        )


def _recurrent(lane: Lane, steps: range) -> Iterator[Line]:
    """One arrow into every shown cell from its predecessor, and one out of the last."""
    forward = lane.cell.direction == "forward"
    for x in range(steps.start, steps.stop + 1):
        left, right = x - 1 + CELL_HALF, x - CELL_HALF
        # The outer arrow that leaves towards h_n has no cell to reach; it ends before the label.
        if forward:
            yield [(left, lane.middle), (min(right, steps[-1] + 0.56), lane.middle)]
        else:
            yield [(right, lane.middle), (max(left, steps[0] - 0.56), lane.middle)]


def _feeds(plan: Plan) -> Iterator[Line]:
    """From the input, or the pill below, into every lane of a layer."""
    start = plan.input_top
    for band in plan.bands:
        forward = band.lanes[0]
        for t in plan.steps:
            stem = t - STEM if len(band.lanes) == 2 else t
            yield [(stem, start), (stem, forward.bottom)]
            if len(band.lanes) == 2:
                # It passes beside the forward cell: both directions read the same x_t.
                reverse = band.lanes[1]
                yield [
                    *_bend((t + STEM, start), (t + SIDE, forward.bottom)),
                    *_bend((t + SIDE, forward.top), (t + STEM, reverse.bottom)),
                ]
        start = band.pill_top


def _joins(band: Band, direction: str, steps: range) -> Iterator[Line]:
    """From every cell into its half of the pill."""
    if len(band.lanes) == 1:
        yield from ([(t, band.lanes[0].top), (t, band.pill)] for t in steps)
        return
    forward, reverse = band.lanes
    for t in steps:
        if direction == "reverse":
            yield [(t + STEM, reverse.top), (t + STEM, band.pill)]
        else:
            yield [
                *_bend((t - STEM, forward.top), (t - SIDE, reverse.bottom)),
                *_bend((t - SIDE, reverse.top), (t - STEM, band.pill)),
            ]


def _bend(start: tuple[float, float], end: tuple[float, float]) -> Line:
    """A curve that leaves and arrives upright."""
    share = np.linspace(0, 1, 9)
    eased = share * share * (3 - 2 * share)
    x = start[0] + (end[0] - start[0]) * eased
    y = start[1] + (end[1] - start[1]) * share
    return list(zip(x.round(4).tolist(), y.round(2).tolist(), strict=True))


def _lines(name: str, lines: Iterable[Line], color: str, width: float, head: int) -> go.Scatter:
    """Many lines in one trace, a gap between two; the last point of each carries the head."""
    x: list[float | None] = []
    y: list[float | None] = []
    sizes: list[int] = []
    for line in lines:
        x += [point[0] for point in line] + [None]
        y += [point[1] for point in line] + [None]
        sizes += [0] * (len(line) - 1) + [head, 0]
    heads = {"symbol": "arrow", "angleref": "previous", "size": sizes, "color": color, "opacity": 1}
    return go.Scatter(
        x=x,
        y=y,
        name=name,
        mode="lines+markers" if head else "lines",
        line={"color": color, "width": width},
        marker={**heads, "line": {"width": 0}} if head else None,
        hoverinfo="skip",
    )
