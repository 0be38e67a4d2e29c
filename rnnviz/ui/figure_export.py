"""The section “Figure” of the page “Export”: one moment of the player as a picture for print."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import NamedTuple

import streamlit as st
import torch
from streamlit.delta_generator import DeltaGenerator

import rnnviz
from rnnviz.exports.caption import caption, of_sample
from rnnviz.exports.drawing import Drawer
from rnnviz.exports.filmstrip import MAX_MOMENTS, MIN_MOMENTS, filmstrip
from rnnviz.exports.moments import evenly
from rnnviz.exports.shot import VIEW_WORDS, Shot
from rnnviz.exports.still import Still, check_pixels, still, still_bytes
from rnnviz.exports.tikz import tikz_picture
from rnnviz.figures.presets import MM_PER_INCH, PRESETS, Preset
from rnnviz.figures.theme import COLOR_MAPS
from rnnviz.ui.cache import Run
from rnnviz.ui.figure_form import asked_shot
from rnnviz.ui.files import file_button
from rnnviz.ui.moment import moment_link, moment_of
from rnnviz.ui.packed import packed, packed_wrong
from rnnviz.ui.settings import Settings
from rnnviz.ui.words import drawn_from, sentence

# CSS pixels per millimetre, in which a browser shows a picture at its true size.
_PIXELS = 96 / MM_PER_INCH
# Pixels per inch of the preview: two for each CSS pixel.
_PREVIEW_DPI = 192

_FORMATS = {
    "SVG": "Text stays text, to be edited in Inkscape, Illustrator or Figma.",
    "PDF": "Vectors with the fonts embedded, for LaTeX and for printers.",
    "PNG": "Pixels, for slides and documents that take no vectors.",
}


class _Asked(NamedTuple):
    """A picture that is asked for.

    Attributes:
        shot: what it shows.
        preset: where it is going, with the colours that were chosen.
        title: above it; empty is none.
        link: where its QR code leads to; empty is none.
        count: of moments; more than one make a filmstrip.
    """

    shot: Shot
    preset: Preset
    title: str
    link: str
    count: int


def figure_section(run: Run, sample: int) -> None:
    """Where the picture is going, what it shows, how it looks at true size, and the file."""
    row = st.container(horizontal=True, vertical_alignment="bottom")
    name, preset = _place(row)
    view = _pick(row, "View", VIEW_WORDS, "view", 240)
    count = _moments(row, run)
    # A filmstrip has words above each moment in its place.
    title = "" if count > 1 else _title(row)
    try:
        shot = asked_shot(run, sample, view)
        link = "" if count > 1 else _link_of(run, sample, shot, preset)
        asked = _Asked(shot, preset, title, link, count)
        picture = _still(run.settings, sample, asked, run)
        _show(picture, preset)
    except ValueError as error:
        st.error(sentence(error), icon=":material/error:")
        return
    _files(picture, asked, f"rnnviz-{view}-{name}")
    _show_caption(run, sample, asked, picture)


def _place(row: DeltaGenerator) -> tuple[str, Preset]:
    """Where the picture is going: the preset's name, and the preset with the chosen colours."""
    words = {name: preset.words for name, preset in PRESETS.items()}
    name = _pick(row, "For", words, "preset", 280)
    colors = {"": "of the preset"} | {one: one for one in COLOR_MAPS}
    help = "grey has no colours: negative cells are paler and marked with a minus."
    chosen = _pick(row, "Colours", colors, "colors", 180, help)
    return name, replace(PRESETS[name], colors=chosen) if chosen else PRESETS[name]


def _pick(
    row: DeltaGenerator, label: str, words: dict, key: str, width: int, help: str | None = None
) -> str:
    return row.selectbox(
        label,
        list(words),
        format_func=words.get,
        key=f"_figure_{key}",
        persist_state="session",
        width=width,
        help=help,
    )


