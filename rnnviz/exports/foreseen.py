"""What a table will be, told before it is made: how many rows, how many bytes, the first rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from rnnviz.exports.long_form import Part, check_count, parts_of
from rnnviz.exports.selection import Selection
from rnnviz.exports.tables import cells_of, header, safe_tokens
from rnnviz.limits import MAX_CSV_ROWS, MAX_PARQUET_ROWS, TooLargeError
from rnnviz.records import Trace

# Places of a block, and units of each, of which lines are written to see how long they are.
_TRIED = 8

# What a number takes in a Parquet file with its place, beside the bytes of the number itself, and
# what the file takes without any: measured on nets of all kinds from 500 to 3 million rows.
_PARQUET_SHARE = 1.15
_PARQUET_BYTES = 4_000


class Foreseen(NamedTuple):
    """A table before it is made.

    Attributes:
        rows: how many it will have.
        csv_bytes: about how many bytes it will have as CSV.
        parquet_bytes: the same as Parquet.
        header: the names of its columns.
        first: its first rows, a text or a number for each column.
        too_many: for each format that cannot hold it, "csv" or "parquet", why not.
    """

    rows: int
    csv_bytes: int
    parquet_bytes: int
    header: tuple[str, ...]
    first: list[tuple[object, ...]]
    too_many: dict[str, str]


def foreseen(
    trace: Trace,
    selection: Selection,
    *,
    tokens: Sequence[str] | None = None,
    shown: int = 8,
) -> Foreseen:
    """What `trace_csv` and `trace_parquet` would make of the same arguments.

    Args:
        trace: the run.
        selection: which of its numbers.
        tokens: what sample 0 reads at each timestep.
        shown: how many of the first rows.

    Raises:
        TypeError, ValueError: as `trace_csv` does, but for a table that is too large.
    """
    parts = parts_of(trace, selection)
    words = safe_tokens(tokens, trace)
    rows = sum(part.count for part in parts)
    item = 8 if trace.config.dtype == "float64" else 4
    return Foreseen(
        rows=rows,
        csv_bytes=round(sum(_line_bytes(part, words) * part.count for part in parts)),
        parquet_bytes=round(_PARQUET_BYTES + _PARQUET_SHARE * item * rows),
        header=header(words),
        first=list(islice(_first(parts, words, shown), shown)),
        too_many=_too_many(parts),
    )


def _first(parts: list[Part], words: list[str] | None, shown: int) -> Iterator[tuple[object, ...]]:
    for part in parts:
        yield from cells_of(part.at(slice(shown)).rows(), words)


def _line_bytes(part: Part, words: list[str] | None) -> float:
    """How long a line of CSV is, by some from all over the part."""
    if part.count == 0:
        return 0.0
    some = part.at(_spread(len(part.row)))._replace(units=part.units[_spread(len(part.units))])
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\r\n").writerows(cells_of(some.rows(), words))
    return len(file.getvalue().encode()) / some.count


def _spread(count: int) -> np.ndarray:
    """Some indices from 0 to count - 1, evenly spread."""
    return np.unique(np.linspace(0, count - 1, _TRIED).astype(int))


def _too_many(parts: list[Part]) -> dict[str, str]:
    found = {}
    for name, most in (("csv", MAX_CSV_ROWS), ("parquet", MAX_PARQUET_ROWS)):
        try:
            check_count(parts, most)
        except TooLargeError as error:
            found[name] = str(error)
    return found
