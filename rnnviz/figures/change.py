"""What a change of numbers did to the hidden states of one cell."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from rnnviz.config import Direction
from rnnviz.figures.axes import time_axis
from rnnviz.figures.look import DEFAULT_LOOK, Look, checked, run_words
from rnnviz.figures.panels import Heading, Panel, stacked
from rnnviz.figures.ranges import largest, rounded_up
from rnnviz.figures.shares import timesteps_of
from rnnviz.figures.theme import SignedScale
from rnnviz.records import CellTrace, Trace


def state_change(
    before: Trace,
    after: Trace,
    layer: int,
    direction: Direction,
    *,
    sample: int = 0,
    look: Look = DEFAULT_LOOK,
) -> go.Figure:
    """h after a change minus h before it, of one cell: a column per timestep, a row per unit.

    Colours run over one range for all cells, the largest |difference|, rounded up.

    Raises:
        ValueError: the net has no such cell or sample, or the runs are not of one shape.
    """
    before, after = (checked(trace, look, sample=sample) for trace in (before, after))
    differences = _differences(before, after)
    cell = after.cell(layer, direction)
    length = timesteps_of(cell, sample)
    shown = differences[layer, direction][:length, sample]  # (length, state_size)
    scale = SignedScale(limit=rounded_up(largest(differences.values())))
    panel = Panel(
        values=shown.T,
        past=cell.seq_len - length,
        scale=scale,
        hover="<b>after - before = %VALUE</b><br>"
        f"h[%{{x}}][%{{y}}], layer {layer}, {direction}<br>timestep t = %{{x}}, unit %{{y}}",
        columns=time_axis(0, cell.seq_len, look),
    )
    return stacked([panel], look, _heading(after, cell, shown, scale, sample))


def _differences(before: Trace, after: Trace) -> dict[tuple[int, Direction], np.ndarray]:
    """after - before of h, by layer and direction, in float64."""
    if [cell.h.shape for cell in before.cells] != [cell.h.shape for cell in after.cells]:
        raise ValueError("both runs must have the same cells, timesteps and samples.")
    return {
        (new.layer, new.direction): new.h.astype(np.float64) - old.h
        for old, new in zip(before.cells, after.cells, strict=True)
    }


def _heading(
    after: Trace, cell: CellTrace, shown: np.ndarray, scale: SignedScale, sample: int
) -> Heading:
    changed = int(np.count_nonzero(shown))
    return Heading(
        title=f"Change of h · layer {cell.layer}, {cell.direction}",
        subtitle=f"after - before, colour {scale.label}, {changed} of {shown.size} changed"
        + run_words(after, sample=sample),
        alt=f"Heatmap of the change of the hidden state of layer {cell.layer}, {cell.direction}, "
        f"sample {sample}: {changed} of {shown.size} numbers changed, at most by "
        f"{largest([shown]):.3g}.",
    )
