"""How one cell's state comes about: both weight products, the pre-activation, gates, the state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from rnnviz.config import Direction
from rnnviz.figures.activations import activation_at, applied, is_share, is_signed
from rnnviz.figures.axes import time_axis
from rnnviz.figures.look import DEFAULT_LOOK, Look, checked, run_words
from rnnviz.figures.panels import Heading, Panel, frame_column, stacked
from rnnviz.figures.ranges import (
    cell_state_scale,
    gate_scale,
    largest,
    product_scale,
    state_scale,
)
from rnnviz.figures.shares import timesteps_of
from rnnviz.figures.theme import ShareScale, SignedScale
from rnnviz.records import CellTrace, Trace

W_IH = "W<sub>ih</sub>"
W_HH = "W<sub>hh</sub>"
X = "x<sub>t</sub>"


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
    With gates each of them has a block of rows per gate; between a and h stand the gates, the
    candidate and, of an LSTM, c.

    Raises:
        ValueError: the net has no such cell, sample or timestep.
    """
    trace = checked(trace, look, sample=sample, t=t)
    cell = trace.cell(layer, direction)
    quantities = [
        *_sums(trace, cell, look),
        *_gates(trace, cell, look),
        *_states(trace, cell, look),
    ]
    panels = _panels(cell, quantities, sample, look)
    heading = Heading(
        title=f"From x to h · layer {layer}, {direction}",
        subtitle=_range_words(quantities) + run_words(trace, sample=sample, t=t),
        alt=f"{_count(quantities)} heatmaps of layer {layer}, {direction}, sample {sample}, units "
        f"as rows and timesteps as columns: {', '.join(part.words for part in quantities)}.",
    )
    return frame_column(stacked(panels, look, heading), t, look)


class _Quantity(NamedTuple):
    """One thing computed.

    Attributes:
        name: what a hover calls it.
        title: the formula above it.
        words: what it is, for who cannot see it.
        values: Shape (seq_len, batch, rows).
        scale: its colours.
        blocks: the gates whose rows follow each other.
    """

    name: str
    title: str
    words: str
    values: np.ndarray
    scale: SignedScale | ShareScale
    blocks: tuple[str, ...] = ()


def _sums(trace: Trace, cell: CellTrace, look: Look) -> Iterator[_Quantity]:
    before, scale, gates = _before(cell), product_scale(trace, look), cell.gate_names
    biases = "" if cell.bias_ih is None else " + b<sub>ih</sub> + b<sub>hh</sub>"
    total = f"a<sub>t</sub> = {W_IH} {X} + {W_HH} {before}{biases}"
    if cell.kind == "GRU":
        bias = "" if cell.bias_hh is None else " + b<sub>hn</sub>"
        total += f"; in n: … + r · (W<sub>hn</sub> {before}{bias})"
    yield _Quantity("W_ih x", f"{W_IH} {X}", "input product", cell.wx, scale, gates)
    yield _Quantity("W_hh h", f"{W_HH} {before}", "recurrent product", cell.wh, scale, gates)
    yield _Quantity("a", total, "pre-activation", cell.a, scale, gates)


def _gates(trace: Trace, cell: CellTrace, look: Look) -> Iterator[_Quantity]:
    """Gates between 0 and 1 together, then those within ±1, then those without bound.

    In torch's cells the first are open or closed, and the second is the one candidate.
    """
    names = cell.gate_names
    shares = [name for name in names if is_share(cell, name)]
    signed = [name for name in names if is_signed(cell, name)]
    # Each of the others runs as far as its own numbers do.
    others = [[name] for name in names if name not in (*shares, *signed)]
    for group in (shares, signed, *others):
        if not group:
            continue
        title, scale = _gate_formula(cell, group), gate_scale(trace, cell, group[0], look)
        values = np.concatenate([cell.gate(name) for name in group], axis=2)
        if len(group) > 1:
            words = f"gates {' '.join(group)}"
            yield _Quantity("%BLOCK", title, words, values, scale, tuple(group))
        else:
            words = f"{'candidate' if group[0] in 'gn' else 'gate'} {group[0]}"
            yield _Quantity(group[0], title, words, values, scale)


def _gate_formula(cell: CellTrace, names: list[str]) -> str:
    """`i, f, o = σ(a)`, gates of one activation together."""
    known: dict[str, list[str]] = {}
    for name in names:
        known.setdefault(activation_at(cell, name), []).append(name)
    return "; ".join(
        f"{', '.join(these)} = {applied(activation, 'a<sub>t</sub>')}"
        for activation, these in known.items()
    )


def _states(trace: Trace, cell: CellTrace, look: Look) -> Iterator[_Quantity]:
    scale = state_scale(trace, look)
    if cell.c is not None:
        before = _before(cell).replace("h", "c")
        title = f"c<sub>t</sub> = f · {before} + i · g"
        yield _Quantity("c", title, "cell state", cell.c, cell_state_scale(trace, look))
    yield _Quantity("h", f"h<sub>t</sub> = {_state_formula(cell)}", "hidden state", cell.h, scale)
    if cell.dropout_mask is not None:
        limit = SignedScale(limit=largest((cell.dropout_mask,)) or 1.0)
        title = "dropout: the layer above reads h<sub>t</sub> times this"
        yield _Quantity("mask", title, "dropout mask", cell.dropout_mask, limit)


def _before(cell: CellTrace) -> str:
    return "h<sub>t+1</sub>" if cell.direction == "reverse" else "h<sub>t−1</sub>"


def _state_formula(cell: CellTrace) -> str:
    match cell.kind:
        case "LSTM":
            own = f"o · {applied(activation_at(cell, 'c'), 'c<sub>t</sub>')}"
            return own if cell.weight_hr is None else f"W<sub>hr</sub> ({own})"
        case "GRU":
            return f"(1 − z) · n + z · {_before(cell)}"
    return applied(cell.activations[0], "a<sub>t</sub>")


def _panels(cell: CellTrace, quantities: list[_Quantity], sample: int, look: Look) -> list[Panel]:
    length, panels = timesteps_of(cell, sample), []
    axis = time_axis(0, cell.seq_len, look)
    lowest = f"x{len(quantities)}"
    # Only the lowest panel names the timesteps; all of them zoom together.
    quiet = {**axis, "matches": lowest, "showticklabels": False, "title": None}
    for part in quantities:
        row, where = ("%{customdata}", "gate %BLOCK, ") if part.blocks else ("%{y}", "")
        name = f"{part.name}[%{{x}}][{row}]"
        panels.append(
            Panel(
                values=part.values[:length, sample].T,  # (rows, length)
                scale=part.scale,
                title=part.title,
                hover=f"<b>{name} = %VALUE</b><br>layer {cell.layer}, {cell.direction}"
                f"<br>timestep t = %{{x}}, {where}hidden unit {row}",
                columns=axis if part is quantities[-1] else quiet,
                rows="unit",
                past=cell.seq_len - length,
                blocks=part.blocks,
            )
        )
    return panels


def _range_words(quantities: list[_Quantity]) -> str:
    scales = {part.name: part.scale for part in quantities}
    words = f"colour {scales['a'].label} for products and a"
    if ShareScale() in scales.values():
        words += ", 0 to 1 for gates"
    if "c" in scales:
        words += f", {scales['c'].label} for c"
    return f"{words}, {scales['h'].label} for h"


def _count(quantities: list[_Quantity]) -> str:
    words = {4: "Four", 5: "Five", 6: "Six", 7: "Seven", 8: "Eight", 9: "Nine"}
    return words[len(quantities)]
