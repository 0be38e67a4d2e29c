"""The loop of a recurrent net in plain torch: lines of text, each with its part in an update."""

from __future__ import annotations

import re
from keyword import iskeyword
from typing import Literal, NamedTuple, get_args

from rnnviz.config import RNNConfig
from rnnviz.records import CellTrace
from rnnviz.scene.schedules import Order

Part = Literal["start", "start_c", "read", "wx", "wh", "a", "gates", "c", "h", "keep", "join"]

# An RNN by its activation, an LSTM with or without a projection.
Cell = Literal["tanh", "relu", "LSTM", "LSTM proj", "GRU"]
CELLS: tuple[Cell, ...] = get_args(Cell)

# A part stands in the margin, as wide as this, left of the line of code that computes it. The
# line of part h stands for all of the update and names where the state is kept.
_MARGIN = 6

_BOTH_WAYS: dict[Order, str] = {
    "layer-first": """
      for layer in range(num_layers):
          states = {"forward": [None] * T, "reverse": [None] * T}
          for direction in ("forward", "reverse"):
              row = 2 * layer + (direction == "reverse")
start         h = h_0[row]
              for s in range(T):
                  t = s if direction == "forward" else T - 1 - s
read              x_t = x[t]
h                 h
keep              states[direction][t] = h
join      x = [torch.cat(pair) for pair in zip(*states.values())]
      output = torch.stack(x)
""",
    "both": """
start h = list(h_0)
      for layer in range(num_layers):
          states = {"forward": [None] * T, "reverse": [None] * T}
          for s in range(T):
              for direction in ("forward", "reverse"):
                  row = 2 * layer + (direction == "reverse")
                  t = s if direction == "forward" else T - 1 - s
read              x_t = x[t]
h                 h[row]
keep              states[direction][t] = h[row]
join      x = [torch.cat(pair) for pair in zip(*states.values())]
      output = torch.stack(x)
""",
    # The upper layers overwrite the states of the lower ones, which nothing reads any more.
    "time-first": """
start h = list(h_0)
      states = {"forward": [None] * T, "reverse": [None] * T}
      for s in range(T):
          for layer in range(num_layers):
              for direction in ("forward", "reverse"):
                  row = 2 * layer + (direction == "reverse")
                  t = s if direction == "forward" else T - 1 - s
read              x_t = x[t] if layer == 0 else below
h                 h[row]
keep              states[direction][t] = h[row]
join          below = torch.cat([h[2 * layer], h[2 * layer + 1]])
      x = [torch.cat(pair) for pair in zip(*states.values())]
      output = torch.stack(x)
""",
}

_LAYER_BY_LAYER = """
      for layer in range(num_layers):
          states = [None] * T
start     h = h_0[layer]
          for t in range(T):
read          x_t = x[t]
h             h
keep          states[t] = h
          x = states
      output = torch.stack(x)
"""

_ONE_WAY: dict[Order, str] = {
    "layer-first": _LAYER_BY_LAYER,
    "both": _LAYER_BY_LAYER,
    "time-first": """
start h = list(h_0)
      states = [None] * T
      for t in range(T):
          for layer in range(num_layers):
read          x_t = x[t] if layer == 0 else h[layer - 1]
h             h[layer]
keep          states[t] = h[layer]
      output = torch.stack(states)
""",
}


_SUMS = """
wx    wx = W_ih[{row}] @ x_t
wh    wh = W_hh[{row}] @ {h}
a     a = wx + b_ih[{row}] + wh + b_hh[{row}]
"""
_RNN = """
h     {h} = torch.{act}(a)
"""
_LSTM = """
gates i, f, g, o = a.chunk(4)
gates i, f, o = i.sigmoid(), f.sigmoid(), o.sigmoid()
gates g = g.tanh()
c     {c} = f * {c} + i * g
"""
_HANDED_ON = """
h     {h} = o * {c}.tanh()
"""
_PROJECTED = """
h     {h} = W_hr[{row}] @ (o * {c}.tanh())
"""
# The reset gate stands between the candidate's two products, so that its sum comes last.
_GRU = """
wx    wx = W_ih[{row}] @ x_t
wh    wh = W_hh[{row}] @ {h}
a     x_r, x_z, x_n = (wx + b_ih[{row}]).chunk(3)
a     h_r, h_z, h_n = (wh + b_hh[{row}]).chunk(3)
gates r, z = (x_r + h_r).sigmoid(), (x_z + h_z).sigmoid()
gates n = (x_n + r * h_n).tanh()
h     {h} = (1 - z) * n + z * {h}
"""

# The arithmetic of an update.
_UPDATES: dict[Cell, str] = {
    "tanh": _SUMS + _RNN,
    "relu": _SUMS + _RNN,
    "LSTM": _SUMS + _LSTM + _HANDED_ON,
    "LSTM proj": _SUMS + _LSTM + _PROJECTED,
    "GRU": _GRU,
}


# How an activation is written in plain torch, F being torch.nn.functional.
_ACTIVATIONS = {
    "tanh": "torch.tanh({})",
    "relu": "torch.relu({})",
    "sigmoid": "torch.sigmoid({})",
    "hardtanh": "F.hardtanh({})",
    "hardsigmoid": "F.hardsigmoid({})",
    "hardsigmoid_0.2": "(0.2 * {} + 0.5).clamp(0, 1)",
    "softsign": "F.softsign({})",
    "identity": "{}",
}


