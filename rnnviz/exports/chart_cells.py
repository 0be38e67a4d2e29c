"""What is written on the cells of a chart: numbers where they can be read, marks, minus signs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnviz.exports.chart_size import PX_PER_PT, text_width
from rnnviz.figures.presets import Preset
from rnnviz.figures.theme import mixed, text_on

# A minus on each negative cell; each is an element of its own, half a millisecond's work.
MAX_MINUS = 4_000

# The share of a cell that its text may fill, and how high digits and a minus are beside their
# font's size, with some air.
_FILL = 0.94
_DIGITS = 1.0
_DASH = 0.5

# Signs in place of letters, which may be as small as the cells.
_SYMBOLS = {"▲": "triangle-up", "×": "x"}


@dataclass(frozen=True, kw_only=True)
class _Cells:
    """One heatmap's cells that hold a number, row by row.

    Attributes:
        z: Shape (cells,).
        x: left edges. Shape (cells,).
        y: lower or upper edges. Shape (cells,).
        width: Shape (cells,).
        height: negative where the rows grow downwards. Shape (cells,).
        size: of a cell in pixels, the smallest one, between the lines drawn on it: width, height.
    """

    z: np.ndarray
    x: np.ndarray
    y: np.ndarray
    width: np.ndarray
    height: np.ndarray
    size: tuple[float, float]

    def middles(self) -> Iterator[tuple[float, float]]:
        """The middle of every cell."""
        yield from zip(
            (self.x + self.width / 2).tolist(), (self.y + self.height / 2).tolist(), strict=True
        )


def with_texts(chart: dict[str, Any], preset: Preset) -> dict[str, Any]:
    """The chart with its numbers as text of a stated size or, in grey, minus signs.

    Numbers that would be smaller than the preset's least are left out.
    """
    data, texts, grounds = [], [], {}
    for trace in chart["data"]:
        if _is_text(trace):
            texts.append(trace)
            continue
        data.append(trace)
        if trace["type"] == "heatmap":
            cells = _cells_of(trace, chart["layout"])
            grounds.setdefault(_axes(trace), []).append((trace, cells))
    for axes, found in grounds.items():
        here = [one for one in texts if _axes(one) == axes]
        data += _numbers(here, found, axes, preset) or _minus(found, axes, preset)
    return {**chart, "data": [_as_symbols(one, grounds) for one in data]}


def _is_text(trace: dict[str, Any]) -> bool:
    return trace.get("name") == "numbers"


def _axes(trace: dict[str, Any]) -> tuple[str, str]:
    return trace.get("xaxis", "x"), trace.get("yaxis", "y")


def edges_of(places: Any, count: int) -> np.ndarray:
    """The edges of rows or columns, given as such or by their middles. Shape (count + 1,)."""
    places = np.asarray(places, dtype=np.float64)
    if len(places) == count + 1:
        return places
    if count == 1:
        return places[0] + np.array([-0.5, 0.5])
    between = (places[1:] + places[:-1]) / 2
    first, last = 2 * places[0] - between[0], 2 * places[-1] - between[-1]
    return np.concatenate([[first], between, [last]])


def _cells_of(trace: dict[str, Any], layout: dict[str, Any]) -> _Cells:
    z = np.array(trace["z"], dtype=np.float64)  # (rows, columns)
    x, y = edges_of(trace["x"], z.shape[1]), edges_of(trace["y"], z.shape[0])
    row, column = np.nonzero(np.isfinite(z))
    names = _axes(trace)
    width, height = np.diff(x)[column], np.diff(y)[row]
    per_unit = [pixels_per_unit(layout, name) for name in names]
    smallest = [np.abs(sizes).min(initial=np.inf) for sizes in (width, height)]
    return _Cells(
        z=z[row, column],
        x=x[column],
        y=y[row],
        width=width,
        height=height,
        size=(smallest[0] * per_unit[0], smallest[1] * per_unit[1] - _lines(layout, names[1])),
    )


def _lines(layout: dict[str, Any], axis: str) -> float:
    """Pixels that lines along the rows, such as those between gates, take of one beside them."""
    widths = [
        shape["line"]["width"]
        for shape in layout.get("shapes", ())
        if shape["type"] == "line" and shape["yref"].split()[0] == axis
    ]
    # Half of it lies on a row, which keeps its text in its middle.
    return max(widths, default=0.0)


def pixels_per_unit(layout: dict[str, Any], axis: str) -> float:
    """How many pixels are a step of an axis such as `x2`."""
    settings = layout.get(f"{axis[0]}axis{axis[1:]}", {})
    ends, total = ("lr", "width") if axis[0] == "x" else ("tb", "height")
    pixels = layout[total] - sum(layout["margin"][end] for end in ends)
    low, high = settings.get("domain", (0, 1))
    start, stop = settings["range"]
    return pixels * (high - low) / abs(stop - start)


def color_of(trace: dict[str, Any], value: float) -> str:
    """The colour of a value of a heatmap."""
    low, high = trace.get("zmin", 0), trace.get("zmax", 1)
    stops = tuple(color for _, color in trace["colorscale"])
    return mixed(stops, (min(max(value, low), high) - low) / (high - low))


def _numbers(
    texts: list[dict[str, Any]],
    grounds: list[tuple[dict[str, Any], _Cells]],
    axes: tuple[str, str],
    preset: Preset,
) -> list[dict[str, Any]]:
    """The numbers on the cells of one panel, all of one size; none where that is too small."""
    inks: dict[tuple[float, float], str] = {}
    for trace, cells in grounds:
        for value, (x, y) in zip(cells.z, cells.middles(), strict=True):
            inks[round(x, 2), round(y, 2)] = text_on(color_of(trace, value))
    words = {}
    for trace in texts:
        for y, row in zip(trace["y"], trace["text"], strict=True):
            for x, text in zip(trace["x"], row, strict=True):
                place = (round(float(x), 2), round(float(y), 2))
                if text.strip() and place in inks:
                    words[place] = text.strip()
    if not words:
        return []
    widest = max(text_width(text, 1) for text in words.values())
    size = _size_that_fits((widest, _DIGITS), _smallest(grounds), preset)
    return [] if size is None else [_text_trace(words, inks, size, axes)]


def _minus(
    grounds: list[tuple[dict[str, Any], _Cells]], axes: tuple[str, str], preset: Preset
) -> list[dict[str, Any]]:
    """On paper without colour a minus on every negative cell that is large enough."""
    if not preset.grey:
        return []
    dash = text_width("−", 1), _DASH
    sizes = [_size_that_fits(dash, cells.size, preset) for _, cells in grounds]
    inks = {
        place: text_on(color_of(trace, value))
        for (trace, cells), size in zip(grounds, sizes, strict=True)
        for value, place in zip(cells.z, cells.middles(), strict=True)
        if size is not None and value < 0
    }
    if not 0 < len(inks) <= MAX_MINUS:
        return []
    size = min(size for size in sizes if size is not None)
    return [_text_trace(dict.fromkeys(inks, "−"), inks, size, axes)]


def _as_symbols(trace: dict[str, Any], grounds: dict[tuple[str, str], list]) -> dict[str, Any]:
    """Marks on cells that are lower than a letter, as signs of the cells' size."""
    if trace.get("name") != "marks" or not set(trace["text"]) <= _SYMBOLS.keys():
        return trace
    height = min(_smallest(grounds[_axes(trace)]))
    if height >= trace["textfont"]["size"]:
        return trace
    marker = {
        "symbol": [_SYMBOLS[text] for text in trace["text"]],
        "color": trace["textfont"]["color"],
        "size": _FILL * height / 1.4,
        "line": {"width": 0},
        "opacity": 1,
    }
    kept = {name: value for name, value in trace.items() if name not in ("text", "textfont")}
    return {**kept, "mode": "markers", "marker": marker, "hovertemplate": None}


def _smallest(grounds: list[tuple[dict[str, Any], _Cells]]) -> tuple[float, float]:
    sizes = [cells.size for _, cells in grounds]
    return min(width for width, _ in sizes), min(height for _, height in sizes)


def _size_that_fits(
    ems: tuple[float, float], cell: tuple[float, float], preset: Preset
) -> float | None:
    """The size in pixels of a text that is so many times as wide and high; None if too small."""
    size = min(_FILL * room / em for room, em in zip(cell, ems, strict=True))
    size = min(size, preset.base_pt * PX_PER_PT)
    return size if size >= preset.least_pt * PX_PER_PT else None


def _text_trace(
    words: dict[tuple[float, float], str],
    inks: dict[tuple[float, float], str],
    size: float,
    axes: tuple[str, str],
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "text",
        "x": [x for x, _ in words],
        "y": [y for _, y in words],
        "text": list(words.values()),
        "textposition": "middle center",
        "textfont": {"size": size, "color": [inks[place] for place in words]},
        "hoverinfo": "skip",
        "name": "numbers",
        "xaxis": axes[0],
        "yaxis": axes[1],
    }
