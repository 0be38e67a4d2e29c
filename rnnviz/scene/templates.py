"""What is drawn of a step and in which parts: shared by every painter, whatever its language."""

from __future__ import annotations

from rnnviz.config import GATE_NAMES, GATE_WORDS

# The parts of one update, in the order in which they are computed, by the kind of the cell.
PHASES = {
    "RNN": ("wx", "wh", "a", "h"),
    "LSTM": ("wx", "wh", "a", "gates", "c", "h"),
    "GRU": ("wx", "wh", "a", "gates", "h"),
}

# Parts of the player that a link may hide: `?hide=code,strip`.
PARTS = ("map", "transport", "options", "anatomy", "drill", "code", "strip")

# What a link says of where one is.
SEED = ("at", "walk", "order", "all", "gate")

# The blocks of weights stacked in a matrix, in torch's order; nn.RNN has one without a name.
GATES = {kind: names or ("",) for kind, names in GATE_NAMES.items()}

# What is added to both products, and its symbol.
BIASES = {"bias_ih": "b_{ih}", "bias_hh": "b_{hh}"}

# The blocks of a step that every kind has, from left to right. A matrix stands under its operands;
# each term of the drill-down is one of its weights times the operand above it. `sign` is what
# stands before a block; in names, what follows "_" is set lower and [t] stands for the timestep.
_PRODUCTS = (
    {"kind": "matrix", "part": "wx", "field": "weight_ih", "name": "W_{ih}", "operand": "x"},
    {"kind": "matrix", "part": "wh", "field": "weight_hh", "name": "W_{hh}", "operand": "previous"},
    {"kind": "bias", "part": "b", "fields": BIASES, "operand": "one"},
    {"kind": "vector", "part": "wx", "field": "wx", "name": "W_{ih} x", "sign": ""},
    {"kind": "vector", "part": "wh", "field": "wh", "name": "W_{hh} h", "sign": "+"},
)
_GATES = (
    {"kind": "curve", "part": "gates"},
    {"kind": "vector", "part": "gates", "field": "gates", "name": "gates", "sign": ""},
)
ANATOMY = {
    "RNN": (
        *_PRODUCTS,
        {"kind": "vector", "part": "a", "field": "a", "name": "a", "sign": "+ b ="},
        {"kind": "curve", "part": "h"},
        {"kind": "vector", "part": "h", "field": "h", "name": "h[t]", "sign": ""},
    ),
    "LSTM": (
        *_PRODUCTS,
        {"kind": "vector", "part": "a", "field": "a", "name": "a", "sign": "+ b ="},
        *_GATES,
    ),
    # The n block of a takes r times the recurrent part, so that it is no plain sum.
    "GRU": (
        *_PRODUCTS,
        {"kind": "vector", "part": "a", "field": "a", "name": "a", "sign": "→"},
        *_GATES,
    ),
}

# What becomes of the gates, unit by unit: a strip of vectors below the blocks. `gate` is a block of
# `gates`; `field` an array of its own, the state the step started from ("c_before", "h_before"),
# W_hn h + b_hn ("hn"), or what its name says ("1 - z"). `short` stands where the name has no room,
# else its first letter.
STATE = {
    "RNN": (),
    "LSTM": (
        {"part": "c", "gate": "f", "name": "f", "sign": ""},
        {"part": "c", "field": "c_before", "name": "c before", "sign": "×"},
        {"part": "c", "gate": "i", "name": "i", "sign": "+"},
        {"part": "c", "gate": "g", "name": "g", "sign": "×"},
        {"part": "c", "field": "c", "name": "c[t]", "sign": "="},
        {"part": "h", "field": "tanh_c", "name": "tanh c", "sign": "gap"},
        {"part": "h", "gate": "o", "name": "o", "sign": "×"},
        {"part": "h", "field": "h", "name": "h[t]", "sign": "="},
    ),
    "GRU": (
        {"part": "gates", "gate": "r", "name": "r", "sign": ""},
        {
            "part": "gates",
            "field": "hn",
            "name": "W_{hn} h + b_{hn}",
            "short": "W_{hn} h",
            "sign": "×",
        },
        {"part": "gates", "field": "r_hn", "name": "in a", "sign": "="},
        {"part": "h", "field": "1 - z", "name": "1 − z", "sign": "gap"},
        {"part": "h", "gate": "n", "name": "n", "sign": "×"},
        {"part": "h", "gate": "z", "name": "z", "sign": "+"},
        {"part": "h", "field": "h_before", "name": "h before", "sign": "×"},
        {"part": "h", "field": "h", "name": "h[t]", "sign": "="},
    ),
}

# Between which ends an activation's values lie: 1 for 0..1, -1 for ±1; without limits where it is
# not named. What is named has colours of a fixed range.
RANGES = {
    "tanh": -1,
    "hardtanh": -1,
    "softsign": -1,
    "sigmoid": 1,
    "hardsigmoid": 1,
    "hardsigmoid_0.2": 1,
}

# Samples of an activation that goes by no name.
CURVE_POINTS = 257

# What the strip can show over the whole sequence, by the words of its menu; a net has some of it.
QUANTITIES = {
    "h": "hidden state h",
    "c": "cell state c",
    **{gate: f"{words} {gate}" for gate, words in GATE_WORDS.items()},
    "wx": "W_ih x",
    "wh": "W_hh h",
    "a": "pre-activation a",
}

# Beyond so many timesteps the map shows a window of full columns and the rest as thin stripes.
MAX_FULL_STEPS = 24
WINDOW_STEPS = 12
# The window moves in strides of this, so that most steps leave it where it is.
WINDOW_STRIDE = 8

# Milliseconds at speed 1. The first update after play goes term by term, the next two row by row,
# the rest as whole cells.
PACE = {"term": 250, "row": 120, "cell": 600, "lane": 1500, "timestep": 700}
# The slowest update may take so long, however many terms it has.
MAX_UPDATE_MS = 6000

SPEEDS = (0.25, 0.5, 1, 2, 4, 8)
