"""What can be taken away: pictures, a script, one HTML file, the record."""

from __future__ import annotations

from typing import Any

import streamlit as st

from rnnviz.config import Direction
from rnnviz.exports.html import view_html
from rnnviz.exports.npz import trace_npz
from rnnviz.figures import (
    Look,
    animated_states,
    comparison,
    hidden_heatmap,
    product_heatmaps,
    unrolled_diagram,
    weight_heatmaps,
)
from rnnviz.figures.presets import PRESETS
from rnnviz.ui.cache import Run
from rnnviz.ui.files import file_button
from rnnviz.ui.scripts import script_view
from rnnviz.ui.to_export import export_link
from rnnviz.ui.widgets import choice, menu
from rnnviz.ui.words import difference_words, judge, made_by, net_words, settings_words

# CSS pixels per millimetre: 96 to the inch.
_PIXELS = 96 / 25.4

# Widths of pictures in mm, those of the places that pictures go to; None is the size on the screen.
# The words stand in links.
_WIDTHS: dict[str, float | None] = {
    "as on screen": None,
    "89 mm": PRESETS["column"].width_mm,
    "183 mm": PRESETS["wide"].width_mm,
    "slide": PRESETS["slide"].width_mm,
    "poster": PRESETS["poster"].width_mm,
    "web": PRESETS["web"].width_mm,
}


def picture_options() -> None:
    """The choices that hold for the pictures on every page."""
    choice(
        "Colour range",
        "range",
        ("full", "this run"),
        "full: the stated range of each quantity, the same for every net. this run: up to the "
        "largest value of this run, so that pale pictures gain colour.",
    )
    choice(
        "Picture format",
        "picture",
        ("SVG", "PNG"),
        "What the camera above each chart saves. SVG keeps text as text; PNG has 300 dpi at the "
        "stated width.",
    )
    menu("Picture width", "width", tuple(_WIDTHS))


def picture_config(name: str) -> dict[str, Any]:
    """plotly's settings of a chart's toolbar, with the format and width chosen on the page."""
    kind = st.session_state["picture"].lower()
    width = _WIDTHS[st.session_state["width"]]
    options: dict[str, Any] = {"format": kind, "filename": f"rnnviz-{name}"}
    if width is not None:
        options["width"] = round(width * _PIXELS)
    # 300 dpi are 300 / 96 picture pixels to a CSS pixel.
    options["scale"] = 1 if kind == "svg" else 300 / 96
    return {"displaylogo": False, "toImageButtonOptions": options}


def downloads(run: Run, **shown: Any) -> None:
    """The view as one file, and the way to all else; `shown` goes to `whole_view`."""
    st.header("Take it with you")
    row = st.container(horizontal=True)
    file_button(
        row,
        "Whole view (.html)",
        lambda: whole_view(run, **shown),
        "rnnviz-view.html",
        "One file that opens offline and plays; from 5 MB, for the largest nets 25 MB.",
    )
    file_button(
        row,
        "Trace (.npz)",
        lambda: trace_npz(run.trace),
        "rnnviz-trace.npz",
        "Every number, under torch's names, with a README inside.",
    )
    export_link(label="Tables, a workbook, the player as a file, a link: all formats")
    with st.expander("This net in plain torch", icon=":material/code:"):
        script_view(run)


def whole_view(run: Run, *, look: Look, sample: int, cell: tuple[int, Direction]) -> str:
    """The page's charts as one HTML file, with the animation and the settings."""
    trace = run.trace
    options = {"sample": sample, "look": look}
    figures = [
        unrolled_diagram(trace, **options),
        animated_states(trace, sample=sample, look=look),
    ]
    figures += [
        hidden_heatmap(trace, layer, direction, **options)
        for layer in reversed(range(trace.config.num_layers))
        for direction in trace.config.directions
    ]
    figures.append(comparison(trace, run.comparison, **options))
    figures.append(product_heatmaps(trace, *cell, **options))
    figures.append(weight_heatmaps(trace, *cell, look=look))
    lines = [
        net_words(trace),
        difference_words(run.comparison, judge(trace)),
        settings_words(run.settings),
    ]
    return view_html("RNNviz", [*lines, made_by()], figures, theme=look.theme)
