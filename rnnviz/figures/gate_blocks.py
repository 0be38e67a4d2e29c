"""Rows that come in blocks, one for each gate: drawn apart, and named."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from rnnviz.figures.cells import Grid, cell_map
from rnnviz.figures.look import Look


def add_blocks(
    figure: go.Figure, grid: Grid, named: tuple[tuple[str, ...], str], look: Look, axes: dict
) -> None:
    """A heatmap for each block of rows, so that each names its gate, and lines between them.

    Args:
        figure: drawn into.
        grid: all rows, block after block.
        named: the blocks' names, and a hover with `%BLOCK`, `%VALUE` and `%{customdata}`, the row
            within its block.
        look: how it looks.
        axes: `xaxis` and `yaxis` of the panel.
    """
    names, hover = named
    rows, columns = grid.values.shape
    size = rows // len(names)
    units = np.repeat(np.arange(size)[:, None], columns, axis=1)
    for index, name in enumerate(names):
        start, stop = index * size, (index + 1) * size
        block = grid._replace(values=grid.values[start:stop], y=grid.y[start:stop])
        settings = {"name": name, "customdata": units, "showscale": False, **axes}
        heat = cell_map(block, hover.replace("%BLOCK", name), **settings)
        # Plotly guesses the height of a single row; its edges leave nothing to guess.
        heat.y = np.arange(start, stop + 1) - 0.5
        figure.add_trace(heat)
        if index:
            figure.add_shape(
                type="line",
                name="between gates",
                xref=f"{axes['xaxis']} domain",
                yref=axes["yaxis"],
                x0=0,
                x1=1,
                y0=start - 0.5,
                y1=start - 0.5,
                line={"color": look.palette.surface, "width": 3},
            )


def block_axis(rows: int, names: tuple[str, ...]) -> dict:
    """A vertical axis that names the blocks, the first one at the top."""
    size = rows // len(names)
    return {
        "range": [rows - 0.5, -0.5],
        "tickvals": [(index + 0.5) * size - 0.5 for index in range(len(names))],
        "ticktext": [f"<b>{name}</b>" for name in names],
        "title": {"text": "gate" if len(names) > 1 else "unit"},
        "ticklabelstandoff": 4,
    }
