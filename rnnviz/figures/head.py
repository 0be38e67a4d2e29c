"""What a linear head makes of the output at every timestep."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from rnnviz.figures.axes import time_axis
from rnnviz.figures.look import DEFAULT_LOOK, Look
from rnnviz.figures.panels import Heading, Panel, stacked
from rnnviz.figures.ranges import largest, rounded_up
from rnnviz.figures.theme import ShareScale, SignedScale
from rnnviz.figures.tokens import token_text
from rnnviz.records import HeadOutput

# Rows that a laptop's screen holds beside the player.
MAX_ROWS = 24


def head_probabilities(
    head: HeadOutput, *, sample: int = 0, look: Look = DEFAULT_LOOK
) -> go.Figure:
    """The softmax of a head's outputs: a column per timestep, a row per output.

    Of more than 24 outputs those are drawn that are the likeliest at some timestep, or come near.

    Raises:
        IndexError: the run has no such sample.
    """
    values = head.probabilities(sample).T  # (out_features, seq_len)
    return _plot(head, values, ShareScale(), ("p", "softmax"), look)


def head_logits(head: HeadOutput, *, sample: int = 0, look: Look = DEFAULT_LOOK) -> go.Figure:
    """A head's outputs as they are: a column per timestep, a row per output.

    Of more than 24 outputs those are drawn that are the largest, or the lowest, at some timestep.

    Raises:
        IndexError: the run has no such sample.
    """
    values = head.logits[:, sample].T  # (out_features, seq_len)
    value = largest([values])
    scale = SignedScale(limit=(value or 1.0) if look.fit else rounded_up(value))
    return _plot(head, values, scale, ("logit", "logits"), look)


def likeliest(head: HeadOutput, sample: int, count: int) -> list[list[tuple[str, float]]]:
    """The most probable outputs of every timestep, (what it stands for, probability), the first
    first; none past the sample's length.
    """
    found = []
    for row in head.probabilities(sample):
        best = np.argsort(-row, kind="stable")[:count] if np.isfinite(row).all() else []
        found.append([(_name(head, output), float(row[output])) for output in best])
    return found


def _plot(
    head: HeadOutput,
    values: np.ndarray,
    scale: ShareScale | SignedScale,
    words: tuple[str, str],
    look: Look,
) -> go.Figure:
    outputs, seq_len = values.shape
    length = int(np.isfinite(values).all(axis=0).sum())
    shown = _rows(values[:, :length])
    names = [_name(head, output) for output in shown]
    letter, what = words
    panel = Panel(
        values=values[shown, :length],
        past=seq_len - length,
        scale=scale,
        hover=f"<b>{letter} = %VALUE</b><br>output %{{y}}<br>timestep t = %{{x}}",
        columns=time_axis(0, seq_len, look),
        rows={
            "range": [len(shown) - 0.5, -0.5],
            "tickmode": "array",
            "tickvals": list(range(len(shown))),
            "ticktext": [token_text(name) for name in names],
            "title": {"text": ""},
            "fixedrange": True,
        },
    )
    some = f"{len(shown)} of {outputs:,} outputs" if len(shown) < outputs else f"{outputs} outputs"
    heading = Heading(
        title=f"Linear head {token_text(head.name)}",
        subtitle=f"{what} of output[t], {some}, colour {scale.label}",
        alt=f"Heatmap of the {what} of the head at each of {length} timesteps, {some}.",
    )
    return stacked([panel], look, heading)


def _rows(values: np.ndarray) -> list[int]:
    """Which outputs are drawn, ascending: those that reach furthest at some timestep."""
    if len(values) <= MAX_ROWS:
        return list(range(len(values)))
    reach = np.abs(values).max(axis=1, initial=0.0)
    return sorted(np.argsort(-reach, kind="stable")[:MAX_ROWS].tolist())


def _name(head: HeadOutput, output: int) -> str:
    return str(output) if head.tokens is None else head.tokens[output]
