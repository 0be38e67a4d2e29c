"""torch's recurrent nets run by hand, step by step, with everything kept on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from rnnviz.config import Clamp, NetConfig, StackConfig
from rnnviz.engine.activations import Given
from rnnviz.engine.arrays import NumpyArrays, TorchArrays, arrays_like
from rnnviz.engine.call import Call, read_call
from rnnviz.engine.checks import (
    Module,
    activations_of,
    check_budget,
    check_weights,
    config_of,
    drops,
    weights_of,
)
from rnnviz.engine.clamps import clamps_of_cells
from rnnviz.engine.joins import joined, with_dropout
from rnnviz.engine.packing import Rows, padded, repacked, rows_of
from rnnviz.engine.plan import Lane, buffer_numbers, plan
from rnnviz.engine.run_cell import run_cell
from rnnviz.engine.stack import StackStates
from rnnviz.limits import LIBRARY_MAX_BYTES
from rnnviz.records import CellTrace, Trace

# What a cell is run with besides its numbers: lengths, activations, clamps.
Rest: TypeAlias = tuple[tuple[int, ...] | None, tuple[Given, ...], tuple[Clamp, ...]]

States: TypeAlias = Tensor | tuple[Tensor, Tensor] | StackStates


def trace(
    module: Module,
    input: Tensor | PackedSequence,
    hx: States = None,
    *,
    max_bytes: int = LIBRARY_MAX_BYTES,
    generator: torch.Generator | None = None,
    clamps: Iterable[Clamp] = (),
) -> Trace:
    """Run a torch.nn.RNN, LSTM, GRU, one of their cells or a stack by hand; keep every number.

    Nothing that is passed in is written to, and the record shares no memory with it, so that it
    stays true when the net is trained further. Autocast and forward hooks have no part in it. A net
    in training mode with dropout draws its masks from torch's generator, as torch does, or from
    the one given.

    Args:
        module: any constructor options, of any floating dtype, on any device.
        input: what the module takes: (seq_len, batch, input_size), (batch, seq_len, input_size)
            with batch_first, (seq_len, input_size), or a PackedSequence; of a cell
            (batch, input_size) or (input_size,).
        hx: what the module takes: h_0, (num_layers * D, batch, hidden_size), without the batch
            axis if the input has none; of a cell without the first axis. (h_0, c_0) for an LSTM.
            Of a `CellStack` tuples with an entry for each cell. Zeros if None.
        max_bytes: the largest record allowed, checked before any memory is taken.
        generator: draws the masks of dropout, on the net's device; torch's own if None. That one
            all threads of a process share.
        clamps: what is held over spans of timesteps; see `rnnviz.Clamp`.

    Raises:
        TypeError: an argument is of the wrong kind.
        ValueError: the input's dimensions or dtype are wrong, a PackedSequence is malformed, or
            the record would be too large.
        RuntimeError: sizes, devices or the dtype of hx do not fit, as in torch.
        NotImplementedError: hooks change the module before each call.
    """
    return run_plan(plan, module, (input, hx), max_bytes, generator, clamps)


def run_plan(
    lanes_of: Callable[[NetConfig], tuple[Lane, ...]],
    module: Module,
    given: tuple[Tensor | PackedSequence, States],
    max_bytes: int,
    generator: torch.Generator | None,
    clamps: Iterable[Clamp] = (),
) -> Trace:
    """What `trace` does with `given`, (input, hx), by the plan that `lanes_of` makes."""
    config = config_of(module)
    weights = weights_of(module, config)
    check_weights(module, weights)
    call = read_call(module, config, *given, weights[0]["weight_ih"])
    held = clamps_of_cells(config, clamps, call.seq_len)
    lanes, dropout = lanes_of(config), config.dropout if drops(module) else 0.0
    alone = tuple(lane.layer for lane in lanes if lane.reads_alone)
    sizes = (call.seq_len, call.batch)
    packed_rows, indices = None, 0
    if call.packed is not None:
        packed_rows = len(call.x)
        indices = sum([len(array) for array in call.packed[1:] if array is not None])
    written = buffer_numbers(config, *sizes, alone, drops=dropout > 0, packed=packed_rows)
    check_budget(config, sizes, written, indices, max_bytes)
    # Outside inference mode, as its tensors would fail in a later backward. Infinities and NaN in
    # the input are worth looking at, not worth a warning.
    with torch.inference_mode(False), torch.no_grad(), np.errstate(all="ignore"):
        arrays = arrays_like(call.x, written)
        rows = None if call.packed is None else rows_of(call.packed)
        own = zip(config.lanes, activations_of(module, config), strict=True)
        rest = [(call.lengths, given, held.get(place, ())) for place, given in own]
        net = (lanes, weights, rest, dropout)
        cells = _run(arrays, config, net, call, rows, generator)
        last = cells[-config.num_directions :]
        output = joined(arrays, last) if rows is None else repacked(arrays, last, call.packed, rows)
        return _as_returned(config, call, cells, output)


def _run(
    arrays: NumpyArrays | TorchArrays,
    config: NetConfig,
    net: tuple[tuple[Lane, ...], list[dict[str, Tensor]], list[Rest], float],
    call: Call,
    rows: Rows | None,
    generator: torch.Generator | None,
) -> list[CellTrace]:
    """Every cell's record; `net` is (lanes, weights, the rest of each cell, what is dropped)."""
    lanes, weights, rests, dropout = net
    states = own_states(arrays, config, call)
    if rows is None:
        x = arrays.own(call.x)
    else:
        shape = (call.seq_len, call.batch, config.input_size)
        x = padded(call.x, rows, call.x.new_empty(shape))
    cells: list[CellTrace] = []
    below: list[CellTrace] = []
    for lane, cell_weights, rest in zip(lanes, weights, rests, strict=True):
        if lane.layer > 0 and lane.direction == "forward":
            below = cells[-config.num_directions :]
            if dropout > 0:
                below = with_dropout(arrays, below, dropout, rows, generator)
                cells[-config.num_directions :] = below
            x = joined(arrays, below, lane.flipped)
        elif lane.reads_alone:
            x = joined(arrays, below, lane.flipped)
        given = {name: weight.clone() for name, weight in cell_weights.items()}
        given |= {
            name: rows[lane.row] for name, rows in states.items() if rows[lane.row] is not None
        }
        cell_config = config.cells_of(lane.layer)
        cells.append(run_cell(arrays, cell_config, lane, x, given, rest))
    return cells


