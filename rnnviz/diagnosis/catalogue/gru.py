"""Mistakes about the gates of a GRU, and how they enter the state."""

from __future__ import annotations

from rnnviz.diagnosis.catalogue.orders import orders
from rnnviz.diagnosis.mistake import Mistake
from rnnviz.engine.steps import GRURow, Steps
from rnnviz.engine.varied import Changes
from rnnviz.records import Array


def _gru(id: str, sentence: str, wrong: str, right: str, steps: Steps) -> Mistake:
    return Mistake(
        id=id,
        group="GRU",
        kinds=("GRU",),
        sentence=sentence,
        wrong=wrong,
        right=right,
        changes=Changes(steps=steps),
    )


def _reset_before(row: GRURow) -> Array:
    return row.x_n + (row.r * row.h_before) @ row.weight_hn.T + row.b_hn


def _update_swapped(row: GRURow) -> Array:
    return (1.0 - row.z) * row.h_before + row.z * row.n


_N = "n = torch.tanh(W_in @ x_t + b_in + r * (W_hn @ h + b_hn))"
_NEW_H = "h = (1 - z) * n + z * h"

GRU = (
    *orders("GRU", "G1"),
    _gru(
        "G2-reset-before",
        "The reset gate multiplies h before the product, as in the paper; torch multiplies after.",
        "n = torch.tanh(W_in @ x_t + b_in + W_hn @ (r * h) + b_hn)",
        _N,
        Steps(candidate=_reset_before),
    ),
    _gru(
        "G3-update-swapped",
        "z and 1 - z are exchanged, as in the other common form of the equations.",
        "h = (1 - z) * h + z * n",
        _NEW_H,
        Steps(hidden=_update_swapped),
    ),
    _gru(
        "G4-b_hn-outside",
        "b_hn stands outside of the product with the reset gate.",
        "n = torch.tanh(W_in @ x_t + b_in + r * (W_hn @ h) + b_hn)",
        _N,
        Steps(candidate=lambda row: row.x_n + row.r * row.wh_n + row.b_hn),
    ),
    _gru(
        "G5-no-reset",
        "The reset gate is not used.",
        "n = torch.tanh(W_in @ x_t + b_in + W_hn @ h + b_hn)",
        _N,
        Steps(candidate=lambda row: row.x_n + row.wh_n + row.b_hn),
    ),
    _gru(
        "G6-reset-on-x",
        "The reset gate multiplies the part of the input.",
        "n = torch.tanh(r * (W_in @ x_t + b_in) + W_hn @ h + b_hn)",
        _N,
        Steps(candidate=lambda row: row.r * row.x_n + row.wh_n + row.b_hn),
    ),
    _gru(
        "G7-reset-on-both",
        "The reset gate multiplies the whole pre-activation.",
        "n = torch.tanh(r * (W_in @ x_t + b_in + W_hn @ h + b_hn))",
        _N,
        Steps(candidate=lambda row: row.r * (row.x_n + row.wh_n + row.b_hn)),
    ),
    _gru(
        "G8-before+swapped",
        "The reset gate multiplies before the product, and z and 1 - z are exchanged.",
        "n = torch.tanh(W_in @ x_t + b_in + W_hn @ (r * h) + b_hn); h = (1 - z) * h + z * n",
        f"{_N}; {_NEW_H}",
        Steps(candidate=_reset_before, hidden=_update_swapped),
    ),
    _gru(
        "G9-update-adds",
        "The candidate is added whole.",
        "h = n + z * h",
        _NEW_H,
        Steps(hidden=lambda row: row.n + row.z * row.h_before),
    ),
    _gru(
        "G10-update-drops-h",
        "The old state is missing from the update.",
        "h = (1 - z) * n",
        _NEW_H,
        Steps(hidden=lambda row: (1.0 - row.z) * row.n),
    ),
    _gru(
        "G11-update-uses-reset-h",
        "The update keeps the reset state, not the old one.",
        "h = (1 - z) * n + z * (r * h)",
        _NEW_H,
        Steps(hidden=lambda row: (1.0 - row.z) * row.n + row.z * row.r * row.h_before),
    ),
    Mistake(
        id="G12-reset-after",
        group="GRU",
        kinds=("GRU",),
        sentence="The reset gate multiplies after the product where the model has it before; "
        "torch.nn.GRU itself multiplies after.",
        wrong=_N,
        right="n = torch.tanh(W_in @ x_t + b_in + W_hn @ (r * h) + b_hn)",
        changes=None,
    ),
)
