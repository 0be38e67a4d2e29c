"""The states along a sequence too long to be recorded whole: what a stretch of it starts from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from rnnviz.config import ITEM_BYTES, NetConfig, RNNConfig, StackConfig
from rnnviz.engine.activations import Given
from rnnviz.engine.arrays import arrays_like
from rnnviz.engine.call import Call, read_call
from rnnviz.engine.checks import (
    Module,
    activations_of,
    check_weights,
    config_of,
    drops,
    weights_of,
)
from rnnviz.engine.forward import States, own_states
from rnnviz.engine.plan import Lane, cell_buffers, plan
from rnnviz.engine.run_cell import run_cell
from rnnviz.limits import LIBRARY_MAX_BYTES
from rnnviz.records import CellTrace

# Timesteps computed at once: what a step costs falls no further, and a chunk fits the caches.
_CHUNK = 256


class LaneStates(NamedTuple):
    """The states of one cell along the sequence, row t after timestep t.

    Attributes:
        h: (seq_len, batch, state_size).
        c: (seq_len, batch, hidden_size) of an LSTM, else None.
        h_0: where it started. Shape (batch, state_size).
        c_0: (batch, hidden_size) or None.
        reverse: whether it runs from the last timestep to the first.
    """

    h: Tensor
    c: Tensor | None
    h_0: Tensor
    c_0: Tensor | None
    reverse: bool

    def before(self, start: int, stop: int) -> tuple[Tensor, Tensor | None]:
        """The h and c that the timesteps from `start` to before `stop` are computed from."""
        t = stop if self.reverse else start - 1
        if not 0 <= t < len(self.h):
            return self.h_0, self.c_0
        return self.h[t], None if self.c is None else self.c[t]


class StatesAlong(NamedTuple):
    """The states of every cell along a sequence.

    Attributes:
        config: of the net.
        lanes: layer 0 forward, layer 0 reverse, layer 1 forward, ...
    """

    config: NetConfig
    lanes: tuple[LaneStates, ...]

    def hx(self, start: int, stop: int) -> States:
        """What the net must start from to compute on `input[start:stop]` what it does in the whole.

        Laid out as the net takes it: h_0, (num_layers * D, batch, state_size), or (h_0, c_0); of a
        stack tuples with an entry for each cell. In memory of its own.
        """
        rows = [lane.before(start, stop) for lane in self.lanes]
        columns = list(zip(*rows, strict=True))
        if not self.config.has_c:
            columns = columns[:1]
        if isinstance(self.config, StackConfig):
            own = tuple(
                tuple(None if s is None else s.clone() for s in column) for column in columns
            )
            return own if self.config.has_c else own[0]
        stacked = tuple(torch.stack(column) for column in columns)
        return stacked if self.config.has_c else stacked[0]


def states_along(
    module: Module, input: Tensor, hx: States = None, *, max_bytes: int = LIBRARY_MAX_BYTES
) -> StatesAlong:
    """Run a net along a whole sequence and keep its states alone, a few numbers a timestep.

    Args:
        module: as for `trace`, but no single cell.
        input: as for `trace`, with a batch axis and not packed.
        hx: as for `trace`.
        max_bytes: what the states may take, checked before any memory is taken.

    Raises:
        TypeError, RuntimeError, NotImplementedError: as `trace` raises them.
        ValueError: as there; or the net drops numbers at random, whose masks a run of a stretch
            would draw anew.
    """
    config = config_of(module)
    weights = weights_of(module, config)
    check_weights(module, weights)
    call = read_call(module, config, input, hx, weights[0]["weight_ih"])
    if drops(module):
        raise ValueError(
            "a net in training that drops numbers at random cannot be run along a sequence to "
            "start in its middle: expected eval mode or dropout=0."
        )
    _check_bytes(config, call, max_bytes)
    lanes: list[LaneStates] = []
    with torch.inference_mode(False), torch.no_grad(), np.errstate(all="ignore"):
        states = own_states(arrays_like(call.x, 0), config, call)
        x = call.x.contiguous()
        net = zip(plan(config), weights, activations_of(module, config), strict=True)
        for lane, given, own in net:
            if lane.layer > 0 and lane.direction == "forward":
                below = [states_below.h for states_below in lanes[-config.num_directions :]]
                x = torch.cat(below, dim=-1)  # (seq_len, batch, D * state_size)
            first = {
                name: rows[lane.row] for name, rows in states.items() if rows[lane.row] is not None
            }
            lanes.append(_lane(config.cells_of(lane.layer), lane, x, given, (first, own)))
    return StatesAlong(config, tuple(lanes))


def _copied(state: Tensor | None) -> Tensor | None:
    return None if state is None else state.clone()


def _check_bytes(config: NetConfig, call: Call, max_bytes: int) -> None:
    cells = [config.cells_of(layer) for layer, _ in config.lanes]
    numbers = sum(cell.state_size + cell.hidden_size * cell.has_c for cell in cells)
    # The layer above reads a joined copy.
    numbers += max(config.layer_input_size(layer) for layer in range(config.num_layers))
    needed = numbers * call.seq_len * call.batch * ITEM_BYTES[config.dtype]
    if needed > max_bytes:
        raise ValueError(
            f"the states along {call.seq_len:,} timesteps would take {needed:,} bytes, more than "
            f"the {max_bytes:,} allowed: take a shorter sequence."
        )


def _lane(
    config: RNNConfig,
    lane: Lane,
    x: Tensor,
    given: dict[str, Tensor],
    rest: tuple[dict[str, Tensor], tuple[Given, ...]],
) -> LaneStates:
    """One cell along x; `rest` is (its h_0 and c_0 by name, its activations)."""
    first, own = rest
    seq_len, batch, _ = x.shape
    h = x.new_empty(seq_len, batch, config.state_size)
    c = x.new_empty(seq_len, batch, config.hidden_size) if config.has_c else None
    before = dict(first)
    weights = {name: weight.detach() for name, weight in given.items()}
    for begin, end in _chunks(seq_len, reverse=lane.direction == "reverse"):
        cell = _chunk(config, lane, x[begin:end], weights | before, own)
        h[begin:end] = cell.h
        before["h_0"] = cell.h_last.clone()
        if c is not None:
            c[begin:end] = cell.c
            before["c_0"] = cell.c_last.clone()
    return LaneStates(h, c, first["h_0"], first.get("c_0"), lane.direction == "reverse")


def _chunk(
    config: RNNConfig, lane: Lane, x: Tensor, given: dict[str, Tensor], own: tuple[Given, ...]
) -> CellTrace:
    widths = sum(len(names) * width for names, width in cell_buffers(config).items())
    arrays = arrays_like(x, widths * x.shape[0] * x.shape[1])
    return run_cell(arrays, config, lane, x, given, (None, own, ()))


def _chunks(seq_len: int, *, reverse: bool) -> Iterator[tuple[int, int]]:
    """The sequence in stretches, (begin, end), in the order of computing."""
    begins = range(0, seq_len, _CHUNK)
    for begin in reversed(begins) if reverse else begins:
        yield begin, min(begin + _CHUNK, seq_len)
