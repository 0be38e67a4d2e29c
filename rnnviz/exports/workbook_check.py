"""The sheet that holds what the formulas give against the record of the run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rnnviz.config import TOLERANCE, parameter_suffix
from rnnviz.exports.workbook_book import Book, Place
from rnnviz.exports.workbook_formulas import Lane
from rnnviz.records import Trace

SHEET = "check"

# Where the largest difference stands, and the row from which the tables start.
_LARGEST = Place(SHEET, 2, 1, 1, 1)
_FIRST_ROW = 5
_HEAD = 2


class Row(NamedTuple):
    """Numbers that torch returns side by side.

    Attributes:
        side: what the row is.
        cells: where the formulas of each number stand, on other sheets.
        computed: what they give. Shape (len(cells),).
        recorded: what was recorded. Shape (len(cells),).
    """

    side: str | int
    cells: list[str]
    computed: np.ndarray
    recorded: np.ndarray


def write_check(book: Book, lanes: Sequence[Lane], trace: Trace, sample: int) -> None:
    """The sheet with output, h_n and c_n: by formula, recorded, and the difference."""
    book.sheet(SHEET, (_FIRST_ROW - 1, 1))
    words = "What the formulas give, beside what torch returns as it was recorded"
    book.text(SHEET, (0, 0), words, "title")
    tables = {
        "output": _output(lanes, trace, sample),
        "h_n": _finals(lanes, trace, "h", sample),
        "c_n": _finals(lanes, trace, "c", sample),
    }
    row, areas, largest = _FIRST_ROW, [], 0.0
    for name, rows in tables.items():
        if rows:
            areas.append(_write(book, name, rows, row))
            largest = max(largest, *(np.abs(r.computed - r.recorded).max() for r in rows))
            row += _HEAD + len(rows) + 1
    book.text(SHEET, (_LARGEST.row, 0), "largest", "label")
    terms = [f"MAX({area}),-MIN({area})" for area in areas]
    book.result(_LARGEST, f"MAX({','.join(terms)})", float(largest))
    dtype = trace.config.dtype
    words = f"|difference|; a spreadsheet computes in float64, this run in {dtype}, which is exact"
    words += f" to about {TOLERANCE[dtype]:.0e} for each step"
    book.text(SHEET, (_LARGEST.row, 2), words)
    book.name("max_difference", _LARGEST)


def _output(lanes: Sequence[Lane], trace: Trace, sample: int) -> list[Row]:
    """A row for each timestep: the states of the last layer, forward | reverse."""
    top = [lane for lane in lanes if lane.cell.layer == trace.config.num_layers - 1]
    recorded = [trace.cell(lane.cell.layer, lane.cell.direction).h[:, sample] for lane in top]
    return [
        Row(
            t,
            [cell for lane in top for cell in _line(lane.places["h"], t)],
            np.concatenate([lane.cell.h[t, 0] for lane in top]),
            np.concatenate([h[t].astype(np.float64) for h in recorded]),
        )
        for t in range(top[0].cell.seq_len)
    ]


def _finals(lanes: Sequence[Lane], trace: Trace, state: str, sample: int) -> list[Row]:
    """A row for each lane that has the state: h or c after its last update."""
    rows = []
    for lane in lanes:
        cell = trace.cell(lane.cell.layer, lane.cell.direction)
        recorded, computed = getattr(cell, f"{state}_last"), getattr(lane.cell, f"{state}_last")
        if recorded is not None:
            side = parameter_suffix(cell.layer, cell.direction).removeprefix("_")
            cells = _line(lane.places[state], lane.cell.positions()[-1])
            rows.append(Row(side, cells, computed[0], recorded[sample].astype(np.float64)))
    return rows


def _line(place: Place, t: int) -> list[str]:
    return [place.far(t, k) for k in range(place.columns)]


def _write(book: Book, name: str, rows: list[Row], row: int) -> str:
    """A table from a row on; gives the area of its differences."""
    width = max(len(line.cells) for line in rows)
    computed, recorded, apart = (
        Place(SHEET, row + _HEAD, 1 + part * (width + 1), len(rows), width) for part in range(3)
    )
    words = f"{name} by formula", f"{name} recorded", "difference"
    for place, heading in zip((computed, recorded, apart), words, strict=True):
        book.text(SHEET, (row, place.column), heading, "heading")
        book.heads(SHEET, (row + 1, place.column), range(width))
    book.sides(SHEET, row + _HEAD, (line.side for line in rows))
    for k, line in enumerate(rows):
        own, theirs, between = (
            place._replace(row=place.row + k, rows=1, columns=len(line.cells))
            for place in (computed, recorded, apart)
        )
        _write_row(book, line, (own, theirs, between))
    book.name(name, computed)
    return apart.area


def _write_row(book: Book, line: Row, places: tuple[Place, Place, Place]) -> None:
    """One row in three parts: by formula, recorded, the difference."""
    own, theirs, between = places
    book.formulas(own, lambda _, k: line.cells[k], line.computed[None])
    book.numbers(theirs, line.recorded[None])
    book.formulas(
        between,
        lambda _, k: f"{own.cell(0, k)}-{theirs.cell(0, k)}",
        (line.computed - line.recorded)[None],
    )
