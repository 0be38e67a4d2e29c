"""The words under a chart's columns: side by side where they have room, else upright, or cut."""

from __future__ import annotations

import math
import re
from typing import Any

from rnnviz.exports.chart_size import LINE, text_width

# Ems that a token has at least, before every other one is left out.
_LEAST_EMS = 4

# A letter, or what stands for one that plotly would read.
_SIGN = re.compile(r"&#?\w+;|.")


def with_tokens(chart: dict[str, Any], *, upright: bool) -> dict[str, Any]:
    """The chart with tokens that are wider than their columns upright, and room for them below.

    Plotly would turn them, and make the room by shrinking the plot. Between panels, or where they
    must not stand, they are cut.

    Args:
        chart: with margins that are wide enough.
        upright: whether there is room below; a page of fixed height has none.
    """
    layout = dict(chart["layout"])
    size = layout["template"]["layout"]["xaxis"]["tickfont"]["size"]
    added = 0.0
    for name, axis in chart["layout"].items():
        if not name.startswith("xaxis"):
            continue
        new = {**axis, "automargin": False, "tickangle": 0}
        new.pop("autotickangles", None)
        texts, room = axis.get("ticktext") or (), tick_pitch(layout, name) - size / 3
        if any("<br>" in text for text in texts) and _widest(texts, size) > room:
            if upright and _is_lowest(layout, axis):
                lines = max(text.count("<br>") for text in texts) + 1
                added = max(added, _widest(texts, size) - lines * size * LINE + size / 3)
                new["tickangle"] = 90
            else:
                room = max(room, _LEAST_EMS * size)
                new["ticktext"] = [_cut(text, room, size) for text in texts]
        layout[name] = new
    return {**chart, "layout": _with_more_below(layout, math.ceil(added))}


def _with_more_below(layout: dict[str, Any], added: int) -> dict[str, Any]:
    """A layout that is so many pixels higher, all of them below the plot."""
    height, margin = layout["height"] + added, layout["margin"]
    new = {**layout, "height": height, "margin": {**margin, "b": margin["b"] + added}}
    if "title" in layout:
        # It is placed by its share of the height.
        above = (1 - layout["title"]["y"]) * layout["height"]
        new["title"] = {**layout["title"], "y": 1 - above / height}
    return new


def tick_pitch(layout: dict[str, Any], name: str) -> float:
    """Pixels from a tick of an axis to the next, the whole axis where there is but one."""
    axis = layout[name]
    ends, total = ("lr", "width") if name[0] == "x" else ("tb", "height")
    low, high = axis.get("domain", (0, 1))
    length = (high - low) * (layout[total] - sum(layout["margin"][end] for end in ends))
    values, (start, stop) = axis.get("tickvals") or (), axis.get("range", (0, 1))
    if len(values) < 2:
        return length
    return length / abs(start - stop) * abs(values[-1] - values[0]) / (len(values) - 1)


def _widest(texts: list[str], size: float) -> float:
    return max(text_width(text, size) for text in texts)


def _is_lowest(layout: dict[str, Any], axis: dict[str, Any]) -> bool:
    """Whether nothing stands below what hangs from this axis."""
    rows = f"yaxis{axis.get('anchor', 'y')[1:]}"
    return layout.get(rows, {}).get("domain", (0, 1))[0] < 1e-6


def _cut(text: str, room: float, size: float) -> str:
    """A text whose lines end in a … where they are longer than the room."""
    return "<br>".join(_cut_line(line, room, size) for line in text.split("<br>"))


def _cut_line(line: str, room: float, size: float) -> str:
    signs = _SIGN.findall(line.removesuffix("…"))
    while len(signs) > 1 and text_width(line, size) > room:
        signs.pop()
        line = "".join(signs) + "…"
    return line
