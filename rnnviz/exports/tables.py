"""The numbers of a trace as one long table: a row for each, as CSV or Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from rnnviz.exports.long_form import Rows, checked_tokens, long_form
from rnnviz.exports.selection import Selection
from rnnviz.limits import MAX_CSV_ROWS, MAX_PARQUET_ROWS
from rnnviz.records import Trace

if TYPE_CHECKING:
    import pyarrow

COLUMNS = ("layer", "direction", "t", "sample", "unit", "quantity", "value")

# A spreadsheet takes a cell that begins so for a formula; the last four are the signs' wide forms
# (https://owasp.org/www-community/attacks/CSV_Injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def trace_csv(
    trace: Trace, selection: Selection | None = None, *, tokens: Sequence[str] | None = None
) -> bytes:
    """Every selected number as a line of CSV in UTF-8, under the names in `COLUMNS`.

    Numbers have as few digits as tell them from their neighbours in the net's dtype; what is past
    a sample's length is left out. A token that a spreadsheet would run as a formula has an
    apostrophe before it.

    Args:
        trace: the run.
        selection: some of its numbers; all if None.
        tokens: what sample 0 reads at each timestep, which becomes a column `token`, empty for
            other samples.

    Raises:
        TypeError: a token is no string.
        ValueError: the selection names something that is not there, or holds no number; or there
            is not one token for each timestep.
        TooLargeError: the table would have more than `MAX_CSV_ROWS` rows.
    """
    words = safe_tokens(tokens, trace)
    file = io.StringIO(newline="")
    # Python quotes a CR within a cell only where the lines end in one, as RFC 4180 has them.
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(header(words))
    for rows in long_form(trace, selection or Selection(), MAX_CSV_ROWS):
        writer.writerows(cells_of(rows, words))
    return file.getvalue().encode()


def header(words: list[str] | None) -> tuple[str, ...]:
    """The names of the columns; `words` are the tokens, None for none."""
    return (*COLUMNS, *([] if words is None else ["token"]))


def safe_tokens(tokens: Sequence[str] | None, trace: Trace) -> list[str] | None:
    """The tokens as cells of text, those with an apostrophe that a spreadsheet would run.

    Raises:
        TypeError, ValueError: as `checked_tokens` does.
    """
    words = checked_tokens(tokens, trace)
    if words is None:
        return None
    return ["'" + word if word.startswith(_FORMULA) else word for word in words]


def cells_of(rows: Rows, words: list[str] | None) -> Iterator[tuple[object, ...]]:
    """The lines of the table, a cell for each name of the header."""
    count = len(rows.value)
    columns = [
        [rows.block.layer] * count,
        [rows.block.direction] * count,
        *(column.tolist() for column in (rows.t, rows.sample, rows.unit)),
        [rows.block.quantity] * count,
        rows.value.astype(str).tolist(),
    ]
    if words is not None:
        columns.append(["" if t < 0 else words[t] for t in rows.labelled.tolist()])
    return zip(*columns, strict=True)


def trace_parquet(
    trace: Trace, selection: Selection | None = None, *, tokens: Sequence[str] | None = None
) -> bytes:
    """The same table as Parquet, which pandas, polars, DuckDB, R and Spark read.

    Values are float64 of a net in float64, else float32; `direction`, `quantity` and `token` are
    strings kept as a dictionary, `token` null for samples but the first.

    Args:
        trace: the run.
        selection: some of its numbers; all if None.
        tokens: what sample 0 reads at each timestep.

    Raises:
        ImportError: pyarrow is not installed.
        TypeError, ValueError: as for `trace_csv`.
        TooLargeError: the table would have more than `MAX_PARQUET_ROWS` rows.
    """
    from pyarrow import parquet

    words = checked_tokens(tokens, trace)
    table = long_form(trace, selection or Selection(), MAX_PARQUET_ROWS)
    file = io.BytesIO()
    parquet.write_table(_arrow(table, words), file, compression="zstd")
    return file.getvalue()


def _arrow(table: list[Rows], words: list[str] | None) -> pyarrow.Table:
    import pyarrow

    counts = [len(rows.value) for rows in table]
    which = np.repeat(np.arange(len(table)), counts)
    value = np.concatenate([rows.value for rows in table])
    columns = {
        "layer": np.array([rows.block.layer for rows in table], dtype=np.int32)[which],
        "direction": _named([rows.block.direction for rows in table], which),
        "t": np.concatenate([rows.t for rows in table]),
        "sample": np.concatenate([rows.sample for rows in table]),
        "unit": np.concatenate([rows.unit for rows in table]),
        "quantity": _named([rows.block.quantity for rows in table], which),
        # Not every reader knows numbers of two bytes.
        "value": value.astype(np.float32) if value.dtype == np.float16 else value,
    }
    if words is not None:
        columns["token"] = _named(words, np.concatenate([rows.labelled for rows in table]))
    return pyarrow.table(columns)


def _named(names: list[str], indices: np.ndarray) -> pyarrow.DictionaryArray:
    """The name at each index, null where it is below 0."""
    import pyarrow

    # Encoded first: pandas takes no dictionary that has a word twice.
    encoded = pyarrow.array(names, pyarrow.string()).dictionary_encode()
    return encoded.take(pyarrow.array(indices, mask=indices < 0))
