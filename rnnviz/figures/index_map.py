"""What torch returns, number by number: which cell, timestep and unit each of them comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import plotly.graph_objects as go

from rnnviz.figures.axes import count_axis, halo_frame, time_axis, unit_axis
from rnnviz.figures.look import DEFAULT_LOOK, Look, checked, run_words
from rnnviz.figures.panels import Heading, Panel, frame_cells, stacked
from rnnviz.figures.place_colors import PLACE_LEGEND, color_by_place
from rnnviz.figures.ranges import largest, rounded_up, state_scale
from rnnviz.figures.theme import SignedScale
from rnnviz.limits import MAX_SEQ_LEN
from rnnviz.records import Trace
from rnnviz.shapes.places import (
    Place,
    output_expression,
    packed_rows,
    places_of_c_n,
    places_of_h_n,
    places_of_output,
    places_of_packed,
    state_expression,
)

By = Literal["value", "place"]

# Numbers up to which each brings its place in words, 100 bytes a number; beyond, only those do
# that another tensor holds too.
MAX_WORDED = 20_000

ARROWS = {"forward": "→", "reverse": "←"}


@dataclass(frozen=True, kw_only=True)
class _Map:
    """One tensor, or some of a stack's: its panel, and the place of each number drawn, by (row,
    column).
    """

    name: str
    panel: Panel
    places: dict[tuple[int, int], Place]


def index_map(
    trace: Trace, *, sample: int = 0, by: By = "value", look: Look = DEFAULT_LOOK
) -> go.Figure:
    """output, h_n and c_n of one sample as torch returns them; packed output with every sample.

    Pointing at a number gives its cell, timestep and unit, what fetches it, and what else is the
    same number. What output and h_n share is framed. Coloured by value, or by direction.

    Raises:
        ValueError: the run has no such sample, or `by` is none of the two.
    """
    if by not in ("value", "place"):
        raise ValueError(f"by must be 'value' or 'place', got {by!r}.")
    trace = checked(trace, look, sample=sample)
    maps = list(_maps(trace, sample, look))
    legend = f"colour {maps[0].panel.scale.label}" if by == "value" else PLACE_LEGEND
    heading = Heading(
        title=f"{', '.join(dict.fromkeys(single.name for single in maps))}, number by number",
        subtitle=f"{legend} · framed: in output and in h_n" + run_words(trace, sample=sample),
        alt=_alt(maps, sample),
    )
    figure = stacked([single.panel for single in maps], look, heading)
    heats = [data for data in figure.data if data.type == "heatmap" and data.name != "numbers"]
    for heat, single in zip(heats, maps, strict=True):
        heat.customdata = _words(single)
    if by == "place":
        last = trace.cells[-1].layer
        color_by_place(figure, [single.places for single in maps], last, look)
    _frame_shared(figure, maps, sample, look)
    return figure


def _maps(trace: Trace, sample: int, look: Look) -> Iterator[_Map]:
    yield _packed(trace, look) if trace.is_packed else _output(trace, sample, look)
    yield from _states(trace, "h_n", sample, state_scale(trace, look))
    if trace.c_n is not None:
        value = largest(cell.c for cell in trace.cells if cell.c is not None)
        scale = SignedScale(limit=(value or 1.0) if look.fit else rounded_up(value))
        yield from _states(trace, "c_n", sample, scale)


def _output(trace: Trace, sample: int, look: Look) -> _Map:
    top = [cell for cell in trace.cells if cell.layer == trace.cells[-1].layer]
    stop = trace.seq_len if trace.lengths is None else trace.lengths[sample]
    values = np.concatenate([cell.h[:stop, sample] for cell in top], axis=1).T
    padding = "" if stop == trace.seq_len else f" · 0 from t = {stop} on"
    panel = Panel(
        values=values,  # (features, timesteps)
        scale=state_scale(trace, look),
        title=f"output {_shape(trace.output)}{padding}",
        hover=_hover(output_expression(trace, "%{x:d}", sample, "%{y:d}")),
        columns=time_axis(0, trace.seq_len, look),
        rows="feature",
    )
    places = _by_column(places_of_output(trace, sample=sample), len(values))
    return _Map(name="output", panel=panel, places=places)


def _packed(trace: Trace, look: Look) -> _Map:
    rows = packed_rows(trace)[:MAX_SEQ_LEN]
    data = trace.output[0]
    cut = "" if len(rows) == len(data) else f" · the first {len(rows)} rows"
    starts = [row for row, (t, _) in enumerate(rows) if row == 0 or rows[row - 1][0] < t]
    shown = starts[:: -(-len(starts) // 12)]
    axis = {
        "tickvals": shown,
        "ticktext": [f"{row}<br>t = {rows[row][0]}" for row in shown],
        "automargin": True,
    }
    panel = Panel(
        values=data[: len(rows)].T,  # (features, rows)
        scale=state_scale(trace, look),
        title=f"output.data {_shape(data)}{cut}",
        hover=_hover("output.data[%{x:d}, %{y:d}]"),
        columns=count_axis(len(rows), "row of output.data", **axis),
        rows="feature",
    )
    places = places_of_packed(trace, rows=len(rows))
    return _Map(name="output.data", panel=panel, places=_by_column(places, data.shape[1]))


def _states(trace: Trace, name: str, sample: int, scale: SignedScale) -> Iterator[_Map]:
    """h_n or c_n: a map of all cells, of a stack one for each run of cells of an equal size."""
    found = places_of_h_n if name == "h_n" else places_of_c_n
    by_row: dict[int, list[Place]] = {}
    lanes = [(cell.layer, cell.direction) for cell in trace.cells]
    for place in found(trace, sample=sample):
        by_row.setdefault(lanes.index((place.layer, place.direction)), []).append(place)
    rows: list[int] = []
    for row, places in by_row.items():
        # A single heatmap has rows of one length that follow each other.
        if rows and (row > rows[-1] + 1 or len(places) != len(by_row[rows[-1]])):
            yield _state(trace, name, {row: by_row[row] for row in rows}, scale)
            rows = []
        rows.append(row)
    yield _state(trace, name, {row: by_row[row] for row in rows}, scale)


def _state(trace: Trace, name: str, by_row: dict[int, list[Place]], scale: SignedScale) -> _Map:
    """h_n or c_n of one sample: a row per cell, a column per unit."""
    rows, field = list(by_row), name[0]
    cells = [trace.cells[row] for row in rows]
    ticks = [
        f"{row} · l{c.layer} {ARROWS[c.direction]}" for row, c in zip(rows, cells, strict=True)
    ]
    axis = unit_axis(len(rows), "row" if len(rows) > 1 else "")
    axis |= {"tickvals": list(range(len(rows))), "ticktext": ticks, "automargin": True}
    places, sample = list(by_row.values()), by_row[rows[0]][0].sample
    y = f"{rows[0]} + %{{y:d}}" if rows[0] else "%{y:d}"
    panel = Panel(
        values=np.array(
            [
                [getattr(cell, field)[p.t, sample, p.unit] for p in row]
                for cell, row in zip(cells, places, strict=True)
            ]
        ),  # (cells, units)
        scale=scale,
        title=_state_title(trace, name, rows),
        hover=_hover(state_expression(trace, name, y, sample, "%{x:d}")),
        columns=count_axis(len(places[0]), "unit"),
        rows=axis,
    )
    numbers = {(y, x): place for y, row in enumerate(places) for x, place in enumerate(row)}
    return _Map(name=name, panel=panel, places=numbers)


def _state_title(trace: Trace, name: str, rows: list[int]) -> str:
    """`h_n (4, 2, 3)`, of a stack `h_n[2] (2, 3)` or `h_n[2] to h_n[3] (2, 3) each`."""
    states = getattr(trace, name)
    if not isinstance(states, tuple):
        return f"{name} {_shape(states)}"
    if len(rows) == 1:
        return f"{name}[{rows[0]}] {_shape(states[rows[0]])}"
    return f"{name}[{rows[0]}] to {name}[{rows[-1]}] {_shape(states[rows[0]])} each"


def _by_column(places: Iterable[Place], rows: int) -> dict[tuple[int, int], Place]:
    """Places that come column by column."""
    return {(k % rows, k // rows): place for k, place in enumerate(places)}


def _hover(expression: str) -> str:
    """A label's first line; its indices need a format, else plotly writes the axis's words."""
    return f"<b>{expression} = %VALUE</b>%{{customdata}}"


def _shape(array: np.ndarray) -> str:
    return f"({', '.join(str(size) for size in array.shape)}{',' if array.ndim == 1 else ''})"


def _words(single: _Map) -> list[list[str]]:
    """What each number's label says below its name."""
    rows, columns = single.panel.values.shape
    every = rows * columns <= MAX_WORDED
    texts = [[""] * columns for _ in range(rows)]
    for (row, column), place in single.places.items():
        if every or place.same:
            texts[row][column] = _place_words(place)
    return texts


