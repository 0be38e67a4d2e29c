"""The ticks and titles of a chart's axes, as many as have room."""

from __future__ import annotations

from typing import Any

from rnnviz.exports.chart_size import LINE, text_width
from rnnviz.exports.chart_tokens import tick_pitch

# Every how many ticks one may stay.
_STRIDES = (1, 2, 5, 10, 20, 50, 100, 1000)


def thinned(chart: dict[str, Any]) -> dict[str, Any]:
    """The chart without ticks that would run into each other, and titles wider than their axis."""
    layout = dict(chart["layout"])
    size = layout["template"]["layout"]["xaxis"]["tickfont"]["size"]
    for name, axis in chart["layout"].items():
        if name[:5] in ("xaxis", "yaxis") and axis.get("tickvals"):
            layout[name] = _thinned_axis(name, layout, size)
    return {**chart, "layout": layout}


def _thinned_axis(name: str, layout: dict[str, Any], size: float) -> dict[str, Any]:
    axis, letter = layout[name], name[0]
    ends, total = ("lr", "width") if letter == "x" else ("tb", "height")
    plot = layout[total] - sum(layout["margin"][end] for end in ends)
    low, high = axis.get("domain", (0, 1))
    length = (high - low) * plot
    values, texts = list(axis["tickvals"]), list(axis["ticktext"])
    pitch = tick_pitch(layout, name)
    lines = max(text.count("<br>") for text in texts) + 1
    if letter == "y":
        needed = size * lines
    elif axis.get("tickangle"):
        # Tokens that stand upright.
        needed = size * LINE * lines
    else:
        needed = max(text_width(text, size) for text in texts) + size / 3
    every = next(stride for stride in _STRIDES if pitch * stride >= needed or stride == 1000)
    new = {**axis, "tickvals": values[::every], "ticktext": texts[::every]}
    words = (axis.get("title") or {}).get("text") or ""
    if words:
        middle = layout["margin"]["l"] + (low + high) / 2 * plot
        room = 2 * middle if letter == "x" else length + size
        if text_width(words, size) > room:
            new["title"] = {**axis["title"], "text": words.partition(": ")[2]}
    return new
