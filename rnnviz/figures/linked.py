"""Heatmaps with a strip of shares each, on one axis of time: a line marks t in all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from rnnviz.figures.axes import time_axis, unit_axis
from rnnviz.figures.cells import Grid, cell_map, mark_scatter, marks_legend, number_maps
from rnnviz.figures.look import Look
from rnnviz.figures.panels import (
    LINE_HEIGHT,
    MARGINS,
    MIN_HEIGHT,
    ROW_HEIGHT,
    TITLE_GAP,
    Heading,
    title_above,
)
from rnnviz.figures.template import template, title
from rnnviz.figures.theme import ShareScale, SignedScale

# Pixels. Up to seven heatmaps share a page, so they are lower than elsewhere.
MAX_HEIGHT = 176
STRIP_HEIGHT = 22
STRIP_GAP = 4
ROW_GAP = 10

# Timesteps up to which a gap parts the bars; beyond, it would be thinner than a pixel.
MAX_PARTED = 64


class Part(NamedTuple):
    """One colour of a strip; `shares` of shape (timesteps,)."""

    color: str
    shares: np.ndarray


class Strip(NamedTuple):
    """Shares that sum up to 1, drawn as bars from the bottom up; `hover` has a text per t."""

    name: str
    parts: tuple[Part, ...]
    hover: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One heatmap over time, and the strip below it.

    Attributes:
        values: as many columns as the sample has timesteps. Shape (units, timesteps).
        scale: the colours.
        title: stands above it.
        hover: a template with `%{x:d}`, `%{y:d}` and `%VALUE`; without a format plotly would write
            the axis's words in place of the numbers.
        strip: what stands below it, if anything.
    """

    values: np.ndarray
    scale: SignedScale | ShareScale
    title: str
    hover: str
    strip: Strip | None


class _Place(NamedTuple):
    """Pixels from the top of the first heatmap, downwards; the strip ends the row."""

    top: int
    foot: int
    bottom: int


def linked(rows: Sequence[Row], seq_len: int, look: Look, heading: Heading) -> go.Figure:
    """The rows below each other, over the timesteps 0..seq_len-1."""
    places = _places(rows)
    height = places[-1].bottom
    figure = go.Figure()
    for index, (row, place) in enumerate(zip(rows, places, strict=True)):
        _add_row(figure, row, look, index)
        _add_axes(figure, row, index, place, height)
    legend = marks_legend(Grid.counted(row.values, row.scale) for row in rows)
    above = MARGINS["t"] + TITLE_GAP + LINE_HEIGHT * heading.subtitle.count("<br>")
    total = above + height + MARGINS["b"] + (0 if look.labels is None else LINE_HEIGHT)
    figure.update_layout(
        template=template(look.theme),
        title=title(heading.title, heading.subtitle + legend, total),
        height=total,
        margin={**MARGINS, "t": above},
        # The ground shows through past a sample's length and where a cell holds no number.
        plot_bgcolor=look.palette.absent,
        barmode="stack",
        bargap=0.01 if seq_len <= MAX_PARTED else 0,
        xaxis={
            **time_axis(0, seq_len, look),
            "anchor": _axis_name(2 * len(rows) - (2 if rows[-1].strip is None else 1)),
            "showspikes": True,
            "spikemode": "across",
            # Snapped to a column's middle the line would stand on its numbers.
            "spikesnap": "cursor",
            "spikethickness": 1,
            "spikedash": "solid",
            "spikecolor": look.palette.chosen,
        },
        meta={"alt": heading.alt},
    )
    return figure


def _places(rows: Sequence[Row]) -> list[_Place]:
    places: list[_Place] = []
    top = 0
    for row in rows:
        foot = top + min(max(row.values.shape[0] * ROW_HEIGHT, MIN_HEIGHT), MAX_HEIGHT)
        bottom = foot if row.strip is None else foot + STRIP_GAP + STRIP_HEIGHT
        places.append(_Place(top, foot, bottom))
        top = bottom + ROW_GAP + TITLE_GAP
    return places


def _add_row(figure: go.Figure, row: Row, look: Look, index: int) -> None:
    grid = Grid.counted(row.values, row.scale)
    y_axis = _axis_name(2 * index)
    figure.add_trace(cell_map(grid, row.hover, name=row.title, yaxis=y_axis))
    if grid.numbered:
        figure.add_traces([numbers.update(yaxis=y_axis) for numbers in number_maps(grid)])
    if marks := mark_scatter(grid, look):
        figure.add_trace(marks.update(yaxis=y_axis))
    for part in () if row.strip is None else row.strip.parts:
        hover = f"<b>{row.strip.name}, t = %{{x:d}}</b><br>%{{customdata}}<extra></extra>"
        figure.add_bar(
            x=np.arange(len(part.shares)),
            y=part.shares,
            yaxis=_axis_name(2 * index + 1),
            marker={"color": part.color, "line": {"width": 0}},
            customdata=row.strip.hover,
            hovertemplate=hover,
            name=f"{row.strip.name} shares",
        )
    figure.add_annotation(title_above(row.title, "x", y_axis))


def _add_axes(figure: go.Figure, row: Row, index: int, place: _Place, height: int) -> None:
    def domain(top: int, bottom: int) -> list[float]:
        return [max(1 - bottom / height, 0.0), min(1 - top / height, 1.0)]

    def axis(number: int) -> str:
        return _axis_name(number).replace("y", "yaxis")

    cells = {**unit_axis(row.values.shape[0], "unit"), "domain": domain(place.top, place.foot)}
    figure.update_layout({axis(2 * index): cells})
    if row.strip is not None:
        bars = {"range": [0, 1], "fixedrange": True, "showticklabels": False}
        bars["domain"] = domain(place.foot + STRIP_GAP, place.bottom)
        figure.update_layout({axis(2 * index + 1): bars})
    heat = next(data for data in figure.data if data.yaxis == _axis_name(2 * index))
    signed = isinstance(row.scale, SignedScale)
    limit = row.scale.limit
    heat.colorbar = {
        "x": 1,
        "xanchor": "left",
        "xpad": 8,
        "y": 1 - (place.top + place.foot) / 2 / height,
        "len": (place.foot - place.top) / height,
        "tickvals": [-limit, 0, limit] if signed else [0, 1],
        "ticktext": [f" −{limit:.3g}", " 0", f" +{limit:.3g}"] if signed else [" 0", " 1"],
    }


def _axis_name(number: int) -> str:
    return "y" if number == 0 else f"y{number + 1}"