def _place_words(place: Place) -> str:
    layer, direction, t, unit, sample, _, same = place
    words = f"<br>layer {layer}, {direction}, t = {t}, unit {unit}, sample {sample}"
    return words + "".join(f"<br>= {expression}" for expression in same)


def _frame_shared(figure: go.Figure, maps: list[_Map], sample: int, look: Look) -> None:
    """A frame around what output and h_n both hold of this sample, in both of them."""
    for index, single in enumerate(maps):
        other = "output" if single.name == "h_n" else "h_n"
        axis = "x" if index == 0 else f"x{index + 1}"
        found = [
            (place.direction, cell)
            for cell, place in single.places.items()
            if place.sample == sample and any(same.startswith(other) for same in place.same)
        ]
        for direction in dict.fromkeys(direction for direction, _ in found):
            cells = np.array([cell for way, cell in found if way == direction])
            (top, left), (bottom, right) = cells.min(axis=0) - 0.5, cells.max(axis=0) + 0.5
            edges = {"type": "rect", "x0": left, "x1": right, "y0": top, "y1": bottom}
            for shape in halo_frame(f"shared, {direction}", look.palette.chosen, look, edges):
                frame_cells(figure, axis, {**shape, "yref": axis.replace("x", "y")})


def _alt(maps: list[_Map], sample: int) -> str:
    names = ", ".join(single.panel.title for single in maps)
    shared = [
        f"{place.expression} = {place.same[-1]}"
        for single in maps
        if single.name == "h_n"
        for cell, place in single.places.items()
        if cell[1] == 0 and any(same.startswith("output") for same in place.same)
    ]
    return (
        f"Heatmaps of {names}, sample {sample}, coloured number by number. "
        f"The first unit of each direction of the last layer: {'; '.join(shared)}."
    )
