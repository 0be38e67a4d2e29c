"""One sheet for each layer and direction: a row for each timestep, a column for each unit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnviz.config import parameter_suffix
from rnnviz.exports.workbook_book import Book, Place
from rnnviz.exports.workbook_formulas import Lane, bias_formula, formulas_of
from rnnviz.figures.activations import activation_at, applied
from rnnviz.figures.look import DEFAULT_LOOK
from rnnviz.figures.ranges import (
    cell_state_scale,
    gate_scale,
    input_scale,
    product_scale,
    state_scale,
    weight_scale,
)
from rnnviz.figures.theme import ShareScale, SignedScale
from rnnviz.records import CellTrace, Trace

# Rows of a sheet above the first timestep.
_TITLE, _HEADINGS, _BIAS, _UNITS, HEAD = 0, 2, 3, 4, 5


def lanes_of(exact: Trace, x: Place, start: Sequence[dict[str, Place]]) -> list[Lane]:
    """Every lane of a run of one sample, with the place of each number on its sheet.

    `x` is where the input stands, `start` where the h_0 and c_0 of each lane do.
    """
    lanes: list[Lane] = []
    for cell, own_start in zip(exact.cells, start, strict=True):
        below = [lane for lane in lanes if lane.cell.layer == cell.layer - 1]
        sources = tuple(lane.places["h"] for lane in below) or (x,)
        sheet, column, places = f"layer {cell.layer} {cell.direction}", 1, {}
        for name, width in widths_of(cell).items():
            places[name] = Place(sheet, HEAD, column, cell.seq_len, width)
            column += width + 1  # an empty column between blocks
        bias = {}
        if cell.bias_ih is not None:
            for name, block in (("b_ih", "wx"), ("b_hh", "wh")):
                bias[name] = places[block]._replace(row=_BIAS, rows=1)
        suffix = parameter_suffix(cell.layer, cell.direction)
        lanes.append(Lane(cell, suffix, places, bias, sources, own_start))
    return lanes


def widths_of(cell: CellTrace) -> dict[str, int]:
    """How many columns each block of its sheet has, in their order."""
    size, stacked = cell.hidden_size, cell.a.shape[2]
    widths = {"x": cell.input_size, "h_before": cell.state_size, "wx": stacked, "wh": stacked}
    if cell.kind == "GRU":
        widths["r_hn"] = size
    widths["a"] = stacked
    if cell.gate_names:
        widths["gates"] = stacked
    if cell.kind == "LSTM":
        widths |= dict.fromkeys(("c_before", "c", "tanh_c"), size)
    if cell.weight_hr is not None:
        widths["unprojected"] = size
    return widths | {"h": cell.state_size}


def _values_of(cell: CellTrace) -> dict[str, np.ndarray]:
    """What the formulas of each block give; each (seq_len, width)."""
    values = {name: array for name, array in cell.arrays() if name in widths_of(cell)}
    values["h_before"] = _before(cell, cell.h, cell.h_0)
    if cell.kind == "LSTM":
        values["c_before"] = _before(cell, cell.c, cell.c_0)
        values["unprojected"] = cell.gate("o") * cell.tanh_c
    return {name: array[:, 0] for name, array in values.items()}


def write_lane(book: Book, lane: Lane, trace: Trace) -> None:
    """The sheet of a lane; the colours run as on the screen, over all of `trace`."""
    sheet, formulas, values = lane.sheet, formulas_of(lane), _values_of(lane.cell)
    book.sheet(sheet, (HEAD, 1))
    end = "last" if lane.cell.direction == "reverse" else "first"
    words = f"{sheet}: {lane.cell.kind}, computed from the {end} timestep on"
    book.text(sheet, (_TITLE, 0), words, "title")
    book.text(sheet, (_UNITS, 0), "t", "label")
    book.sides(sheet, HEAD, range(lane.cell.seq_len))
    for name, place in lane.places.items():
        book.formulas(place, formulas[name], values[name])
        _write_heads(book, lane, name)
    for part, scale in _scales(lane, trace):
        book.color(part, scale)
    if lane.bias:
        book.text(sheet, (_BIAS, 0), "bias", "label")
    for name, place in lane.bias.items():
        bias = lane.cell.bias_ih if name == "b_ih" else lane.cell.bias_hh
        book.formulas(place, bias_formula(lane, name), bias[None])
        book.color(place, weight_scale(trace, DEFAULT_LOOK))


def row_names(cell: CellTrace) -> Sequence[str | int]:
    """The rows of its weights: 0, 1, ...; of gates `i 0`, `i 1`, ... `f 0`, ..."""
    units = range(cell.hidden_size)
    return [f"{gate} {k}" for gate in cell.gate_names for k in units] or units


def _write_heads(book: Book, lane: Lane, name: str) -> None:
    """What a block is, and its units."""
    place, cell = lane.places[name], lane.cell
    if name == "gates":
        for part, gate in _gates(lane):
            words = f"{gate} = {applied(activation_at(cell, gate), 'a')}"
            book.text(place.sheet, (_HEADINGS, part.column), words, "heading")
    else:
        before = "t-1" if cell.direction == "forward" else "t+1"
        words = _heading(cell, name).replace("before", before)
        book.text(place.sheet, (_HEADINGS, place.column), words, "heading")
    stacked = name in ("wx", "wh", "a", "gates")
    units = row_names(cell) if stacked else range(place.columns)
    book.heads(place.sheet, (_UNITS, place.column), units)


def _heading(cell: CellTrace, name: str) -> str:
    of_c = applied(activation_at(cell, "c"), "c_t") if cell.kind == "LSTM" else ""
    h = {
        "RNN": f"h_t = {applied(cell.activations[0], 'a')}",
        "LSTM": f"h_t = o {of_c}" if cell.weight_hr is None else f"h_t = W_hr (o {of_c})",
        "GRU": "h_t = (1 - z) n + z h_(before)",
    }
    return {
        "x": "x_t" if cell.layer == 0 else f"x_t = h_t of layer {cell.layer - 1}",
        "h_before": "h_(before)",
        "wx": "W_ih x_t",
        "wh": "W_hh h_(before)",
        "r_hn": "r (W_hn h_(before) + b_hn)",
        "a": "a",
        "c_before": "c_(before)",
        "c": "c_t = f c_(before) + i g",
        "tanh_c": of_c,
        "unprojected": f"o {of_c}",
        "h": h[cell.kind],
    }[name]


def _gates(lane: Lane) -> list[tuple[Place, str]]:
    """The columns of each gate."""
    place, size = lane.places["gates"], lane.cell.hidden_size
    return [
        (place._replace(column=place.column + k * size, columns=size), gate)
        for k, gate in enumerate(lane.cell.gate_names)
    ]


def _scales(lane: Lane, trace: Trace) -> list[tuple[Place, SignedScale | ShareScale]]:
    """The range of each block, gate by gate, as the figures have them."""
    products, states = product_scale(trace, DEFAULT_LOOK), state_scale(trace, DEFAULT_LOOK)
    first = lane.cell.layer == 0
    scales = {"x": input_scale(trace, DEFAULT_LOOK) if first else states}
    scales |= {"h_before": states, "h": states}
    if lane.cell.c is not None:
        of_c = cell_state_scale(trace, DEFAULT_LOOK)
        scales |= dict.fromkeys(("c_before", "c", "tanh_c", "unprojected"), of_c)
    parts = [
        (place, scales.get(name, products))
        for name, place in lane.places.items()
        if name != "gates"
    ]
    if "gates" not in lane.places:
        return parts
    cell = trace.cell(lane.cell.layer, lane.cell.direction)
    return parts + [
        (place, gate_scale(trace, cell, gate, DEFAULT_LOOK)) for place, gate in _gates(lane)
    ]


def _before(cell: CellTrace, states: np.ndarray, first: np.ndarray) -> np.ndarray:
    """The state that each update starts from. Shape (seq_len, 1, size)."""
    if cell.direction == "forward":
        return np.concatenate([first[None], states[:-1]])
    return np.concatenate([states[1:], first[None]])
