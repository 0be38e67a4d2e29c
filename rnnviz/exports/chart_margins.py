"""Margins that hold what stands in them, so that plotly leaves the plot as large as it is laid out.

It would make room by itself, and shrink the plot and the cells, whose numbers then no longer fit.
"""

from __future__ import annotations

import math
from typing import Any

from rnnviz.exports.chart_size import LINE, text_width

# Pixels that plotly puts between things whatever their size: below ticks and title, at a legend, at
# names of rows, there with some air at the edge.
_BELOW = 9
_AT_LEGEND = 6
_AT_TICKS = 12
# Of the screen, between a vertical axis's ticks and its title.
_STANDOFF = 8


def with_room(chart: dict[str, Any], factor: float) -> dict[str, Any]:
    """The chart with margins wide enough for legends, names of rows and ticks; heights are whole.

    `factor` is how many pixels one of the screen has become.
    """
    layout = chart["layout"]
    margin = dict(layout["margin"])
    names, legends = besides(chart, factor)
    margin["l"] = max(margin["l"], names)
    margin["r"] = max(margin["r"], legends)
    height = math.ceil(layout["height"] + _BELOW)
    # A row of pixels that is covered in part would show the paper below it.
    margin["b"] += height - layout["height"]
    rows = {
        name: {**axis, "automargin": False}
        for name, axis in layout.items()
        if name.startswith("yaxis")
    }
    return {**chart, "layout": {**layout, **rows, "margin": margin, "height": height}}


def besides(chart: dict[str, Any], factor: float) -> tuple[float, float]:
    """Pixels that names of rows take to the left of a panel, and a legend to its right."""
    names = max(_name_widths(chart["layout"], factor), default=0.0)
    return names, max(_legend_widths(chart), default=0.0)


def _legend_widths(chart: dict[str, Any]) -> list[float]:
    drawn = chart["layout"]["template"]["data"]["heatmap"][0]["colorbar"]
    widths = []
    for trace in chart["data"]:
        bar = trace.get("colorbar")
        if trace.get("showscale") is False or bar is None or bar.get("orientation") == "h":
            continue
        text = max(text_width(text, drawn["tickfont"]["size"]) for text in bar["ticktext"])
        widths.append(bar.get("xpad", 0) + drawn["thickness"] + text + _AT_LEGEND)
    return widths


def _name_widths(layout: dict[str, Any], factor: float) -> list[float]:
    """What the rows' names take, and beside them the axis's title."""
    size = layout["template"]["layout"]["yaxis"]["tickfont"]["size"]
    widths = []
    for name, axis in layout.items():
        if not name.startswith("yaxis") or not axis.get("ticktext"):
            continue
        wide = max(text_width(text, size) for text in axis["ticktext"]) + _AT_TICKS
        titled = (axis.get("title") or {}).get("text")
        widths.append(wide + (size * LINE + _STANDOFF * factor if titled else 0))
    return widths
