"""The SVG that plotly draws, with cells as shapes in place of bitmaps, and its size in mm."""

from __future__ import annotations

import re
from collections import defaultdict
from html import escape

import numpy as np
import plotly.graph_objects as go

from rnnviz.exports.chart_cells import color_of, edges_of
from rnnviz.exports.chart_size import PX_PER_MM

# Of all panels together; 30 bytes each. Beyond this they stay a bitmap, one pixel to a cell.
MAX_SHAPES = 60_000

# Pixels that a cell without a gap reaches below the next one: viewers smooth the edges of shapes,
# and the ground would shine through between them.
_OVERLAP = 0.2

_IMAGE = re.compile(r"<image\b[^>]*/>|<image\b[^>]*></image>")


def with_shapes(svg: str, chart: go.Figure) -> str:
    """The SVG of a chart with a path for each colour in place of each heatmap's bitmap."""
    heats = [trace for trace in chart.data if trace.type == "heatmap"]
    if sum(np.asarray(heat.z).size for heat in heats) > MAX_SHAPES:
        return svg
    plots: dict[str, list[go.Heatmap]] = defaultdict(list)
    for heat in heats:
        plots[(heat.xaxis or "x") + (heat.yaxis or "y")].append(heat)
    # Every panel starts with a group that is named after its axes.
    parts = re.split(r'(?=<g class="subplot [xy0-9]+")', svg)
    for index, part in enumerate(parts):
        named = re.match(r'<g class="subplot ([xy0-9]+)"', part)
        if named and named[1] in plots:
            parts[index] = _with_paths(part, plots[named[1]], chart, _plot_size(svg, named[1]))
    return "".join(parts)


def _with_paths(
    part: str, heats: list[go.Heatmap], chart: go.Figure, size: tuple[float, float]
) -> str:
    """One panel of an SVG, its heatmaps in the order in which they were drawn."""
    waiting = iter(heats)

    def instead(image: re.Match[str]) -> str:
        heat = next(waiting, None)
        return image[0] if heat is None else _paths(heat, chart, size)

    return _IMAGE.sub(instead, part)


def in_mm(svg: str, chart: go.Figure) -> str:
    """An SVG with its size in mm, and its words for who cannot see it."""
    width, height = chart.layout.width, chart.layout.height
    size = f'width="{width / PX_PER_MM:.3f}mm" height="{height / PX_PER_MM:.3f}mm"'
    svg = re.sub(r'width="[\d.]+" height="[\d.]+"', size, svg, count=1)
    words = escape(chart.layout.meta["alt"], quote=False)
    return svg.replace(">", f' role="img"><desc>{words}</desc>', 1)


def _plot_size(svg: str, name: str) -> tuple[float, float]:
    """Pixels of a panel, which its clip path has."""
    found = re.search(
        rf'id="clip[0-9a-f]{{6}}{name}plot" class="plotclip"><rect width="([\d.]+)" '
        r'height="([\d.]+)"',
        svg,
    )
    return float(found[1]), float(found[2])


def _paths(heat: go.Heatmap, chart: go.Figure, size: tuple[float, float]) -> str:
    """The cells of a heatmap, a path for each colour."""
    z = np.asarray(heat.z, dtype=np.float64)
    x = _pixels(edges_of(heat.x, z.shape[1]), chart, "x", heat.xaxis or "x", size[0])
    y = _pixels(edges_of(heat.y, z.shape[0]), chart, "y", heat.yaxis or "y", size[1])
    left, wide = np.minimum(x[1:], x[:-1]), np.abs(np.diff(x))
    top, high = np.minimum(y[1:], y[:-1]), np.abs(np.diff(y))
    gaps = heat.xgap or 0, heat.ygap or 0
    left, wide = left + gaps[0] / 2, wide - gaps[0] + (0 if gaps[0] else _OVERLAP)
    top, high = top + gaps[1] / 2, high - gaps[1] + (0 if gaps[1] else _OVERLAP)
    known = {
        "zmin": 0 if heat.zmin is None else heat.zmin,
        "zmax": 1 if heat.zmax is None else heat.zmax,
        "colorscale": heat.colorscale,
    }
    cells: dict[str, list[str]] = defaultdict(list)
    for row, column in np.argwhere(np.isfinite(z)):
        cells[color_of(known, z[row, column])].append(
            f"M{left[column]:.2f},{top[row]:.2f}h{wide[column]:.2f}v{high[row]:.2f}"
            f"h{-wide[column]:.2f}z"
        )
    paths = (f'<path fill="{color}" d="{"".join(d)}"/>' for color, d in cells.items())
    return "".join(paths)


def _pixels(
    edges: np.ndarray, chart: go.Figure, letter: str, axis: str, length: float
) -> np.ndarray:
    """Where edges lie in a panel, from its upper left corner."""
    start, stop = chart.layout[f"{letter}axis{axis[1:]}"].range
    shares = (edges - start) / (stop - start)
    return length * (shares if letter == "x" else 1 - shares)
