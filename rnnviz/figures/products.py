"""How one cell's state comes about: both weight products, the pre-activation, the state."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from rnnviz.config import Direction
from rnnviz.figures.axes import time_axis
from rnnviz.figures.look import DEFAULT_LOOK, Look, checked, run_words
from rnnviz.figures.panels import Heading, Panel, frame_column, stacked
from rnnviz.figures.ranges import product_scale, state_scale
from rnnviz.figures.theme import SignedScale
from rnnviz.records import CellTrace, Trace

W_IH = "W<sub>ih</sub>"
W_HH = "W<sub>hh</sub>"


def product_heatmaps(
    trace: Trace,
    layer: int,
    direction: Direction,
    *,
    sample: int = 0,
    t: int | None = None,
    look: Look = DEFAULT_LOOK,
) -> go.Figure:
    """W_ih x_t, W_hh h, the pre-activation a and h_t of one cell, below each other, t framed.

    The first three share one range over the whole run, so that the sum can be followed by eye.

    Raises:
        ValueError: the net has no such cell, sample or timestep.
    """
    trace = checked(trace, look, sample=sample, t=t)
    cell = trace.cell(layer, direction)
    quantities = _quantities(cell, product_scale(trace, look), state_scale(trace, look))
    panels = [
        Panel(
            values=quantity.values[:, sample].T,  # (hidden_size, seq_len)
            scale=quantity.scale,
            title=quantity.title,
            hover=f"<b>{quantity.name}[%{{x}}][%{{y}}] = %VALUE</b><br>layer {layer}, {direction}"
            "<br>timestep t = %{x}, hidden unit %{y}",
            columns=_columns(cell, look, last=quantity is quantities[-1]),
            rows="unit",
        )
        for quantity in quantities
    ]
    heading = Heading(
        title=f"From x to h · layer {layer}, {direction}",
        subtitle=f"colour {quantities[0].scale.label} for products and a, "
        f"{quantities[-1].scale.label} for h" + run_words(trace, sample=sample, t=t),
        alt=f"Four heatmaps of layer {layer}, {direction}, sample {sample}, units as rows and "
        "timesteps as columns: input product, recurrent product, pre-activation, hidden state.",
    )
    return frame_column(stacked(panels, look, heading), t, look)


class _Quantity(NamedTuple):
    """One thing computed; `values` of shape (seq_len, batch, hidden_size)."""

    name: str
    title: str
    values: np.ndarray
    scale: SignedScale


def _quantities(cell: CellTrace, sums: SignedScale, states: SignedScale) -> list[_Quantity]:
    before = "h<sub>t+1</sub>" if cell.direction == "reverse" else "h<sub>t−1</sub>"
    x = "x<sub>t</sub>"
    biases = "" if cell.bias_ih is None else " + b<sub>ih</sub> + b<sub>hh</sub>"
    return [
        _Quantity("W_ih x", f"{W_IH} {x}", cell.wx, sums),
        _Quantity("W_hh h", f"{W_HH} {before}", cell.wh, sums),
        _Quantity("a", f"a<sub>t</sub> = {W_IH} {x} + {W_HH} {before}{biases}", cell.a, sums),
        _Quantity("h", f"h<sub>t</sub> = {cell.nonlinearity}(a<sub>t</sub>)", cell.h, states),
    ]


def _columns(cell: CellTrace, look: Look, *, last: bool) -> dict:
    """The time axis; only the lowest panel names the timesteps, all of them zoom together."""
    axis = time_axis(0, cell.seq_len, look)
    if last:
        return axis
    return {**axis, "matches": "x4", "showticklabels": False, "title": None}
