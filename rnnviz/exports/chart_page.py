"""A chart on a page of a fixed height: its panels fill it, in columns where they must."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, NamedTuple

from rnnviz.exports.chart_margins import besides
from rnnviz.exports.chart_size import text_width
from rnnviz.exports.chart_words import short_name

# Pixels of the screen: lowest panel, one that is high enough, most between a panel and the strip
# that belongs to it, and least between two columns.
_LOWEST = 26
_GOOD = 40
_TOGETHER = 6
_BETWEEN = 104
_NARROWEST = 96
# A drawing without panels shrinks to no less, or its names would run into each other.
_LEAST_SHARE = 0.33
MAX_COLUMNS = 3


class _Band(NamedTuple):
    """A vertical axis and where it lies, in pixels from the top of the plot."""

    name: str
    top: float
    bottom: float


def on_page(chart: dict[str, Any], height: float, factor: float) -> dict[str, Any] | None:
    """The chart exactly this high; None if its panels would be too low, or their names too long.

    `factor` is how many pixels one of the screen has become.
    """
    groups = _groups(chart["layout"], factor)
    best, highest = None, 0.0
    for columns in range(1, min(MAX_COLUMNS, len(groups)) + 1):
        laid = _in_columns(chart, groups, (columns, height, factor))
        lowest = 0.0 if laid is None else _lowest(laid, groups)
        if lowest > highest:
            best, highest = laid, lowest
        if highest >= _GOOD * factor:
            break
    return best


def _lowest(chart: dict[str, Any], groups: list[list[_Band]]) -> float:
    """How high the lowest panel is, strips left out."""
    plot, layout = _plot_height(chart["layout"]), chart["layout"]
    domains = [layout[group[0].name]["domain"] for group in groups]
    return min(high - low for low, high in domains) * plot


def _groups(layout: dict[str, Any], factor: float) -> list[list[_Band]]:
    """The vertical axes from the top down, a heatmap together with the strip below it."""
    plot = _plot_height(layout)
    bands = []
    for name, axis in layout.items():
        if name.startswith("yaxis"):
            low, high = axis.get("domain", (0, 1))
            bands.append(_Band(name, (1 - high) * plot, (1 - low) * plot))
    bands.sort(key=lambda band: band.top)
    groups: list[list[_Band]] = []
    for band in bands:
        if groups and band.top - groups[-1][-1].bottom <= _TOGETHER * factor:
            groups[-1].append(band)
        else:
            groups.append([band])
    return groups


def _plot_height(layout: dict[str, Any]) -> float:
    return layout["height"] - layout["margin"]["t"] - layout["margin"]["b"]


def _in_columns(
    chart: dict[str, Any], groups: list[list[_Band]], ask: tuple[int, float, float]
) -> dict[str, Any] | None:
    columns, height, factor = ask
    layout = chart["layout"]
    plot = height - layout["margin"]["t"] - layout["margin"]["b"]
    across = layout["width"] - layout["margin"]["l"] - layout["margin"]["r"]
    between = max(_BETWEEN * factor, sum(besides(chart, factor)))
    wide = (across - (columns - 1) * between) / columns
    if plot <= 0 or (columns > 1 and wide < _NARROWEST * factor):
        return None
    step, tallest = math.ceil(len(groups) / columns), _plot_height(layout)
    places: dict[str, tuple[int, float, float]] = {}
    for column in range(columns):
        part = groups[column * step : (column + 1) * step]
        if not part or not _place(part, column, (plot, tallest, factor), places):
            return None
    if columns > 1 and not _names_fit(layout, wide):
        return None
    shares = [column * (wide + between) / across for column in range(columns)]
    return _moved(chart, places, (shares, wide / across, plot, height))


def _place(
    part: list[list[_Band]],
    column: int,
    heights: tuple[float, float, float],
    places: dict[str, tuple[int, float, float]],
) -> bool:
    """Write down where the bands of one column lie: (column, top, bottom). False if too low."""
    plot, tallest, factor = heights
    gaps = [below[0].top - above[-1].bottom for above, below in pairwise(part)]
    olds = [group[-1].bottom - group[0].top for group in part]
    news = _heights(olds, plot - sum(gaps), _LOWEST * factor)
    alone = len(olds) == 1 and olds[0] > 0.9 * tallest
    if news is None or (alone and news[0] / olds[0] < _LEAST_SHARE):
        return False
    top = 0.0
    for group, old, new, gap in zip(part, olds, news, [*gaps, 0.0], strict=True):
        start, share = group[0].top, new / old
        for band in group:
            ends = (top + (band.top - start) * share, top + (band.bottom - start) * share)
            places[band.name] = (column, *ends)
        top += new + gap
    return True


def _heights(olds: list[float], room: float, lowest: float) -> list[float] | None:
    """Heights in proportion that fill the room, none too low; None if there is not enough."""
    if room < lowest * len(olds):
        return None
    low: set[int] = set()
    while True:
        others = sum(old for k, old in enumerate(olds) if k not in low)
        share = (room - lowest * len(low)) / others if others else 0
        more = {k for k, old in enumerate(olds) if old * share < lowest} | low
        if more == low:
            return [lowest if k in low else old * share for k, old in enumerate(olds)]
        low = more


def _names_fit(layout: dict[str, Any], wide: float) -> bool:
    """Whether the name of every panel fits a column, if need be without what explains it."""
    return all(
        text_width(short_name(note["text"]), note["font"]["size"]) <= wide
        for note in layout.get("annotations", ())
        if str(note.get("xref", "")).endswith("domain")
    )


def _moved(
    chart: dict[str, Any],
    places: dict[str, tuple[int, float, float]],
    sizes: tuple[list[float], float, float, float],
) -> dict[str, Any]:
    """The chart with every axis and legend where it now belongs."""
    shares, wide, plot, height = sizes
    old = chart["layout"]
    layout = {**old, "height": height}
    if "title" in old:
        y = 1 - (1 - old["title"]["y"]) * old["height"] / height
        layout["title"] = {**old["title"], "y": y}
    renamed: dict[str, str] = {}
    for name, (column, top, bottom) in places.items():
        across = old[name].get("anchor", "x")
        if across == "x" and column and "anchor" not in old[name]:
            # One horizontal axis below all of them becomes one in each column.
            across = f"x{column + 1}"
            layout[f"xaxis{column + 1}"] = {**old["xaxis"], "anchor": name.replace("axis", "")}
            renamed[name.replace("axis", "")] = across
        axis = f"xaxis{across[1:]}"
        low, high = layout[axis].get("domain", (0, 1))
        span = (high - low) if "anchor" in old[name] else 1
        start = shares[column]
        layout[axis] = {**layout[axis], "domain": [start, start + span * wide]}
        domain = [max(1 - bottom / plot, 0.0), min(1 - top / plot, 1.0)]
        layout[name] = {**old[name], "domain": domain, "anchor": across}
    _name_columns(layout, places)
    moved = {**chart, "layout": layout, "data": [_on_axis(one, renamed) for one in chart["data"]]}
    for kind in ("annotations", "shapes"):
        if kind in old:
            layout[kind] = [_ref_on_axis(one, renamed) for one in old[kind]]
    return _with_legends(moved, old, places, (shares, wide, plot))


def _name_columns(layout: dict[str, Any], places: dict[str, tuple[int, float, float]]) -> None:
    """The lowest panel of each column names the timesteps, if the lowest of all does."""
    lowest = {column: name for name, (column, _, _) in places.items()}
    named = [axis for axis in layout if axis.startswith("xaxis")]
    last = layout[named[-1]]
    for column, name in lowest.items():
        axis = f"xaxis{layout[name]['anchor'][1:]}"
        if layout[axis].get("showticklabels") is False:
            kept = {key: layout[axis][key] for key in ("domain", "anchor")}
            layout[axis] = {**last, **kept}
        if column and "matches" not in layout[axis]:
            layout[axis] = {**layout[axis], "anchor": name.replace("axis", "")}


def _on_axis(trace: dict[str, Any], renamed: dict[str, str]) -> dict[str, Any]:
    across = renamed.get(trace.get("yaxis", "y"))
    return trace if across is None else {**trace, "xaxis": across}


def _ref_on_axis(item: dict[str, Any], renamed: dict[str, str]) -> dict[str, Any]:
    """A note or frame on the horizontal axis of its column."""
    across = renamed.get(item.get("yref", "").partition(" ")[0])
    if across is None:
        return item
    return {**item, "xref": " ".join([across, *item["xref"].split()[1:]])}


def _with_legends(
    chart: dict[str, Any],
    old: dict[str, Any],
    places: dict[str, tuple[int, float, float]],
    sizes: tuple[list[float], float, float],
) -> dict[str, Any]:
    """Every legend beside the panels that it stood beside, those of the last column."""
    shares, wide, plot = sizes
    data = []
    for trace in chart["data"]:
        bar = trace.get("colorbar")
        if bar is None or trace.get("showscale") is False or bar.get("lenmode") == "pixels":
            data.append(trace)
            continue
        middle, half = bar.get("y", 0.5), bar.get("len", 1) / 2 + 1e-6
        beside = [
            places[name]
            for name in places
            if middle - half <= old[name].get("domain", (0, 1))[0]
            and old[name].get("domain", (0, 1))[1] <= middle + half
        ]
        column = max(place[0] for place in beside)
        top = min(place[1] for place in beside if place[0] == column)
        bottom = max(place[2] for place in beside if place[0] == column)
        new = {"x": shares[column] + wide, "y": 1 - (top + bottom) / 2 / plot}
        new["len"] = (bottom - top) / plot
        data.append({**trace, "colorbar": {**bar, **new}})
    return {**chart, "data": data}
