"""Heatmaps stacked in one figure, each with its title, axes and legend, sized in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from rnnviz.figures.axes import chosen_column, unit_axis
from rnnviz.figures.cells import (
    Grid,
    cell_map,
    mark_scatter,
    marks_legend,
    number_maps,
    padding_map,
)
from rnnviz.figures.gate_blocks import add_blocks, block_axis
from rnnviz.figures.look import Look
from rnnviz.figures.template import template, title
from rnnviz.figures.theme import FONT_SIZE, ShareScale, SignedScale

# Pixels.
MARGINS = {"l": 52, "r": 56, "t": 58, "b": 52}
ROW_HEIGHT = 22
MIN_HEIGHT = 44
MIN_SINGLE_HEIGHT = 96
MAX_HEIGHT = 230
MAX_SINGLE_HEIGHT = 460
MAX_BLOCKS_HEIGHT = 360
TITLE_GAP = 26
TICKS_GAP = 44
LINE_HEIGHT = 16


class Heading(NamedTuple):
    """What stands above a figure, and what is read out in its place."""

    title: str
    subtitle: str
    alt: str


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One heatmap of a stack.

    Attributes:
        values: Shape (rows, columns).
        scale: the colours; panels that follow each other on an equal scale share a legend.
        title: stands above it; the only panel of a figure needs none.
        hover: a template with `%{x}`, `%{y}` and `%VALUE`.
        columns: its horizontal axis.
        rows: the title of its vertical axis, or the whole axis.
        width: its share of the figure's width.
        past: how many columns follow that lie past the sample's length.
        blocks: the names of equal blocks of rows, such as gates; `%{customdata}` of the hover is
            then the row within its block, `%BLOCK` the block's name.
    """

    values: np.ndarray
    scale: SignedScale | ShareScale
    hover: str
    columns: dict
    title: str = ""
    rows: str | dict = "hidden unit"
    width: float = 1.0
    past: int = 0
    blocks: tuple[str, ...] = ()


def stacked(panels: Sequence[Panel], look: Look, heading: Heading) -> go.Figure:
    """The panels below each other, as high as their rows need."""
    places = _places(panels)
    height = places[-1].bottom
    figure = go.Figure()
    maps = []
    # Plotly takes its time over every change of a layout: axes and titles are added at once.
    axes: dict[str, dict] = {}
    for index, (panel, place) in enumerate(zip(panels, places, strict=True)):
        maps.append(_add_panel(figure, panel, look, index))
        axes |= _axes(panel, index, (1 - place.bottom / height, 1 - place.top / height))
    _add_legends(maps, panels, places)
    legend = marks_legend(Grid.counted(panel.values, panel.scale) for panel in panels)
    above = MARGINS["t"] + LINE_HEIGHT * heading.subtitle.count("<br>")
    above += TITLE_GAP if panels[0].title else 0
    total = above + height + MARGINS["b"] + (0 if look.labels is None else LINE_HEIGHT)
    figure.update_layout(
        template=template(look.theme),
        title=title(heading.title, heading.subtitle + legend, total),
        height=total,
        margin={**MARGINS, "t": above},
        # The ground shows through where a cell holds no number.
        plot_bgcolor=look.palette.absent,
        meta={"alt": heading.alt},
        annotations=[
            title_above(panel.title, _axis_name("x", index), _axis_name("y", index))
            for index, panel in enumerate(panels)
            if panel.title
        ],
        **axes,
    )
    return figure


def frame_column(figure: go.Figure, t: int | None, look: Look) -> go.Figure:
    """The figure with timestep t framed in every panel, if one is chosen."""
    if t is not None:
        for axis in figure.select_yaxes():
            for shape in chosen_column(t, look, y0=0, y1=1):
                frame_cells(figure, axis.anchor, shape)
    return figure


def frame_cells(figure: go.Figure, x_axis: str, shape: dict) -> None:
    """Add a frame to the panel of this x axis, as high as the panel unless it says otherwise."""
    y_axis = x_axis.replace("x", "y")
    figure.add_shape(**{"xref": x_axis, "yref": f"{y_axis} domain", **shape})


class _Place(NamedTuple):
    """Pixels from the top of the first panel's cells, downwards."""

    top: int
    bottom: int


