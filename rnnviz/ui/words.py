"""Sentences about a run, the same on every page and in every export."""

from __future__ import annotations

import rnnviz
from rnnviz.records import Comparison, Step, Trace


def net_words(trace: Trace) -> str:
    """The net in one line: `2-layer bidirectional tanh RNN · T = 5 · batch 1 · input 5 ...`."""
    config = trace.config
    way = "bidirectional" if config.bidirectional else "forward-only"
    parts = [
        f"{config.num_layers}-layer {way} {config.nonlinearity} RNN",
        f"T = {trace.seq_len}",
        f"batch {trace.batch}",
        f"input {config.input_size}",
        f"hidden {config.hidden_size}",
        config.dtype,
    ]
    if not config.bias:
        parts.insert(1, "no bias")
    return " · ".join(parts)


def verdict(comparison: Comparison) -> str:
    """Whether RNNviz agrees with torch.nn, in a few words."""
    difference = comparison.max_difference
    if not comparison.equal:
        return f"differs from torch.nn by {difference:.1e}"
    if difference == 0:
        return "matches torch.nn exactly"
    return f"matches torch.nn ({difference:.0e}: rounding)"


def difference_words(comparison: Comparison) -> str:
    """The number behind the verdict."""
    return f"max |RNNviz - torch.nn| = {comparison.max_difference:.2e}"


def place_words(step: Step) -> str:
    """One update in words."""
    return f"layer {step.layer}, {step.direction}, timestep {step.t}"


def made_by() -> str:
    """Which version made an export."""
    return f"Made by RNNviz {rnnviz.__version__}."
