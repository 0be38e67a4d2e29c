"""The parameters of one cell, under torch's names."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from rnnviz.config import Direction
from rnnviz.figures.axes import count_axis
from rnnviz.figures.look import DEFAULT_LOOK, Look, checked
from rnnviz.figures.panels import Heading, Panel, frame_cells, stacked
from rnnviz.figures.ranges import weight_scale
from rnnviz.figures.theme import SignedScale
from rnnviz.records import CellTrace, Trace
from rnnviz.shapes import parameter_name

# The narrowest panel, as a share of the widest, so that one column is still a readable cell.
MIN_WIDTH = 0.15


def weight_heatmaps(
    trace: Trace, layer: int, direction: Direction, *, look: Look = DEFAULT_LOOK
) -> go.Figure:
    """weight_ih, weight_hh and the biases of one cell, on one range for all weights of the net.

    With gates the rows come in blocks, one for each gate. Above layer 0 the columns of weight_ih
    say whose state they read.

    Raises:
        ValueError: the net has no such cell.
    """
    trace = checked(trace, Look(theme=look.theme, fit=look.fit))
    cell = trace.cell(layer, direction)
    scale = weight_scale(trace, look)
    panels = [_input_panel(trace, cell, scale), _recurrent_panel(trace, cell, scale)]
    if cell.bias_ih is not None:
        panels.append(_bias_panel(trace, cell, scale))
    if cell.weight_hr is not None:
        panels.append(_projection_panel(trace, cell, scale))
    panels = _in_proportion(panels)
    biases = " and both biases" if cell.bias_ih is not None else ""
    heading = Heading(
        title=f"Weights · layer {layer}, {direction}",
        subtitle=f"colour {scale.label} for every weight of the net",
        alt=f"Heatmaps of the parameters of layer {layer}, {direction}: weight_ih with "
        f"{len(cell.weight_ih)} rows and {cell.input_size} columns, weight_hh with "
        f"{len(cell.weight_hh)} rows and {cell.state_size} columns{biases}.{_gate_words(cell)}",
    )
    figure = stacked(panels, look, heading)
    _add_divider(figure, trace, cell, look)
    return figure


def _input_panel(trace: Trace, cell: CellTrace, scale: SignedScale) -> Panel:
    sources = _sources(trace, cell)
    name = _name(trace, cell, "weight_ih")
    return Panel(
        values=cell.weight_ih,
        scale=scale,
        title=_title(name, cell.weight_ih),
        hover=f"<b>{name}[{_row(cell)}, %{{x}}] = %VALUE</b><br>"
        f"into {_unit(cell)}, from column %{{x}} of what it reads",
        columns=count_axis(cell.input_size, sources),
        blocks=cell.gate_names,
    )


def _recurrent_panel(trace: Trace, cell: CellTrace, scale: SignedScale) -> Panel:
    name = _name(trace, cell, "weight_hh")
    step = "t+1" if cell.direction == "reverse" else "t−1"
    return Panel(
        values=cell.weight_hh,
        scale=scale,
        title=_title(name, cell.weight_hh),
        hover=f"<b>{name}[{_row(cell)}, %{{x}}] = %VALUE</b><br>"
        f"into {_unit(cell)} at t, from hidden unit %{{x}} at {step}",
        columns=count_axis(cell.state_size, f"reads: hidden unit at {step}"),
        blocks=cell.gate_names,
    )


def _bias_panel(trace: Trace, cell: CellTrace, scale: SignedScale) -> Panel:
    names = [_name(trace, cell, name) for name in ("bias_ih", "bias_hh")]
    title = f"{', '.join(names)} · ({len(cell.bias_ih)},)"
    # The hover fills in which of the two.
    name = names[0].replace("bias_ih", "bias_%END")
    if cell.gate_names:
        return Panel(
            values=np.stack([cell.bias_ih, cell.bias_hh], axis=1),  # (G * hidden_size, 2)
            scale=scale,
            title=title,
            hover=f"<b>{name.replace('%END', '%{x}')}[{_row(cell)}] = %VALUE</b>"
            f"<br>into {_unit(cell)}",
            columns=count_axis(2, "", ticktext=["ih", "hh"]),
            blocks=cell.gate_names,
        )
    return Panel(
        values=np.stack([cell.bias_ih, cell.bias_hh]),  # (2, hidden_size)
        scale=scale,
        title=title,
        hover=f"<b>{name.replace('%END', '%{y}')}[%{{x}}] = %VALUE</b><br>into hidden unit %{{x}}",
        columns=count_axis(cell.hidden_size, "hidden unit"),
        rows={"range": [1.5, -0.5], "tickvals": [0, 1], "ticktext": ["ih", "hh"]},
    )


def _projection_panel(trace: Trace, cell: CellTrace, scale: SignedScale) -> Panel:
    name = _name(trace, cell, "weight_hr")
    return Panel(
        values=cell.weight_hr,
        scale=scale,
        title=_title(name, cell.weight_hr),
        hover=f"<b>{name}[%{{y}}, %{{x}}] = %VALUE</b><br>"
        "into hidden unit %{y}, from unit %{x} of o · tanh(c)",
        columns=count_axis(cell.hidden_size, "reads: unit of o · tanh(c)"),
    )


def _name(trace: Trace, cell: CellTrace, name: str) -> str:
    return parameter_name(trace.config, cell.layer, cell.direction, name)


def _row(cell: CellTrace) -> str:
    """How a hover counts rows: within the gate's block, where there are gates."""
    return "%BLOCK, %{customdata}" if cell.gate_names else "%{y}"


