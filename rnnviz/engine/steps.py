"""Updates that differ from torch's in one point: what is wrong, done on top of the right scan."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from rnnviz.config import RNNConfig
from rnnviz.engine.activations import Given
from rnnviz.engine.arrays import NumpyArrays, TorchArrays
from rnnviz.engine.cells import blocks
from rnnviz.engine.clamps import ChangedScan, Scan
from rnnviz.records import Array

# The states of a cell: (h,), or (h, c) of an LSTM.
States: TypeAlias = tuple[Array, ...]

# Runs one update on its rows of the buffers, from the states given; gives the states after it.
Update: TypeAlias = Callable[[list[Array], States], States]


class RNNRow(NamedTuple):
    """One update of an RNN. All arrays of shape (1, batch, hidden_size) unless said.

    Attributes:
        x_part: W_ih x_t + b_ih.
        h_part: W_hh h_{t-1} + b_hh.
        act: the activation, as a function of an array.
    """

    x_part: Array
    h_part: Array
    act: Callable[[Array], Array]


class LSTMRow(NamedTuple):
    """One update of an LSTM. All arrays of shape (1, batch, hidden_size) unless said.

    Attributes:
        i, f, g, o: the gates, views that may be written to.
        a_f: pre-activation of the forget gate.
        c_before: the cell state before. Shape (batch, hidden_size).
        c: the cell state after, once it is known.
        act: the activation of c, as a function of an array.
        tanh, sigmoid: likewise.
    """

    i: Array
    f: Array
    g: Array
    o: Array
    a_f: Array
    c_before: Array
    c: Array
    act: Callable[[Array], Array]
    tanh: Callable[[Array], Array]
    sigmoid: Callable[[Array], Array]


class GRURow(NamedTuple):
    """One update of a GRU. All arrays of shape (1, batch, hidden_size) unless said.

    Attributes:
        r, z, n: the gates, views.
        x_n: W_in x_t + b_in.
        wh_n: W_hn h_{t-1}.
        b_hn: shape (hidden_size,), or 0.0 without bias.
        weight_hn: W_hn. Shape (hidden_size, hidden_size).
        h_before: the state before. Shape (batch, hidden_size).
    """

    r: Array
    z: Array
    n: Array
    x_n: Array
    wh_n: Array
    b_hn: Array | float
    weight_hn: Array
    h_before: Array


class Steps(NamedTuple):
    """What is changed in every update; None where all is as in torch.

    Attributes:
        advance: which states an update starts from: called with the update, its rows, the states
            before it and those at the start; gives the states after it.
        gates: rewrites an LSTM's gates.
        cell: c_t of an LSTM.
        candidate: pre-activation of a GRU's n.
        hidden: h_t; of an LSTM before it is projected.
    """

    advance: Callable[[Update, list[Array], States, States], States] | None = None
    gates: Callable[[LSTMRow], None] | None = None
    cell: Callable[[LSTMRow], Array] | None = None
    candidate: Callable[[GRURow], Array] | None = None
    hidden: Callable[[RNNRow | LSTMRow | GRURow], Array] | None = None

    def merged(self, other: Steps) -> Steps | None:
        """Both changes; None where both say how one thing is done."""
        if any(None not in pair for pair in zip(self, other, strict=True)):
            return None
        return Steps(*(mine or theirs for mine, theirs in zip(self, other, strict=True)))


AS_TORCH = Steps()


# (arrays, config, parameters, the activation of h, of an LSTM's c or a GRU's n).
CellParts: TypeAlias = tuple[NumpyArrays | TorchArrays, RNNConfig, dict[str, Array], Given]


def stepped(cell: CellParts, scan: ChangedScan, steps: Steps) -> Scan:
    """A scan, forwards, that goes step by step and changes each as told."""
    arrays, config, seen, last = cell
    correct = {"RNN": _correct_rnn, "LSTM": _correct_lstm, "GRU": _correct_gru}[config.kind]
    changed = any(change is not None for change in steps[1:])

    def act(a: Array, given: Given = last) -> Array:
        out = arrays.spare(a)
        arrays.activation(given)(a, out)
        return out

    def update(part: list[Array], states: States) -> States:
        scan(part, states, lambda acts: acts)
        if changed:
            correct(part, states, steps, seen, act)
        return (part[-1][0], part[-3][0]) if config.has_c else (part[-1][0],)

    def run(buffers: list[Array], start: States, _first: int) -> None:
        states = start
        for t in range(len(buffers[0])):
            part = [buffer[t : t + 1] for buffer in buffers]
            if steps.advance is None:
                states = update(part, states)
            else:
                states = steps.advance(update, part, states, start)

    return run


def _correct_rnn(
    part: list[Array], _before: States, steps: Steps, seen: dict[str, Array], act: Callable
) -> None:
    wh, a, h = part
    h_part = wh + seen["bias_hh"] if "bias_hh" in seen else wh
    h[...] = steps.hidden(RNNRow(a - h_part, h_part, act))


def _correct_lstm(
    part: list[Array], before: States, steps: Steps, seen: dict[str, Array], act: Callable
) -> None:
    _, a, gates, c, tanh_c, h = part
    row = LSTMRow(
        *blocks(gates, 4),
        blocks(a, 4)[1],
        before[1],
        c,
        act,
        lambda values: act(values, "tanh"),
        lambda values: act(values, "sigmoid"),
    )
    if steps.gates is not None:
        steps.gates(row)
    c[...] = row.f * row.c_before + row.i * row.g if steps.cell is None else steps.cell(row)
    tanh_c[...] = act(c)
    hidden = row.o * tanh_c if steps.hidden is None else steps.hidden(row)
    h[...] = hidden @ seen["weight_hr"].T if "weight_hr" in seen else hidden


def _correct_gru(
    part: list[Array], before: States, steps: Steps, seen: dict[str, Array], act: Callable
) -> None:
    wh, a, gates, r_hn, h = part
    r, z, n = blocks(gates, 3)
    a_n, size = blocks(a, 3)[2], h.shape[-1]
    b_hn = seen["bias_hh"][-size:] if "bias_hh" in seen else 0.0
    weight_hn = seen["weight_hh"][-size:]
    row = GRURow(r, z, n, a_n - r_hn, blocks(wh, 3)[2], b_hn, weight_hn, before[0])
    if steps.candidate is not None:
        a_n[...] = steps.candidate(row)
        n[...] = act(a_n)
    h[...] = (1.0 - z) * n + z * row.h_before if steps.hidden is None else steps.hidden(row)
