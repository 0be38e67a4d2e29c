"""Coloured cells of numbers: a heatmap, the numbers written on it, and marks where none can be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from rnnviz.figures.look import Look
from rnnviz.figures.theme import BLACK, FONT_SIZE, TRANSPARENT, WHITE, ShareScale, SignedScale

# Numbers stand in cells while those are wide and high enough to read them.
MAX_NUMBERED_COLUMNS = 24
MAX_NUMBERED_ROWS = 16
MAX_NUMBERED_IN_ONE_ROW = 6

# The longest usual number: −0.42.
NUMBER_CHARS = 5

# Below this range two decimals say nothing.
SMALL_LIMIT = 0.05

# Every mark is an element of its own in the browser; more would freeze it and show no more.
MAX_MARKS = 400

_MEANINGS = {"×": "× NaN", "+∞": "+∞", "−∞": "−∞", "▲": "▲ past the range"}


class Grid(NamedTuple):
    """Numbers and where they are drawn.

    Attributes:
        values: Shape (rows, columns).
        x: the middle of every column. Shape (columns,).
        y: the middle of every row. Shape (rows,).
        scale: the colours.
    """

    values: np.ndarray
    x: np.ndarray
    y: np.ndarray
    scale: SignedScale | ShareScale

    @classmethod
    def counted(cls, values: np.ndarray, scale: SignedScale | ShareScale) -> Grid:
        """Rows and columns that lie at 0, 1, 2 ..."""
        rows, columns = values.shape
        return cls(values, np.arange(columns), np.arange(rows), scale)

    @property
    def numbered(self) -> bool:
        """Whether the cells are few enough to carry their numbers."""
        rows, columns = self.values.shape
        # Plotly does not shrink the text of a single row.
        most = MAX_NUMBERED_COLUMNS if rows > 1 else MAX_NUMBERED_IN_ONE_ROW
        return rows <= MAX_NUMBERED_ROWS and columns <= most


def finite_only(values: np.ndarray) -> np.ndarray:
    """The numbers for plotly: what is not finite becomes a gap; float16, unknown to it, float32."""
    values = values.astype(np.float32) if values.dtype == np.float16 else values
    return np.where(np.isfinite(values), values, np.nan)


def color_settings(scale: SignedScale | ShareScale) -> dict:
    """What makes a heatmap use this scale."""
    least = 0.0 if isinstance(scale, ShareScale) else -scale.limit
    return {"zmin": least, "zmax": scale.limit, "colorscale": scale.colorscale}


def cell_map(grid: Grid, hover: str, **settings: object) -> go.Heatmap:
    """The heatmap of a grid; `hover` is a template that holds `%VALUE` where the number goes."""
    field, text = "%{z:.9~g}", None
    if not np.isfinite(grid.values).all():
        # Plotly has no words for NaN and infinity, so the cells bring their own.
        field, text = "%{text}", [[full_text(value) for value in row] for row in grid.values]
    few = grid.numbered
    return go.Heatmap(
        z=finite_only(grid.values),
        x=grid.x,
        y=grid.y,
        text=text,
        hovertemplate=hover.replace("%VALUE", field) + "<extra></extra>",
        xgap=1 if few else 0,
        ygap=1 if few else 0,
        **color_settings(grid.scale),
        **settings,
    )


def number_maps(grid: Grid, fill: float = 1.0) -> Iterator[go.Heatmap]:
    """The numbers of a grid: a see-through layer in black, another in white.

    A heatmap shrinks its text to fit the cells, at every width of the page, and has one text
    colour; hence two layers. `fill` is the share of a column that its cell covers.
    """
    # Plotly fits the longest text of a layer; padding to one length gives both layers one size.
    width = math.ceil(NUMBER_CHARS / fill)
    for ink in (BLACK, WHITE):
        texts = [[_padded(_ink_text(v, grid.scale, ink), width) for v in r] for r in grid.values]
        if any(text.strip() for row in texts for text in row):
            yield text_layer(texts, ink, x=grid.x, y=grid.y)


def text_layer(texts: Sequence[Sequence[str]], ink: str, **place: Any) -> go.Heatmap:
    """A see-through map with a text in each cell; `place` is its x, y and axes."""
    return go.Heatmap(
        z=np.zeros((len(texts), len(texts[0])), dtype=np.int8),
        text=texts,
        texttemplate="%{text}",
        textfont={"color": ink},
        colorscale=[(0, TRANSPARENT), (1, TRANSPARENT)],
        showscale=False,
        hoverinfo="skip",
        name="numbers",
        **place,
    )


def mark_scatter(grid: Grid, look: Look, hover: str | None = None) -> go.Scatter | None:
    """A mark on each of the first 400 cells without a number or past the range; None if no cell is.

    With `hover`, a template that holds `%VALUE`, the marks explain themselves.
    """
    past = marked(grid)
    places = np.argwhere(past)[:MAX_MARKS]
    if not len(places):
        return None
    values = [grid.values[row, column] for row, column in places]
    return go.Scatter(
        x=[grid.x[column] for _, column in places],
        y=[grid.y[row] for row, _ in places],
        mode="text",
        text=[_mark(value) for value in values],
        textfont={"size": FONT_SIZE, "color": [_mark_color(v, grid.scale, look) for v in values]},
        customdata=[full_text(value) for value in values],
        hovertemplate=hover and hover.replace("%VALUE", "%{customdata}") + "<extra></extra>",
        hoverinfo=None if hover else "skip",
        name="marks",
    )


def padding_map(
    steps: tuple[int, int], edges: tuple[float, float], look: Look, **settings: object
) -> go.Heatmap:
    """One flat cell over the timesteps past a sample's length, from the first up to the second."""
    ground = look.palette.absent
    return go.Heatmap(
        x=[steps[0] - 0.5, steps[1] - 0.5],
        y=list(edges),
        z=[[0]],
        colorscale=[(0, ground), (1, ground)],
        showscale=False,
        hovertemplate="absent: past the sample's length<extra></extra>",
        name="padding",
        **settings,
    )