def _title(row: DeltaGenerator) -> str:
    return row.text_input("Title", key="_figure_title", max_chars=80, placeholder="none", width=240)


def _moments(row: DeltaGenerator, run: Run) -> int:
    """How many moments are shown, one after the other."""
    most = min(MAX_MOMENTS, run.trace.seq_len * len(run.trace.cells))
    if most < MIN_MOMENTS:
        return 1
    return row.number_input(
        "Moments",
        1,
        most,
        key=f"_figure_moments_{most}",
        help="More than one make a filmstrip: moments evenly over the order of computing.",
        width=150,
    )


def _link_of(run: Run, sample: int, shot: Shot, preset: Preset) -> str:
    """What the QR code of a slide leads to, if one is wanted."""
    if preset.height_mm is None or not st.toggle(
        "QR code with a link to this moment", key="_figure_qr", persist_state="session"
    ):
        return ""
    moment = moment_of(run, sample)
    asked = {"at": shot.at, "order": shot.order, "all": "1" if shot.all else ""}
    words = moment.words | {name: word for name, word in asked.items() if word}
    return moment_link(moment._replace(words=words), sample)


# Pictures are cheap, but every press on the page would draw them again.
@st.cache_resource(max_entries=16, show_spinner="Drawing…")
def _still(
    settings: Settings,
    sample: int,
    asked: _Asked,
    _run: Run,
) -> Still:
    shot, preset, title, link, count = asked
    drawer = _drawer(settings, sample, shot.order == "time-first", _run)
    if count > 1:
        return filmstrip(drawer, evenly(drawer.sizes, shot, count), preset, title=title)
    return still(drawer, shot, preset, title=title, link=link)


# Each holds a run in JavaScript. One that is dropped ends by itself once nobody draws with it: were
# it ended here, a session that still does would lose its picture.
@st.cache_resource(max_entries=4, show_spinner="Drawing…")
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


def _files(picture: Still, asked: _Asked, name: str) -> None:
    preset = asked.preset
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
        if form == "png" and not _has_room(picture, dpi):
            continue
        file_button(
            row,
            kind,
            lambda form=form: still_bytes(picture, form, dpi=dpi),
            f"{name}.{form}",
            help,
        )
    if picture.drawing is not None:
        _tikz_button(row, picture, asked, name)


def _has_room(picture: Still, dpi: int) -> bool:
    """Whether a PNG can be made; if not, it is said why."""
    try:
        check_pixels(picture, dpi)
    except ValueError as error:
        st.caption(f"No PNG: {sentence(error)}")
        return False
    return True


def _tikz_button(place: DeltaGenerator, picture: Still, asked: _Asked, name: str) -> None:
    try:
        text = _tikz(picture.svg, asked.preset, asked.title, picture)
    except ValueError as error:
        st.caption(f"No TikZ: {sentence(error)}")
        return
    help = "A document for LaTeX; its tikzpicture can be copied into your own, and edited there."
    file_button(place, "TikZ", lambda: text, f"{name}.tex", help)


@st.cache_data(max_entries=16, show_spinner=False)
def _tikz(svg: str, preset: Preset, title: str, _picture: Still) -> str:  # noqa: ARG001
    return tikz_picture(_picture.drawing, preset, title=title)


def _show_caption(run: Run, sample: int, asked: _Asked, picture: Still) -> None:
    shot = asked.shot
    right = shot.order != "time-first"
    what = f"{VIEW_WORDS[shot.view]}, moments one after the other"
    if picture.drawing is not None:
        what = shot.words(picture.at)
    words = caption(
        run.trace,
        what=of_sample(what, run.trace, sample),
        seed=drawn_from(run.settings),
        apart=run.comparison.max_difference if right else None,
        versions=(f"RNNviz {rnnviz.__version__}", f"torch {torch.__version__}"),
        colors=shot.colors(asked.preset.colors, run.trace),
    )
    st.caption("A caption to copy")
    st.code(words, language=None, wrap_lines=True)
