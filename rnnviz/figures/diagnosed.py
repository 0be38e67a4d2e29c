"""Somebody's results beside torch.nn's and a known mistake's, and how their error spreads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from rnnviz.config import Direction
from rnnviz.figures.axes import count_axis, halo_frame, time_axis
from rnnviz.figures.look import DEFAULT_LOOK, Look
from rnnviz.figures.panels import Heading, Panel, frame_cells, stacked
from rnnviz.figures.ranges import largest, rounded_up
from rnnviz.figures.theme import SignedScale


class Beside(NamedTuple):
    """One result of one sample, three times.

    Attributes:
        name: "output", of shape (seq_len, features), or "h_n" or "c_n", (cells, units).
        torch: torch.nn's.
        yours: somebody's, NaN where nothing is known.
        mistake: the mistake's, None where no mistake was found or its shape is another.
        mistake_name: its short name.
        frames: the first wrong places, (first row, row after the last, column) of the picture.
    """

    name: str
    torch: np.ndarray
    yours: np.ndarray
    mistake: np.ndarray | None
    mistake_name: str
    frames: tuple[tuple[int, int, int], ...] = ()


def results_beside(
    results: Beside,
    *,
    sample: int = 0,
    lanes: Sequence[tuple[int, Direction]] = (),
    look: Look = DEFAULT_LOOK,
) -> go.Figure:
    """torch.nn's result, yours and the mistake's on one range, and both differences on another.

    Of output features are rows and timesteps columns, of h_n and c_n the cells `lanes` and units.
    """
    values = _values(results)
    if results.name == "output":
        values = {title: array.T for title, array in values.items()}
    own = SignedScale(limit=_limit(array for title, array in values.items() if " - " in title))
    scale = SignedScale(limit=max(1.0, _limit([results.torch, results.yours])))
    panels = _panels(results.name, values, (scale, own), (sample, lanes), look)
    figure = stacked(panels, look, _heading(results, sample, own))
    for top, bottom, column in results.frames:
        edges = {"type": "rect", "x0": column - 0.5, "x1": column + 0.5}
        edges |= {"y0": top - 0.5, "y1": bottom - 0.5}
        for shape in halo_frame("first wrong", look.palette.alarm, look, edges):
            for index in range(len(panels)):
                name = "x" if index == 0 else f"x{index + 1}"
                frame_cells(figure, name, {**shape, "yref": name.replace("x", "y")})
    return figure


def _limit(arrays: Iterable[np.ndarray]) -> float:
    return rounded_up(largest(arrays))


def _panels(
    name: str,
    values: dict[str, np.ndarray],
    scales: tuple[SignedScale, SignedScale],
    place: tuple[int, Sequence[tuple[int, Direction]]],
    look: Look,
) -> list[Panel]:
    """A panel for each; `scales` are of results and of differences, `place` (sample, lanes)."""
    sample, lanes = place
    count = next(iter(values.values())).shape[1]
    by_time, last = name == "output", len(values) - 1
    axis = time_axis(0, count, look) if by_time else count_axis(count, "unit")
    quiet = {**axis, "matches": f"x{last + 1}", "showticklabels": False, "title": None}
    return [
        Panel(
            values=array,
            scale=scales[" - " in title],
            title=title,
            hover=_hover(name, title, sample),
            columns=axis if index == last else quiet,
            rows="feature" if by_time else _lane_axis(lanes),
        )
        for index, (title, array) in enumerate(values.items())
    ]


def error_map(
    pattern: np.ndarray,
    lanes: Sequence[tuple[int, Direction]],
    firsts: Sequence[tuple[int, Direction, int]] = (),
    *,
    look: Look = DEFAULT_LOOK,
) -> go.Figure:
    """The size of the error in every cell: a row per layer and direction, layer 0 at the bottom.

    Args:
        pattern: max |difference|, NaN where nothing is known. Shape (len(lanes), seq_len).
        lanes: (layer, direction) of every row, layer 0 forward first.
        firsts: (layer, direction, t) of the first wrong ones, which are framed.
        look: how it looks.
    """
    order, values = list(lanes)[::-1], pattern[::-1]
    panel = Panel(
        values=values,
        scale=SignedScale(limit=_limit([values])),
        hover="<b>max |difference| = %VALUE</b><br>timestep t = %{x}",
        columns=time_axis(0, values.shape[1], look),
        rows=_lane_axis(order),
    )
    places = [f"layer {layer} {direction}, t = {t}" for layer, direction, t in firsts]
    begins = f"begins at {' and '.join(places)}" if places else ""
    heading = Heading(
        title="Where the numbers are wrong",
        subtitle="max |difference| to torch.nn, NaN where nothing is known"
        + (f"<br>{begins}" if begins else ""),
        alt=f"Heatmap of the largest difference to torch.nn, {len(order)} cells as rows and "
        f"{values.shape[1]} timesteps as columns, {np.isfinite(values).sum()} places known"
        + (f", {begins}." if begins else "."),
    )
    figure = stacked([panel], look, heading)
    for layer, direction, t in firsts:
        row = order.index((layer, direction))
        edges = {"type": "rect", "x0": t - 0.5, "x1": t + 0.5, "y0": row - 0.5, "y1": row + 0.5}
        for shape in halo_frame("first wrong", look.palette.alarm, look, edges):
            frame_cells(figure, "x", {**shape, "yref": "y"})
    return figure


def _values(results: Beside) -> dict[str, np.ndarray]:
    """The panels' numbers by their titles; those of differences hold a minus."""
    values = {"torch.nn": results.torch, "yours": results.yours}
    if results.mistake is not None:
        values[results.mistake_name] = results.mistake
    values["yours - torch.nn"] = _minus(results.yours, results.torch)
    if results.mistake is not None:
        values[f"yours - {results.mistake_name}"] = _minus(results.yours, results.mistake)
    return values


def _minus(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return np.where(one == other, 0.0, one - other)


def _lane_axis(lanes: Sequence[tuple[int, Direction]]) -> dict:
    """A row for each cell, named."""
    return {
        "range": [len(lanes) - 0.5, -0.5],
        "tickvals": list(range(len(lanes))),
        "ticktext": [f"layer {layer} {direction}" for layer, direction in lanes],
        "automargin": True,
    }


def _hover(name: str, title: str, sample: int) -> str:
    if name == "output":
        return f"<b>{title}: %VALUE</b><br>output at t = %{{x}}, sample {sample}, feature %{{y}}"
    return f"<b>{title}: %VALUE</b><br>{name}[%{{y}}, {sample}, %{{x}}]"


def _heading(results: Beside, sample: int, own: SignedScale) -> Heading:
    return Heading(
        title=f"{results.name}: yours and torch.nn's",
        subtitle=f"sample {sample} · differences {own.label}",
        alt=f"Heatmaps of {results.name}, sample {sample}: torch.nn, yours"
        + (f", {results.mistake_name}" if results.mistake is not None else "")
        + f", and the differences, at most {largest([_minus(results.yours, results.torch)]):.3g} "
        "to torch.nn.",
    )
