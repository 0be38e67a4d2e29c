"""A cell with clamps once more, in plain torch: what such a run is held against."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import linear

from rnnviz.config import GATE_NAMES, HOLD, Clamp
from rnnviz.engine.activations import Given, on_torch
from rnnviz.records import CellTrace

Act = Callable[[Tensor], Tensor]


def run_clamped(
    cell: CellTrace, weights: dict[str, Tensor], activations: tuple[Given, ...], x: Tensor
) -> tuple[Tensor, Tensor | None]:
    """h and c of every timestep, NaN past a sample's length; c is None unless an LSTM.

    The formulas of torch's documentation, step by step, with what is held put in its place. Shapes
    (seq_len, batch, state_size) and (seq_len, batch, hidden_size).
    """
    acts = [_function(given) for given in activations]
    step = {"RNN": _rnn, "LSTM": _lstm, "GRU": _gru}[cell.kind]
    state = [torch.as_tensor(cell.h_0).to(x)]
    if cell.c_0 is not None:
        state.append(torch.as_tensor(cell.c_0).to(x))
    rows: list[list[Tensor]] = [[] for _ in range(cell.seq_len)]
    lengths = torch.tensor(cell.lengths or [cell.seq_len] * cell.batch, device=x.device)
    for t in cell.positions():
        held = [one for one in cell.clamps if one.start <= t < one.stop]
        new = step(weights, acts, held, x[t], state)
        runs = (lengths > t)[:, None]
        state = [torch.where(runs, now, old) for now, old in zip(new, state, strict=True)]
        rows[t] = [torch.where(runs, now, math.nan) for now in new]
    h, *c = (torch.stack(column) for column in zip(*rows, strict=True))
    return h, c[0] if c else None


def _rnn(weights, acts, held, x, state) -> list[Tensor]:
    (h,) = state
    return [_held(held, "h", acts[0](sum(_sums(weights, x, h))), h)]


def _lstm(weights, acts, held, x, state) -> list[Tensor]:
    h, c = state
    sums = sum(_sums(weights, x, h)).chunk(4, dim=-1)
    i, f, g, o = (
        _held(held, name, act(a))
        for name, act, a in zip(GATE_NAMES["LSTM"], acts[:4], sums, strict=True)
    )
    c = _held(held, "c", f * c + i * g, c)
    out = o * acts[4](c)
    if "weight_hr" in weights:
        out = linear(out, weights["weight_hr"])
    return [_held(held, "h", out, h), c]


def _gru(weights, acts, held, x, state) -> list[Tensor]:
    (h,) = state
    of_x, of_h = (part.chunk(3, dim=-1) for part in _sums(weights, x, h))
    r = _held(held, "r", acts[0](of_x[0] + of_h[0]))
    z = _held(held, "z", acts[1](of_x[1] + of_h[1]))
    n = _held(held, "n", acts[2](of_x[2] + r * of_h[2]))
    return [_held(held, "h", (1 - z) * n + z * h, h)]


def _sums(weights: dict[str, Tensor], x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
    return (
        linear(x, weights["weight_ih"], weights.get("bias_ih")),
        linear(h, weights["weight_hh"], weights.get("bias_hh")),
    )


def _held(held: list[Clamp], quantity: str, values: Tensor, before: Tensor | None = None) -> Tensor:
    values = values.clone()
    for one in held:
        if one.quantity == quantity:
            unit = slice(None) if one.unit is None else one.unit
            values[:, unit] = before[:, unit] if one.value == HOLD else one.value
    return values


def _function(given: Given) -> Act:
    act = on_torch(given)

    def apply(a: Tensor) -> Tensor:
        out = torch.empty_like(a)
        act(a, out)
        return out

    return apply