def own_states(
    arrays: NumpyArrays | TorchArrays, config: NetConfig, call: Call
) -> dict[str, tuple[Tensor | None, ...]]:
    """h_0 of every cell, each (batch, state_size), and c_0 if there is an LSTM."""
    names = ("h_0", "c_0") if config.has_c else ("h_0",)
    if call.states:
        return {
            name: _own_rows(arrays, rows) for name, rows in zip(names, call.states, strict=True)
        }
    sizes = [
        (cells.state_size, cells.hidden_size if cells.has_c else None)
        for cells in (config.cells_of(layer) for layer, _ in config.lanes)
    ]
    return {
        name: tuple(None if size is None else call.x.new_zeros(call.batch, size) for size in column)
        for name, column in zip(names, zip(*sizes, strict=True), strict=False)
    }


def _own_rows(
    arrays: NumpyArrays | TorchArrays, rows: Tensor | tuple[Tensor | None, ...]
) -> tuple[Tensor | None, ...]:
    """The state of each cell, in memory of its own."""
    if isinstance(rows, Tensor):
        return arrays.own(rows).unbind()
    return tuple(None if row is None else arrays.own(row) for row in rows)


def _as_returned(
    config: NetConfig, call: Call, cells: list[CellTrace], output: Tensor | PackedSequence
) -> Trace:
    """The record, with output, h_n and c_n laid out as torch returns them."""
    finals = [[cell.h_last for cell in cells]]
    if config.has_c:
        finals.append([cell.c_last for cell in cells])
    if isinstance(config, StackConfig):
        finals = [tuple(map(_copied, rows)) for rows in finals]
        if not call.batched:
            finals = [tuple(None if row is None else row[0] for row in rows) for rows in finals]
            output = output.squeeze(1)
    else:
        finals = [torch.stack(rows) for rows in finals]  # (num_layers * D, batch, state_size)
        if call.of_one_cell:
            output, *finals = (tensor[0] for tensor in (output, *finals))
            if not call.batched:
                output, *finals = (tensor[0] for tensor in (output, *finals))
        elif not call.batched:
            output, *finals = (tensor.squeeze(1) for tensor in (output, *finals))
    if config.batch_first and call.batched and not call.of_one_cell and call.packed is None:
        output = output.transpose(0, 1)
    return Trace(
        config=config,
        batched=call.batched,
        cells=tuple(cells),
        output=output,
        h_n=finals[0],
        c_n=finals[1] if len(finals) == 2 else None,
        lengths=call.lengths,
    )


def _copied(row: Tensor | None) -> Tensor | None:
    return None if row is None else row.clone()