def _places(panels: Sequence[Panel]) -> list[_Place]:
    alone = len(panels) == 1
    lowest, highest = (MIN_SINGLE_HEIGHT, MAX_SINGLE_HEIGHT) if alone else (MIN_HEIGHT, MAX_HEIGHT)
    places: list[_Place] = []
    top = 0
    for panel in panels:
        most = MAX_BLOCKS_HEIGHT if panel.blocks else highest
        bottom = top + min(max(panel.values.shape[0] * ROW_HEIGHT, lowest), most)
        places.append(_Place(top, bottom))
        ticks = TICKS_GAP if panel.columns.get("showticklabels", True) else 12
        top = bottom + ticks + TITLE_GAP
    return places


def _add_panel(figure: go.Figure, panel: Panel, look: Look, index: int) -> go.Heatmap:
    """Add a panel; returns its first heatmap, which may carry the legend."""
    grid = Grid.counted(panel.values, panel.scale)
    axes = {"xaxis": _axis_name("x", index), "yaxis": _axis_name("y", index)}
    first = len(figure.data)
    if panel.blocks:
        add_blocks(figure, grid, (panel.blocks, panel.hover), look, axes)
    else:
        figure.add_trace(cell_map(grid, panel.hover, name=panel.title, showscale=False, **axes))
    if panel.past:
        rows, columns = panel.values.shape
        steps = (columns, columns + panel.past)
        figure.add_trace(padding_map(steps, (-0.5, rows - 0.5), look, **axes))
    if grid.numbered:
        figure.add_traces([numbers.update(axes) for numbers in number_maps(grid)])
    if marks := mark_scatter(grid, look):
        figure.add_trace(marks.update(axes))
    return figure.data[first]


def title_above(text: str, x_axis: str, y_axis: str) -> dict[str, Any]:
    """An annotation above the upper left corner of what stands on two axes."""
    return {
        "text": text,
        "xref": f"{x_axis} domain",
        "yref": f"{y_axis} domain",
        "x": 0,
        "y": 1,
        "xanchor": "left",
        "yanchor": "bottom",
        "align": "left",
        "borderpad": 0,
        "showarrow": False,
        "font": {"size": FONT_SIZE},
    }


def _axes(panel: Panel, index: int, domain: tuple[float, float]) -> dict[str, dict]:
    """The two axes of a panel, by their names in a layout."""
    x_axis, y_axis = _axis_name("x", index), _axis_name("y", index)
    rows = panel.rows
    if panel.blocks:
        rows = block_axis(panel.values.shape[0], panel.blocks)
    elif isinstance(rows, str):
        rows = unit_axis(panel.values.shape[0], rows)
    low, high = max(domain[0], 0.0), min(domain[1], 1.0)
    return {
        x_axis.replace("x", "xaxis"): {
            **panel.columns,
            "anchor": y_axis,
            "domain": [0, panel.width],
        },
        y_axis.replace("y", "yaxis"): {**rows, "anchor": x_axis, "domain": [low, high]},
    }


def _add_legends(maps: Sequence[go.Heatmap], panels: Sequence[Panel], places: list[_Place]) -> None:
    """One legend beside each run of panels on an equal scale, as high as they are together.

    `maps` holds the first heatmap of every panel.
    """
    height = places[-1].bottom
    first = 0
    for index, panel in enumerate(panels):
        if index + 1 < len(panels) and panels[index + 1].scale == panel.scale:
            continue
        top, bottom = places[first].top, places[index].bottom
        maps[first].update(
            showscale=True,
            colorbar={
                "x": 1,
                "xanchor": "left",
                "xpad": 8,
                "y": 1 - (top + bottom) / 2 / height,
                "len": (bottom - top) / height,
                **_legend_ticks(panel.scale),
            },
        )
        first = index + 1


def _legend_ticks(scale: SignedScale | ShareScale) -> dict:
    if isinstance(scale, ShareScale):
        return {"tickvals": [0, 1], "ticktext": [" 0", " 1"]}
    limit = scale.limit
    return {
        "tickvals": [-limit, 0, limit],
        "ticktext": [f" −{limit:.3g}", " 0", f" +{limit:.3g}"],
    }


def _axis_name(letter: str, index: int) -> str:
    return letter if index == 0 else f"{letter}{index + 1}"