class Line(NamedTuple):
    """One line of code.

    Attributes:
        text: the line with its indentation.
        part: what it does in an update: "start" takes h_0, "start_c" c_0, "read" picks the input,
            "wx", "wh", "a", "gates", "c" and "h" compute the quantities of that name, "keep"
            stores the state, "join" puts the two directions side by side. None for loops and the
            like.
    """

    text: str
    part: Part | None


def code(
    order: Order,
    *,
    bidirectional: bool,
    bias: bool,
    cell: Cell,
    activations: tuple[str, ...] = (),
) -> tuple[Line, ...]:
    """The whole net on one sequence without a batch, with the loops nested as in `order`.

    The code expects these names, where `row` counts layers and, within a layer, directions:
    `torch`; `num_layers` and `T`, the number of timesteps; `x`, (T, input_size); `h_0`,
    (num_layers * D, hidden_size), and for an LSTM `c_0`; `W_ih`, `W_hh` and with bias `b_ih`,
    `b_hh`, with a projection `W_hr`, whose `[row]` are torch's parameters of that cell. It leaves
    `output`, (T, D * hidden_size): with "layer-first" and "both" what torch.nn returns, with
    "time-first" what `time_first` of `rnnviz.engine.mistakes` returns. With `activations`, those at
    the places of the cell, also `F`, torch.nn.functional, and any function they name.

    Each part stands in one line or in lines that follow each other; "join" only with two
    directions.
    """
    listing = (_BOTH_WAYS if bidirectional else _ONE_WAY)[order]
    row = "row" if bidirectional else "layer"
    lines = []
    for line in listing.strip("\n").splitlines():
        part, text = line[:_MARGIN].strip(), line[_MARGIN:]
        if part == "h":
            update = _own_update(cell, activations) if activations else _UPDATES[cell]
            lines += _update(text, row, update, bias=bias, cell=cell)
            continue
        lines.append(Line(text, part or None))
        if part == "start" and cell.startswith("LSTM"):
            lines.append(Line(text.replace("h", "c"), "start_c"))
    return tuple(lines)


def own_code(cell: CellTrace, bidirectional: bool) -> dict[str, tuple[Line, ...]] | None:
    """The loop in every order with a cell's activations; None where these are torch's own."""
    named = {"input_size": 1, "hidden_size": 1, "kind": cell.kind}
    usual = [RNNConfig(**named, nonlinearity=name).activation_names for name in ("tanh", "relu")]
    if cell.activations in usual:
        return None
    options = {"bidirectional": bidirectional, "bias": cell.bias_ih is not None}
    options["cell"] = "tanh" if cell.kind == "RNN" else cell.kind
    return {
        order: code(order, **options, activations=cell.activations) for order in get_args(Order)
    }


def _own_update(cell: Cell, activations: tuple[str, ...]) -> str:
    """The arithmetic of an update with other activations than torch's."""

    def act(place: int, what: str) -> str:
        name = activations[place]
        called = re.sub(r"\W+", "_", name).strip("_")
        called = called if called.isidentifier() and not iskeyword(called) else "act"
        return _ACTIVATIONS.get(name, f"{called}({{}})").format(what)

    if cell == "GRU":
        r, z, n = act(0, "(x_r + h_r)"), act(1, "(x_z + h_z)"), act(2, "(x_n + r * h_n)")
        lines = [line for line in _GRU.splitlines() if not line.startswith("gates")]
        lines[-1:-1] = [f"gates r, z = {_bare(r)}, {_bare(z)}", f"gates n = {_bare(n)}"]
        return "\n".join(lines)
    if cell == "LSTM":
        i, f, g, o = (act(place, name) for place, name in enumerate("ifgo"))
        return (
            f"{_SUMS}gates i, f, g, o = a.chunk(4)\ngates i, f = {i}, {f}\n"
            f"gates g, o = {g}, {o}\nc     {{c}} = f * {{c}} + i * g\n"
            f"h     {{h}} = o * {act(4, '{c}')}\n"
        )
    return f"{_SUMS}h     {{h}} = {act(0, 'a')}\n"


def _bare(text: str) -> str:
    """Without the brackets that a call has already."""
    return re.sub(r"\(\(([^()]*)\)\)", r"(\1)", text)


def _update(state: str, row: str, update: str, *, bias: bool, cell: Cell) -> list[Line]:
    """The lines of arithmetic of one update of `state`, indented as it is."""
    h = state.strip()
    indent = state.removesuffix(h)
    names = {"row": row, "h": h, "c": "c" + h.removeprefix("h"), "act": cell}
    lines = []
    for line in filter(None, update.splitlines()):
        part, text = line[:_MARGIN].strip(), line[_MARGIN:]
        if not bias:
            text = re.sub(r" \+ b_.h\[{row}\]", "", text)
            text = re.sub(r"\((w.)\)", r"\1", text)
        lines.append(Line(indent + text.format(**names), part))
    return lines
