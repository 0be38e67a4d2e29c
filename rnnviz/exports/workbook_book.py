"""The file of a workbook: sheets, texts, numbers, formulas, names and colours put into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import NamedTuple

import numpy as np
from xlsxwriter import Workbook
from xlsxwriter.utility import quote_sheetname, xl_range, xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from rnnviz.figures.theme import PALETTES, SHARE_STOPS, SIGNED_STOPS, WHITE, ShareScale, SignedScale

# What a spreadsheet may take for a formula when such a text is typed again.
_LIKE_FORMULAS = ("=", "+", "-", "@")

# From this share of the range on, white is easier to read than black on what a spreadsheet blends
# of the two ends; of 0 to 1 sooner.
WHITE_FROM = 0.7
WHITE_FROM_OF_SHARES = 0.6

# Columns that a sheet of Excel can have.
MAX_COLUMNS = 16_384

# Characters of the column of names, and of a number such as -0.1234.
_NAMES = 10
_NUMBERS = 8


class Place(NamedTuple):
    """A rectangle of cells; rows and columns count from 0."""

    sheet: str
    row: int
    column: int
    rows: int
    columns: int

    def cell(self, row: int, column: int) -> str:
        """One of its cells, for formulas of the same sheet: `B7`."""
        return xl_rowcol_to_cell(self.row + row, self.column + column)

    def fixed(self, column: int) -> str:
        """A cell of its first row, which stays when a formula is copied downwards: `B$4`."""
        return xl_rowcol_to_cell(self.row, self.column + column, row_abs=True)

    def far(self, row: int, column: int) -> str:
        """One of its cells, for formulas of other sheets: `'layer 0 forward'!B7`."""
        return f"{quote_sheetname(self.sheet)}!{self.cell(row, column)}"

    def line(self, row: int) -> str:
        """One of its rows, for formulas of the same sheet: `B7:E7`."""
        return xl_range(self.row + row, self.column, self.row + row, self.last[1])

    @property
    def last(self) -> tuple[int, int]:
        """Row and column of its last cell."""
        return self.row + self.rows - 1, self.column + self.columns - 1

    @property
    def area(self) -> str:
        """The whole of it: `weights!$B$7:$E$9`."""
        return f"{quote_sheetname(self.sheet)}!{xl_range_abs(self.row, self.column, *self.last)}"


class Book:
    """A workbook that is being written."""

    def __init__(self) -> None:
        self._file = BytesIO()
        options = ("strings_to_formulas", "strings_to_numbers", "strings_to_urls")
        self._workbook = Workbook(self._file, {"in_memory": True} | dict.fromkeys(options, False))
        add, muted = self._workbook.add_format, PALETTES["light"].muted
        self._looks = {
            "title": add({"bold": True, "font_size": 14}),
            "heading": add({"bold": True}),
            "label": add({"font_color": muted, "align": "right"}),
            "text": add(),
        }
        self._quoted = add({"quote_prefix": True})
        self._number = add({"num_format": "0.0000"})
        self._exact = add({"num_format": "0.0E+00", "bold": True})
        self._white = add({"font_color": WHITE})

    def sheet(
        self, name: str, frozen: tuple[int, int], widths: tuple[int, int] = (_NAMES, _NUMBERS)
    ) -> Worksheet:
        """A new sheet whose first rows and columns, as many as `frozen` says, stay in sight.

        `widths` are those of the first column and of all others, in characters.
        """
        sheet = self._workbook.add_worksheet(name)
        sheet.freeze_panes(*frozen)
        sheet.set_column(0, 0, widths[0])
        sheet.set_column(1, MAX_COLUMNS - 1, widths[1])
        return sheet

    def text(self, sheet: str, cell: tuple[int, int], words: str, look: str = "text") -> None:
        """A text at (row, column), never a formula, whatever it begins with."""
        form = self._quoted if words.startswith(_LIKE_FORMULAS) else self._looks[look]
        self._workbook.get_worksheet_by_name(sheet).write_string(*cell, words, form)

    def heads(self, sheet: str, cell: tuple[int, int], labels: Iterable[str | int]) -> None:
        """Names or indices of columns, from (row, column) on to the right."""
        row, column = cell
        self._labels(sheet, (((row, column + k), label) for k, label in enumerate(labels)))

    def sides(self, sheet: str, row: int, labels: Iterable[str | int]) -> None:
        """Names or indices of rows, in the first column from a row on downwards."""
        self._labels(sheet, (((row + k, 0), label) for k, label in enumerate(labels)))

    def _labels(self, sheet: str, labels: Iterable[tuple[tuple[int, int], str | int]]) -> None:
        for at, label in labels:
            if isinstance(label, str):
                self.text(sheet, at, label, "label")
            else:
                # As a text it would be marked as a number stored as text.
                page = self._workbook.get_worksheet_by_name(sheet)
                page.write_number(*at, label, self._looks["label"])

    def numbers(self, place: Place, values: np.ndarray) -> None:
        """Numbers, (rows, columns)."""
        sheet = self._workbook.get_worksheet_by_name(place.sheet)
        for row, line in enumerate(values.tolist(), place.row):
            for column, value in enumerate(line, place.column):
                sheet.write_number(row, column, value, self._number)

    def formulas(
        self, place: Place, formula: Callable[[int, int], str], values: np.ndarray
    ) -> None:
        """A formula of (row, column) in every cell, with what it gives: values (rows, columns)."""
        sheet = self._workbook.get_worksheet_by_name(place.sheet)
        for row, line in enumerate(values.tolist()):
            for column, value in enumerate(line):
                at = place.row + row, place.column + column
                sheet.write_formula(*at, f"={formula(row, column)}", self._number, value)

    def result(self, place: Place, formula: str, value: float) -> None:
        """One formula whose order of magnitude is read."""
        sheet = self._workbook.get_worksheet_by_name(place.sheet)
        sheet.write_formula(place.row, place.column, f"={formula}", self._exact, value)

    def name(self, name: str, place: Place) -> None:
        """A name by which formulas call the place."""
        self._workbook.define_name(name, f"={place.area}")

    def color(self, place: Place, scale: SignedScale | ShareScale) -> None:
        """The colours of the screen: brown, white, blue about 0, or pale to dark from 0 to 1."""
        sheet, limit = self._workbook.get_worksheet_by_name(place.sheet), scale.limit
        cells = (place.row, place.column, *place.last)
        ground = {"min_type": "num", "max_type": "num", "max_value": limit}
        if isinstance(scale, ShareScale):
            most = WHITE_FROM_OF_SHARES * limit
            ground |= {"type": "2_color_scale", "min_value": 0.0}
            ground |= {"min_color": SHARE_STOPS[0], "max_color": SHARE_STOPS[-1]}
        else:
            most = WHITE_FROM * limit
            ground |= {"type": "3_color_scale", "min_value": -limit}
            ground |= {"mid_type": "num", "mid_value": 0.0}
            stops = SIGNED_STOPS[0], SIGNED_STOPS[len(SIGNED_STOPS) // 2], SIGNED_STOPS[-1]
            ground |= dict(zip(("min_color", "mid_color", "max_color"), stops, strict=True))
        ink = {"type": "cell", "criteria": "not between", "format": self._white}
        sheet.conditional_format(*cells, ink | {"minimum": -most, "maximum": most})
        sheet.conditional_format(*cells, ground)

    def finished(self) -> bytes:
        """The file."""
        self._workbook.close()
        return self._file.getvalue()
