"""torch's own run of one cell, and of a whole net with the dropout masks of a trace."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor, nn

from rnnviz.config import PLACES, NetConfig, RNNConfig
from rnnviz.engine.activations import Given
from rnnviz.engine.clamped_rerun import run_clamped
from rnnviz.engine.stack import CellStack
from rnnviz.engine.weights import cell_without_values, without_values
from rnnviz.records import CellTrace, Trace


class Rerun(NamedTuple):
    """What torch computes on what one cell read.

    Attributes:
        h: its states, NaN past each sample's length. Shape (seq_len, batch, state_size).
        h_last: the state after the last update. Shape (batch, state_size).
        c: an LSTM's cell state after one update of torch's from the h and c that the trace
            recorded before it, else None. Shape (seq_len, batch, hidden_size).
        c_last: the cell state after the last update of torch's own run, or None.
    """

    h: Tensor
    h_last: Tensor
    c: Tensor | None = None
    c_last: Tensor | None = None


def one_layer(
    config: RNNConfig,
    input_size: int,
    weights: dict[str, Tensor],
    activations: tuple[Given, ...] | None = None,
) -> nn.Module:
    """A net of torch, of one layer in one direction, with the weights of one cell.

    With activations that are not torch's, a stack of one cell that is called as such a net is.
    """
    like = weights["weight_ih"]
    sizes = {"input_size": input_size, "num_layers": 1, "dropout": 0.0, "activations": ()}
    config = replace(config, **sizes, bidirectional=False, batch_first=False)
    if activations is None or activations == config.activation_names:
        alone = without_values(config).to(like.device)
        targets = alone.all_weights[0]
    else:
        alone = _CalledAsNet(cell_without_values(config).to(like.device), config.kind, activations)
        targets = list(alone.parameters())
    for target, source in zip(targets, weights.values(), strict=True):
        target.copy_(source)
    return alone


class _CalledAsNet(nn.Module):
    """A stack of one cell, its states with an axis of layers before and after."""

    def __init__(self, cell: nn.Module, kind: str, activations: tuple[Given, ...]) -> None:
        super().__init__()
        self.stack = CellStack(
            [cell], activations=dict(zip(PLACES[kind], activations, strict=True))
        )

    def forward(
        self, input: Tensor | nn.utils.rnn.PackedSequence, hx: Tensor | tuple[Tensor, Tensor]
    ) -> tuple[Tensor, Tensor | tuple[Tensor, Tensor]]:
        given = tuple((state[0],) for state in hx) if isinstance(hx, tuple) else (hx[0],)
        output, finals = self.stack(input, given)
        if isinstance(hx, tuple):
            return output, tuple(rows[0][None] for rows in finals)
        return output, finals[0][None]


def run_cell_by_torch(
    net: tuple[RNNConfig, tuple[Given, ...] | None],
    cell: CellTrace,
    weights: dict[str, Tensor],
    x: Tensor | None = None,
) -> Rerun:
    """One cell by a one-layer net of torch, on the input that was recorded or on another x.

    `net` is (config of its layer, activations, None for torch's own).
    """
    config, activations = net
    like = weights["weight_ih"]
    if cell.clamps:
        x = torch.as_tensor(cell.x).to(like) if x is None else x
        return _with_clamps(cell, weights, activations or config.activation_names, x)
    alone = one_layer(config, cell.input_size, weights, activations)
    x = torch.as_tensor(cell.x).to(like) if x is None else x
    h_0 = torch.as_tensor(cell.h_0).to(like)
    x = _in_order(cell, x)
    if config.kind != "LSTM":
        h = alone(x, h_0[None])[0]
        return Rerun(_padding_erased(cell, _in_order(cell, h)), _last(cell, h))
    c_0 = torch.as_tensor(cell.c_0).to(like)
    h, c_last = _lstm(alone, cell, x, (h_0[None], c_0[None]))
    before = (_before(cell, cell.h, h_0), _before(cell, cell.c, c_0))
    return Rerun(
        _padding_erased(cell, _in_order(cell, h)),
        _last(cell, h),
        _padding_erased(cell, _c_of_each_update(alone, _in_order(cell, x), before)),
        c_last,
    )


def _with_clamps(
    cell: CellTrace, weights: dict[str, Tensor], activations: tuple[Given, ...], x: Tensor
) -> Rerun:
    """A cell in which something is held: no net of torch's, but the same sums in plain torch."""
    h, c = run_clamped(cell, weights, activations, x)
    return Rerun(h, _at_end(cell, h), c, None if c is None else _at_end(cell, c))


def _at_end(cell: CellTrace, states: Tensor) -> Tensor:
    """The states after each sample's last update; rows are positions of the sequence."""
    return states[0] if cell.direction == "reverse" else _last(cell, states)


def run_with_masks(
    trace: Trace,
    config: NetConfig,
    weights: list[dict[str, Tensor]],
    activations: list[tuple[Given, ...]],
) -> tuple[Tensor, list[Rerun]]:
    """The whole net by torch, layer by layer, with the masks and clamps of the trace.

    Gives the joined states of the last layer, (seq_len, batch, D * state_size), and every cell.
    """
    like = weights[0]["weight_ih"]
    x = torch.as_tensor(trace.cells[0].x).to(like)
    runs: list[Rerun] = []
    for layer in range(config.num_layers):
        states = []
        for row in range(layer * config.num_directions, (layer + 1) * config.num_directions):
            cell = trace.cells[row]
            net = (config.cells_of(layer), activations[row])
            runs.append(run_cell_by_torch(net, cell, weights[row], x))
            h = runs[-1].h
            if cell.dropout_mask is not None:
                h = h * torch.as_tensor(cell.dropout_mask).to(like)
            states.append(h)
        x = torch.cat(states, dim=-1)
    return x, runs


def _lstm(
    alone: nn.Module, cell: CellTrace, x: Tensor, states: tuple[Tensor, Tensor]
) -> tuple[Tensor, Tensor]:
    """h in the order of computing, and each sample's c after its last update."""
    if cell.lengths is None:
        h, (_, c_n) = alone(x, states)
        return h, c_n[0]
    lengths = torch.tensor(cell.lengths)
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
    output, (_, c_n) = alone(packed, states)
    h, _ = nn.utils.rnn.pad_packed_sequence(output, total_length=cell.seq_len)
    return h, c_n[0]


def _c_of_each_update(alone: nn.Module, x: Tensor, before: tuple[Tensor, Tensor]) -> Tensor:
    """c after a single update, all timesteps at once as if they were samples."""
    seq_len, batch, _ = x.shape
    if batch == 0:
        return before[1]
    h, c = (state.reshape(1, seq_len * batch, -1) for state in before)
    _, (_, c) = alone(x.reshape(1, seq_len * batch, -1), (h, c))
    return c.reshape(seq_len, batch, -1)


def _before(cell: CellTrace, states: object, first: Tensor) -> Tensor:
    """The state that each update starts from. Shape (seq_len, batch, size)."""
    states = torch.as_tensor(states).to(first)
    if cell.direction == "forward":
        return torch.cat([first[None], states[:-1]])
    before = torch.cat([states[1:], first[None]])
    if cell.lengths is not None:
        before[[length - 1 for length in cell.lengths], list(range(cell.batch))] = first
    return before


def _in_order(cell: CellTrace, array: Tensor) -> Tensor:
    """The rows in the order of computing, each sample from its own end; its own inverse."""
    if cell.direction == "forward":
        return array
    if cell.lengths is None:
        return array.flip(0)
    t = torch.arange(cell.seq_len)[:, None]
    backwards = torch.tensor(cell.lengths) - 1 - t  # (seq_len, batch)
    rows = torch.where(backwards >= 0, backwards, t).to(array.device)
    return array.take_along_dim(rows[..., None], dim=0)


def _last(cell: CellTrace, h: Tensor) -> Tensor:
    """The state after each sample's last update, h being in the order of computing."""
    if cell.lengths is None:
        return h[-1]
    return h[[length - 1 for length in cell.lengths], list(range(cell.batch))]


def _padding_erased(cell: CellTrace, array: Tensor) -> Tensor:
    for sample, length in enumerate(cell.lengths or ()):
        array[length:, sample] = math.nan
    return array
