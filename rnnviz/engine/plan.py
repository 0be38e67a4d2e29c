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


def cell_buffers(config: RNNConfig) -> dict[tuple[str, ...], int]:
    """What a cell writes at each timestep: fields of a record, those of one width together."""
    hidden_size, stacked = config.hidden_size, config.num_gates * config.hidden_size
    match config.kind:
        case "LSTM":
            return {
                ("wx", "wh", "a", "gates"): stacked,
                ("c", "tanh_c"): hidden_size,
                ("h",): config.state_size,
            }
        case "GRU":
            return {("wx", "wh", "a", "gates"): stacked, ("r_hn", "h"): hidden_size}
    return {("wx", "wh", "a", "h"): hidden_size}


def buffer_numbers(
    config: RNNConfig,
    seq_len: int,
    batch: int,
    alone: int = 0,
    *,
    drops: bool = False,
    packed: int | None = None,
) -> int:
    """Numbers that a run writes: what every cell computes, and what a layer hands on.

    Two directions are joined in a buffer of their own, and in another one for each of the `alone`
    cells that read a join of their own; one direction is handed on as it is. If training `drops`
    numbers between layers, the masks are kept, and one direction too is handed on in a copy. The
    output of a packed run has as many rows as `packed` says and stands for the last join.
    """
    joined, layers = config.num_directions * config.state_size, config.num_layers
    cell = sum([len(names) * width for names, width in cell_buffers(config).items()])
    numbers = len(config.lanes) * cell + joined * alone
    if config.bidirectional:
        numbers += joined * (layers if packed is None else layers - 1)
    if drops:
        numbers += joined * (layers - 1) * (1 if config.bidirectional else 2)
    return numbers * seq_len * batch + joined * (packed or 0)


def record_bytes(
    config: RNNConfig, seq_len: int, batch: int, written: int, indices: int = 0
) -> int:
    """Bytes of the Trace of a run that writes so many numbers, known before any is allocated.

    A packed output holds `indices`, of 8 bytes each, besides.
    """
    hidden_size, state = config.hidden_size, config.state_size
    weights = 0
    for layer in range(config.num_layers):
        row = config.layer_input_size(layer) + state + 2 * config.bias
        cell = config.num_gates * hidden_size * row + config.proj_size * hidden_size
        weights += config.num_directions * cell
    # Every cell keeps its own h_0, and h_n holds one state per cell; an LSTM likewise for c.
    per_cell = state + (hidden_size if config.kind == "LSTM" else 0)
    states = 2 * len(config.lanes) * batch * per_cell
    inputs = seq_len * batch * config.input_size
    return (written + inputs + weights + states) * ITEM_BYTES[config.dtype] + 8 * indices
