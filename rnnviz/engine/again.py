"""What a traced module was called with, out of its record: to call it once more."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from rnnviz.config import StackConfig
from rnnviz.engine.forward import States
from rnnviz.engine.packing import rows_of
from rnnviz.records import Trace


def call_again(trace: Trace, like: Tensor) -> tuple[Tensor | PackedSequence, States]:
    """The input and the states of the traced call, in the module's own layout.

    Args:
        trace: what `rnnviz.trace` gave, or its `numpy()`.
        like: one of the module's weights, for dtype and device.
    """
    hx = _states(trace, like)
    x = torch.as_tensor(trace.cells[0].x).to(like)  # (seq_len, batch, input_size)
    if trace.of_one_cell:
        x, *hx = (tensor[0] for tensor in (x, *hx))
        if not trace.batched:
            x, *hx = (tensor[0] for tensor in (x, *hx))
    elif trace.is_packed:
        packed = packed_like(trace, like)
        rows = rows_of(packed)
        x = packed._replace(data=x[rows.t, rows.sample])
    elif not trace.batched:
        x = x.squeeze(1)
        if not isinstance(trace.config, StackConfig):
            hx = [states.squeeze(1) for states in hx]
    elif trace.config.batch_first:
        x = x.transpose(0, 1)
    return x, tuple(hx) if len(hx) == 2 else hx[0]


def packed_like(trace: Trace, like: Tensor) -> PackedSequence:
    """The trace's packed output as one of torch."""
    data, batch_sizes, *order = (
        None if array is None else torch.as_tensor(array) for array in trace.output
    )
    order = [None if indices is None else indices.to(like.device) for indices in order]
    return PackedSequence(data.to(like), batch_sizes.cpu(), *order)


def _states(trace: Trace, like: Tensor) -> list[Tensor | tuple[Tensor | None, ...]]:
    """What the traced call started from: h_0, and c_0 if there is an LSTM."""
    names = ("h_0", "c_0") if trace.config.has_c else ("h_0",)
    columns = []
    for name in names:
        rows = [getattr(cell, name) for cell in trace.cells]
        rows = [None if row is None else torch.as_tensor(row).to(like) for row in rows]
        if not isinstance(trace.config, StackConfig):
            columns.append(torch.stack(rows))
        else:
            alone = not trace.batched
            columns.append(tuple(row[0] if alone and row is not None else row for row in rows))
    return columns
