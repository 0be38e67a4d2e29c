"""The section “Figure” of the page “Export”: one moment of the player as a picture for print."""

from __future__ import annotations

import base64
from dataclasses import replace

import streamlit as st
import torch

import rnnviz
from rnnviz.exports.caption import caption
from rnnviz.exports.drawing import Drawer
from rnnviz.exports.shot import VIEW_WORDS, Shot
from rnnviz.exports.still import Still, still, still_bytes
from rnnviz.figures.presets import COLOR_MAPS, MM_PER_INCH, PRESETS, Preset
from rnnviz.ui.cache import Run
from rnnviz.ui.downloads import file_button
from rnnviz.ui.figure_form import asked_shot, is_framed
from rnnviz.ui.packed import packed, packed_wrong
from rnnviz.ui.settings import Settings
from rnnviz.ui.words import sentence

# CSS pixels per millimetre, in which a browser shows a picture at its true size.
_PIXELS = 96 / MM_PER_INCH
# Pixels per inch of the preview: two for each CSS pixel.
_PREVIEW_DPI = 192

_FORMATS = {
    "SVG": "Text stays text, to be edited in Inkscape, Illustrator or Figma.",
    "PDF": "Vectors with the fonts embedded, for LaTeX and for printers.",
    "PNG": "Pixels, for slides and documents that take no vectors.",
}


def figure_section(run: Run, sample: int) -> None:
    """Where the picture is going, what it shows, how it looks at true size, and the file."""
    row = st.container(horizontal=True, vertical_alignment="bottom")
    name = row.selectbox(
        "For",
        list(PRESETS),
        format_func=lambda one: PRESETS[one].words,
        key="_figure_preset",
        persist_state="session",
        width=280,
    )
    view = row.selectbox(
        "View",
        list(VIEW_WORDS),
        format_func=VIEW_WORDS.get,
        key="_figure_view",
        persist_state="session",
        width=240,
    )
    colors = row.selectbox(
        "Colours",
        ["of the preset", *COLOR_MAPS],
        key="_figure_colors",
        persist_state="session",
        width=180,
        help="grey has no colours: negative cells are paler and marked with a minus.",
    )
    preset = PRESETS[name] if colors == "of the preset" else replace(PRESETS[name], colors=colors)
    title = row.text_input(
        "Title", key="_figure_title", max_chars=80, placeholder="none", width=240
    )
    try:
        shot = asked_shot(run, sample, view)
        picture = _still(run.settings, sample, shot, preset, title, _link_of(preset), run)
        _show(picture, preset)
    except ValueError as error:
        st.error(sentence(error), icon=":material/error:")
        return
    _files(picture, preset, f"rnnviz-{view}-{name}")
    st.caption("A caption to copy")
    st.code(_caption(run, shot, picture, preset), language=None, wrap_lines=True)


def _link_of(preset: Preset) -> str:
    """What the QR code of a slide leads to, if one is wanted."""
    if preset.height_mm is None or not st.toggle(
        "QR code with a link to this page", key="_figure_qr", persist_state="session"
    ):
        return ""
    return st.context.url or ""


# Pictures are cheap, but every press on the page would draw them again.
@st.cache_data(max_entries=16, show_spinner="Drawing…")
def _still(
    settings: Settings,
    sample: int,
    shot: Shot,
    preset: Preset,
    title: str,
    link: str,
    _run: Run,
) -> Still:
    wrong = shot.order == "time-first"
    drawer = _drawer(settings, sample, wrong, _run)
    return still(drawer, shot, preset, title=title, link=link)


# Each holds a run in JavaScript.
@st.cache_resource(max_entries=4, show_spinner="Drawing…", on_release=Drawer.close)
def _drawer(settings: Settings, sample: int, wrong: bool, _run: Run) -> Drawer:
    make = packed_wrong if wrong else packed
    return Drawer(make(settings, sample, _run))


def _show(picture: Still, preset: Preset) -> None:
    """The picture at its true size, as it will be printed; a large one scrolls."""
    if picture.units is not None:
        first, end = picture.units
        st.caption(f"The page has room for the units {first} to {end - 1}.")
    data = base64.b64encode(_preview(picture)).decode("ascii")
    width = round(picture.width_mm * _PIXELS)
    st.html(
        '<div style="overflow-x:auto;padding:2px" tabindex="0" role="group" aria-label="Preview">'
        f'<img alt="The picture at its true size" src="data:image/png;base64,{data}" '
        f'style="width:{width}px;max-width:none;outline:1px solid #8888;display:block"></div>'
    )
    st.caption(
        f"{picture.width_mm:.0f} × {picture.height_mm:.0f} mm, shown at its true size on a screen "
        f"with 96 pixels per inch; text from {preset.least_pt:g} to {preset.most_pt:g} pt."
    )


@st.cache_data(max_entries=16, show_spinner=False)
def _preview(picture: Still) -> bytes:
    return still_bytes(picture, "png", dpi=_PREVIEW_DPI)


def _files(picture: Still, preset: Preset, name: str) -> None:
    row = st.container(horizontal=True, vertical_alignment="bottom")
    dpi = row.number_input(
        "Pixels per inch of the PNG",
        36,
        1200,
        preset.dpi,
        key=f"_figure_dpi_{preset.dpi}",
        persist_state="session",
        width=200,
    )
    for kind, help in _FORMATS.items():
        form = kind.lower()
        file_button(
            row,
            kind,
            lambda form=form: still_bytes(picture, form, dpi=dpi),
            f"{name}.{form}",
            help,
        )


def _caption(run: Run, shot: Shot, picture: Still, preset: Preset) -> str:
    settings = run.settings
    drawn = settings.weights == "default" and not settings.edits
    layer, direction, t, unit = picture.at.split(".")[:4]
    what = VIEW_WORDS[shot.view]
    if is_framed(shot):
        what += f" at layer {layer}, {direction}, timestep {t}"
        what += f", unit {unit}" if shot.view != "map" else ""
    return caption(
        run.trace,
        what=what,
        seed=settings.seed if drawn else None,
        apart=run.comparison.max_difference,
        versions=(f"RNNviz {rnnviz.__version__}", f"torch {torch.__version__}"),
        colors=None if shot.blank else preset.colors,
    )