def _unit(cell: CellTrace) -> str:
    return "gate %BLOCK of hidden unit %{customdata}" if cell.gate_names else "hidden unit %{y}"


def _gate_words(cell: CellTrace) -> str:
    if not cell.gate_names:
        return ""
    return f" Rows come in blocks of {cell.hidden_size}, for the gates {' '.join(cell.gate_names)}."


def _title(name: str, weight: np.ndarray) -> str:
    return f"{name} · ({weight.shape[0]}, {weight.shape[1]})"


def _sources(trace: Trace, cell: CellTrace) -> str:
    """What the columns of weight_ih read, in words."""
    if cell.layer == 0:
        return "reads: input feature"
    below = [other for other in trace.cells if other.layer == cell.layer - 1]
    if len(below) == 1:
        return f"reads: hidden unit of layer {cell.layer - 1}"
    split, end = below[0].state_size, below[0].state_size + below[1].state_size
    return (
        f"reads layer {cell.layer - 1}: [forward {_span(0, split)} | reverse {_span(split, end)}]"
    )


def _span(start: int, stop: int) -> str:
    return str(start) if stop - start == 1 else f"{start}–{stop - 1}"


def _in_proportion(panels: list[Panel]) -> list[Panel]:
    """Cells equally wide in every panel, as far as that keeps them readable."""
    most = max(panel.values.shape[1] for panel in panels)
    return [
        Panel(**{**vars(panel), "width": max(panel.values.shape[1] / most, MIN_WIDTH)})
        for panel in panels
    ]


def _add_divider(figure: go.Figure, trace: Trace, cell: CellTrace, look: Look) -> None:
    """A line under the columns of weight_ih in the colour of the direction that they read."""
    below = [other for other in trace.cells if other.layer == cell.layer - 1]
    start = 0
    for other in below if len(below) == 2 else ():
        line = {"color": look.palette.lane(other.direction), "width": 4}
        edges = {"x0": start - 0.5, "x1": start + other.state_size - 0.5}
        shape = {"type": "line", "name": f"reads {other.direction}", "line": line}
        frame_cells(figure, "x", {**shape, **edges, "y0": 0, "y1": 0})
        start += other.state_size
