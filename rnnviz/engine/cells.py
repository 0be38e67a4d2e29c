"""The arithmetic of the cells: one update, and the scan that repeats it along the sequence.

Every scan takes the arrays to compute with; its buffers, each (seq_len, batch, ...), or
(seq_len, ...) for a batch of 1; the direction, saying at which end of the sequence to begin; the
states to start from, each (batch, ...), or without batch; its weights; and its activations. It
writes all buffers; `a` holds W_ih x_t, with the biases if there are any.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from rnnviz.config import Direction
from rnnviz.engine.arrays import NumpyArrays, TorchArrays
from rnnviz.records import Array

# Called as act(a, out).
Activation: TypeAlias = Callable[[Array, Array], object]


def rnn_scan(
    arrays: NumpyArrays | TorchArrays,
    buffers: Sequence[Array],
    direction: Direction,
    start: tuple[Array],
    weight_hh_t: Array,
    act: Activation,
) -> None:
    r"""Run one RNN cell: h_t = act(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh).

    Args:
        buffers: (wh, a, h), hidden_size wide.
        start: (h_0,).
        weight_hh_t: W_hh transposed. Shape (hidden_size, hidden_size).
        act: the activation.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.RNN.html
    """
    (state,) = start
    product, add = arrays.product, arrays.add
    rows = (arrays.rows(buffer, direction) for buffer in buffers)
    for wh_t, a_t, h_t in zip(*rows, strict=True):
        product(state, weight_hh_t, wh_t)
        add(a_t, wh_t, a_t)
        act(a_t, h_t)
        state = h_t


def lstm_scan(
    arrays: NumpyArrays | TorchArrays,
    buffers: Sequence[Array],
    direction: Direction,
    start: tuple[Array, Array],
    weights: tuple[Array, Array | None],
    acts: tuple[Activation, Activation],
) -> None:
    r"""Run one LSTM cell: c_t = f * c_{t-1} + i * g, h_t = o * act(c_t), maybe projected by W_hr.

    i, f, g, o are the activated blocks of W_ih x_t + b_ih + W_hh h_{t-1} + b_hh.

    Args:
        buffers: (wh, a, gates, c, tanh_c, h), the first three 4 * hidden_size wide.
        start: (h_0, c_0).
        weights: W_hh and W_hr, transposed: (state_size, 4 * hidden_size), and
            (hidden_size, proj_size) or None.
        acts: the activation of all gates side by side, and that of c.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html
    """
    (h, c), (weight_hh_t, weight_hr_t), (act_gates, act_c) = start, weights, acts
    product, add, multiply = arrays.product, arrays.add, arrays.multiply
    unprojected = None if weight_hr_t is None else arrays.spare(c)
    wh, a, gates, *states = buffers
    rows = (arrays.rows(buffer, direction) for buffer in (wh, a, gates, *blocks(gates, 4), *states))
    for wh_t, a_t, gates_t, i, f, g, o, c_t, tanh_c_t, h_t in zip(*rows, strict=True):
        product(h, weight_hh_t, wh_t)
        add(a_t, wh_t, a_t)
        act_gates(a_t, gates_t)
        # i * g waits where tanh(c_t) will stand, so that nothing is allocated.
        multiply(i, g, tanh_c_t)
        multiply(f, c, c_t)
        add(c_t, tanh_c_t, c_t)
        act_c(c_t, tanh_c_t)
        multiply(o, tanh_c_t, h_t if unprojected is None else unprojected)
        if unprojected is not None:
            product(unprojected, weight_hr_t, h_t)
        h, c = h_t, c_t


def gru_scan(
    arrays: NumpyArrays | TorchArrays,
    buffers: Sequence[Array],
    direction: Direction,
    start: tuple[Array],
    weights: tuple[Array, Array | None],
    acts: tuple[Activation, Activation],
) -> None:
    r"""Run one GRU cell: h_t = (1 - z) * n + z * h_{t-1}.

    n = act(W_in x_t + b_in + r * (W_hn h_{t-1} + b_hn)); r and z are activated sums as in an LSTM.

    Args:
        buffers: (wh, a, gates, r_hn, h), the first three 3 * hidden_size wide; `a` without b_hn.
        start: (h_0,).
        weights: W_hh transposed, (hidden_size, 3 * hidden_size), and b_hn, (hidden_size,), or None.
        acts: the activation of r and z, called for whole rows, whose n block is then overwritten
            (numpy is quicker on a row than on a part), and that of n.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html
    """
    (h,), (weight_hh_t, bias_hn), (act_gates, act_n) = start, weights, acts
    product, add, multiply = arrays.product, arrays.add, arrays.multiply
    wh, a, gates, *states = buffers
    parts = (wh, a, gates, blocks(wh, 3)[2], blocks(a, 3)[2], *blocks(gates, 3), *states)
    rows = (arrays.rows(part, direction) for part in parts)
    for wh_t, a_t, gates_t, wh_n, a_n, r, z, n, r_hn_t, h_t in zip(*rows, strict=True):
        product(h, weight_hh_t, wh_t)
        add(a_t, wh_t, gates_t)
        act_gates(gates_t, gates_t)
        if bias_hn is not None:
            add(wh_n, bias_hn, r_hn_t)
        multiply(r, wh_n if bias_hn is None else r_hn_t, r_hn_t)
        add(a_n, r_hn_t, h_t)
        act_n(h_t, n)
        arrays.subtract(h, n, h_t)  # h_t = n + z * (h_{t-1} - n), with a product less
        multiply(z, h_t, h_t)
        add(h_t, n, h_t)
        h = h_t
    _add_recurrent_sums(arrays, a, wh, states[0])


def _add_recurrent_sums(
    arrays: NumpyArrays | TorchArrays, a: Array, wh: Array, r_hn: Array
) -> None:
    """Complete the pre-activations of a GRU, for the whole sequence at once."""
    for sums, term in zip(blocks(a, 3), (*blocks(wh, 3)[:2], r_hn), strict=True):
        arrays.add(sums, term, sums)


def blocks(array: Array, count: int) -> list[Array]:
    """Views of the equal parts of the last axis: one gate each."""
    size = array.shape[-1] // count
    return [array[..., k * size : (k + 1) * size] for k in range(count)]
