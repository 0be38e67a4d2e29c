"""The states of every lane as they appear, update by update, in the order of computing."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from rnnviz.figures.axes import time_axis
from rnnviz.figures.cells import (
    Grid,
    cell_map,
    mark_scatter,
    marks_legend,
    number_maps,
    padding_map,
)
from rnnviz.figures.lanes import Lane, lane_names, stacked_lanes
from rnnviz.figures.look import DEFAULT_LOOK, Look, checked, run_words
from rnnviz.figures.ranges import state_range_words, state_scale
from rnnviz.figures.shares import timesteps_of
from rnnviz.figures.template import template, title
from rnnviz.figures.theme import TRANSPARENT
from rnnviz.records import Step, Trace

# More frames make the file large and the slider finer than a finger; then a frame takes several
# updates at once.
MAX_FRAMES = 256

# Pixels.
MARGINS = {"l": 74, "r": 52, "t": 58, "b": 148}
LANE_GAP = 12

# Milliseconds a frame stays, and at most for the whole run.
FRAME_MS = 400
WHOLE_RUN_MS = 20_000


def animated_states(trace: Trace, *, sample: int = 0, look: Look = DEFAULT_LOOK) -> go.Figure:
    """h of every lane, filling up in the order of computing: play, pause, or drag the slider.

    What is not computed yet lies under a cover, one per lane, which the frames shrink: frames
    then weigh next to nothing, whatever the size of the net.

    Raises:
        ValueError: the run has no such sample.
    """
    trace = checked(trace, look, sample=sample)
    lanes = stacked_lanes(trace.cells, 0.0, LANE_GAP)
    steps = trace.steps
    done = _frame_ends(len(steps))
    figure = go.Figure()
    legend = _add_states(figure, trace, lanes, sample, look)
    still = len(figure.data)
    figure.add_traces(_moving(steps, lanes, done[0], look))
    moving = list(range(still, len(figure.data)))
    figure.frames = [
        go.Frame(name=str(count), data=_moving(steps, lanes, count, look), traces=moving)
        for count in done
    ]
    top = lanes[-1].top
    height = MARGINS["t"] + MARGINS["b"] + round(top + 6) + 16 * (look.labels is not None)
    words = state_range_words(trace, look) + run_words(trace, sample=sample)
    figure.update_layout(
        template=template(look.theme),
        title=title("Hidden states in the order of computing", words + legend, height),
        height=height,
        margin=MARGINS,
        xaxis={**time_axis(0, trace.seq_len, look), "fixedrange": True},
        yaxis={"range": [-3, top + 3], "visible": False, "fixedrange": True},
        annotations=_names(lanes, look),
        shapes=[_ground(trace, lane, look) for lane in lanes],
        updatemenus=[_buttons(len(done), look)],
        sliders=[_slider(steps, done, look)],
        meta={"alt": _alt(trace, len(done))},
    )
    return figure


def _frame_ends(updates: int) -> list[int]:
    """How many updates are done in every frame; the last one shows them all."""
    stride = math.ceil(updates / MAX_FRAMES)
    return [min(start + stride, updates) for start in range(0, updates, stride)]


def _add_states(
    figure: go.Figure, trace: Trace, lanes: Sequence[Lane], sample: int, look: Look
) -> str:
    """Add the finished states of every lane; returns the legend of their marks."""
    scale = state_scale(trace, look)
    grids = []
    for index, lane in enumerate(lanes):
        length = timesteps_of(lane.cell, sample)
        values = lane.cell.h[:length, sample].T  # (state_size, length)
        grid = Grid(values, np.arange(length), lane.rows(), scale)
        grids.append(grid)
        name = f"layer {lane.cell.layer}, {lane.cell.direction}"
        hover = f"<b>h[%{{x}}][%{{customdata}}] = %VALUE</b><br>{name}<br>"
        hover += "timestep t = %{x}, hidden unit %{customdata}"
        units = np.repeat(np.arange(len(values))[:, None], values.shape[1], axis=1)
        states = cell_map(grid, hover, name=name, customdata=units, showscale=index == 0)
        # Plotly guesses the height of a single row; its edges leave nothing to guess.
        states.y = np.linspace(lane.top, lane.bottom, len(values) + 1)
        figure.add_trace(states)
        if length < trace.seq_len:
            edges = (length, trace.seq_len), (lane.bottom, lane.top)
            figure.add_trace(padding_map(*edges, look))
        if grid.numbered:
            figure.add_traces(list(number_maps(grid)))
        if marks := mark_scatter(grid, look):
            figure.add_trace(marks)
    limit = scale.limit
    ticks = {"tickvals": [-limit, 0, limit]}
    ticks["ticktext"] = [f" −{limit:.3g}", " 0", f" +{limit:.3g}"]
    figure.data[0].colorbar = {"x": 1, "xanchor": "left", "xpad": 8, **ticks}
    return marks_legend(grids)


def _moving(steps: Sequence[Step], lanes: Sequence[Lane], done: int, look: Look) -> list:
    """What changes from frame to frame: a cover per lane, and the frame around the update."""
    covers = []
    for index, lane in enumerate(lanes):
        seq_len = lane.cell.seq_len
        # Lanes are computed one after the other, each for all of its timesteps.
        computed = min(max(done - index * seq_len, 0), seq_len)
        covers.append(_cover(lane, computed, look))
    step = steps[done - 1]
    current = next(lane for lane in lanes if (lane.cell.layer, lane.cell.direction) == step[:2])
    x, y = step.t + np.array([-0.5, 0.5, 0.5, -0.5, -0.5]), [current.bottom, current.top]
    return [
        *covers,
        go.Scatter(
            x=x,
            y=[y[0], y[0], y[1], y[1], y[0]],
            mode="lines",
            line={"color": look.palette.lane(step.direction), "width": 3},
            hoverinfo="skip",
            name="update",
        ),
    ]


def _cover(lane: Lane, computed: int, look: Look) -> go.Heatmap:
    """One flat cell over the timesteps that are not computed yet; a gap once all are."""
    seq_len = lane.cell.seq_len
    forward = lane.cell.direction == "forward"
    start, stop = (computed, seq_len) if forward else (0, seq_len - computed)
    whole = start == stop
    return go.Heatmap(
        x=[-0.5, seq_len - 0.5] if whole else [start - 0.5, stop - 0.5],
        y=[lane.bottom - 1, lane.top + 1],
        z=[[None]] if whole else [[0]],
        zmin=-1,
        zmax=1,
        colorscale=[(0, look.palette.band), (1, look.palette.band)],
        showscale=False,
        hoverongaps=False,
        hovertemplate="not computed yet<extra></extra>",
        name=f"not computed yet: layer {lane.cell.layer}, {lane.cell.direction}",
    )


def _names(lanes: Sequence[Lane], look: Look) -> list[dict]:
    """Every lane's direction, and above it its layer."""
    names = lane_names(lanes, look)
    for lane, name in zip(lanes, names, strict=True):
        name["text"] = f"<b>layer {lane.cell.layer}</b><br>{name['text']}"
    return names


