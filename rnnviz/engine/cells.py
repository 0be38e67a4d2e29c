"""The arithmetic of the cells: one update, and the scan that repeats it along the sequence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rnnviz.config import Direction
from rnnviz.engine.arrays import NumpyArrays, TorchArrays
from rnnviz.records import Array


def rnn_scan(
    arrays: NumpyArrays | TorchArrays,
    buffers: Sequence[Array],
    direction: Direction,
    start: tuple[Array, Array],
    act: Callable[[Array, Array], object],
) -> None:
    r"""Run one cell along the sequence: h_t = act(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh).

    Args:
        arrays: where to compute.
        buffers: (wh, a, h), each (seq_len, batch, hidden_size), or (seq_len, hidden_size) for a
            batch of 1. All are written; `a` holds W_ih x_t, with the biases if there are any.
        direction: which end of the sequence to begin at.
        start: (h_0, W_hh transposed), of shapes (batch, hidden_size), or (hidden_size,), and
            (hidden_size, hidden_size).
        act: the activation, called as act(a, out).

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.RNN.html
    """
    state, weight_hh_t = start
    product, add = arrays.product, arrays.add
    rows = (arrays.rows(buffer, direction) for buffer in buffers)
    for wh_t, a_t, h_t in zip(*rows, strict=True):
        product(state, weight_hh_t, wh_t)
        add(a_t, wh_t, a_t)
        act(a_t, h_t)
        state = h_t
