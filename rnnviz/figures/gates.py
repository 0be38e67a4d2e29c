"""The gates of one cell over the whole sequence, what they make, and how decided they are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import plotly.graph_objects as go

from rnnviz.config import GATE_WORDS, Direction
from rnnviz.figures.activations import activation_at, applied
from rnnviz.figures.linked import Part, Row, Strip, linked
from rnnviz.figures.look import DEFAULT_LOOK, Look, checked, run_words
from rnnviz.figures.panels import Heading
from rnnviz.figures.ranges import gate_scale, largest, rounded_up, state_scale
from rnnviz.figures.shares import Shares, shares_of, timesteps_of
from rnnviz.figures.theme import ShareScale, SignedScale
from rnnviz.records import CellTrace, Trace


def gates(
    trace: Trace,
    layer: int,
    direction: Direction,
    *,
    sample: int = 0,
    look: Look = DEFAULT_LOOK,
) -> go.Figure:
    """Every gate of one cell, then c and h: a column per timestep, a row per unit.

    Gates run from 0 to 1, candidates over ±1, and over the range of the products where their
    activation keeps to neither. The strip below each says how many of the units are
    open, closed or saturated. All share one axis of time, so that a line marks the same t.

    Raises:
        ValueError: the net has no such cell or sample.
    """
    trace = checked(trace, look, sample=sample)
    cell = trace.cell(layer, direction)
    shares = shares_of(cell, sample)
    rows = [
        Row(
            values=values.T,  # (units, timesteps)
            scale=scale,
            title=f"{_words(cell, name)} {_formula(cell, name)}",
            hover=f"<b>{name}[%{{x:d}}][%{{y:d}}] = %VALUE</b><br>layer {layer}, {direction}"
            "<br>timestep t = %{x:d}, unit %{y:d}",
            strip=_strip(cell, shares, name, look),
        )
        for name, values, scale in _quantities(trace, cell, sample, look)
    ]
    what = "Gates" if cell.gate_names else "Hidden state h"
    heading = Heading(
        title=f"{what} · layer {layer}, {direction}",
        subtitle=(_legend(cell, shares) + run_words(trace, sample=sample)).removeprefix(" · "),
        alt=f"Heatmaps of layer {layer}, {direction}, sample {sample}, units as rows and "
        f"timesteps as columns: {', '.join(_words(cell, row) for row in _names(cell))}."
        f"{_share_words(cell, shares)}",
    )
    return linked(rows, trace.seq_len, look, heading)


def _names(cell: CellTrace) -> tuple[str, ...]:
    return (*cell.gate_names, *(() if cell.c is None else ("c",)), "h")


def _quantities(
    trace: Trace, cell: CellTrace, sample: int, look: Look
) -> Iterator[tuple[str, np.ndarray, SignedScale | ShareScale]]:
    """Name, values of shape (timesteps, units) without padding, and colours."""
    stop = timesteps_of(cell, sample)
    for name in _names(cell):
        if name == "h":
            yield name, cell.h[:stop, sample], state_scale(trace, look)
        elif name == "c":
            value = largest(c.c for c in trace.cells if c.c is not None)
            limit = (value or 1.0) if look.fit else rounded_up(value)
            yield name, cell.c[:stop, sample], SignedScale(limit=limit)
        else:
            scale = gate_scale(trace, cell, name, look)
            yield name, cell.gate(name)[:stop, sample], scale


def _words(cell: CellTrace, name: str) -> str:
    if name in cell.gate_names:
        return f"{GATE_WORDS[name]} {name}"
    return "cell state c" if name == "c" else "hidden state h"


def _formula(cell: CellTrace, name: str) -> str:
    before = "t+1" if cell.direction == "reverse" else "t−1"
    if name in cell.gate_names:
        return f"= {applied(activation_at(cell, name), 'a')}"
    if name == "c":
        return f"= f · c<sub>{before}</sub> + i · g"
    if cell.kind == "LSTM":
        own = f"o · {_of_c(cell)}"
        return f"= {own}" if cell.weight_hr is None else f"= W<sub>hr</sub> ({own})"
    if cell.kind == "GRU":
        return f"= (1 − z) · n + z · h<sub>{before}</sub>"
    return f"= {applied(cell.activations[0], 'a')}"


def _of_c(cell: CellTrace) -> str:
    """What o lets through: tanh(c), or another activation of c."""
    return applied(activation_at(cell, "c"), "c")


def _strip(cell: CellTrace, shares: Shares, name: str, look: Look) -> Strip | None:
    """The shares of one quantity; the colours of a gate's are those of its heatmap."""
    palette, scale = look.palette, ShareScale()
    if name in shares.gates:
        split = shares.gates[name]
        colors = dict(zip(split._fields, map(scale.color, (0.95, 0.5, 0.05)), strict=True))
        parts = split._asdict()
    else:
        relu = name == "h" and shares.off is not None
        share = shares.off if relu else shares.saturated.get(name)
        if share is None:
            return None
        word = "off (0)" if relu else "saturated"
        parts = {word: share, "not": 1 - share}
        colors = {word: palette.muted, "not": palette.band}
    units = cell.state_size if name == "h" else cell.hidden_size
    shown = [(word, np.rint(share * units)) for word, share in parts.items() if word != "not"]
    hover = tuple(
        ", ".join(f"{counts[t]:.0f} {word}" for word, counts in shown) + f" of {units} units"
        for t in range(len(shown[0][1]))
    )
    drawn = tuple(Part(colors[word], share) for word, share in parts.items())
    return Strip(_of_c(cell) if name == "c" else name, drawn, hover)


def _legend(cell: CellTrace, shares: Shares) -> str:
    """What the strips say, in lines that fit a phone."""
    lines = []
    if shares.gates:
        lines.append("strips: units open (> 0.9, deep), undecided, closed (< 0.1, pale)")
    if shares.saturated:
        names = ["h" if name == "h" else activation_at(cell, name) for name in shares.saturated]
        sizes = " or ".join(f"|{name}|" for name in dict.fromkeys(names))
        lines.append(f"grey strips: units saturated, {sizes} > 0.99")
    if shares.off is not None:
        lines.append("strip: units that relu made 0")
    return "<br>".join(lines)


def _share_words(cell: CellTrace, shares: Shares) -> str:
    """How decided the units are, as a sentence; nothing where no number keeps to a range."""
    parts = [
        f"{name} is open in {split.open.mean():.0%} of its units and closed in "
        f"{split.closed.mean():.0%}"
        for name, split in shares.gates.items()
    ]
    parts += [
        f"{_of_c(cell) if name == 'c' else name} is saturated in {share.mean():.0%}"
        for name, share in shares.saturated.items()
    ]
    if shares.off is not None:
        parts.append(f"h is 0 in {shares.off.mean():.0%}")
    return f" Over all timesteps, {', '.join(parts)}." if parts else ""
