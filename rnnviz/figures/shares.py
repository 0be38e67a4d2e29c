"""How many units of a cell are open, closed or saturated, timestep by timestep."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rnnviz.figures.activations import SIGNED, is_share, is_signed, within_one
from rnnviz.records import CellTrace

# A gate above this lets nearly all through, one below that nearly nothing; a tanh beyond ±this
# has a slope under 0.02, so that hardly any gradient comes back through it.
OPEN = 0.9
CLOSED = 0.1
SATURATED = 0.99


class Split(NamedTuple):
    """The units of one gate, as shares that sum up to 1 at every timestep.

    Attributes:
        open: above 0.9. Shape (timesteps,).
        undecided: in between. Shape (timesteps,).
        closed: below 0.1. Shape (timesteps,).
    """

    open: np.ndarray
    undecided: np.ndarray
    closed: np.ndarray


class Shares(NamedTuple):
    """The units of one cell for one sample, which ends at the sample's length.

    Attributes:
        gates: the gates between 0 and 1 under torch's names; an RNN has none.
        saturated: the share of units beyond ±0.99 where a tanh is, or what keeps within ±1 like
            one: a candidate `g` or `n`, `c` for an LSTM's tanh(c), and `h`, unless it is projected
            or may leave ±1. Shape (timesteps,) each.
        off: the share of units that an RNN's relu made 0. Shape (timesteps,), or None without.
    """

    gates: dict[str, Split]
    saturated: dict[str, np.ndarray]
    off: np.ndarray | None


def timesteps_of(cell: CellTrace, sample: int) -> int:
    """How many timesteps this sample has: its length, if the input was packed."""
    return cell.seq_len if cell.lengths is None else cell.lengths[sample]


def shares_of(cell: CellTrace, sample: int) -> Shares:
    """The shares of one cell's units; a NaN counts nowhere."""
    stop = timesteps_of(cell, sample)
    tanhs = {name: cell.gate(name) for name in cell.gate_names if is_signed(cell, name)}
    if cell.tanh_c is not None and is_signed(cell, "c"):
        tanhs["c"] = cell.tanh_c
    if within_one(cell) and cell.activations[-1] in SIGNED:
        tanhs["h"] = cell.h
    relu = cell.kind == "RNN" and cell.activations[0] == "relu"
    return Shares(
        gates={
            name: _split(cell.gate(name)[:stop, sample])
            for name in cell.gate_names
            if is_share(cell, name)
        },
        saturated={
            name: (np.abs(values[:stop, sample]) > SATURATED).mean(axis=1)
            for name, values in tanhs.items()
        },
        off=(cell.h[:stop, sample] == 0).mean(axis=1) if relu else None,
    )


def _split(gate: np.ndarray) -> Split:
    """`gate` of shape (timesteps, hidden_size)."""
    undecided = (gate >= CLOSED) & (gate <= OPEN)
    return Split(
        open=(gate > OPEN).mean(axis=1),
        undecided=undecided.mean(axis=1),
        closed=(gate < CLOSED).mean(axis=1),
    )
