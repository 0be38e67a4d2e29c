"""A chart as a file for print, slides and the web: what it will look like, and its caption."""

from __future__ import annotations

import re
from typing import get_args

import plotly.graph_objects as go
import streamlit as st
import torch

import rnnviz
from rnnviz.exports.browser import NoBrowserError, browser_path
from rnnviz.exports.caption import caption, color_words, of_sample
from rnnviz.exports.chart_file import (
    LEAST_DPI,
    MOST_DPI,
    PictureKind,
    chart_for,
    chart_picture,
)
from rnnviz.exports.chart_words import MAX_TITLE
from rnnviz.figures import Look
from rnnviz.figures.presets import DEFAULT_PRESET, PRESETS, Preset
from rnnviz.ui.cache import Run
from rnnviz.ui.charts import OF_A_CELL, Cell, chart_names, chart_of
from rnnviz.ui.kept_charts import kept_charts
from rnnviz.ui.views import choose_cell
from rnnviz.ui.words import drawn_from, sentence

# The last file that was made, and of what.
_MADE = "_chart_file"

# The charts that show gates, of a cell that has some.
_WITH_GATES = {"gates", "products"}

_PREVIEW = "chart_preview"
# Streamlit draws a chart as wide as this frame.
_TRUE_SIZE = f"""<style>
.st-key-{_PREVIEW} [data-testid="stFullScreenFrame"] {{{{ min-width: {{width}}px; }}}}
</style>"""

_TITLES = ("its own", "mine", "none")
_MIME = {"svg": "image/svg+xml", "pdf": "application/pdf", "png": "image/png"}


def chart_section(run: Run, sample: int) -> None:
    """Choose a chart and where it goes; see it at its size, and make the file."""
    kept = kept_charts()
    names = chart_names(run) | {key: one.name for key, one in kept.items()}
    asked = st.query_params.get("chart")
    first = list(names).index(asked) if asked in names else 0
    left, right = st.columns(2)
    with left:
        key = st.selectbox("Chart", list(names), first, names.__getitem__, key="chart_shown")
        cell = choose_cell(run) if key in OF_A_CELL else run.trace.config.lanes[0]
        title = _title()
    with right:
        place = st.selectbox(
            "For", list(PRESETS), list(PRESETS).index(DEFAULT_PRESET), _words, key="chart_for"
        )
        kind, dpi = _kind(PRESETS[place])
    preset = PRESETS[place]
    fit = st.session_state["range"] == "this run"
    if key in kept:
        figure = kept[key].figure
    else:
        look = Look(theme=preset.theme, fit=fit, labels=run.labels(sample))
        figure = chart_of(run, key, cell, sample=sample, look=look)
    try:
        laid = chart_for(figure, preset, title=title)
    except ValueError as error:
        st.error(sentence(error), icon=":material/error:")
        return
    drawn = kept[key].drawn if key in kept else 0
    asked_for = (run.settings, key, drawn, cell, sample, fit, place, kind, dpi, title)
    _file(figure, preset, (kind, dpi, title), asked_for)
    _preview(laid, preset, key)
    if key in kept and kept[key].settings != run.settings:
        st.caption("This chart is of the net and the input as they were before.")
        return
    # What was computed otherwise than by this run was held against torch.nn on its own page.
    apart = None if key in kept else run.comparison.max_difference
    _caption(run, sample, figure, _colors(run, key, cell, preset), apart)


def _words(place: str) -> str:
    return PRESETS[place].words


def _title() -> str | None:
    """None for the chart's own title, "" for none."""
    which = st.segmented_control(
        "Title", _TITLES, default=_TITLES[0], required=True, key="chart_title"
    )
    if which == "mine":
        return st.text_input("Its words", max_chars=MAX_TITLE, key="chart_title_words")
    return None if which == "its own" else ""


