"""The coloured columns of the unrolled diagram: inputs, states, and what the states start from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import plotly.graph_objects as go

from rnnviz.figures.arrows import CELL_HALF
from rnnviz.figures.cells import Grid, color_settings, finite_only, mark_scatter, number_maps
from rnnviz.figures.lanes import Lane, Plan, row_middles
from rnnviz.figures.look import Look
from rnnviz.figures.names import feature_offset, output_name, state_name
from rnnviz.figures.theme import SignedScale
from rnnviz.records import Trace

# Numbers stand in the columns of small nets only; a column is narrower than a heatmap's cell.
MAX_NUMBERED_STEPS = 12
MAX_NUMBERED_UNITS = 8
MAX_SEPARATED_UNITS = 16

_MARK_HOVER = "<b>%VALUE</b><br>t = %{x}"


def input_grid(trace: Trace, plan: Plan, sample: int, scale: SignedScale) -> Grid:
    """x_t of the shown timesteps, at the bottom of the drawing."""
    steps = plan.steps
    values = trace.cells[0].x[steps.start : steps.stop, sample].T  # (input_size, shown)
    return Grid(values, np.array(steps), row_middles(0, plan.input_top, len(values)), scale)


def lane_grid(lane: Lane, steps: range, sample: int, scale: SignedScale) -> Grid:
    """h_t of one lane at the shown timesteps."""
    values = lane.cell.h[steps.start : steps.stop, sample].T  # (state_size, shown)
    return Grid(values, np.array(steps), lane.rows(), scale)


def start_grid(lane: Lane, plan: Plan, sample: int, scale: SignedScale) -> Grid | None:
    """h_0 as a column before the first update: left of t = 0, in reverse right of the last t.

    None if the shown window does not reach that end.
    """
    x = lane.start(plan.steps, plan.length)
    if x is None:
        return None
    values = lane.cell.h_0[sample][:, None]  # (state_size, 1)
    return Grid(values, np.array([x]), lane.rows(), scale)


def block_traces(
    grid: Grid, hover: str, edges: tuple[float, float], look: Look, **settings: object
) -> Iterator[go.Heatmap | go.Scatter]:
    """The colours of a grid of separate columns, its numbers if they fit, and its marks.

    Args:
        grid: the numbers.
        hover: a template with `%{x}`, `%{customdata}` for the row and `%VALUE`.
        edges: the lower and the upper edge of the columns.
        look: how it looks.
        settings: of the heatmap.
    """
    yield _columns(grid, hover, edges, **settings)
    rows, columns = grid.values.shape
    if columns <= MAX_NUMBERED_STEPS and rows <= MAX_NUMBERED_UNITS:
        yield from number_maps(_beside_blanks(grid), fill=2 * CELL_HALF)
    if marks := mark_scatter(grid, look, _MARK_HOVER):
        yield marks


def state_hover(trace: Trace, lane: Lane, sample: int, length: int) -> str:
    """The hover of a state: its name, its value, where torch's results hold it."""
    cell = lane.cell
    offset = feature_offset(trace, cell.layer, cell.direction)
    feature = f"{offset} + %{{customdata}}" if offset else "%{customdata}"
    if cell.layer == trace.cells[-1].layer:
        place = f"in {output_name(trace, '%{x}', sample, feature)}"
    else:
        place = f"read by layer {cell.layer + 1} as x[%{{x}}][{feature}]"
    last = length - 1 if cell.direction == "forward" else 0
    name = state_name(trace, "h_n", cell, sample, "%{customdata}")
    return (
        f"<b>h[%{{x}}][%{{customdata}}] = %VALUE</b><br>layer {cell.layer}, {cell.direction}, "
        f"timestep t = %{{x}}, hidden unit %{{customdata}}<br>{place}<br>"
        f"at t = {last} also in {name}<br>h[t] has shape ({cell.state_size},)"
    )


def start_hover(trace: Trace, lane: Lane, sample: int) -> str:
    """The hover of an initial state."""
    cell = lane.cell
    name = state_name(trace, "h_0", cell, sample, "%{customdata}")
    return (
        f"<b>{name} = %VALUE</b><br>h_0 (initial) of layer {cell.layer}, {cell.direction}, "
        f"hidden unit %{{customdata}}<br>shape ({cell.state_size},)"
    )


def _columns(grid: Grid, hover: str, edges: tuple[float, float], **settings: object) -> go.Heatmap:
    """A heatmap whose columns stand apart; `%{customdata}` is the row's number."""
    rows, columns = grid.values.shape
    shown = finite_only(grid.values)
    z = np.full((rows, 2 * columns - 1), np.nan, dtype=shown.dtype)
    z[:, ::2] = shown
    sides = np.stack([grid.x - CELL_HALF, grid.x + CELL_HALF], axis=1)  # (columns, 2)
    return go.Heatmap(
        z=z[::-1],
        x=sides.ravel(),
        y=np.linspace(*edges, rows + 1),
        # Heights grow upwards, units are counted downwards.
        customdata=np.repeat(np.arange(rows)[::-1, None], z.shape[1], axis=1),
        hovertemplate=hover.replace("%VALUE", "%{z:.9~g}") + "<extra></extra>",
        hoverongaps=False,
        ygap=1 if rows <= MAX_SEPARATED_UNITS else 0,
        **color_settings(grid.scale),
        **settings,
    )


def _beside_blanks(grid: Grid) -> Grid:
    """A single column between two empty ones: without neighbours plotly would not fit its text."""
    if grid.values.shape[1] > 1:
        return grid
    blank = np.full(grid.values.shape, np.nan)
    return grid._replace(
        values=np.hstack([blank, grid.values, blank]), x=grid.x[0] + np.array([-1, 0, 1])
    )
