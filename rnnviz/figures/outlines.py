"""The quiet shapes of the unrolled diagram: bands, cards behind cells, two-part pills."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rnnviz.figures.arrows import CELL_HALF
from rnnviz.figures.lanes import PILL_HEIGHT, Plan
from rnnviz.figures.look import Look
from rnnviz.records import Trace

# Timesteps.
PILL_HALF = 0.24

# How far the drawing reaches beyond the first and the last shown timestep: h_0 and h_n lie there.
BESIDE = 1.5


def outlines(trace: Trace, plan: Plan, look: Look) -> Iterator[dict]:
    """Shapes below the cells, few of them however many timesteps: one path per kind."""
    palette, steps = look.palette, plan.steps
    left, right = steps[0] - BESIDE + 0.04, steps[-1] + BESIDE - 0.04
    bands = (_rounded(left, right, band.bottom, band.top, 0.14, 12) for band in plan.bands)
    yield _path("bands", bands, palette.band, palette.band)
    yield _path("cards", _cards(plan), palette.absent, palette.hairline)
    for direction in trace.config.directions:
        color = palette.soft(direction)
        yield _path(f"{direction} pills", _pills(plan, direction), color, color)


def _cards(plan: Plan) -> Iterator[str]:
    """A card behind every cell, which shows where a cell holds no number."""
    for t in plan.steps:
        yield _rectangle(t - CELL_HALF, t + CELL_HALF, 0, plan.input_top)
        for lane in plan.lanes:
            yield _rectangle(t - CELL_HALF, t + CELL_HALF, lane.bottom, lane.top)
    for lane in plan.lanes:
        start = lane.start(plan.steps, plan.length)
        if start is not None:
            yield _rectangle(start - CELL_HALF, start + CELL_HALF, lane.bottom, lane.top)


def _pills(plan: Plan, direction: str) -> Iterator[str]:
    """The half of every pill that holds this direction, in torch's order: forward left."""
    for band in plan.bands:
        both = len(band.lanes) == 2
        start = 0.0 if both and direction == "reverse" else -PILL_HALF
        stop = 0.0 if both and direction == "forward" else PILL_HALF
        for t in plan.steps:
            yield _rounded(t + start, t + stop, band.pill, band.pill + PILL_HEIGHT, 0.03, 3)


def _path(name: str, parts: Iterable[str], fill: str, line: str) -> dict:
    return {
        "type": "path",
        "name": name,
        "path": "".join(parts),
        "fillcolor": fill,
        "line": {"color": line, "width": 1},
        "layer": "below",
    }


def _rectangle(x0: float, x1: float, y0: float, y1: float) -> str:
    return f"M{x0:.3f},{y0:.1f}L{x1:.3f},{y0:.1f}L{x1:.3f},{y1:.1f}L{x0:.3f},{y1:.1f}Z"


def _rounded(x0: float, x1: float, y0: float, y1: float, rx: float, ry: float) -> str:
    """A rectangle with corners rounded by rx timesteps and ry pixels."""
    a, b, c, d = x0 + rx, x1 - rx, y0 + ry, y1 - ry
    return (
        f"M{a:.3f},{y0:.1f}L{b:.3f},{y0:.1f}Q{x1:.3f},{y0:.1f},{x1:.3f},{c:.1f}"
        f"L{x1:.3f},{d:.1f}Q{x1:.3f},{y1:.1f},{b:.3f},{y1:.1f}"
        f"L{a:.3f},{y1:.1f}Q{x0:.3f},{y1:.1f},{x0:.3f},{d:.1f}"
        f"L{x0:.3f},{c:.1f}Q{x0:.3f},{y0:.1f},{a:.3f},{y0:.1f}Z"
    )
