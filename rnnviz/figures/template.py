"""The plotly templates, light and dark, made from the theme."""

from __future__ import annotations

import plotly.graph_objects as go

from rnnviz.figures.theme import (
    FONT_FAMILY,
    FONT_SIZE,
    PALETTES,
    SMALL_SIZE,
    TITLE_SIZE,
    Palette,
    ThemeName,
)

# Pixels from the top of a figure to the foot of its title.
TITLE_BASELINE = 26


def template(theme: ThemeName) -> go.layout.Template:
    """How every figure of this theme looks, with a solid ground so that exports have one too."""
    palette = PALETTES[theme]
    axis = _axis(palette)
    return go.layout.Template(
        layout={
            "paper_bgcolor": palette.surface,
            "plot_bgcolor": palette.surface,
            "font": {"family": FONT_FAMILY, "size": FONT_SIZE, "color": palette.text},
            "title": {
                "x": 0,
                "xref": "container",
                "xanchor": "left",
                "pad": {"l": 12},
                "yref": "container",
                "font": {"size": TITLE_SIZE, "color": palette.text, "weight": 600},
                "subtitle": {"font": {"size": SMALL_SIZE, "color": palette.muted}},
            },
            "hoverlabel": {
                "bgcolor": palette.surface,
                "bordercolor": palette.hairline,
                "align": "left",
                "font": {"family": FONT_FAMILY, "size": FONT_SIZE, "color": palette.text},
            },
            # A finger that drags over a chart wants to scroll the page.
            "dragmode": False,
            "hovermode": "closest",
            "showlegend": False,
            "modebar": {"bgcolor": palette.surface, "color": palette.muted},
            "xaxis": axis,
            "yaxis": axis,
        },
        data={"heatmap": [go.Heatmap(colorbar=_colorbar(palette))]},
    )


def title(text: str, subtitle: str, height: int) -> dict:
    """The title of a figure of this height, always equally far from the top."""
    return {
        "text": text,
        "y": 1 - TITLE_BASELINE / height,
        "yanchor": "bottom",
        "subtitle": {"text": subtitle},
    }


def _axis(palette: Palette) -> dict:
    return {
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "tickfont": {"size": SMALL_SIZE, "color": palette.muted},
        "title": {"font": {"size": SMALL_SIZE, "color": palette.muted}, "standoff": 8},
    }


def _colorbar(palette: Palette) -> dict:
    return {
        "thickness": 10,
        "outlinewidth": 0,
        "ticks": "",
        "xpad": 0,
        "ypad": 0,
        "tickfont": {"size": SMALL_SIZE, "color": palette.muted},
    }
