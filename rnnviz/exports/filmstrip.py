"""Several moments of a run as one still, side by side, with one legend below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from rnnviz.exports.drawing import Drawer, Drawing, Ink
from rnnviz.exports.ink import ink_of
from rnnviz.exports.shot import Shot
from rnnviz.exports.still import MARGIN_PT, Still
from rnnviz.exports.svg import (
    USUAL_PX,
    Type,
    mm_per_px,
    svg_group,
    svg_picture,
    text_element,
    type_of,
)
from rnnviz.figures.presets import MM_PER_INCH, PT_PER_INCH, Preset

MIN_MOMENTS, MAX_MOMENTS = 2, 12

# Pixels of the drawing: between two moments, and the room that one needs at least.
_GAP = 18
_LEAST_WIDTH = {"map": 200, "anatomy": 300, "drill": 200, "step": 300, "whole": 300}
# The words above a moment, with the gap below them, and their width letter by letter.
_WORDS_HEIGHT = 18
_LETTER = 0.56 * USUAL_PX


class _Frame(NamedTuple):
    words: str
    drawing: Drawing


class _Sheet(NamedTuple):
    """Moments laid out.

    Attributes:
        rows: from the top, each from the left.
        legend: below all.
        column: the width of one moment.
    """

    rows: list[list[_Frame]]
    legend: Drawing | None
    column: float

    @property
    def heights(self) -> list[float]:
        """How high each row is, its words with it."""
        return [_WORDS_HEIGHT + max(one.drawing.height for one in row) for row in self.rows]

    @property
    def height(self) -> float:
        """How high all is."""
        below = 0 if self.legend is None else self.legend.height + _GAP
        return sum(self.heights) + _GAP * (len(self.rows) - 1) + below


def filmstrip(
    drawer: Drawer, moments: Sequence[tuple[Shot, str]], preset: Preset, *, title: str = ""
) -> Still:
    """Moments of a run as one still, in as many columns as have room.

    Args:
        drawer: of the run.
        moments: from 2 to 12 of one view, each with the words above it, as `moments.evenly` gives.
        preset: where it is going.
        title: for those who cannot see it; empty names the first and last moment.

    Raises:
        ValueError: there are too few or too many, or they do not fit the page.
    """
    if not MIN_MOMENTS <= len(moments) <= MAX_MOMENTS:
        raise ValueError(
            f"a filmstrip has from {MIN_MOMENTS} to {MAX_MOMENTS} moments, got {len(moments)}."
        )
    ink, unit = ink_of(preset), mm_per_px(preset)
    margin = 0 if preset.height_mm is None else MARGIN_PT / PT_PER_INCH * MM_PER_INCH / unit
    width = preset.width_mm / unit - 2 * margin
    room = None if preset.height_mm is None else preset.height_mm / unit - 2 * margin
    sheet = _fitted(drawer, moments, ink, (width, room), preset)
    top = margin + (0 if room is None else (room - sheet.height) / 2)
    body = f'<g transform="translate({margin:.2f} {top:.2f})">\n{_body(sheet, ink, preset)}\n</g>'
    across = width + 2 * margin
    down = sheet.height if room is None else room + 2 * margin
    size = (preset.width_mm, down * unit)
    title = title or f"From {moments[0][1]} to {moments[-1][1]}"
    text = svg_picture(body, size, (across, down), ground=ink.palette.surface, title=title)
    return Still(text, *size, sheet.rows[-1][-1].drawing.at, None)


def _fitted(
    drawer: Drawer,
    moments: Sequence[tuple[Shot, str]],
    ink: Ink,
    page: tuple[float, float | None],
    preset: Preset,
) -> _Sheet:
    """The moments in as few rows as have room in the width, and on the page if it has a height."""
    width, room = page
    shot = moments[0][0]
    least = drawer.draw(shot, ink, width).least_width
    words = _LETTER * max(len(text) for _, text in moments)
    least = min(max(least, words, _LEAST_WIDTH[shot.view]), width)
    most = min(int((width + _GAP) // (least + _GAP)), len(moments))
    # As many rows as needed, and these as even as can be.
    columns = -(-len(moments) // -(-len(moments) // most))
    sheet = _laid(drawer, moments, ink, page, columns)
    if room is not None and sheet.height > room:
        raise ValueError(
            f"{preset.words}: {len(moments)} moments of the view {shot.view} are "
            f"{sheet.height / room:.1f} times as high as the page; choose fewer moments, a view "
            "that shows less, or a page without a fixed height."
        )
    return sheet


def _laid(
    drawer: Drawer,
    moments: Sequence[tuple[Shot, str]],
    ink: Ink,
    page: tuple[float, float | None],
    columns: int,
) -> _Sheet:
    width, room = page
    last = moments[-1][0]
    explained = last.legend and not last.blank
    legend = drawer.legend(last, ink, width) if explained else None
    column = (width - _GAP * (columns - 1)) / columns
    if room is not None:
        # What is left to each row.
        rows = -(-len(moments) // columns)
        room = (room - _Sheet([], legend, column).height - rows * _WORDS_HEIGHT) / rows - _GAP
    frames = [
        _Frame(words, drawer.draw(replace(shot, legend=False), ink, column, room))
        for shot, words in moments
    ]
    found = [frames[at : at + columns] for at in range(0, len(frames), columns)]
    return _Sheet(found, legend, column)


def _body(sheet: _Sheet, ink: Ink, preset: Preset) -> str:
    type_ = type_of(preset)
    parts, y = [], 0.0
    for row, height in zip(sheet.rows, sheet.heights, strict=True):
        for index, frame in enumerate(row):
            x = index * (sheet.column + _GAP)
            words = {"x": x, "y": y + USUAL_PX, "size": USUAL_PX, "weight": 600}
            parts.append(
                text_element(words | {"text": frame.words, "fill": ink.palette.text}, type_)
            )
            parts.append(_group(frame.drawing, type_, x, y + _WORDS_HEIGHT))
        y += height + _GAP
    if sheet.legend is not None:
        parts.append(_group(sheet.legend, type_, 0, y))
    return "\n".join(parts)


def _group(drawing: Drawing, type_: Type, x: float, y: float) -> str:
    return f'<g transform="translate({x:.2f} {y:.2f})">\n{svg_group(drawing, type_)}\n</g>'
