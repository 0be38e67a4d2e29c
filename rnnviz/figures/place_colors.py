"""Cells coloured by the direction that computed them, with their timestep and unit written in."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import plotly.graph_objects as go

from rnnviz.figures.cells import (
    MAX_NUMBERED_COLUMNS,
    MAX_NUMBERED_ROWS,
    full_text,
    text_layer,
)
from rnnviz.figures.look import Look
from rnnviz.figures.theme import BLACK, WHITE, text_on
from rnnviz.shapes.places import Place

PLACE_LEGEND = "teal: forward, violet: reverse, pale below the last layer<br>written: t · unit"

Places = dict[tuple[int, int], Place]


def color_by_place(figure: go.Figure, places: list[Places], last: int, look: Look) -> None:
    """Recolour the heatmaps of a figure; `places` has one dictionary for each, by (row, column)."""
    figure.data = [data for data in figure.data if data.name not in ("numbers", "marks")]
    for heat, known in zip(list(figure.data), places, strict=True):
        values = np.asarray(heat.z)
        colors = [look.palette.lane(way) for way in ("forward", "reverse")]
        colors += [look.palette.soft(way) for way in ("forward", "reverse")]
        codes = np.full(values.shape, np.nan, dtype=np.float32)
        for cell, place in known.items():
            codes[cell] = (place.direction == "reverse") + 2 * (place.layer < last)
        heat.update(
            z=codes,
            zmin=0,
            zmax=3,
            colorscale=[(code / 3, color) for code, color in enumerate(colors)],
            showscale=False,
            # The number itself is no longer what is coloured, so the label takes it from here.
            text=[[full_text(value) for value in row] for row in values],
            hovertemplate=heat.hovertemplate.replace("%{z:.9~g}", "%{text}"),
        )
        rows, columns = values.shape
        if rows <= MAX_NUMBERED_ROWS and columns <= MAX_NUMBERED_COLUMNS:
            figure.add_traces(list(_texts(heat, known, codes, colors)))


def _texts(
    heat: go.Heatmap, places: Places, codes: np.ndarray, colors: list[str]
) -> Iterator[go.Heatmap]:
    """Timestep and unit of every cell: a see-through layer in black, another in white."""
    written = np.full(codes.shape, "", dtype=object)
    for cell, place in places.items():
        written[cell] = f"{place.t} · {place.unit}"
    width = max(len(text) for text in written.flat)
    for ink in (BLACK, WHITE):
        here = [code for code, color in enumerate(colors) if text_on(color) == ink]
        texts = np.where(np.isin(codes, here), written, "")
        if texts.any():
            # Plotly fits the longest text of a layer; one length gives both one size.
            padded = [[text.center(width) for text in row] for row in texts]
            place = {name: heat[name] for name in ("x", "y", "xaxis", "yaxis")}
            yield text_layer(padded, ink, **place)