def marked(grid: Grid) -> np.ndarray:
    """Which cells carry a mark: NaN, infinite or past the range. Shape (rows, columns)."""
    # Sums in single precision may end a rounding error past ±1; that is no news.
    limit = grid.scale.limit * (1 + 1e-6)
    return ~(np.abs(grid.values.astype(np.float64)) <= limit)


def marks_legend(grids: Iterable[Grid]) -> str:
    """What the marks in these grids mean, ready to end a subtitle; empty if there are none."""
    seen = {_mark(value) for grid in grids for value in grid.values[marked(grid)]}
    words = [meaning for mark, meaning in _MEANINGS.items() if mark in seen]
    return "".join(f" · {meaning}" for meaning in words)


def short_text(value: float, limit: float = 1.0) -> str:
    """A number of at most five characters or so, with a true minus sign; whole ones stay whole.

    Where all values lie within a small limit, decimals would show zeros only: `3e−8`.
    """
    if value == int(value) and abs(value) < 10_000:
        return str(int(value)).replace("-", "−")
    if limit < SMALL_LIMIT or abs(value) >= 10_000:
        mantissa, exponent = f"{value:.0e}".split("e")
        return f"{mantissa}e{int(exponent)}".replace("-", "−")
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:.{digits}f}".replace("-", "−")


def full_text(value: float) -> str:
    """A number to nine digits, which is all of a float32; NaN and infinity in words."""
    if np.isnan(value):
        return "NaN (absent)"
    if np.isinf(value):
        return "+infinity" if value > 0 else "−infinity"
    return f"{value:.9g}".replace("-", "−")


def _ink_text(value: float, scale: SignedScale | ShareScale, ink: str) -> str:
    if not abs(value) <= scale.limit * (1 + 1e-6) or scale.text(value) != ink:
        return ""
    return short_text(value, scale.limit)


def _padded(text: str, width: int) -> str:
    """The text in the middle of blanks, which plotly counts when it fits it."""
    return text.center(width)


def _mark(value: float) -> str:
    if np.isnan(value):
        return "×"
    if np.isinf(value):
        return "+∞" if value > 0 else "−∞"
    return "▲"


def _mark_color(value: float, scale: SignedScale | ShareScale, look: Look) -> str:
    return scale.text(float(value)) if np.isfinite(value) else look.palette.text
