"""The plan of a run: which cells there are, in which order, what each starts from and reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rnnviz.config import ITEM_BYTES, Direction, NetConfig, RNNConfig, parameter_suffix

if TYPE_CHECKING:
    from rnnviz.engine.steps import Steps


class Lane(NamedTuple):
    """One cell of the plan: one layer in one direction.

    Attributes:
        layer: counts from 0.
        direction: "forward" or "reverse".
        suffix: how torch ends the names of its parameters, such as `_l1_reverse`.
        row: its row of h_0 and of h_n.
        flipped: the direction below whose states it reads from the other end, at T-1-t instead
            of t. None in torch: both cells of a layer read the states below at their own t.
        steps: what is changed in every update of a cell that runs forward. None in torch.
    """

    layer: int
    direction: Direction
    suffix: str
    row: int
    flipped: Direction | None = None
    steps: Steps | None = None

    @property
    def reads_alone(self) -> bool:
        """Whether it needs a join of its own; else it reads that of its layer's forward cell."""
        return self.direction == "reverse" and self.flipped is not None


def plan(config: NetConfig) -> tuple[Lane, ...]:
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
    config: NetConfig,
    seq_len: int,
    batch: int,
    alone: tuple[int, ...] = (),
    *,
    drops: bool = False,
    packed: int | None = None,
) -> int:
    """Numbers that a run writes: what every cell computes, and what a layer hands on.

    Two directions are joined in a buffer of their own, and in another one for each cell that reads
    a join of its own, whose layers are listed in `alone`; one direction is handed on as it is. If
    training `drops` numbers between layers, the masks are kept, and one direction too is handed on
    in a copy. The output of a packed run has as many rows as `packed` says and stands for the last
    join.
    """
    directions, last = config.num_directions, config.num_layers - 1
    joined = [directions * config.cells_of(layer).state_size for layer in range(last + 1)]
    numbers = 0
    for layer, width in enumerate(joined):
        cell = cell_buffers(config.cells_of(layer))
        numbers += directions * sum([len(names) * size for names, size in cell.items()])
        if config.bidirectional and (packed is None or layer < last):
            numbers += width
        if drops and layer < last:
            numbers += width * (1 if config.bidirectional else 2)
    numbers += sum([joined[layer - 1] for layer in alone])
    return numbers * seq_len * batch + joined[-1] * (packed or 0)


def record_bytes(
    config: NetConfig, seq_len: int, batch: int, written: int, indices: int = 0
) -> int:
    """Bytes of the Trace of a run that writes so many numbers, known before any is allocated.

    A packed output holds `indices`, of 8 bytes each, besides.
    """
    weights = states = 0
    for layer in range(config.num_layers):
        cells = config.cells_of(layer)
        hidden_size, state = cells.hidden_size, cells.state_size
        row = config.layer_input_size(layer) + state + 2 * config.bias
        weights += cells.num_gates * hidden_size * row + cells.proj_size * hidden_size
        # Every cell keeps its own h_0, and h_n holds one state per cell; an LSTM likewise for c.
        states += 2 * batch * (state + hidden_size * cells.has_c)
    inputs = seq_len * batch * config.input_size
    numbers = written + inputs + config.num_directions * (weights + states)
    return numbers * ITEM_BYTES[config.dtype] + 8 * indices
