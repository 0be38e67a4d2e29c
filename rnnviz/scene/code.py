"""The loop of a recurrent net in plain torch: lines of text, each with its part in an update."""

from __future__ import annotations

from typing import Literal, NamedTuple

from rnnviz.config import Nonlinearity
from rnnviz.scene.schedules import Order

Part = Literal["start", "read", "wx", "wh", "a", "h", "keep", "join"]

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


class Line(NamedTuple):
    """One line of code.

    Attributes:
        text: the line with its indentation.
        part: what it does in an update: "start" takes h_0, "read" picks the input, "wx", "wh",
            "a" and "h" compute the quantities of that name, "keep" stores the state, "join" puts
            the two directions side by side. None for loops and the like.
    """

    text: str
    part: Part | None


def code(
    order: Order, *, bidirectional: bool, bias: bool, nonlinearity: Nonlinearity
) -> tuple[Line, ...]:
    """The whole net on one sequence without a batch, with the loops nested as in `order`.

    The code expects these names, where `row` counts layers and, within a layer, directions:
    `torch`; `num_layers` and `T`, the number of timesteps; `x`, (T, input_size); `h_0`,
    (num_layers * D, hidden_size); `W_ih`, `W_hh` and with bias `b_ih`, `b_hh`, whose `[row]` are
    torch's parameters of that cell. It leaves `output`, (T, D * hidden_size): with "layer-first"
    and "both" what torch.nn.RNN returns, with "time-first" what `time_first` of
    `rnnviz.engine.mistakes` returns.

    Each part occurs in one line; "join" only with two directions.
    """
    listing = (_BOTH_WAYS if bidirectional else _ONE_WAY)[order]
    row = "row" if bidirectional else "layer"
    lines = []
    for line in listing.strip("\n").splitlines():
        part, text = line[:_MARGIN].strip(), line[_MARGIN:]
        if part == "h":
            lines += _update(text, row, bias=bias, nonlinearity=nonlinearity)
        else:
            lines.append(Line(text, part or None))
    return tuple(lines)


def _update(state: str, row: str, *, bias: bool, nonlinearity: Nonlinearity) -> list[Line]:
    """The four lines of arithmetic of one update of `state`, indented as it is."""
    h = state.strip()
    indent = state.removesuffix(h)
    a = f"wx + b_ih[{row}] + wh + b_hh[{row}]" if bias else "wx + wh"
    return [
        Line(f"{indent}wx = W_ih[{row}] @ x_t", "wx"),
        Line(f"{indent}wh = W_hh[{row}] @ {h}", "wh"),
        Line(f"{indent}a = {a}", "a"),
        Line(f"{indent}{h} = torch.{nonlinearity}(a)", "h"),
    ]
