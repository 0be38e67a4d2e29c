"""The whole net unrolled in time: every state where it is computed, every arrow that feeds it."""

from __future__ import annotations

from collections.abc import Iterator

import plotly.graph_objects as go

from rnnviz.config import StackConfig
from rnnviz.figures.arrows import arrow_traces
from rnnviz.figures.axes import chosen_column, time_axis
from rnnviz.figures.blocks import (
    block_traces,
    input_grid,
    lane_grid,
    start_grid,
    start_hover,
    state_hover,
)
from rnnviz.figures.cells import marks_legend
from rnnviz.figures.lanes import PILL_HEIGHT, Lane, Plan, lane_names, margin_name, unrolled_plan
from rnnviz.figures.look import DEFAULT_LOOK, Look, checked, run_words
from rnnviz.figures.names import net_name, output_name
from rnnviz.figures.outlines import BESIDE, outlines
from rnnviz.figures.ranges import input_scale, state_scale
from rnnviz.figures.shares import timesteps_of
from rnnviz.figures.template import template, title
from rnnviz.figures.theme import SMALL_SIZE
from rnnviz.records import Trace

# Pixels.
MARGINS = {"l": 74, "r": 20, "t": 96, "b": 50}

# Up to here h_n has room beside its arrow; beyond it stands below.
ROOMY_STEPS = 6


def unrolled_diagram(
    trace: Trace, *, sample: int = 0, t: int | None = None, look: Look = DEFAULT_LOOK
) -> go.Figure:
    """The unrolled net: time to the right, layers upwards, reverse above forward.

    Both directions share the columns of time. A cell is a column of hidden units coloured by h.
    Beyond 24 timesteps a window around t is shown. A sample shorter than the longest has its own
    timesteps only, and its reverse lanes start at its own last one.

    Raises:
        ValueError: the run has no such sample or timestep.
    """
    trace = checked(trace, look, sample=sample, t=t)
    plan = unrolled_plan(trace, t, timesteps_of(trace.cells[0], sample))
    figure = go.Figure()
    figure.add_traces(list(arrow_traces(trace, plan, look)))
    legend = _add_blocks(figure, trace, plan, sample, look)
    figure.add_traces([_ends(plan, look), _pill_hovers(trace, plan, sample)])
    shapes = list(outlines(trace, plan, look))
    if t is not None:
        # After the bands and before the cards, so that it tints the band but no cell.
        place = {"y0": -6, "y1": plan.top, "layer": "below", "xref": "x", "yref": "y"}
        column = chosen_column(t, look, **place)[1]
        shapes.insert(1, {**column, "fillcolor": look.palette.chosen_fill})
    height = MARGINS["t"] + MARGINS["b"] + round(plan.top + 8) + 16 * (look.labels is not None)
    figure.update_layout(
        template=template(look.theme),
        title=title(_title(trace), _subtitle(trace, plan, sample, t) + legend, height),
        height=height,
        margin=MARGINS,
        xaxis={**time_axis(plan.steps.start, plan.steps.stop, look), "range": _x_range(plan)},
        yaxis={"range": [-8, plan.top], "visible": False, "fixedrange": True},
        shapes=shapes,
        annotations=_names(plan, look),
        meta={"alt": _alt(trace, plan)},
    )
    return figure


def _add_blocks(figure: go.Figure, trace: Trace, plan: Plan, sample: int, look: Look) -> str:
    """Add all coloured columns; returns the legend of their marks."""
    states = state_scale(trace, look)
    inputs = input_grid(trace, plan, sample, input_scale(trace, look))
    hover = "<b>x[%{x}][%{customdata}] = %VALUE</b><br>input, timestep t = %{x}, feature "
    hover += f"%{{customdata}}<br>x[t] has shape ({trace.cells[0].input_size},)"
    bar = _legend("x", inputs.scale.limit, x=1, xanchor="right")
    traces = list(
        block_traces(inputs, hover, (0, plan.input_top), look, name="input", colorbar=bar)
    )
    grids = [inputs]
    for index, lane in enumerate(plan.lanes):
        name = f"layer {lane.cell.layer}, {lane.cell.direction}"
        grids.append(lane_grid(lane, plan.steps, sample, states))
        edges, hover = (lane.bottom, lane.top), state_hover(trace, lane, sample, plan.length)
        bar = _legend("h", states.limit, x=0, xanchor="left")
        settings = {"name": name, "showscale": index == 0, "colorbar": bar}
        traces += block_traces(grids[-1], hover, edges, look, **settings)
        if start := start_grid(lane, plan, sample, states):
            grids.append(start)
            hover, settings = start_hover(trace, lane, sample), {"name": f"h_0 of {name}"}
            traces += block_traces(start, hover, edges, look, showscale=False, **settings)
    figure.add_traces(traces)
    return marks_legend(grids)


def _legend(name: str, limit: float, **place: object) -> dict:
    """A short lying legend above the drawing, which leaves a phone its width."""
    return {
        "orientation": "h",
        # Without a title of its own plotly draws a lying legend's default one and, by mistake,
        # moves the title of the figure.
        "title": {"text": "", "side": "top"},
        "lenmode": "pixels",
        "len": 120,
        "thickness": 8,
        "y": 1,
        "yanchor": "bottom",
        "ypad": 4,
        "xpad": 10,
        "tickvals": [-limit, 0, limit],
        "ticktext": [f"−{limit:.3g}", name, f"+{limit:.3g}"],
        **place,
    }


