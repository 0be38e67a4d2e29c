"""What is drawn of a step and in which parts: shared by every painter, whatever its language."""

from __future__ import annotations

# The parts of one update, in the order in which they are computed.
PHASES = ("wx", "wh", "a", "h")

# What is added to both products, and its symbol.
BIASES = {"bias_ih": "b_{ih}", "bias_hh": "b_{hh}"}

# The blocks of one step of nn.RNN, from left to right. A matrix stands under its operands; each
# term of the drill-down is one of its weights times the operand above it. `sign` is what stands
# before a block; in names, what follows "_" is set lower and [t] stands for the timestep.
ANATOMY = (
    {"kind": "matrix", "part": "wx", "field": "weight_ih", "name": "W_{ih}", "operand": "x"},
    {"kind": "matrix", "part": "wh", "field": "weight_hh", "name": "W_{hh}", "operand": "previous"},
    {
        "kind": "bias",
        "part": "b",
        "fields": BIASES,
        "operand": "one",
    },
    {"kind": "vector", "part": "wx", "field": "wx", "name": "W_{ih} x", "sign": ""},
    {"kind": "vector", "part": "wh", "field": "wh", "name": "W_{hh} h", "sign": "+"},
    {"kind": "vector", "part": "a", "field": "a", "name": "a", "sign": "+ b ="},
    {"kind": "curve", "part": "h"},
    {"kind": "vector", "part": "h", "field": "h", "name": "h[t]", "sign": ""},
)

# What the strip can show over the whole sequence, by the words of its menu.
QUANTITIES = {
    "h": "hidden state h",
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
