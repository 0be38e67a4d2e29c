"""A chart as a file for print, slides and the web: laid out for its place, then drawn."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from typing import Any, Literal, get_args

import plotly.graph_objects as go

from rnnviz.exports.browser import drawn
from rnnviz.exports.chart_cells import with_texts
from rnnviz.exports.chart_colors import recolored
from rnnviz.exports.chart_margins import with_room
from rnnviz.exports.chart_page import on_page
from rnnviz.exports.chart_size import PX_PER_INCH, PX_PER_MM, scale_of, scaled, with_fonts
from rnnviz.exports.chart_svg import in_mm, with_shapes
from rnnviz.exports.chart_ticks import thinned
from rnnviz.exports.chart_tokens import with_tokens
from rnnviz.exports.chart_words import fitted_names, titled, with_plain_letters, wrapped
from rnnviz.figures.presets import MM_PER_INCH, Preset
from rnnviz.figures.theme import PALETTES, SMALL_SIZE, ThemeName

PictureKind = Literal["svg", "pdf", "png"]

# Chromium draws no wider or higher a bitmap, and a larger one takes it minutes.
MAX_SIDE = 16_000
MAX_PIXELS = 100_000_000
LEAST_DPI, MOST_DPI = 36, 1200

# A chart with a slider keeps, on paper, room for the ticks and the title of its axis.
_STILL_MARGIN = 52


def chart_for(figure: go.Figure, preset: Preset, *, title: str | None = None) -> go.Figure:
    """A figure of `rnnviz.figures` laid out for a place; the original stays as it is.

    Its width is the preset's at 96 pixels per inch, its text between the preset's least and most,
    its colours the preset's. On grey paper negative cells carry a minus where they are large
    enough. A moving chart is shown with all its states.

    Args:
        figure: the chart.
        preset: the place.
        title: in place of its own title; "" for neither title nor subtitle.

    Raises:
        ValueError: the place has a height, and the chart's panels do not fit it.
    """
    chart = with_plain_letters(titled(_still(figure), title))
    theme = _theme_of(figure)
    # Where the usual text leaves too little room, the smallest may do.
    for pt in dict.fromkeys((preset.base_pt, preset.least_pt)):
        laid = _laid_out(chart, preset, pt)
        if laid is not None:
            return go.Figure(with_texts(recolored(laid, theme, preset), preset))
    raise ValueError(
        f"the chart must fit {preset.width_mm:.0f} x {preset.height_mm:.0f} mm with text of at "
        f"least {preset.least_pt:g} pt; it has too many panels or layers for that."
    )


def chart_picture(
    figure: go.Figure,
    preset: Preset,
    kind: PictureKind,
    *,
    title: str | None = None,
    dpi: int | None = None,
) -> bytes:
    """The chart as a file, drawn by a browser that is installed; nothing is fetched.

    An SVG has its size in mm and text as text; a PDF its fonts in it; a PNG the preset's dpi unless
    another is given.

    Raises:
        NoBrowserError: there is no browser, or no kaleido.
        TimeoutError: the browser took too long.
        ValueError: an unknown kind, a dpi out of bounds, too many pixels, or no room.
    """
    if kind not in get_args(PictureKind):
        raise ValueError(f"kind must be one of {', '.join(get_args(PictureKind))}, got {kind!r}.")
    dpi = preset.dpi if dpi is None else dpi
    if not LEAST_DPI <= dpi <= MOST_DPI:
        raise ValueError(f"dpi must be between {LEAST_DPI} and {MOST_DPI}, got {dpi}.")
    chart = chart_for(figure, preset, title=title)
    if kind == "png":
        sides = [side / PX_PER_INCH * dpi for side in (chart.layout.width, chart.layout.height)]
        if max(sides) > MAX_SIDE or sides[0] * sides[1] > MAX_PIXELS:
            raise ValueError(
                f"a PNG must have at most {MAX_PIXELS:,} pixels and {MAX_SIDE:,} at a side; at "
                f"{dpi} dpi it would have {sides[0]:,.0f} x {sides[1]:,.0f}. Choose a lower dpi."
            )
    svg = with_shapes(drawn(chart, "svg").decode(), chart)
    if kind == "svg":
        return in_mm(svg, chart).encode()
    picture = drawn(_framed(svg, chart), kind, scale=dpi / PX_PER_INCH if kind == "png" else 1)
    return _with_dpi(picture, dpi) if kind == "png" else picture


def _framed(svg: str, chart: go.Figure) -> go.Figure:
    """A figure that is nothing but this picture: what the browser makes a PDF or a PNG of."""
    source = f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"
    place = {"xref": "paper", "yref": "paper", "x": 0, "y": 1, "sizex": 1, "sizey": 1}
    # A picture ends between two pixels; the ground goes on to the edge.
    ground = chart.layout.template.layout.paper_bgcolor
    return go.Figure(
        layout={
            "width": chart.layout.width,
            "height": chart.layout.height,
            "paper_bgcolor": ground,
            "plot_bgcolor": ground,
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
            "xaxis": {"visible": False},
            "yaxis": {"visible": False},
            "images": [{"source": source, "sizing": "stretch", **place}],
        }
    )


def _still(figure: go.Figure) -> dict[str, Any]:
    """Data and layout of a figure, as plain data; of a moving one the state at its end."""
    moving = {index for frame in figure.frames for index in frame.traces or ()}
    data = [one.to_plotly_json() for k, one in enumerate(figure.data) if k not in moving]
    layout = figure.layout.to_plotly_json()
    if figure.frames:
        spared = layout["margin"]["b"] - _STILL_MARGIN
        layout["margin"] = {**layout["margin"], "b": _STILL_MARGIN}
        layout["height"] -= spared
        for control in ("sliders", "updatemenus"):
            layout.pop(control, None)
    return {"data": data, "layout": layout}


def _theme_of(figure: go.Figure) -> ThemeName:
    """Whose colours the figure is drawn in."""
    ground = figure.layout.template.layout.paper_bgcolor
    return next(name for name, palette in PALETTES.items() if palette.surface == ground)


def _laid_out(chart: dict[str, Any], preset: Preset, pt: float) -> dict[str, Any] | None:
    """The chart in pixels of the place, with its text at this size; None if it finds no room."""
    factor = scale_of(pt)
    layout = scaled(chart["layout"], factor)
    layout["width"] = preset.width_mm * PX_PER_MM
    data = scaled(chart["data"], factor)
    template = layout["template"]
    small = {"font": {"size": SMALL_SIZE * factor}}
    template["layout"]["title"].setdefault("subtitle", small)
    laid = with_fonts({"data": data, "layout": layout}, preset)
    laid = _of_a_height(with_room(wrapped(laid, factor), factor), preset, factor)
    return None if laid is None else thinned(fitted_names(laid, preset, factor))


def _of_a_height(laid: dict[str, Any], preset: Preset, factor: float) -> dict[str, Any] | None:
    """The chart as high as its panels and tokens need, or as the page is; None if that is too low.

    Where a printed page is too low for it, it is as high as it needs.
    """
    if preset.height_mm is None:
        whole = with_tokens(laid, upright=True)
        most = preset.most_height_mm
        if most is None or whole["layout"]["height"] <= most * PX_PER_MM:
            return whole
        lower = on_page(laid, most * PX_PER_MM, factor)
        return whole if lower is None else with_tokens(lower, upright=False)
    laid = on_page(laid, preset.height_mm * PX_PER_MM, factor)
    return None if laid is None else with_tokens(laid, upright=False)


def _with_dpi(png: bytes, dpi: int) -> bytes:
    """A PNG that says how many pixels it has to a metre.

    Source: https://www.w3.org/TR/png-3/#11pHYs
    """
    per_metre = round(dpi / MM_PER_INCH * 1000)
    body = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    # After the signature and the header, which have 8 and 25 bytes.
    return png[:33] + chunk + png[33:]
