"""The lengths of a chart in pixels, and the sizes of its text in points."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from rnnviz.figures.presets import MM_PER_INCH, PT_PER_INCH, Preset
from rnnviz.figures.theme import FONT_SIZE

# A CSS pixel, in which charts are laid out.
PX_PER_INCH = 96
PX_PER_MM = PX_PER_INCH / MM_PER_INCH
PX_PER_PT = PX_PER_INCH / PT_PER_INCH

# A line's height as a share of the font's size.
LINE = 1.25

# Widths of letters as shares of the font's size, as in DejaVu Sans: of the fonts that stand in for
# ours it is the widest. The others count as an "e".
_WIDTHS = {
    **dict.fromkeys(" .,:;|!'()[]ijlIftr·/", 0.36),
    **dict.fromkeys("ABCKRVXZ", 0.71),
    **dict.fromkeys("DGHNOQU&", 0.79),
    **dict.fromkeys("−+=<>±#~^×wM∞→←", 0.86),
    **dict.fromkeys("mW%@⋯…", 1.0),
}
_OTHER = 0.64
# How much wider they are where they are bold.
_BOLD = 1.12
_IDEOGRAPH = 1.0

# What plotly counts in pixels, of all that our charts set.
_LENGTHS = {
    "size",
    "width",
    "height",
    "l",
    "r",
    "t",
    "b",
    "standoff",
    "thickness",
    "xpad",
    "ypad",
    "xshift",
    "yshift",
    "borderpad",
    "xgap",
    "ygap",
    "ticklabelstandoff",
}


def scale_of(pt: float) -> float:
    """What a pixel of the screen becomes where the usual text has this size."""
    return pt * PX_PER_PT / FONT_SIZE


def scaled(node: Any, factor: float, key: str = "") -> Any:
    """Data, layout or template with every length times a factor."""
    if isinstance(node, dict):
        lengths = {name: scaled(value, factor, name) for name, value in node.items()}
        if node.get("lenmode") == "pixels":
            lengths["len"] = node["len"] * factor
        return lengths
    if isinstance(node, list | tuple):
        return [scaled(value, factor, key) for value in node]
    if key in _LENGTHS and isinstance(node, int | float):
        # This one plotly takes in whole pixels only.
        return round(node * factor) if key == "ticklabelstandoff" else node * factor
    return node


def with_fonts(node: Any, preset: Preset, key: str = "") -> Any:
    """The same with every size of a font between the preset's least and its largest."""
    if isinstance(node, dict):
        fonts = {name: with_fonts(value, preset, name) for name, value in node.items()}
        if key.endswith("font") and isinstance(node.get("size"), int | float):
            least, most = preset.least_pt * PX_PER_PT, preset.most_pt * PX_PER_PT
            fonts["size"] = min(max(node["size"], least), most)
        return fonts
    if isinstance(node, list | tuple):
        return [with_fonts(value, preset, key) for value in node]
    return node


def text_width(text: str, size: float) -> float:
    """About how many pixels the longest line of a text takes, with what is bold in it."""
    return max(map(_line_width, text.replace("<br>", "\n").split("\n"))) * size


def _line_width(line: str) -> float:
    bold = sum(map(_char_width, "".join(re.findall(r"<b>(.*?)</b>", line))))
    return sum(map(_char_width, re.sub(r"</?[a-z]+>", "", line))) + (_BOLD - 1) * bold


def _char_width(char: str) -> float:
    if unicodedata.east_asian_width(char) in "WF":
        return _IDEOGRAPH
    return _WIDTHS.get(char, _OTHER)
