"""The sheets of what a reader may change: the input, the states at the start, the weights."""

from __future__ import annotations

import numpy as np

from rnnviz.config import parameter_suffix
from rnnviz.exports.workbook_book import Book, Place
from rnnviz.exports.workbook_lanes import row_names
from rnnviz.figures.look import DEFAULT_LOOK
from rnnviz.figures.ranges import cell_state_scale, input_scale, state_scale, weight_scale
from rnnviz.figures.theme import SignedScale
from rnnviz.records import CellTrace, Trace

# What formulas call each parameter, in the order in which they stand side by side.
_BESIDE = {"weight_ih": "W_ih", "weight_hh": "W_hh", "bias_ih": "b_ih", "bias_hh": "b_hh"}
_BELOW = {"weight_hr": "W_hr"}

# Rows of a table above its numbers: what it is, its columns.
_HEAD = 2


def parameters(cell: CellTrace) -> dict[str, np.ndarray]:
    """The weights and biases that a cell has, under torch's names without suffix."""
    return {name: array for name, array in cell.arrays() if name in _BESIDE | _BELOW}


def write_input(book: Book, exact: Trace, trace: Trace) -> Place:
    """The sheet of x, a row for each timestep; its range is called x."""
    values = exact.cells[0].x[:, 0]
    place = Place("input", _HEAD, 1, *values.shape)
    book.sheet("input", (_HEAD, 1))
    words = "x: what the net reads, a row for each timestep, a column for each number"
    book.text("input", (0, 0), words, "title")
    book.text("input", (_HEAD - 1, 0), "t", "label")
    book.heads("input", (_HEAD - 1, 1), range(place.columns))
    book.sides("input", _HEAD, range(place.rows))
    book.numbers(place, values)
    book.color(place, input_scale(trace, DEFAULT_LOOK))
    book.name("x", place)
    return place


def write_states(book: Book, exact: Trace, trace: Trace) -> list[dict[str, Place]]:
    """The sheet of h_0 and c_0, a row for each layer and direction; gives where each row stands.

    Each row has a name, such as h_0_l1_reverse; all together are h_0 or c_0, if of one length.
    """
    book.sheet("states", (1, 1))
    words = "The states before the first update, a row for each layer and direction"
    book.text("states", (0, 0), words, "title")
    scale = state_scale(trace, DEFAULT_LOOK)
    places = _write_rows(book, [cell.h_0 for cell in exact.cells], ("h_0", 2), exact, scale)
    start = [{"h_0": place} for place in places.values()]
    if exact.config.has_c:
        at = ("c_0", 3 + _HEAD + len(places))
        scale = cell_state_scale(trace, DEFAULT_LOOK)
        rows = _write_rows(book, [cell.c_0 for cell in exact.cells], at, exact, scale)
        for k, place in rows.items():
            start[k]["c_0"] = place
    return start


def _write_rows(
    book: Book,
    states: list[np.ndarray | None],
    at: tuple[str, int],
    exact: Trace,
    scale: SignedScale,
) -> dict[int, Place]:
    """A state of every lane that has it, from a row on, `at` being (name, row)."""
    name, row = at
    suffixes = [parameter_suffix(cell.layer, cell.direction) for cell in exact.cells]
    there = {k: values for k, values in enumerate(states) if values is not None}
    widths = {values.shape[1] for values in there.values()}
    book.text("states", (row, 0), name, "heading")
    book.heads("states", (row + 1, 1), range(max(widths)))
    book.sides("states", row + _HEAD, (suffixes[k].removeprefix("_") for k in there))
    places = {}
    for line, (k, values) in enumerate(there.items(), row + _HEAD):
        places[k] = Place("states", line, 1, *values.shape)
        book.numbers(places[k], values)
        book.color(places[k], scale)
        book.name(name + suffixes[k], places[k])
    if len(widths) == 1:
        book.name(name, Place("states", row + _HEAD, 1, len(there), *widths))
    return places


def write_weights(book: Book, exact: Trace, trace: Trace) -> None:
    """The sheet of all parameters: of each lane W_ih | W_hh | b_ih | b_hh, and below them W_hr."""
    book.sheet("weights", (1, 1))
    words = "Every weight and bias, a row for each unit, of gates in torch's order"
    book.text("weights", (0, 0), words, "title")
    scale, row = weight_scale(trace, DEFAULT_LOOK), 2
    for cell in exact.cells:
        row = _write_parameters(book, cell, _BESIDE, row, scale)
        if cell.weight_hr is not None:
            row = _write_parameters(book, cell, _BELOW, row, scale)


def _write_parameters(
    book: Book, cell: CellTrace, names: dict[str, str], row: int, scale: SignedScale
) -> int:
    """Parameters of one cell side by side, from a row on; gives the first row after them."""
    suffix, column, first = parameter_suffix(cell.layer, cell.direction), 1, row + _HEAD
    for of_torch, short in names.items():
        values = getattr(cell, of_torch)
        if values is None:
            continue
        values = values.reshape(len(values), -1)  # a bias becomes a column
        place = Place("weights", first, column, *values.shape)
        book.text("weights", (row, column), short + suffix, "heading")
        book.heads("weights", (row + 1, column), range(place.columns))
        book.numbers(place, values)
        book.color(place, scale)
        book.name(short + suffix, place)
        column += place.columns + 1
    rows = range(place.rows) if names is _BELOW else row_names(cell)
    book.sides("weights", first, rows)
    return first + place.rows + 1
