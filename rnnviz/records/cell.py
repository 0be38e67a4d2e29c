"""The record of one cell: one layer in one direction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace

from rnnviz.config import GATE_NAMES, Clamp, Direction, Kind
from rnnviz.records.arrays import Array


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CellTrace:
    """Every intermediate of one layer in one direction.

    Row t is position t of the sequence, for the reverse direction too (it is merely computed
    from the last row to the first). G is the number of gates: 4 in an LSTM, 3 in a GRU, else 1.
    Positions past a sample's length hold NaN in every field that has them. Where `clamps` hold a
    gate, c or h, that field has what it was clamped to; wx, wh and a stay what was computed.

    Attributes:
        kind: "RNN", "LSTM" or "GRU".
        layer: counts from 0.
        direction: "forward" or "reverse".
        activations: the activation at each place, RNN h; LSTM i, f, g, o, c; GRU r, z, n: "tanh",
            "relu", "sigmoid" in torch's cells, others in a `CellStack`.
        lengths: the number of timesteps of each sample, if the input was packed; else None.
        clamps: what was held in this cell, each with its stop as a number.
        x: what the cell read: x_t, or the joined h of the layer below, dropped out if it was.
            Shape (seq_len, batch, layer_input_size).
        wx: W_ih x_t, every gate stacked. Shape (seq_len, batch, G * hidden_size).
        wh: W_hh h_{t-1}; in reverse W_hh h_{t+1}. Shape (seq_len, batch, G * hidden_size).
        a: pre-activation, wx + b_ih + wh + b_hh; for a GRU's n block wx + b_in + r_hn.
            Shape (seq_len, batch, G * hidden_size).
        gates: the activation of a, in torch's order: LSTM i, f, g, o; GRU r, z, n. None for an
            RNN. Shape (seq_len, batch, G * hidden_size).
        r_hn: a GRU's r * (W_hn h + b_hn). Shape (seq_len, batch, hidden_size).
        c: an LSTM's cell state, f * c_{t-1} + i * g. Shape (seq_len, batch, hidden_size).
        tanh_c: its tanh, or what the activation of c makes of it.
            Shape (seq_len, batch, hidden_size).
        h: what the cell hands on: the activation of a; GRU (1 - z) * n + z * h_{t-1}; LSTM
            o * tanh_c, times weight_hr if it is projected. Shape (seq_len, batch, state_size).
        dropout_mask: 0 where h was dropped on the way to the next layer, else 1 / (1 - p); None
            where nothing was. Shape (seq_len, batch, state_size).
        h_0: the state it started from. Shape (batch, state_size).
        c_0: the cell state it started from, if an LSTM. Shape (batch, hidden_size).
        weight_ih: Shape (G * hidden_size, layer_input_size).
        weight_hh: Shape (G * hidden_size, state_size).
        bias_ih: Shape (G * hidden_size,), or None without bias.
        bias_hh: Shape (G * hidden_size,), or None without bias.
        weight_hr: Shape (proj_size, hidden_size), or None without projection.
        curves: what functions given in Python make of numbers, where a `CellStack` has such: the
            numbers, then a row for each activation, NaN for those that go by a name. Shape
            (1 + len(activations), points), else None.
    """

    kind: Kind = "RNN"
    layer: int
    direction: Direction
    activations: tuple[str, ...]
    lengths: tuple[int, ...] | None = None
    clamps: tuple[Clamp, ...] = ()
    x: Array
    wx: Array
    wh: Array
    a: Array
    gates: Array | None = None
    r_hn: Array | None = None
    c: Array | None = None
    tanh_c: Array | None = None
    h: Array
    dropout_mask: Array | None = None
    h_0: Array
    c_0: Array | None = None
    weight_ih: Array
    weight_hh: Array
    bias_ih: Array | None
    bias_hh: Array | None
    weight_hr: Array | None = None
    curves: Array | None = None

    def __repr__(self) -> str:
        kind = "" if self.kind == "RNN" else f"kind={self.kind!r}, "
        return (
            f"CellTrace({kind}layer={self.layer}, direction={self.direction!r}, "
            f"seq_len={self.seq_len}, batch={self.batch}, hidden_size={self.hidden_size})"
        )

    @property
    def seq_len(self) -> int:
        """Number of timesteps."""
        return self.h.shape[0]

    @property
    def batch(self) -> int:
        """Number of samples."""
        return self.h.shape[1]

    @property
    def gate_names(self) -> tuple[str, ...]:
        """Its gates in torch's order of stacking; an RNN has none."""
        return GATE_NAMES[self.kind]

    @property
    def hidden_size(self) -> int:
        """Number of hidden units."""
        return self.a.shape[2] // (len(self.gate_names) or 1)

    @property
    def state_size(self) -> int:
        """How many numbers h has: hidden_size, or proj_size where an LSTM projects it."""
        return self.h.shape[2]

    @property
    def input_size(self) -> int:
        """How many numbers this cell reads at a timestep."""
        return self.x.shape[2]

    @property
    def h_last(self) -> Array:
        """The state after the last update, a row of h_n. Shape (batch, state_size)."""
        return self._last(self.h)

    @property
    def c_last(self) -> Array | None:
        """The cell state after the last update, a row of c_n. Shape (batch, hidden_size)."""
        return None if self.c is None else self._last(self.c)

    def gate(self, name: str) -> Array:
        """One gate after its activation, a view. Shape (seq_len, batch, hidden_size).

        Raises:
            ValueError: the cell has no such gate.
        """
        if name not in self.gate_names:
            known = ", ".join(self.gate_names) or "none"
            raise ValueError(f"no gate {name!r}; the gates of this {self.kind} cell are: {known}.")
        start = self.gate_names.index(name) * self.hidden_size
        return self.gates[..., start : start + self.hidden_size]

    def positions(self) -> range:
        """The timesteps in the order of computing: upwards, in reverse downwards."""
        forward = range(self.seq_len)
        return forward if self.direction == "forward" else forward[::-1]

    def arrays(self) -> Iterator[tuple[str, Array]]:
        """Every array of the record with its field name; what torch has not is left out."""
        for field in fields(self):
            value = getattr(self, field.name)
            if hasattr(value, "shape"):
                yield field.name, value

    def map_arrays(self, change: Callable[[Array], Array]) -> CellTrace:
        """The same record with every array changed."""
        return replace(self, **{name: change(array) for name, array in self.arrays()})

    def _last(self, states: Array) -> Array:
        if self.direction == "reverse":
            return states[0]
        if self.lengths is None:
            return states[-1]
        return states[[length - 1 for length in self.lengths], list(range(self.batch))]
