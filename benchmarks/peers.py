"""The same nets as people write them by hand, with and without a recorder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from typing import TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor, nn

State: TypeAlias = Tensor | tuple[Tensor, Tensor]
Update: TypeAlias = Callable[[Tensor, State], State]

PARAMETERS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")

# Updates of a cell in one run. Torchlens takes 4 to 9 ms for each, so that past this many a run
# takes 20 seconds and longer, and a row several.
TORCHLENS_MOST_STEPS = 2000


def loop(updates: Sequence[Update], directions: int, x: Tensor, hx: State) -> Tensor:
    """The net as a Python loop that appends each h to a list; `updates` has one for each row of hx.

    Gives (seq_len, batch, directions * hidden_size).
    """
    rows = iter(range(len(updates)))
    for _ in range(len(updates) // directions):
        ways = []
        for backwards in (False, True)[:directions]:
            row = next(rows)
            update = updates[row]
            state = (hx[0][row], hx[1][row]) if isinstance(hx, tuple) else hx[row]
            states = []
            for t in reversed(range(len(x))) if backwards else range(len(x)):
                state = update(x[t], state)
                states.append(state[0] if isinstance(state, tuple) else state)
            ways.append(torch.stack(states[::-1] if backwards else states))
        x = torch.cat(ways, dim=-1)
    return x


class CellLoop(nn.Module):
    """The loop over nn.RNNCell, GRUCell or LSTMCell, which hold the net's own weights."""

    def __init__(self, net: nn.RNNBase) -> None:
        super().__init__()
        self.directions = 2 if net.bidirectional else 1
        self.cells = nn.ModuleList()
        for weights in net.all_weights:
            make = getattr(nn, f"{net.mode.removesuffix('_TANH')}Cell")
            cell = make(weights[0].shape[1], net.hidden_size, device="meta")
            for name, weight in zip(PARAMETERS, weights, strict=True):
                setattr(cell, name, weight)
            self.cells.append(cell)

    def forward(self, x: Tensor, hx: State) -> Tensor:
        """What the net returns first."""
        return loop(self.cells, self.directions, x, hx)


def hooked(net: nn.RNNBase) -> Callable[[Tensor, State], list[State]]:
    """The loop over cells, with a forward hook on each that keeps what the cell returns."""
    module = CellLoop(net)
    kept: list[State] = []
    for cell in module.cells:
        cell.register_forward_hook(lambda _module, _given, returned: kept.append(returned))

    def run(x: Tensor, hx: State) -> list[State]:
        module(x, hx)
        outputs = kept.copy()
        kept.clear()
        return outputs

    return run


def linear_loop(net: nn.RNNBase) -> Callable[[Tensor, State], Tensor]:
    """The loop over two F.linear a step, with the gates written out."""
    update = UPDATES[net.mode]
    updates = [partial(update, tuple(weights)) for weights in net.all_weights]
    return partial(loop, updates, 2 if net.bidirectional else 1)


def torchlens_of(net: nn.RNNBase) -> Callable[[Tensor, State], object] | None:
    """Torchlens tracing the loop over cells, or None where it is not installed.

    Importing it alone changes nothing; its first trace wraps torch's functions for good, so that
    nothing else may be measured in the same process afterwards.
    """
    if find_spec("torchlens") is None:
        return None
    import torchlens

    module = CellLoop(net)
    return lambda x, hx: torchlens.trace(module, [x, hx])


def _rnn_update(weights: Sequence[Tensor], x: Tensor, h: Tensor) -> Tensor:
    w_ih, w_hh, b_ih, b_hh = weights
    return torch.tanh(F.linear(x, w_ih, b_ih) + F.linear(h, w_hh, b_hh))


def _gru_update(weights: Sequence[Tensor], x: Tensor, h: Tensor) -> Tensor:
    w_ih, w_hh, b_ih, b_hh = weights
    x_r, x_z, x_n = F.linear(x, w_ih, b_ih).chunk(3, dim=-1)
    h_r, h_z, h_n = F.linear(h, w_hh, b_hh).chunk(3, dim=-1)
    z = torch.sigmoid(x_z + h_z)
    n = torch.tanh(x_n + torch.sigmoid(x_r + h_r) * h_n)
    return (1 - z) * n + z * h


def _lstm_update(weights: Sequence[Tensor], x: Tensor, state: tuple[Tensor, Tensor]) -> State:
    h, c = state
    w_ih, w_hh, b_ih, b_hh = weights
    i, f, g, o = (F.linear(x, w_ih, b_ih) + F.linear(h, w_hh, b_hh)).chunk(4, dim=-1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


UPDATES = {"RNN_TANH": _rnn_update, "GRU": _gru_update, "LSTM": _lstm_update}