def _ends(plan: Plan, look: Look) -> go.Scatter:
    """The labels h_0 and h_n where each lane starts and ends; dots where the window cuts it."""
    labels = [label for row, lane in enumerate(plan.lanes) for label in _lane_ends(row, lane, plan)]
    return go.Scatter(
        x=[x for x, _, _, _ in labels],
        y=[y for _, y, _, _ in labels],
        text=[text for _, _, text, _ in labels],
        textposition=[position for _, _, _, position in labels],
        mode="text",
        textfont={"size": SMALL_SIZE, "color": look.palette.muted},
        hoverinfo="skip",
        cliponaxis=False,
        name="ends",
    )


def _lane_ends(row: int, lane: Lane, plan: Plan) -> Iterator[tuple]:
    steps, cell = plan.steps, lane.cell
    whole_left, whole_right = steps[0] == 0, steps[-1] == plan.length - 1
    left, right = steps[0] - 1, steps[-1] + 1
    starts_at, ends_at = (left, right) if cell.direction == "forward" else (right, left)
    if whole_left if starts_at == left else whole_right:
        yield starts_at, lane.bottom - 2, "h_0", "bottom center"
    else:
        yield starts_at, lane.middle, "⋯", "top center"
    text = f"h_n[{row}]" if (whole_left if ends_at == left else whole_right) else "⋯"
    if len(steps) > ROOMY_STEPS:
        yield ends_at, lane.bottom - 2, text, "bottom center"
    elif ends_at == right:
        yield right - 0.42, lane.middle, text, "middle right"
    else:
        yield left + 0.42, lane.middle, text, "middle left"


def _pill_hovers(trace: Trace, plan: Plan, sample: int) -> go.Scatter:
    """Unseen points on the pills, which say what is joined there, and in which order."""
    x, y, texts = [], [], []
    for band in plan.bands:
        sizes = [lane.cell.state_size for lane in band.lanes]
        parts = " | ".join(lane.cell.direction for lane in band.lanes)
        above = band is not plan.bands[-1]
        for t in plan.steps:
            name = f"x[{t}] of layer {band.layer + 1}"
            name = name if above else output_name(trace, t, sample, ":")
            x.append(t)
            y.append(band.pill + PILL_HEIGHT / 2)
            texts.append(
                f"<b>{name}</b><br>h[{t}] of layer {band.layer}: [{parts}]<br>shape ({sum(sizes)},)"
            )
    return go.Scatter(
        x=x,
        y=y,
        text=texts,
        mode="markers",
        marker={"size": 14, "opacity": 0},
        hovertemplate="%{text}<extra></extra>",
        name="joined states",
    )


def _names(plan: Plan, look: Look) -> list[dict]:
    """What stands in the left margin, from the input up to the output."""
    palette = look.palette
    names = [margin_name("input x", plan.input_top / 2, palette.text)]
    for band in plan.bands:
        middle = (band.bottom + band.top) / 2
        lift = 0 if len(band.lanes) == 2 else 16
        names.append(margin_name(f"<b>layer {band.layer}</b>", middle + lift, palette.text))
    names += lane_names(plan.lanes, look)
    above = plan.bands[-1].pill + PILL_HEIGHT / 2
    return [*names, margin_name("output[t]", above, palette.text)]


def _x_range(plan: Plan) -> list[float]:
    return [plan.steps[0] - BESIDE, plan.steps[-1] + BESIDE]


def _title(trace: Trace) -> str:
    layers = trace.config.num_layers
    ways = "bidirectional" if trace.config.bidirectional else "forward only"
    # The subtitle names each layer of a stack: that is long.
    name = "stack" if isinstance(trace.config, StackConfig) else net_name(trace)
    return f"Unrolled {name} · {layers} layer{'s' * (layers > 1)}, {ways}"


def _subtitle(trace: Trace, plan: Plan, sample: int, t: int | None) -> str:
    steps, cell = plan.steps, trace.cells[0]
    words = f"hidden {cell.hidden_size} · "
    if isinstance(trace.config, StackConfig):
        words = f"{net_name(trace).removeprefix('stack of ')} · "
    if cell.weight_hr is not None:
        words = words.replace(" · ", f", projected to {cell.state_size} · ")
    if len(steps) < plan.length:
        words += f"steps {steps[0]}–{steps[-1]} of 0–{plan.length - 1} shown"
    else:
        words += f"{plan.length} timestep{'s' * (plan.length > 1)}"
    return words + run_words(trace, sample=sample, t=t)


def _alt(trace: Trace, plan: Plan) -> str:
    layers = trace.config.num_layers
    ways = "a forward and a reverse lane each" if trace.config.bidirectional else "forward only"
    return (
        f"Diagram of a recurrent net unrolled over {plan.length} timesteps: {layers} layers, "
        f"{ways}. Forward lanes start from h_0 at the left, reverse lanes from h_0 at the right; "
        "the states of a layer are joined, forward first, and feed the layer above, and the last "
        "layer's are the output."
    )
