"""A whole view as one HTML file that opens without a network."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from rnnviz.figures.theme import PALETTES, ThemeName

_TOOLBAR = {"responsive": True, "displaylogo": False, "showSendToCloud": False}


def view_html(
    title: str, lines: Sequence[str], figures: Sequence[go.Figure], *, theme: ThemeName = "light"
) -> str:
    """One page: a title, lines of text, and figures that can be hovered, zoomed and played.

    plotly.js stands in the file itself, once: about 5 MB. Title and lines are text, never markup.
    """
    palette = PALETTES[theme]
    parts = [
        figure.to_html(full_html=False, include_plotlyjs=False, auto_play=False, config=_TOOLBAR)
        for figure in figures
    ]
    texts = "\n".join(f"<p>{escape(line)}</p>" for line in lines)
    style = (
        f"body{{background:{palette.surface};color:{palette.text};margin:2rem auto;"
        "max-width:1200px;padding:0 1rem;font-family:system-ui,sans-serif;line-height:1.5}"
        "h1{font-size:1.5rem}p{margin:.3rem 0;overflow-wrap:anywhere}figure{margin:2rem 0}"
    )
    drawn = "\n".join(f"<figure>{part}</figure>" for part in parts)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n"
        f"<script>{get_plotlyjs()}</script>\n</head>\n<body>\n<h1>{escape(title)}</h1>\n"
        f"{texts}\n{drawn}\n</body>\n</html>\n"
    )