def _kind(preset: Preset) -> tuple[PictureKind, int]:
    """The format, and how many pixels a PNG has to the inch."""
    words = [kind.upper() for kind in get_args(PictureKind)]
    kind = st.segmented_control(
        "File",
        words,
        default=words[0],
        required=True,
        key="chart_kind",
        help="SVG and PDF are shapes and text, sharp at any size. A PDF has its fonts in it.",
    ).lower()
    dpi = preset.dpi
    if kind == "png":
        # Its key names the place, so that each begins with its own.
        dpi = st.number_input(
            "Pixels per inch", LEAST_DPI, MOST_DPI, preset.dpi, key=f"chart_dpi_{preset.words}"
        )
    return kind, dpi


def _file(
    figure: go.Figure,
    preset: Preset,
    wish: tuple[PictureKind, int, str | None],
    asked_for: tuple[object, ...],
) -> None:
    """The button that makes the file, then the one that saves it."""
    kind, dpi, title = wish
    if browser_path() is None:
        st.info(
            "This server has no browser to draw a file with: install Chrome or Chromium, or save "
            "the chart with the camera above it, at this very size.",
            icon=":material/info:",
        )
        return
    row = st.container(horizontal=True)
    if row.button(f"Make the {kind.upper()}", icon=":material/draw:", key="chart_make"):
        try:
            with st.spinner("A browser on the server draws it; the first one takes some seconds…"):
                made = chart_picture(figure, preset, kind, title=title, dpi=dpi)
            st.session_state[_MADE] = (asked_for, made)
        except (NoBrowserError, TimeoutError, ValueError) as error:
            st.error(sentence(error), icon=":material/error:")
    made_of, made = st.session_state.get(_MADE, (None, b""))
    if made_of == asked_for:
        row.download_button(
            f"Save the {kind.upper()} ({len(made) / 1000:,.0f} kB)",
            made,
            f"rnnviz-{asked_for[1]}.{kind}",
            _MIME[kind],
            icon=":material/download:",
            on_click="ignore",
            key="chart_save",
        )


def _preview(laid: go.Figure, preset: Preset, key: str) -> None:
    """The chart at its true size; a large one scrolls."""
    height = laid.layout.height / 96 * 25.4
    st.caption(
        f"{preset.width_mm:.0f} × {height:.0f} mm, shown at its true size on a screen with 96 "
        "pixels per inch."
    )
    # Streamlit would press a wider one into the page, where its words overlap.
    st.html(_TRUE_SIZE.format(width=round(laid.layout.width)))
    size = {"width": laid.layout.width, "height": laid.layout.height, "scale": 1}
    options = {"format": "svg", "filename": f"rnnviz-{key}", **size}
    st.plotly_chart(
        laid,
        width=round(laid.layout.width),
        theme=None,
        key=_PREVIEW,
        config={"displaylogo": False, "responsive": False, "toImageButtonOptions": options},
        alt=laid.layout.meta["alt"],
    )


def _colors(run: Run, key: str, cell: Cell, preset: Preset) -> str:
    """What the chart's colours mean; where they are of places, its own legend says it."""
    if key == "index_map_place":
        return ""
    if key == "head_probabilities":
        return color_words(preset.colors, signed=False, shares="probabilities")
    gated = key in _WITH_GATES and run.trace.cell(*cell).gate_names
    return color_words(preset.colors, shares="gates" if gated else "")


def _caption(run: Run, sample: int, figure: go.Figure, colors: str, apart: float | None) -> None:
    """Sentences to copy."""
    shown = figure.layout.title
    what = re.sub(r"<[^>]+>", "", shown.text)
    # Weights are those of all samples.
    if f"sample {sample}" in (shown.subtitle.text or ""):
        what = of_sample(what, run.trace, sample)
    words = caption(
        run.trace,
        what=what,
        seed=drawn_from(run.settings),
        apart=apart,
        versions=(f"RNNviz {rnnviz.__version__}", f"torch {torch.__version__}"),
        colors=colors,
    )
    st.caption("A caption to copy")
    st.code(words, language=None, wrap_lines=True)
