"""Tables in a pasted text: a row in every line, a blank line between two tables."""

from __future__ import annotations

import re

import numpy as np

from rnnviz.inputs.checks import counted
from rnnviz.inputs.pasted_tokens import Numbers, is_number, wrong_word
from rnnviz.limits import MAX_PASTED_ARRAYS

_SEPARATOR = re.compile(r"[ \t]*[,;\t][ \t]*|[ \t]+")


class _Table:
    """One table as it is read; `line` is its first one, counted from 1."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.numbers = Numbers()
        self.rows = 0
        self.width = 0

    def take(self, line: int, fields: list[str]) -> None:
        """Reads one row.

        Raises:
            ValueError: it has another number of fields than the first, or one is no number.
        """
        self.width = self.width or len(fields)
        if len(fields) != self.width:
            raise ValueError(
                f"line {line}: expected {counted(self.width, 'number')} as in line {self.line}, "
                f"got {len(fields)}."
            )
        if self.line == line and not any(map(is_number, fields)):
            return
        for field in fields:
            try:
                self.numbers.add(field)
            except ValueError as error:
                raise wrong_word(line, str(error), field) from None
        self.rows += 1


def read_tables(text: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """Each table's numbers and their rounding, both of shape (rows, columns).

    A first row without any number in it names the columns and is left out.

    Raises:
        ValueError: the text holds something else, or too much of it; says in which line.
    """
    tables: list[_Table] = []
    inside = False
    for line, row in enumerate(text.split("\n"), start=1):
        row = row.strip()
        if row and not inside:
            if len(tables) == MAX_PASTED_ARRAYS:
                raise ValueError(f"line {line}: expected at most {MAX_PASTED_ARRAYS} tables.")
            tables.append(_Table(line))
        inside = bool(row)
        if inside:
            tables[-1].take(line, _SEPARATOR.split(row))
    for table in tables:
        if not table.rows:
            first = text.split("\n")[table.line - 1].strip()
            raise wrong_word(table.line, "numbers", first)
    return [
        (
            np.array(table.numbers.values).reshape(table.rows, table.width),
            table.numbers.rounding().reshape(table.rows, table.width),
        )
        for table in tables
    ]
