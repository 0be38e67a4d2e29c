"""The plan of a run: which cells there are, in which order, and what each one starts from."""

from __future__ import annotations

from typing import NamedTuple

from rnnviz.config import ITEM_BYTES, Direction, RNNConfig, parameter_suffix


class Lane(NamedTuple):
    """One cell of the plan: one layer in one direction.

    Attributes:
        layer: counts from 0.
        direction: "forward" or "reverse".
        suffix: how torch ends the names of its parameters, such as `_l1_reverse`.
        row: its row of h_0 and of h_n.
    """

    layer: int
    direction: Direction
    suffix: str
    row: int


def plan(config: RNNConfig) -> tuple[Lane, ...]:
    """The lanes in the order of computing.

    Row l * D + d of h_0 belongs to layer l, direction d (torch's layer-major order).
    """
    return tuple(
        Lane(layer, direction, parameter_suffix(layer, direction), row)
        for row, (layer, direction) in enumerate(config.lanes)
    )


def buffer_numbers(config: RNNConfig, seq_len: int, batch: int) -> int:
    """Numbers that a run writes: wx, wh, a and h of every cell, and what a layer hands on.

    Two directions are joined in a buffer of their own; one direction is handed on as it is.
    """
    per_layer = 4 * config.num_directions + (2 if config.bidirectional else 0)
    return config.num_layers * per_layer * seq_len * batch * config.hidden_size


def record_bytes(config: RNNConfig, seq_len: int, batch: int) -> int:
    """Bytes of the Trace that `trace` would make, known before anything is allocated."""
    weights = 0
    for layer in range(config.num_layers):
        row = config.layer_input_size(layer) + config.hidden_size + 2 * config.bias
        weights += config.num_directions * config.hidden_size * row
    # Every cell keeps its own h_0, and h_n holds one state per cell.
    states = 2 * len(config.lanes) * batch * config.hidden_size
    inputs = seq_len * batch * config.input_size
    numbers = buffer_numbers(config, seq_len, batch) + inputs + weights + states
    return numbers * ITEM_BYTES[config.dtype]
