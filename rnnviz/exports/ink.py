"""The colours of a preset, as what pictures are painted with."""

from __future__ import annotations

import re
from dataclasses import asdict

from rnnviz.exports.drawing import Ink
from rnnviz.exports.svg import type_of
from rnnviz.figures.presets import COLOR_MAPS, GREY_SHARE_STOPS, Preset
from rnnviz.figures.theme import PALETTES, SHARE_STOPS, Palette

_RGBA = re.compile(r"rgba\((\d+),(\d+),(\d+),([\d.]+)\)")


def ink_of(preset: Preset) -> Ink:
    """What a picture for a preset is painted with."""
    palette = PALETTES[preset.theme]
    return Ink(
        palette=grey_palette(palette) if preset.grey else palette,
        stops=COLOR_MAPS[preset.colors],
        share_stops=GREY_SHARE_STOPS if preset.grey else SHARE_STOPS,
        least=type_of(preset).least,
        minus=preset.grey,
    )


def grey_palette(palette: Palette) -> Palette:
    """The same colours by their lightness alone."""
    return Palette(**{name: grey(color) for name, color in asdict(palette).items()})


def grey(color: str) -> str:
    """A `#rrggbb` or `rgba()` colour as the grey of the same luma.

    Source: Rec. ITU-R BT.709-6, section 3, for the weights.
    """
    found = _RGBA.fullmatch(color)
    channels = found.groups()[:3] if found else (int(color[at : at + 2], 16) for at in (1, 3, 5))
    red, green, blue = (int(channel) for channel in channels)
    level = round(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    return (
        f"rgba({level},{level},{level},{found[4]})"
        if found
        else f"#{level:02x}" + 2 * f"{level:02x}"
    )
