"""The words of a chart: its title, lines that fit its width, letters no smaller than the rest."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from rnnviz.exports.chart_size import LINE, PX_PER_PT, text_width
from rnnviz.figures.presets import Preset
from rnnviz.figures.template import TITLE_BASELINE

# What a longer line of one's own would do to the picture.
MAX_TITLE = 200

# Pixels from the top of a chart without title to what stands first in it, and with one.
_UNTITLED = 12
_TITLED = 58
_SUBTITLE_LINE = 16
# Pixels at either side of the title.
_TITLE_SIDE = 12
# Pixels between a panel and its name.
_ABOVE = 2


def titled(chart: dict[str, Any], title: str | None) -> dict[str, Any]:
    """The chart under another title, or none at all if that is empty; None leaves its own."""
    if title is None:
        return chart
    layout = dict(chart["layout"])
    if title:
        text = escape(title[:MAX_TITLE], quote=False)
        layout["title"] = {**layout["title"], "text": text}
        return {**chart, "layout": layout}
    lines = _subtitle(layout).count("<br>")
    spared = _TITLED - _UNTITLED + _SUBTITLE_LINE * lines
    layout["margin"] = {**layout["margin"], "t": layout["margin"]["t"] - spared}
    layout["height"] -= spared
    del layout["title"]
    return {**chart, "layout": layout}


def with_plain_letters(node: Any, key: str = "") -> Any:
    """The same with subscripts in the line: at seven tenths of the size they would be too small.

    `h<sub>t−1</sub>` becomes `h[t−1]`, `W<sub>ih</sub>` becomes `W_ih`.
    """
    if isinstance(node, dict):
        return {name: with_plain_letters(value, name) for name, value in node.items()}
    if isinstance(node, list | tuple):
        return [with_plain_letters(value, key) for value in node]
    if key != "text" or not isinstance(node, str):
        return node
    timed = re.sub(r"<sub>(t[^<]*)</sub>", r"[\1]", node)
    return re.sub(r"<sub>([^<]*)</sub>", r"_\1", timed)


def wrapped(chart: dict[str, Any], factor: float) -> dict[str, Any]:
    """The chart with title and subtitle in as many lines as its width asks for."""
    layout = dict(chart["layout"])
    if "title" not in layout:
        return chart
    drawn = layout["template"]["layout"]["title"]
    room = layout["width"] - 2 * _TITLE_SIDE * factor
    size, small = drawn["font"]["size"], drawn["subtitle"]["font"]["size"]
    title = _lines(layout["title"]["text"], room, size)
    subtitle = _lines(_subtitle(layout), room, small)
    above = title.count("<br>") * size * LINE
    more = subtitle.count("<br>") - _subtitle(layout).count("<br>")
    added = above + more * small * LINE
    height = layout["height"] + added
    layout |= {
        "height": height,
        "margin": {**layout["margin"], "t": layout["margin"]["t"] + added},
        "title": {
            **layout["title"],
            "text": title,
            # plotly counts to the foot of the first line; more lines hang below it.
            "y": 1 - TITLE_BASELINE * factor / height,
            "subtitle": {"text": subtitle},
        },
    }
    return {**chart, "layout": layout}


def fitted_names(chart: dict[str, Any], preset: Preset, factor: float) -> dict[str, Any]:
    """The chart with names of panels that fit their width: smaller, else shorter."""
    layout, least = chart["layout"], preset.least_pt * PX_PER_PT
    notes = []
    for note in layout.get("annotations", ()):
        if str(note.get("xref", "")).endswith("domain"):
            size, text = note["font"]["size"], note["text"]
            room = panel_width(layout, note["xref"].split()[0])
            for shorter in (text, text.partition(" (limit")[0], short_name(text)):
                size = min(size, max(least, room / text_width(shorter, 1)))
                text = shorter
                if text_width(shorter, size) <= room:
                    break
            # What hangs below the line would touch the cells.
            place = {"yshift": note.get("yshift", 0) + _ABOVE * factor}
            note = {**note, **place, "text": text, "font": {**note["font"], "size": size}}
        notes.append(note)
    return {**chart, "layout": {**layout, "annotations": notes}}


def short_name(text: str) -> str:
    """A panel's name without its formula, shape or limit; of two parameters without their layer."""
    if text.startswith("max |"):
        return text.partition(" (limit")[0]
    name = text.partition(" = ")[0].partition(" · (")[0]
    return re.sub(r"_l\d+(_reverse)?\b", "", name) if ", " in name else name


def panel_width(layout: dict[str, Any], axis: str) -> float:
    """Pixels from the left edge of a panel to the end of what may be written above it."""
    domains = [
        settings.get("domain", (0, 1))
        for name, settings in layout.items()
        if name.startswith("xaxis")
    ]
    low = layout.get(f"xaxis{axis[1:]}", {}).get("domain", (0, 1))[0]
    plot = layout["width"] - layout["margin"]["l"] - layout["margin"]["r"]
    if len({domain[0] for domain in domains}) > 1:
        # The words of the legend beside a column begin as high as the name.
        bar = layout["template"]["data"]["heatmap"][0]["colorbar"]
        end = max(domain[1] for domain in domains if domain[0] == low)
        return (end - low) * plot + bar["thickness"]
    # Panels that stand alone in their row may be written past.
    return (1 - low) * plot + layout["margin"]["r"] - 4


def _subtitle(layout: dict[str, Any]) -> str:
    return layout["title"].get("subtitle", {}).get("text", "")


def _lines(text: str, room: float, size: float) -> str:
    """The text with a break wherever a line would be too long: after a `·`, else between words."""
    done = []
    for line in text.split("<br>"):
        while text_width(line, size) > room:
            most = max(int(len(line) * room / text_width(line, size)), 8)
            at = max(line.rfind(" · ", 0, most), line.rfind(" ", 0, most))
            at = at if at > 0 else _outside_sign(line, most)
            done.append(line[:at])
            line = line[at:].removeprefix(" · ").lstrip()
        done.append(line)
    return "<br>".join(done)


def _outside_sign(line: str, at: int) -> int:
    """The place, or the end of an escaped sign such as `&amp;` around it."""
    start = line.rfind("&", 0, at)
    sign = re.compile(r"&#?\w+;").match(line, start) if start >= 0 else None
    return max(at, sign.end()) if sign else at
