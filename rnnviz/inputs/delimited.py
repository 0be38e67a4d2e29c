"""Numbers from text: rows are lines, columns stand between commas, semicolons or tabs."""

from __future__ import annotations

import csv
import io
import re
from array import array
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

import numpy as np

from rnnviz.inputs.checks import counted, excerpt
from rnnviz.inputs.sequences import padded_series
from rnnviz.inputs.series import Series
from rnnviz.limits import MAX_COLUMN_CHARS, MAX_FILE_VALUES, MAX_INPUT_SIZE, TooLargeError

# In this order: a comma beside one of the others is a decimal comma, which the error then explains.
SEPARATORS = (";", "\t", ",")

# A first row of 256 numbers is far shorter; what follows cannot matter.
_FIRST_ROW_CHARS = 65_536


class _Row(NamedTuple):
    """One row of the file that is not blank.

    Attributes:
        line: where it starts, counted from 1.
        fields: between the separators.
        blank: the line of the first blank one before it, None if there is none.
        parts: whether that one is empty and so parts two sequences, or has separators alone.
    """

    line: int
    fields: list[str]
    blank: int | None = None
    parts: bool = False


def read_delimited(data: bytes) -> Series:
    """The numbers of a text file: one sample, or one for each part between blank lines.

    A first row without any number in it names the columns. Blank lines before the first row and
    after the last are skipped. In a file of one column a blank line in between may be a number
    that is missing and is refused.

    Raises:
        ValueError: the bytes are no such text, or too many numbers; says in which line and column.
    """
    text = _text(data).rstrip("\r\n ")
    separator = _separator(text)
    _check_count(text, separator)
    rows = _rows(text, separator)
    first = next(rows, None)
    if first is None:
        raise ValueError("the file must hold at least one row of numbers, it is blank.")
    width = len(first.fields)
    if width > MAX_INPUT_SIZE:
        raise TooLargeError(
            f"line {first.line} has {width} columns, expected at most {MAX_INPUT_SIZE} "
            "(each timestep is a line of its own)."
        )
    has_header = not any(map(_is_number, first.fields))
    values, lines, starts = _read_rows(rows if has_header else chain([first], rows), first)
    if not lines:
        raise ValueError(
            f"the file must hold at least one row of numbers, it has only line {first.line}, "
            "without a number."
        )
    table = np.frombuffer(values).reshape(len(lines), width)  # (seq_len, input_size)
    _check_finite(table, lines)
    names = first.fields if has_header else [""] * width
    columns = tuple(_column_name(name, column) for column, name in enumerate(names, start=1))
    return padded_series(np.split(table, starts), columns)


def _text(data: bytes) -> str:
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise ValueError(f"the file must be text in UTF-8, line {line} has a NUL byte.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(
            f"the file must be text in UTF-8, line {line} has the byte 0x{data[error.start]:02x}."
        ) from error


def _separator(text: str) -> str:
    start = text[:_FIRST_ROW_CHARS].lstrip("\r\n ")
    unquoted = re.sub(r'"[^"]*"', "", start)
    first_row = re.split(r"[\r\n]", unquoted, maxsplit=1)[0]
    return next((separator for separator in SEPARATORS if separator in first_row), ",")


def _check_count(text: str, separator: str) -> None:
    # Counting is a hundred times as fast as parsing. A header may have its fields on top.
    count = text.count(separator) + max(text.count("\n"), text.count("\r")) + 1
    if count > MAX_FILE_VALUES + MAX_INPUT_SIZE:
        raise TooLargeError(
            f"the file must hold at most {MAX_FILE_VALUES} numbers, it has about {count}."
        )


def _rows(text: str, separator: str) -> Iterator[_Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line, blank, parts, started = 1, None, False, False
    try:
        for fields in reader:
            if any(map(str.strip, fields)):
                yield _Row(line, fields, blank, parts)
                started, blank = True, None
            elif started and blank is None:
                # Of a row of separators alone the numbers are missing.
                blank, parts = line, len(fields) < 2
            # A quoted field may span lines, so the next row starts where the reader stands.
            line = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f"line {line} cannot be read as CSV: {error}.") from error


def _read_rows(rows: Iterator[_Row], first: _Row) -> tuple[array, array, list[int]]:
    """All numbers in a row-major array, the line of every row, and the rows after blank lines."""
    values, lines, starts = array("d"), array("q"), []
    for line, fields, blank, parts in rows:
        if blank is not None and (not parts or len(first.fields) == 1):
            raise ValueError(f"line {blank} is blank, expected numbers.")
        if blank is not None and lines:
            starts.append(len(lines))
        if len(fields) != len(first.fields):
            raise ValueError(
                f"line {line} has {counted(len(fields), 'number')}, "
                f"expected {len(first.fields)} as in line {first.line}."
            )
        try:
            values.extend(map(_number, fields))
        except ValueError as error:
            raise _complaint(line, fields) from error
        lines.append(line)
        if len(values) > MAX_FILE_VALUES:
            raise TooLargeError(
                f"the file must hold at most {MAX_FILE_VALUES} numbers, line {line} goes beyond."
            )
    return values, lines, starts


def _number(field: str) -> float:
    # Python reads 1_000 as a number; no spreadsheet does.
    if "_" in field:
        raise ValueError(field)
    return float(field)


def _is_number(field: str) -> bool:
    try:
        _number(field)
    except ValueError:
        return False
    return True


def _complaint(line: int, fields: list[str]) -> ValueError:
    """What to say about the first field of a row that is no number."""
    column, field = next((c, f) for c, f in enumerate(fields, start=1) if not _is_number(f))
    if not field.strip():
        return ValueError(f"line {line}, column {column}: a number is missing.")
    hint = ""
    if _is_number(field.replace(",", ".")):
        hint = " (write the decimal point as '.')"
    elif all(map(_is_number, field.split())):
        hint = " (separate numbers by comma, semicolon or tab)"
    return ValueError(
        f"line {line}, column {column}: expected a number, got {excerpt(field)}{hint}."
    )


def _check_finite(table: np.ndarray, lines: array) -> None:
    finite = np.isfinite(table)  # (seq_len, input_size)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        raise ValueError(
            f"line {lines[row]}, column {column + 1}: expected a finite number, "
            f"got {table[row, column]}."
        )


def _column_name(header: str, column: int) -> str:
    # Joining the words again takes the line breaks out of a quoted name.
    name = " ".join(header.split())
    if len(name) > MAX_COLUMN_CHARS:
        return name[: MAX_COLUMN_CHARS - 1] + "…"
    return name or f"column {column}"