def _ground(trace: Trace, lane: Lane, look: Look) -> dict:
    """What shows through where a cell holds no number."""
    edges = {"x0": -0.5, "x1": trace.seq_len - 0.5, "y0": lane.bottom, "y1": lane.top}
    line = {"color": look.palette.hairline, "width": 1}
    return {
        "type": "rect",
        **edges,
        "layer": "below",
        "fillcolor": look.palette.absent,
        "line": line,
    }


def _buttons(frames: int, look: Look) -> dict:
    hold = min(FRAME_MS, WHOLE_RUN_MS // frames)
    play = {"frame": {"duration": hold, "redraw": True}, "fromcurrent": True}
    pause = {"frame": {"duration": 0, "redraw": False}, "mode": "immediate"}
    return {
        "type": "buttons",
        "direction": "right",
        "showactive": False,
        "x": 0,
        "xanchor": "left",
        "y": 0,
        "yanchor": "top",
        "pad": {"t": 100, "l": 0},
        "bgcolor": look.palette.band,
        "bordercolor": look.palette.hairline,
        "buttons": [
            {"label": "Play", "method": "animate", "args": [None, _at_once(play)]},
            {"label": "Pause", "method": "animate", "args": [[None], _at_once(pause)]},
        ],
    }


def _slider(steps: Sequence[Step], done: Sequence[int], look: Look) -> dict:
    jump = _at_once({"frame": {"duration": 0, "redraw": True}, "mode": "immediate"})
    return {
        "active": 0,
        "x": 0,
        "len": 1,
        "y": 0,
        "yanchor": "top",
        "pad": {"t": 44, "b": 0},
        "currentvalue": {"font": {"size": 12, "color": look.palette.text}, "xanchor": "left"},
        # Only the current label is shown; all of them would overlap.
        "font": {"color": TRANSPARENT, "size": 1},
        "ticklen": 0,
        "minorticklen": 0,
        "bgcolor": look.palette.band,
        "activebgcolor": look.palette.flow,
        "bordercolor": look.palette.hairline,
        "steps": [
            {"label": _label(steps, c), "method": "animate", "args": [[str(c)], jump]} for c in done
        ],
    }


def _label(steps: Sequence[Step], count: int) -> str:
    layer, direction, t = steps[count - 1]
    return f"update {count} of {len(steps)}: layer {layer}, {direction}, t = {t}"


def _at_once(settings: dict) -> dict:
    return {**settings, "transition": {"duration": 0}}


def _alt(trace: Trace, frames: int) -> str:
    return (
        f"Animation in {frames} frames: the hidden states of {len(trace.cells)} lanes over "
        f"{trace.seq_len} timesteps appear in the order of computing. Each layer finishes the "
        "forward lane from left to right and the reverse lane from right to left before the next."
    )
