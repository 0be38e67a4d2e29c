"""The plan of a run: which cells there are, in which order, what each starts from and reads."""

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
        flipped: the direction below whose states it reads from the other end, at T-1-t instead
            of t. None in torch: both cells of a layer read the states below at their own t.
    """

    layer: int
    direction: Direction
    suffix: str
    row: int
    flipped: Direction | None = None

    @property
    def reads_alone(self) -> bool:
        """Whether it needs a join of its own; else it reads that of its layer's forward cell."""
        return self.direction == "reverse" and self.flipped is not None


def plan(config: RNNConfig) -> tuple[Lane, ...]:
    """The lanes in the order of computing.

    Row l * D + d of h_0 belongs to layer l, direction d (torch's layer-major order).
    """
    return tuple(
        Lane(layer, direction, parameter_suffix(layer, direction), row)
        for row, (layer, direction) in enumerate(config.lanes)
    )


def buffer_numbers(config: RNNConfig, seq_len: int, batch: int, alone: int = 0) -> int:
    """Numbers that a run writes: wx, wh, a and h of every cell, and what a layer hands on.

    Two directions are joined in a buffer of their own, and in another one for each of the `alone`
    cells that read a join of their own; one direction is handed on as it is.
    """
    per_layer = 4 * config.num_directions + (2 if config.bidirectional else 0)
    return (config.num_layers * per_layer + 2 * alone) * seq_len * batch * config.hidden_size


def record_bytes(config: RNNConfig, seq_len: int, batch: int, written: int) -> int:
    """Bytes of the Trace of a run that writes so many numbers, known before any is allocated."""
    weights = 0
    for layer in range(config.num_layers):
        row = config.layer_input_size(layer) + config.hidden_size + 2 * config.bias
        weights += config.num_directions * config.hidden_size * row
    # Every cell keeps its own h_0, and h_n holds one state per cell.
    states = 2 * len(config.lanes) * batch * config.hidden_size
    inputs = seq_len * batch * config.input_size
    return (written + inputs + weights + states) * ITEM_BYTES[config.dtype]
