"""The hidden states of one cell over the whole sequence."""

from __future__ import annotations

import plotly.graph_objects as go

from rnnviz.config import Direction
from rnnviz.figures.axes import time_axis
from rnnviz.figures.look import DEFAULT_LOOK, Look, checked, run_words
from rnnviz.figures.panels import Heading, Panel, frame_column, stacked
from rnnviz.figures.ranges import state_range_words, state_scale
from rnnviz.figures.shares import timesteps_of
from rnnviz.records import Trace


def hidden_heatmap(
    trace: Trace,
    layer: int,
    direction: Direction,
    *,
    sample: int = 0,
    t: int | None = None,
    look: Look = DEFAULT_LOOK,
) -> go.Figure:
    """h_t of one cell: a column per timestep, a row per hidden unit, t framed.

    Colours run over ±1, the range of tanh, or over the largest |h| of the run, rounded up, where
    nothing bounds it. What lies past a sample's length is absent.

    Raises:
        ValueError: the net has no such cell, sample or timestep.
    """
    trace = checked(trace, look, sample=sample, t=t)
    cell = trace.cell(layer, direction)
    length = timesteps_of(cell, sample)
    panel = Panel(
        values=cell.h[:length, sample].T,  # (state_size, length)
        past=cell.seq_len - length,
        scale=state_scale(trace, look),
        hover=f"<b>h[%{{x}}][%{{y}}] = %VALUE</b><br>layer {layer}, {direction}<br>"
        "timestep t = %{x}, hidden unit %{y}",
        columns=time_axis(0, cell.seq_len, look),
    )
    words = run_words(trace, sample=sample, t=t)
    order = "t = 0 is computed last" if direction == "reverse" else "t = 0 is computed first"
    heading = Heading(
        title=f"Hidden state h · layer {layer}, {direction}",
        subtitle=state_range_words(trace, look) + words,
        alt=f"Heatmap of the hidden state of layer {layer}, {direction}, sample {sample}: "
        f"{cell.state_size} units as rows, {cell.seq_len} timesteps as columns; {order}.",
    )
    return frame_column(stacked([panel], look, heading), t, look)
