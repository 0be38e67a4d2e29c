"""Which activations bound their numbers, which a cell has where, and how they are written."""

from __future__ import annotations

from typing import get_args

from rnnviz.config import PLACES, Activation
from rnnviz.figures.tokens import token_text
from rnnviz.records import CellTrace

# Activations whose values lie within ±1, and between 0 and 1.
SIGNED = ("tanh", "hardtanh", "softsign")
SHARES = ("sigmoid", "hardsigmoid", "hardsigmoid_0.2")


def activation_at(cell: CellTrace, place: str) -> str:
    """The activation at one of the cell's places: a gate, an RNN's h, an LSTM's c."""
    return cell.activations[PLACES[cell.kind].index(place)]


def is_share(cell: CellTrace, gate: str) -> bool:
    """Whether a gate lies between 0 and 1, so that it is open or closed."""
    return activation_at(cell, gate) in SHARES


def is_signed(cell: CellTrace, place: str) -> bool:
    """Whether what stands there lies within ±1, as after a tanh."""
    return activation_at(cell, place) in SIGNED


def within_one(cell: CellTrace) -> bool:
    """Whether h is made of numbers within ±1, z and o being shares."""
    shares = [is_share(cell, place) for place in ("o", "z") if place in PLACES[cell.kind]]
    return cell.weight_hr is None and all(shares) and cell.activations[-1] in SIGNED + SHARES


def applied(activation: str, to: str) -> str:
    """An activation of something, as a title writes it: `tanh(a)`, `σ(a)`."""
    if activation == "sigmoid":
        return f"σ({to})"
    # A function of a user's own may be called anything.
    known = activation in get_args(Activation)
    return f"{activation if known else token_text(activation)}({to})"
