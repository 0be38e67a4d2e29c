"""The names of kinds, gates and activations, and how exact each dtype is."""

from __future__ import annotations

from typing import Literal

Direction = Literal["forward", "reverse"]
Kind = Literal["RNN", "LSTM", "GRU"]
Nonlinearity = Literal["tanh", "relu"]
Dtype = Literal["float32", "float64", "bfloat16", "float16"]

ITEM_BYTES: dict[str, int] = {"float32": 4, "float64": 8, "bfloat16": 2, "float16": 2}

# The gates in the order in which torch stacks their rows of W_ih and W_hh.
GATE_NAMES: dict[str, tuple[str, ...]] = {
    "RNN": (),
    "LSTM": ("i", "f", "g", "o"),
    "GRU": ("r", "z", "n"),
}

# What torch's documentation calls them; g and n are tanh, the others sigmoid.
GATE_WORDS: dict[str, str] = {
    "i": "input gate",
    "f": "forget gate",
    "g": "cell gate",
    "o": "output gate",
    "r": "reset gate",
    "z": "update gate",
    "n": "new gate",
}

# Where a cell applies an activation: to the one sum of an RNN, to the gates, and to an LSTM's c.
PLACES: dict[str, tuple[str, ...]] = {
    "RNN": ("h",),
    "LSTM": ("i", "f", "g", "o", "c"),
    "GRU": ("r", "z", "n"),
}

# The parameters of one cell, without their suffix; torch has weight_hr in projected LSTMs only.
PARAMETERS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")

# Activations that have a name here; torch's cells use the first three.
Activation = Literal[
    "tanh",
    "relu",
    "sigmoid",
    "hardtanh",
    "hardsigmoid",
    "hardsigmoid_0.2",
    "softsign",
    "identity",
]

# Relative tolerance of each dtype. torch adds the same products in another order, so that each
# step differs by a few roundings (half a unit in the last place: 1e-16, 6e-8, 5e-4, 4e-3).
TOLERANCE: dict[str, float] = {
    "float64": 1e-12,
    "float32": 1e-5,
    "float16": 2e-3,
    "bfloat16": 2e-2,
}


def parameter_suffix(layer: int, direction: Direction) -> str:
    """How torch ends the parameter names of one cell: `_l0`, `_l1_reverse`."""
    return f"_l{layer}{'_reverse' if direction == 'reverse' else ''}"
