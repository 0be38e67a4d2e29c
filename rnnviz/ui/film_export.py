"""The run as a film, on the page "Export": choices, what it will be, how far it is, the file."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from rnnviz.exports.drawing import Drawer
from rnnviz.exports.moments import FilmPlan, most_stops, screen
from rnnviz.exports.moving import MIMES, FilmKind, outline
from rnnviz.exports.shot import VIEW_WORDS, Shot, Span, View, Walk
from rnnviz.figures.theme import ThemeName
from rnnviz.scene.templates import SPEEDS
from rnnviz.ui.cache import Run
from rnnviz.ui.films import FilmJob
from rnnviz.ui.packed import packed
from rnnviz.ui.settings import Settings
from rnnviz.ui.words import sentence, size_words

# The film of this session, made or on its way; there is one at most.
_JOB = "_film_job"
# The settings and the sample that it shows.
_OF = "_film_of"

# Seconds between two looks at how far it is.
_LOOK = 1.0

_WIDTHS = (480, 640, 960, 1280, 1920)
_KINDS: dict[str, FilmKind] = {"GIF": "gif", "MP4": "mp4", "WebP": "webp"}
_KIND_HELP = (
    "GIF plays everywhere, in 256 colours. MP4 is for slides and videos. WebP has every colour, "
    "for the web."
)

# What a million pixels of a picture take on one core: seconds, and bytes of the file, which differ
# by what changes from picture to picture.
_SECONDS_PER_MILLION = 0.15
_BYTES_PER_MILLION: dict[FilmKind, int] = {"gif": 16_000, "webp": 16_000, "mp4": 20_000}


class Foreseen(NamedTuple):
    """A film before it is made, in numbers; or why it cannot be.

    Attributes:
        count: of its pictures.
        size: of each, in pixels.
        seconds: that it lasts.
        coarser: whether updates are walked as a whole, since there are too many parts.
        refused: why it cannot be made; empty if it can.
    """

    count: int = 0
    size: tuple[int, int] = (0, 0)
    seconds: float = 0
    coarser: bool = False
    refused: str = ""


def film_section(run: Run, sample: int) -> None:
    """Everything on one film: chosen, foreseen, made, seen and saved."""
    st.write("The player as a film: update by update and part by part, or along time.")
    plan, kind = _choose(run, sample)
    found = foreseen(run.settings, sample, plan, run)
    if found.refused:
        st.warning(sentence(found.refused), icon=":material/warning:")
    else:
        st.caption(_foreseen_words(found, kind))
    job: FilmJob | None = st.session_state.get(_JOB)
    busy = job is not None and job.running
    st.button(
        "Make it",
        icon=":material/movie:",
        disabled=busy or bool(found.refused),
        key="_film_make",
        # Before the section is drawn anew, so that the button cannot be pressed again meanwhile.
        on_click=_begin,
        args=(run, sample, plan, kind),
    )
    if busy:
        _progress()
    else:
        _result(st.session_state.get(_OF) == (run.settings, sample, plan, kind))


def _begin(run: Run, sample: int, plan: FilmPlan, kind: FilmKind) -> None:
    st.session_state[_JOB] = FilmJob(packed(run, sample), plan, kind)
    st.session_state[_OF] = (run.settings, sample, plan, kind)


def _choose(run: Run, sample: int) -> tuple[FilmPlan, FilmKind]:
    """The controls, and what they say."""
    left, right = st.columns(2)
    view: View = left.selectbox(
        "View", list(VIEW_WORDS), index=4, format_func=VIEW_WORDS.get, key="_film_view"
    )
    walk = _pick(right, "Walk", ("update by update", "along time"), "_film_walk")
    time = walk == "along time"
    way: Walk = "time" if time else "order"
    shot = Shot(view=view, walk=way)
    trace = run.trace
    # Of a padded sample only its own timesteps are drawn.
    steps = trace.seq_len if trace.lengths is None else trace.lengths[sample]
    count = steps if time else steps * len(trace.config.lanes)
    span = _span("timesteps" if time else "updates", count, most_stops(way))
    left, right = st.columns(2)
    speed = left.select_slider(
        "Speed", SPEEDS, 1, format_func=lambda speed: f"{speed:g} x", key="_film_speed"
    )
    width = right.select_slider("Width in pixels", _WIDTHS, 960, key="_film_width")
    left, right = st.columns(2)
    kind = _pick(left, "Format", tuple(_KINDS), "_film_kind", _KIND_HELP)
    theme: ThemeName = _pick(right, "Colours", ("light", "dark"), "_film_theme")
    chosen = {"speed": speed, "width": width, "preset": screen(theme, width)}
    return FilmPlan(shot=shot, span=span, **chosen), _KINDS[kind]


def _span(what: str, count: int, room: int) -> Span:
    """From the first to before the last; as long as there is room for, if the whole has none."""
    # As in the player, updates count from 1 and timesteps from 0.
    least = 1 if what == "updates" else 0
    first, last = least, least + min(count, room) - 1
    if count > 1:
        # Its bounds come of the net: another net has another control.
        bounds, key = (least, least + count - 1), f"_film_span_{what}_{count}"
        first, last = st.slider(f"From, to ({what})", *bounds, (first, last), key=key)
    return first - least, last + 1 - least


def _pick(place, label: str, options: tuple[str, ...], key: str, help: str | None = None) -> str:
    return place.segmented_control(
        label, options, default=options[0], key=key, required=True, width="stretch", help=help
    )


@st.cache_data(max_entries=64, show_spinner=False)
def foreseen(settings: Settings, sample: int, plan: FilmPlan, _run: Run) -> Foreseen:  # noqa: ARG001
    """What a film will be; shared by all who look at the same run."""
    try:
        with Drawer(packed(_run, sample)) as drawer:
            moments, size = outline(drawer, plan)
    except ValueError as error:
        return Foreseen(refused=str(error))
    return Foreseen(len(moments.frames), size, moments.seconds, moments.coarser)


def _foreseen_words(found: Foreseen, kind: FilmKind) -> str:
    width, height = found.size
    millions = found.count * width * height / 1e6
    size = size_words(round(millions * _BYTES_PER_MILLION[kind]))
    seconds = max(round(millions * _SECONDS_PER_MILLION + 2), 3)
    whole = " Updates are shown as a whole: their parts would be too many." if found.coarser else ""
    return (
        f"{found.count} pictures of {width} x {height}, {found.seconds:.0f} s long; about {size}, "
        f"made in about {seconds} s.{whole}"
    )


@st.fragment(run_every=_LOOK)
def _progress() -> None:
    """How far the film is, and the way out; while this runs, somebody waits for it."""
    job: FilmJob = st.session_state[_JOB]
    job.look()
    if not job.running:
        st.rerun()
    if job.state == "waiting":
        st.progress(0.0, "Other films are being made on this server: yours begins when one ends.")
    else:
        share = job.done / job.count if job.count else 0.0
        st.progress(share, f"Picture {job.done} of {job.count}" if job.count else "Beginning")
    if st.button("Cancel", icon=":material/close:", key="_film_cancel"):
        job.cancel()
        st.rerun()


def _result(current: bool) -> None:
    """The film that was made last, or why there is none; `current`: it is what is chosen."""
    job: FilmJob | None = st.session_state.get(_JOB)
    if job is None:
        return
    if job.state == "cancelled":
        st.info(
            "The film was stopped; it is made only while this section is open.",
            icon=":material/info:",
        )
    elif job.state == "failed":
        st.error(sentence(job.error), icon=":material/error:")
    else:
        if not current:
            st.caption("This film is of the choices, the net and the input as they were before.")
        mime = MIMES[job.kind]
        if job.kind == "mp4":
            st.video(job.film, mime, loop=True)
        else:
            st.image(job.film)
        st.download_button(
            f"Film (.{job.kind}), {size_words(len(job.film))}",
            job.film,
            f"rnnviz-film.{job.kind}",
            mime,
            icon=":material/download:",
            on_click="ignore",
        )
