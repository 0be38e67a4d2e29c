"""The section “Figure” of the page “Export”: one moment of the player as a picture for print."""

from __future__ import annotations

import base64
from dataclasses import replace

import streamlit as st
import torch
from streamlit.delta_generator import DeltaGenerator

import rnnviz
from rnnviz.exports.caption import caption
from rnnviz.exports.drawing import Drawer
from rnnviz.exports.shot import VIEW_WORDS, Shot
from rnnviz.exports.still import Still, still, still_bytes
from rnnviz.exports.tikz import tikz_picture
from rnnviz.figures.presets import COLOR_MAPS, MM_PER_INCH, PRESETS, Preset
from rnnviz.ui.cache import Run
from rnnviz.ui.figure_form import asked_shot
from rnnviz.ui.files import file_button
from rnnviz.ui.moment import moment_link, moment_of
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
        link = _link_of(run, sample, shot, preset)
        picture = _still(run.settings, sample, shot, preset, title, link, run)
        _show(picture, preset)
    except ValueError as error:
        st.error(sentence(error), icon=":material/error:")
        return
    _files(picture, preset, f"rnnviz-{view}-{name}")
    _show_caption(run, shot, picture, preset)


def _link_of(run: Run, sample: int, shot: Shot, preset: Preset) -> str:
    """What the QR code of a slide leads to, if one is wanted."""
    if preset.height_mm is None or not st.toggle(
        "QR code with a link to this moment", key="_figure_qr", persist_state="session"
    ):
        return ""
    moment = moment_of(run)
    asked = {"at": shot.at, "order": shot.order, "all": "1" if shot.all else ""}
    words = moment.words | {name: word for name, word in asked.items() if word}
    return moment_link(moment._replace(words=words), sample)


# Pictures are cheap, but every press on the page would draw them again.
@st.cache_resource(max_entries=16, show_spinner="Drawing…")
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
def _drawer(settings: Settings, sample: int, wrong: bool, _run: Run) -> Drawer:  # noqa: ARG001
    return Drawer((packed_wrong if wrong else packed)(_run, sample))


def _show(picture: Still, preset: Preset) -> None:
    """The picture at its true size, as it will be printed; a large one scrolls."""
    if picture.units is not None:
        first, end = picture.units
        st.caption(f"The page has room for the units {first} to {end - 1}.")
    data = base64.b64encode(_preview(picture.svg, picture)).decode("ascii")
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
def _preview(svg: str, _picture: Still) -> bytes:  # noqa: ARG001
    return still_bytes(_picture, "png", dpi=_PREVIEW_DPI)


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
    _tikz_button(row, picture, preset, name)


def _tikz_button(place: DeltaGenerator, picture: Still, preset: Preset, name: str) -> None:
    try:
        text = _tikz(picture.svg, preset, picture)
    except ValueError as error:
        st.caption(f"No TikZ: {sentence(error)}")
        return
    help = "A document for LaTeX; its tikzpicture can be copied into your own, and edited there."
    file_button(place, "TikZ", lambda: text, f"{name}.tex", help)


@st.cache_data(max_entries=16, show_spinner=False)
def _tikz(svg: str, preset: Preset, _picture: Still) -> str:  # noqa: ARG001
    return tikz_picture(_picture.drawing, preset)


def _show_caption(run: Run, shot: Shot, picture: Still, preset: Preset) -> None:
    settings = run.settings
    drawn = settings.weights == "default" and not settings.edits
    right = shot.order != "time-first"
    words = caption(
        run.trace,
        what=shot.words(picture.at),
        seed=settings.seed if drawn else None,
        apart=run.comparison.max_difference if right else None,
        versions=(f"RNNviz {rnnviz.__version__}", f"torch {torch.__version__}"),
        colors=None if shot.blank else preset.colors,
    )
    st.caption("A caption to copy")
    st.code(words, language=None, wrap_lines=True)
