"""The colours of a preset, as what pictures are painted with."""

from __future__ import annotations

from dataclasses import asdict

from rnnviz.exports.drawing import Ink
from rnnviz.exports.svg import type_of
from rnnviz.figures.presets import Preset
from rnnviz.figures.theme import (
    COLOR_MAPS,
    GREY_SHARE_STOPS,
    PALETTES,
    SHARE_STOPS,
    Palette,
    grey_of,
)


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
    return Palette(**{name: grey_of(color) for name, color in asdict(palette).items()})
