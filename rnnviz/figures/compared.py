"""RNNviz beside torch.nn, and how far they are apart."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from rnnviz.config import Direction
from rnnviz.figures.axes import halo_frame, time_axis
from rnnviz.figures.look import DEFAULT_LOOK, Look, checked, run_words
from rnnviz.figures.names import feature_offset, oracle_name, output_name
from rnnviz.figures.panels import Heading, Panel, frame_cells, frame_column, stacked
from rnnviz.figures.ranges import largest, state_range_words, state_scale
from rnnviz.figures.shares import timesteps_of
from rnnviz.figures.theme import SignedScale
from rnnviz.records import Comparison, Packed, Trace


def comparison(
    trace: Trace,
    result: Comparison,
    *,
    sample: int = 0,
    t: int | None = None,
    look: Look = DEFAULT_LOOK,
) -> go.Figure:
    """The output of RNNviz, of torch.nn, and their difference: features as rows, t as columns.

    The first two share a range; the difference has its own, and its maximum is printed. The first
    wrong place is framed where it lies in the output, and always named.

    Raises:
        ValueError: the run has no such sample or timestep.
    """
    trace, result = checked(trace, look, sample=sample, t=t), result.numpy()
    ours = by_time(trace, trace.output, sample)  # (length, D * state_size)
    theirs = by_time(trace, result.output, sample)  # (length, D * state_size)
    name = output_name(trace, "%{x}", sample, "%{y}")
    panels = _panels(trace, (ours, theirs), name, "output feature", look)
    panels[2] = _named(panels[2], result.output_difference, result.output_limit)
    heading = Heading(
        title=f"output · RNNviz and {oracle_name(trace)}",
        subtitle=state_range_words(trace, look)
        + run_words(trace, sample=sample, t=t)
        + _c_words(result)
        + _first_words(result),
        alt=f"Three heatmaps of output, sample {sample}, {ours.shape[1]} features as rows and "
        f"{len(ours)} timesteps as columns: RNNviz, {oracle_name(trace)}, and their "
        f"difference. "
        f"{_difference_words(result.output_difference, result.output_limit)}.",
    )
    figure = frame_column(stacked(panels, look, heading), t, look)
    if result.first and result.first.layer == trace.cells[-1].layer:
        cell = trace.cell(result.first.layer, result.first.direction)
        top = feature_offset(trace, cell.layer, cell.direction)
        _frame_first(figure, result, (top, top + cell.state_size), look)
    return figure


def cell_comparison(
    trace: Trace,
    result: Comparison,
    layer: int,
    direction: Direction,
    *,
    sample: int = 0,
    look: Look = DEFAULT_LOOK,
) -> go.Figure:
    """h of one cell by RNNviz, by torch.nn run on the same input, and their difference.

    The difference that is printed counts an LSTM's c too.

    Raises:
        ValueError: the net has no such cell or sample.
    """
    trace, result = checked(trace, look, sample=sample), result.numpy()
    cell = trace.cell(layer, direction)
    index = [(c.layer, c.direction) for c in trace.cells].index((layer, direction))
    stop = timesteps_of(cell, sample)
    both = cell.h[:stop, sample], result.cells[index][:stop, sample]  # (length, state_size) each
    panels = _panels(trace, both, "h[%{x}][%{y}]", "hidden unit", look)
    worst = float(result.differences[index].max(initial=0.0))
    limit = float(result.cell_limits[index])
    panels[2] = _named(panels[2], worst, limit, " of h and c" if cell.c is not None else "")
    heading = Heading(
        title=f"h · layer {layer}, {direction}",
        subtitle=state_range_words(trace, look)
        + run_words(trace, sample=sample)
        + _first_words(result),
        alt=f"Three heatmaps of h of layer {layer}, {direction}, sample {sample}: RNNviz, "
        f"{oracle_name(trace)} on the same input, and their difference. "
        f"{_difference_words(worst, limit)}.",
    )
    figure = stacked(panels, look, heading)
    if result.first and (result.first.layer, result.first.direction) == (layer, direction):
        _frame_first(figure, result, (0, cell.state_size), look)
    return figure


def by_time(trace: Trace, output: np.ndarray | Packed, sample: int) -> np.ndarray:
    """One sample of an output in any of torch's layouts. Shape (length, D * state_size).

    With batch_first the batch comes first, else second; unbatched output has no batch. Packed
    output holds the samples of timestep 0, then those of timestep 1 ..., the longest first.
    """
    if isinstance(output, Packed):
        order = output.unsorted_indices
        place = sample if order is None else order[sample]
        rows = np.cumsum(output.batch_sizes) - output.batch_sizes + place
        return output.data[rows[output.batch_sizes > place]]
    if not trace.batched:
        return output
    return output[sample] if trace.config.batch_first else output[:, sample]


def difference_of(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """RNNviz minus torch.nn; 0 where both are NaN or the same infinity. Shape as both."""
    ours, theirs = ours.astype(np.float64), theirs.astype(np.float64)
    same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    with np.errstate(invalid="ignore"):
        return np.where(same, 0.0, ours - theirs)


def _panels(
    trace: Trace, both: tuple[np.ndarray, np.ndarray], name: str, rows: str, look: Look
) -> list[Panel]:
    """RNNviz, torch.nn and the difference; `both` of shape (length, features) each."""
    difference = difference_of(*both)
    states = state_scale(trace, look)
    own = SignedScale(limit=largest((difference,)) or 1.0)
    axis = time_axis(0, trace.seq_len, look)
    quiet = {**axis, "matches": "x3", "showticklabels": False, "title": None}
    place = f"<br>timestep t = %{{x}}, {rows} %{{y}}"
    return [
        Panel(
            values=values.T,  # (features, length)
            past=trace.seq_len - len(values),
            scale=scale,
            title=title,
            hover=f"<b>{title}: {name} = %VALUE</b>{place}",
            columns=columns,
            rows=rows.split()[-1],
        )
        for values, scale, title, columns in (
            (both[0], states, "RNNviz", quiet),
            (both[1], states, oracle_name(trace), quiet),
            (difference, own, "difference", axis),
        )
    ]


def _named(panel: Panel, worst: float, limit: float, of: str = "") -> Panel:
    return Panel(**{**vars(panel), "title": _difference_words(worst, limit, of)})


def _c_words(result: Comparison) -> str:
    """How an LSTM's last cell states compare, which output does not hold."""
    if result.c_n_difference is None or result.c_n_limit is None:
        return ""
    return f"<br>c_n: {_difference_words(result.c_n_difference, result.c_n_limit)}"


def _difference_words(worst: float, limit: float, of: str = "") -> str:
    if worst == 0:
        return f"difference: exactly 0 everywhere (limit {limit:.2g})"
    return f"max |difference|{of} = {worst:.2g} (limit {limit:.2g})"


def _first_words(result: Comparison) -> str:
    if result.first is None:
        return ""
    layer, direction, t = result.first
    return f"<br>first wrong place: layer {layer}, {direction}, t = {t}"


def _frame_first(figure: go.Figure, result: Comparison, rows: tuple[int, int], look: Look) -> None:
    """A frame around the first wrong update in every panel."""
    t = result.first.t
    edges = {"type": "rect", "x0": t - 0.5, "x1": t + 0.5}
    edges |= {"y0": rows[0] - 0.5, "y1": rows[1] - 0.5}
    for shape in halo_frame("first wrong place", look.palette.alarm, look, edges):
        for axis in ("x", "x2", "x3"):
            frame_cells(figure, axis, {**shape, "yref": axis.replace("x", "y")})
