"""What every cell of a layer's sheet computes, as formulas of a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from rnnviz.config import GATE_NAMES, PLACES
from rnnviz.exports.workbook_book import Place
from rnnviz.records import CellTrace

# The formula at timestep t of unit k.
Formula: TypeAlias = Callable[[int, int], str]

# Below this exp(-a) leaves the range of numbers, where a spreadsheet gives an error and torch 0.
_LEAST_FOR_EXP = -700

# Activations by their names, of a cell {a}.
ACTIVATIONS: dict[str, str] = {
    "tanh": "TANH({a})",
    "relu": "MAX(0,{a})",
    "sigmoid": f"1/(1+EXP(-MAX({{a}},{_LEAST_FOR_EXP})))",
    "hardtanh": "MAX(-1,MIN(1,{a}))",
    "hardsigmoid": "MAX(0,MIN(1,({a}+3)/6))",
    "hardsigmoid_0.2": "MAX(0,MIN(1,0.2*{a}+0.5))",
    "softsign": "{a}/(1+ABS({a}))",
    "identity": "{a}",
}


class Lane(NamedTuple):
    """One layer in one direction, and where its numbers stand.

    Attributes:
        cell: its record, of one sample in float64.
        suffix: how torch ends the names of its parameters: `_l0_reverse`.
        places: where each block of its sheet stands, a row for each timestep.
        bias: the rows of b_ih and b_hh above wx and wh; empty without bias.
        sources: what it reads, side by side: the input, or the h of the layer below.
        start: h_0 and of an LSTM c_0, one row each.
    """

    cell: CellTrace
    suffix: str
    places: dict[str, Place]
    bias: dict[str, Place]
    sources: tuple[Place, ...]
    start: dict[str, Place]

    @property
    def sheet(self) -> str:
        """The name of its sheet."""
        return f"layer {self.cell.layer} {self.cell.direction}"

    def at(self, block: str, t: int, k: int) -> str:
        """A cell of one of its blocks."""
        return self.places[block].cell(t, k)

    def gate(self, name: str, t: int, k: int) -> str:
        """A cell of one of its gates."""
        names = GATE_NAMES[self.cell.kind]
        return self.at("gates", t, names.index(name) * self.cell.hidden_size + k)


def formulas_of(lane: Lane) -> dict[str, Formula]:
    """The formula of each block of a lane's sheet."""
    own = {"RNN": _rnn, "LSTM": _lstm, "GRU": _gru}[lane.cell.kind](lane)
    return {
        "x": _read(lane),
        "h_before": _before(lane, "h", "h_0"),
        "wx": _product(lane, "x", "W_ih"),
        "wh": _product(lane, "h_before", "W_hh"),
        "a": lambda t, k: "+".join([_input_part(lane, t, k), _hidden_part(lane, t, k)]),
    } | own


def bias_formula(lane: Lane, name: str) -> Formula:
    """What stands above wx or wh: a number of b_ih or b_hh."""
    return lambda _, k: f"INDEX({name}{lane.suffix},{k + 1},1)"


def _rnn(lane: Lane) -> dict[str, Formula]:
    return {"h": lambda t, k: _activated(lane, "h", lane.at("a", t, k))}


def _lstm(lane: Lane) -> dict[str, Formula]:
    def c(t: int, k: int) -> str:
        i, f, g = (lane.gate(name, t, k) for name in "ifg")
        return f"{f}*{lane.at('c_before', t, k)}+{i}*{g}"

    def hidden(t: int, k: int) -> str:
        return f"{lane.gate('o', t, k)}*{lane.at('tanh_c', t, k)}"

    own = {
        "gates": lambda t, k: _gate(lane, t, k),
        "c_before": _before(lane, "c", "c_0"),
        "c": c,
        "tanh_c": lambda t, k: _activated(lane, "c", lane.at("c", t, k)),
    }
    if lane.cell.weight_hr is None:
        return own | {"h": hidden}
    return own | {"unprojected": hidden, "h": _product(lane, "unprojected", "W_hr")}


def _gru(lane: Lane) -> dict[str, Formula]:
    size = lane.cell.hidden_size

    def r_hn(t: int, k: int) -> str:
        return f"{lane.gate('r', t, k)}*({_hidden_part(lane, t, 2 * size + k)})"

    def a(t: int, k: int) -> str:
        inner = k >= 2 * size
        last = lane.at("r_hn", t, k - 2 * size) if inner else _hidden_part(lane, t, k)
        return f"{_input_part(lane, t, k)}+{last}"

    def h(t: int, k: int) -> str:
        z, n = lane.gate("z", t, k), lane.gate("n", t, k)
        return f"(1-{z})*{n}+{z}*{lane.at('h_before', t, k)}"

    return {"r_hn": r_hn, "a": a, "gates": lambda t, k: _gate(lane, t, k), "h": h}


def _read(lane: Lane) -> Formula:
    """The numbers that the lane reads, where they stand on other sheets."""
    columns = [(source, k) for source in lane.sources for k in range(source.columns)]
    return lambda t, k: columns[k][0].far(t, columns[k][1])


def _before(lane: Lane, state: str, first: str) -> Formula:
    """The state of the timestep computed before: the row above, in reverse the row below."""
    begin = lane.cell.positions()[0]
    step = -1 if lane.cell.direction == "forward" else 1
    start = lane.start[first]
    return lambda t, k: start.far(0, k) if t == begin else lane.at(state, t + step, k)


def _product(lane: Lane, block: str, weights: str) -> Formula:
    """A row of a weight matrix times a row of a block."""
    name, place = weights + lane.suffix, lane.places[block]
    return lambda t, k: f"SUMPRODUCT({place.line(t)},INDEX({name},{k + 1},0))"


def _input_part(lane: Lane, t: int, k: int) -> str:
    """W_ih x_t + b_ih."""
    bias = [lane.bias["b_ih"].fixed(k)] if lane.bias else []
    return "+".join([lane.at("wx", t, k), *bias])


def _hidden_part(lane: Lane, t: int, k: int) -> str:
    """W_hh h_(t-1) + b_hh."""
    bias = [lane.bias["b_hh"].fixed(k)] if lane.bias else []
    return "+".join([lane.at("wh", t, k), *bias])


def _gate(lane: Lane, t: int, k: int) -> str:
    gate = GATE_NAMES[lane.cell.kind][k // lane.cell.hidden_size]
    return _activated(lane, gate, lane.at("a", t, k))


def _activated(lane: Lane, place: str, a: str) -> str:
    activation = lane.cell.activations[PLACES[lane.cell.kind].index(place)]
    return ACTIVATIONS[activation].format(a=a)
