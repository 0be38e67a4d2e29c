"""One stacked weight of a cell with gates, each gate's block under its own name."""

from __future__ import annotations

from typing import Literal, get_args

import plotly.graph_objects as go

from rnnviz.config import GATE_WORDS, Direction, parameter_suffix
from rnnviz.figures.axes import count_axis
from rnnviz.figures.look import DEFAULT_LOOK, Look, checked
from rnnviz.figures.panels import ROW_HEIGHT, Heading, Panel, stacked
from rnnviz.figures.ranges import weight_scale
from rnnviz.records import CellTrace, Trace

Stacked = Literal["weight_ih", "weight_hh"]

# Pixels: the longest name of a gate, and what a block's two lines of text need.
NAMES_WIDTH = 84
TWO_LINES = 34


def stacked_blocks(
    trace: Trace,
    layer: int,
    direction: Direction,
    *,
    parameter: Stacked = "weight_ih",
    look: Look = DEFAULT_LOOK,
) -> go.Figure:
    """weight_ih or weight_hh of one cell, a block of rows for each gate with its name and rows.

    The colours have one range for all weights of the net.

    Raises:
        ValueError: the net has no such cell, the cell no gates, or the parameter is neither.
    """
    if parameter not in get_args(Stacked):
        raise ValueError(f"parameter must be {' or '.join(get_args(Stacked))}, got {parameter!r}.")
    trace = checked(trace, Look(theme=look.theme, fit=look.fit))
    cell = trace.cell(layer, direction)
    if not cell.gate_names:
        raise ValueError(
            f"the net must be an LSTM or GRU, whose gates are stacked; got {cell.kind}."
        )
    names = tuple(f"W_{parameter[-2]}{gate}" for gate in cell.gate_names)
    figure = stacked([_panel(trace, cell, parameter, names, look)], look, _heading(cell, parameter))
    _name_blocks(figure, cell, names)
    return figure


def _panel(
    trace: Trace, cell: CellTrace, parameter: Stacked, names: tuple[str, ...], look: Look
) -> Panel:
    values = getattr(cell, parameter)  # (G * hidden_size, columns)
    full = f"{parameter}{parameter_suffix(cell.layer, cell.direction)}"
    return Panel(
        values=values,
        scale=weight_scale(trace, look),
        hover=f"<b>{full}[%{{y}}, %{{x}}] = %VALUE</b><br>= %BLOCK[%{{customdata}}, %{{x}}]<br>"
        f"%GATE, unit %{{customdata}}<br>reads {_source(cell, parameter)}, number %{{x}}",
        columns=count_axis(values.shape[1], f"reads {_source(cell, parameter)}"),
        blocks=names,
    )


def _source(cell: CellTrace, parameter: Stacked) -> str:
    if parameter == "weight_hh":
        return f"h at {'t+1' if cell.direction == 'reverse' else 't−1'}"
    return f"h of layer {cell.layer - 1}" if cell.layer else "x at t"


def _heading(cell: CellTrace, parameter: Stacked) -> Heading:
    rows, columns = getattr(cell, parameter).shape
    size = cell.hidden_size
    blocks = ", ".join(
        f"rows {k * size} to {k * size + size - 1} {GATE_WORDS[gate]}"
        for k, gate in enumerate(cell.gate_names)
    )
    full = f"{parameter}{parameter_suffix(cell.layer, cell.direction)}"
    count, unit = len(cell.gate_names), "row" if size == 1 else "rows"
    return Heading(
        title=full,
        subtitle=f"({count} · {size}, {columns}): {count} blocks of {size} {unit}",
        alt=f"Heatmap of {full}, {rows} rows and {columns} columns: {blocks}.",
    )


def _name_blocks(figure: go.Figure, cell: CellTrace, names: tuple[str, ...]) -> None:
    """Beside every block its name, its rows and its gate; of low blocks the gate in the hover."""
    size, texts = cell.hidden_size, []
    for k, (name, gate) in enumerate(zip(names, cell.gate_names, strict=True)):
        text = f"<b>{name}</b> [{k * size}:{(k + 1) * size}]"
        texts.append(f"{text}<br>{GATE_WORDS[gate]}" if size * ROW_HEIGHT >= TWO_LINES else text)
        for heat in figure.select_traces({"name": name}):
            heat.hovertemplate = heat.hovertemplate.replace("%GATE", GATE_WORDS[gate])
    figure.update_yaxes(ticktext=texts, title=None)
    figure.update_layout(margin={"l": NAMES_WIDTH})
