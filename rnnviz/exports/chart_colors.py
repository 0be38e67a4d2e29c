"""The colours of a chart for a place: its theme, its colour map, greys, black text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from rnnviz.figures.presets import Preset
from rnnviz.figures.theme import (
    BLACK,
    COLOR_MAPS,
    GREY_SHARE_STOPS,
    PALETTES,
    SHARE_STOPS,
    SIGNED_STOPS,
    ThemeName,
    grey_of,
    mixed,
    stop_pairs,
    text_on,
)

# Of a share's strip: closed, undecided, open.
_STRIP_SHARES = (0.05, 0.5, 0.95)


def recolored(chart: dict[str, Any], theme: ThemeName, preset: Preset) -> dict[str, Any]:
    """A chart's data and layout, drawn for one theme, in the colours of a preset."""
    change = _change(theme, preset)
    data = [_marks(trace, change, preset) for trace in chart["data"]]
    layout = _walked(chart["layout"], change)
    if preset.plain_text:
        data, layout = _black(data), _black(layout)
    return {**chart, "data": data, "layout": layout}


def signed_stops(preset: Preset) -> tuple[str, ...]:
    """The stops of a preset for values of both signs."""
    return COLOR_MAPS[preset.colors]


def share_stops(preset: Preset) -> tuple[str, ...]:
    """The stops of a preset for gates, from 0 to 1."""
    return GREY_SHARE_STOPS if preset.grey else SHARE_STOPS


def _change(theme: ThemeName, preset: Preset) -> Callable[[str], str]:
    """What becomes of a single colour."""
    old, new = asdict(PALETTES[theme]), asdict(PALETTES[preset.theme])
    known = {color: new[name] for name, color in old.items()}
    known |= {mixed(SHARE_STOPS, s): mixed(share_stops(preset), s) for s in _STRIP_SHARES}

    def changed(color: str) -> str:
        color = known.get(color, color)
        return grey_of(color) if preset.grey else color

    return changed


def _walked(node: Any, change: Callable[[str], str], key: str = "") -> Any:
    if isinstance(node, dict):
        return {name: _walked(value, change, name) for name, value in node.items()}
    if isinstance(node, list | tuple):
        return [_walked(value, change, key) for value in node]
    return change(node) if key.endswith("color") and isinstance(node, str) else node


def _marks(trace: dict[str, Any], change: Callable[[str], str], preset: Preset) -> dict[str, Any]:
    """A trace in new colours; the marks on cells in an ink that reads on them."""
    stops = signed_stops(preset)
    scales = {
        tuple(SIGNED_STOPS): stop_pairs(stops),
        tuple(SHARE_STOPS): stop_pairs(share_stops(preset)),
    }
    new = _walked(trace, change)
    if "colorscale" in trace:
        colors = tuple(color for _, color in trace["colorscale"])
        other = [(place, change(color)) for place, color in trace["colorscale"]]
        new["colorscale"] = scales.get(colors, other)
    if trace.get("name") == "marks":
        inks = [
            text_on(stops[0] if words.startswith("−") else stops[-1])
            if _is_number(words)
            else (BLACK if preset.plain_text else change(color))
            for words, color in zip(trace["customdata"], trace["textfont"]["color"], strict=True)
        ]
        new["textfont"] = {**new["textfont"], "color": inks}
    return new


def _is_number(words: str) -> bool:
    """Whether a mark's words are a number that lies past the range."""
    return "infinity" not in words and "NaN" not in words


def _black(node: Any, key: str = "") -> Any:
    """Every text in black, but for inks that are chosen cell by cell."""
    if isinstance(node, dict):
        new = {name: _black(value, name) for name, value in node.items()}
        if key.endswith("font") and isinstance(new.get("color"), str):
            new["color"] = BLACK
        return new
    return [_black(value, key) for value in node] if isinstance(node, list | tuple) else node
