"""A run as a film: GIF, WebP and MP4."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO
from typing import Literal, NamedTuple

from PIL import Image

from rnnviz.exports.drawing import Drawer
from rnnviz.exports.gif import Picture, gif_of
from rnnviz.exports.ink import ink_of
from rnnviz.exports.moments import FilmPlan, Moment, Moments, moments_of, order_of
from rnnviz.exports.mp4 import mp4_of
from rnnviz.exports.raster import Raster
from rnnviz.exports.still import Still, still
from rnnviz.limits import MAX_FILM_PIXELS

FilmKind = Literal["gif", "webp", "mp4"]

# What each kind is to a browser.
MIMES: dict[FilmKind, str] = {"gif": "image/gif", "webp": "image/webp", "mp4": "video/mp4"}

# Of lossless WebP, 0 to 6 and 0 to 100: more effort makes a few percent.
_WEBP_METHOD, _WEBP_EFFORT = 1, 30


class Cancelled(Exception):
    """The film is no longer wanted."""


class Outline(NamedTuple):
    """A film before it is made.

    Attributes:
        moments: its pictures.
        size: of each, in pixels.
    """

    moments: Moments
    size: tuple[int, int]


def outline(drawer: Drawer, plan: FilmPlan) -> Outline:
    """How many pictures a film has and how large they are; it takes as long as a few pictures.

    Raises:
        ValueError: the plan does not fit the run, or the film would be too long or too large.
    """
    moments = moments_of(drawer.sizes, plan)
    pictures = (_still(drawer, plan, frame) for frame in _one_per_cell(drawer, plan, moments))
    highest = max(picture.height_mm for picture in pictures)
    high = math.ceil(highest / plan.preset.width_mm * plan.width / 2) * 2
    pixels = plan.width * high * len(moments.frames)
    if pixels > MAX_FILM_PIXELS:
        raise ValueError(
            f"a film has at most {MAX_FILM_PIXELS / 1e6:.0f} million pixels in all its pictures; "
            f"{len(moments.frames)} of {plan.width} x {high} have {pixels / 1e6:.0f} million: "
            "choose a smaller width, a shorter span or a view that shows less."
        )
    return Outline(moments, (plan.width, high))


def film(
    drawer: Drawer,
    plan: FilmPlan,
    kind: FilmKind,
    *,
    progress: Callable[[int, int], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> bytes:
    """The film as a file; GIF and WebP play for ever.

    Args:
        drawer: of the run.
        plan: what is shown, how fast and how large.
        kind: gif (256 colours, plays everywhere), webp (every colour) or mp4 (H.264).
        progress: is told before each picture how many are made, of how many.
        stop: is asked before each picture whether the film is no longer wanted.

    Raises:
        ValueError: the plan does not fit the run, or the film would be too long or too large.
        Cancelled: it was stopped.
    """

    def check() -> None:
        if stop is not None and stop():
            raise Cancelled("the film was stopped.")

    if kind not in MIMES:
        raise ValueError(f"kind must be one of {', '.join(MIMES)}; got {kind!r}.")
    planned = outline(drawer, plan)
    count = len(planned.moments.frames)
    tell = progress or (lambda _done, _count: None)
    with closing(_pictures(drawer, plan, planned, tell, check)) as pictures:
        made = _encoded(pictures, planned, plan, kind, check)
    tell(count, count)
    return made


def _encoded(
    pictures: Iterator[Picture],
    planned: Outline,
    plan: FilmPlan,
    kind: FilmKind,
    check: Callable[[], None],
) -> bytes:
    frames, rate = planned.moments.frames, planned.moments.rate
    if kind == "gif":
        return gif_of(pictures, ink_of(plan.preset), rate)
    if kind == "webp":
        return _webp_of(pictures, [1000 * frame.ticks // rate for frame in frames])
    # What goes in is as few pictures as there are steps; ffmpeg makes them as many as players like.
    step = math.gcd(*(frame.ticks for frame in frames))
    fed = ((image, ticks // step) for image, ticks in pictures)
    return mp4_of(fed, planned.size, (rate / step, rate), check)


def _one_per_cell(drawer: Drawer, plan: FilmPlan, moments: Moments) -> list[Moment]:
    """A moment of each cell on the way: pictures of one cell are equally high."""
    if plan.shot.walk == "time":
        return [*moments.frames[:1]]
    order = order_of(drawer.sizes, plan.shot)
    return [*{order[int(frame.shot.tau)][:2]: frame for frame in moments.frames}.values()]


def _still(drawer: Drawer, plan: FilmPlan, frame: Moment) -> Still:
    """One picture; a view without the map does not say by itself which update it shows."""
    title = "" if plan.shot.view in ("map", "whole") else frame.words
    return still(drawer, frame.shot, plan.preset, title=title)


def _pictures(
    drawer: Drawer,
    plan: FilmPlan,
    planned: Outline,
    progress: Callable[[int, int], None],
    check: Callable[[], None],
) -> Iterator[Picture]:
    """Every picture and its ticks, all of one size; one that looks like the last is that one."""
    frames = planned.moments.frames
    ground = ink_of(plan.preset).palette.surface
    svg, image = "", None
    with Raster() as raster:
        for index, frame in enumerate(frames):
            check()
            progress(index, len(frames))
            picture = _still(drawer, plan, frame)
            if picture.svg != svg:
                image = Image.new("RGB", planned.size, ground)
                image.paste(raster.image(picture, plan.width), (0, 0))
                svg = picture.svg
            yield image, frame.ticks


def _webp_of(pictures: Iterator[Picture], milliseconds: list[int]) -> bytes:
    """A WebP without losses."""
    first, _ = next(pictures)
    rest = _OneByOne(pictures, len(milliseconds) - 1)
    film = BytesIO()
    first.save(
        film,
        "WEBP",
        save_all=True,
        append_images=[rest] if rest.n_frames else [],
        duration=milliseconds,
        loop=0,
        lossless=True,
        method=_WEBP_METHOD,
        quality=_WEBP_EFFORT,
    )
    return film.getvalue()


class _OneByOne(Image.Image):
    """Pictures to come as one image of many frames: Pillow wants lists, which would hold them all.

    Attributes:
        n_frames: how many there are.
    """

    def __init__(self, pictures: Iterator[Picture], n_frames: int) -> None:
        super().__init__()
        self.n_frames = n_frames
        self._pictures = pictures

    def seek(self, frame: int) -> None:  # noqa: ARG002
        """The next picture, whichever is asked for: they are asked for in turn."""
        image, _ = next(self._pictures)
        self._mode, self._size, self.im = image.mode, image.size, image.im
