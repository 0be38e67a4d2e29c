"""Sentences about a run, the same on every page and in every export."""

from __future__ import annotations

import math
import re
from dataclasses import asdict

import rnnviz
from rnnviz.config import RNNConfig
from rnnviz.figures.names import net_name
from rnnviz.records import Comparison, Step, Trace
from rnnviz.ui.settings import DRAWN_WEIGHTS, SEEDLESS_WEIGHTS, Settings


def net_words(trace: Trace) -> str:
    """The net in one line: `2-layer bidirectional tanh RNN · T = 5 · batch 1 · input 5 ...`.

    An LSTM with a projection also `projected to 2`, a batch with padding `lengths 5, 3, 4`, and
    training with dropout `dropout 0.5 (training)`.
    """
    config = trace.config
    way = "bidirectional" if config.bidirectional else "forward-only"
    parts = [
        f"{config.num_layers}-layer {way} {net_name(trace)}",
        f"T = {trace.seq_len}",
        f"batch {trace.batch}",
        f"input {config.input_size}",
    ]
    if isinstance(config, RNNConfig):
        parts.append(f"hidden {config.hidden_size}")
        parts += [f"projected to {config.proj_size}"] if config.proj_size else []
    else:
        own = [name for layer in config.layers for name in layer.activations]
        parts += [", ".join(dict.fromkeys(own))] if own else []
    parts.append(config.dtype)
    if not config.bias:
        parts.insert(1, "no bias")
    if config.dropout:
        dropped = any(cell.dropout_mask is not None for cell in trace.cells)
        mode = "training" if dropped else "not in training, so nothing is dropped"
        parts.append(f"dropout {config.dropout:g} ({mode})")
    if trace.lengths is not None:
        parts.append(f"lengths {', '.join(map(str, trace.lengths))}")
    return " · ".join(parts)


def judge(trace: Trace) -> str:
    """What a run is held against: torch.nn, or where that has no such net, plain torch."""
    config = trace.config
    own = any(config.cells_of(layer).activations for layer in range(config.num_layers))
    return "plain torch" if own or trace.clamps else "torch.nn"


def verdict(comparison: Comparison, judge: str = "torch.nn") -> str:
    """Whether RNNviz agrees with its judge; the number is relative where values exceed 1."""
    difference = comparison.relative_difference
    if not comparison.equal:
        return f"differs from {judge} by {scientific(difference, 2)}"
    if difference == 0:
        return f"matches {judge} exactly"
    return f"matches {judge} ({scientific(difference)}: rounding)"


def scientific(value: float, digits: int = 1) -> str:
    """A small number as people write it: `1.2e-7`, and `0` for zero."""
    if value == 0:
        return "0"
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


def difference_words(comparison: Comparison, judge: str = "torch.nn") -> str:
    """The number behind the verdict."""
    return f"max |RNNviz - {judge}| = {scientific(comparison.max_difference, 3)}"


def size_words(count: int) -> str:
    """How large a file is: `950 bytes`, `45 kB`, `1.2 MB`."""
    if count < 1_000:
        return f"{count} bytes"
    if count < 1_000_000:
        return f"{count / 1_000:.0f} kB"
    return f"{count / 1_000_000:.1f} MB"


def place_words(step: Step) -> str:
    """One update in words."""
    return f"layer {step.layer}, {step.direction}, timestep {step.t}"


def made_by() -> str:
    """Which version made an export."""
    return f"Made by RNNviz {rnnviz.__version__}."


def warning_words(comparison: Comparison) -> str:
    """What is wrong and where it begins, for a run that does not match."""
    words = difference_words(comparison)
    if not math.isfinite(comparison.max_difference):
        words += ": only one of the two has NaN or an infinity there, as after an overflow"
    words += f". Up to {scientific(comparison.output_limit)} counts as equal"
    if comparison.first is None:
        return f"{words}; the cells are right by themselves, so they are wrongly joined."
    return f"{words}. First at {place_words(comparison.first)}."


def settings_words(settings: Settings) -> str:
    """Every setting as a link would hold it, but those that are empty."""
    said = [f"{name} = {value}" for name, value in asdict(settings).items() if value != ""]
    return "Settings: " + ", ".join(said)


def drawn_from(settings: Settings) -> int | None:
    """What a caption says the weights were drawn from; None where no seed decides them alone."""
    drawn = settings.weights in DRAWN_WEIGHTS and settings.weights not in SEEDLESS_WEIGHTS
    return settings.seed if drawn and not settings.edits else None


def sentence(error: Exception | str) -> str:
    """An error's message as a sentence for Markdown, in which a visitor's own words may stand."""
    text = plain(str(error))
    return text[:1].upper() + text[1:]


def plain(text: str) -> str:
    """Text that Markdown shows as it is: no markup, no links."""
    text = re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)
    # Addresses become links even where every mark is escaped; an invisible joiner parts them.
    return re.sub(r"(?i)(www|\\@|\\:\\/)", "\\1\u2060", text)
