"""Which moments of a run make a film or a strip, how long each stays, and what it is called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from rnnviz.exports.shot import Shot, Sizes, Span, Walk
from rnnviz.figures.presets import MM_PER_INCH, PRESETS, Preset
from rnnviz.figures.theme import ThemeName
from rnnviz.limits import MAX_FILM_SECONDS, MAX_FILM_WIDTH, MAX_FRAMES, MIN_FILM_WIDTH
from rnnviz.records import Step
from rnnviz.scene.schedules import schedule
from rnnviz.scene.templates import PACE, SPEEDS

# How finely an update is walked: part by part, or as a whole.
Grain = Literal["phase", "update"]

# Seconds at speed 1; as in the player, but for the even pace.
PHASE_SECONDS = 0.5
UPDATE_SECONDS = PACE["cell"] / 1000
TIMESTEP_SECONDS = PACE["timestep"] / 1000

# Seconds that the last picture stays, whatever the speed.
HOLD_SECONDS = 2

# Pictures a second at most: divisors of 100, as a GIF counts hundredths.
RATES = (10, 20, 25, 50)

# How far before its end a part of an update is shown as computed; as in `order.js`.
_REST = 1e-6

# Beyond, a wider picture is the same one enlarged: what is shown full screen is seen from afar.
_WIDEST_PAGE = 1200
_CSS_DPI = 96


@dataclass(frozen=True, kw_only=True)
class FilmPlan:
    """What a film shows, how fast and how large.

    Attributes:
        shot: what is shown; of its moment `at` the unit counts, and along time the cell too.
        preset: where it is going; `screen` gives one for a width on the web.
        width: pixels, even. The height is that of the picture.
        span: from the first update to before the last, along time of timesteps; None is all.
        speed: as in the player.
        grain: how finely an update is walked; along time there are whole timesteps.
        rate: pictures a second at most.

    Raises:
        ValueError: a field holds what it cannot.
    """

    shot: Shot = field(default_factory=Shot)
    preset: Preset = PRESETS["web"]
    width: int = 960
    span: Span | None = None
    speed: float = 1
    grain: Grain = "phase"
    rate: int = 20

    def __post_init__(self) -> None:
        if not MIN_FILM_WIDTH <= self.width <= MAX_FILM_WIDTH or self.width % 2:
            raise ValueError(
                f"width must be even, from {MIN_FILM_WIDTH} to {MAX_FILM_WIDTH}; got {self.width}."
            )
        if self.speed not in SPEEDS:
            raise ValueError(f"speed must be one of {SPEEDS}, got {self.speed}.")
        if self.grain not in ("phase", "update"):
            raise ValueError(f"grain must be phase or update, got {self.grain!r}.")
        if self.rate not in RATES:
            raise ValueError(f"rate must be one of {RATES}, got {self.rate}.")
        if self.span is not None and not 0 <= self.span[0] < self.span[1]:
            raise ValueError(f"span must run from a number to a larger one, got {self.span}.")


class Moment(NamedTuple):
    """One picture of a film.

    Attributes:
        shot: what it shows.
        ticks: how long it stays, in parts of a second of which a film has `rate`.
        words: which update or timestep it is.
    """

    shot: Shot
    ticks: int
    words: str


class Moments(NamedTuple):
    """The pictures of a film, one after the other.

    Attributes:
        frames: the pictures.
        rate: ticks in a second.
        coarser: whether updates are walked as a whole, since there would be too many parts.
    """

    frames: tuple[Moment, ...]
    rate: int
    coarser: bool

    @property
    def seconds(self) -> float:
        """How long the film is."""
        return sum(frame.ticks for frame in self.frames) / self.rate


def screen(theme: ThemeName, width: int) -> Preset:
    """The preset of a page on the web that is so many pixels wide, its text as large as there."""
    preset = PRESETS["web" if theme == "light" else "web-dark"]
    return replace(preset, width_mm=min(width, _WIDEST_PAGE) / _CSS_DPI * MM_PER_INCH)


def moments_of(sizes: Sizes, plan: FilmPlan) -> Moments:
    """The moments that a film shows; by whole updates where parts would be too many.

    Raises:
        ValueError: the run has not what the plan names, or the film would be too long.
    """
    plan.shot.check(sizes)
    start, stop = _span(sizes, plan)
    coarser = False
    if plan.shot.walk == "time":
        stops = _timed(_timesteps(sizes, plan.shot, range(start, stop)), TIMESTEP_SECONDS, plan)
    else:
        updates = range(start, stop)
        stops = _timed(_updates(sizes, plan.shot, updates, plan.grain), _seconds(plan.grain), plan)
        if plan.grain == "phase" and len(stops) > MAX_FRAMES:
            coarser = True
            stops = _timed(_updates(sizes, plan.shot, updates, "update"), UPDATE_SECONDS, plan)
    if len(stops) > MAX_FRAMES:
        raise ValueError(
            f"a film has at most {MAX_FRAMES} pictures, this one would have {len(stops)}: choose a "
            "shorter span, or the map along time."
        )
    found = Moments(tuple(stops), plan.rate, coarser)
    if found.seconds > MAX_FILM_SECONDS:
        raise ValueError(
            f"a film lasts at most {MAX_FILM_SECONDS} s, this one would last "
            f"{found.seconds:.0f} s: choose a higher speed or a shorter span."
        )
    return found


def most_stops(walk: Walk) -> int:
    """How many updates, or along time timesteps, a film at speed 1 may walk as a whole."""
    seconds = TIMESTEP_SECONDS if walk == "time" else UPDATE_SECONDS
    return min(MAX_FRAMES, int((MAX_FILM_SECONDS - HOLD_SECONDS) / seconds))


def evenly(
    sizes: Sizes, shot: Shot, count: int, span: Span | None = None
) -> list[tuple[Shot, str]]:
    """So many moments of a span, its first and last among them, each with its name."""
    plan = FilmPlan(shot=shot, span=span)
    shot.check(sizes)
    start, stop = _span(sizes, plan)
    if not 1 <= count <= stop - start:
        raise ValueError(f"count must be from 1 to {stop - start}, as the span; got {count}.")
    last = stop - 1
    steps = max(count - 1, 1)
    places = [last if count == 1 else start + i * (last - start) // steps for i in range(count)]
    if shot.walk == "time":
        return _timesteps(sizes, shot, places)
    return _updates(sizes, shot, places, "update")


def order_of(sizes: Sizes, shot: Shot) -> tuple[Step, ...]:
    """Every update of a run, in the order of the shot."""
    lanes = [(layer, way) for layer in range(sizes.layers) for way in sizes.directions]
    return schedule(shot.order, lanes, sizes.timesteps)


def _span(sizes: Sizes, plan: FilmPlan) -> Span:
    time = plan.shot.walk == "time"
    count, what = (sizes.timesteps, "timesteps") if time else (sizes.updates, "updates")
    start, stop = plan.span or (0, count)
    if stop > count:
        raise ValueError(f"span must be among the {what} 0 to {count - 1}, got {stop - 1}.")
    return start, stop


def _seconds(grain: Grain) -> float:
    return PHASE_SECONDS if grain == "phase" else UPDATE_SECONDS


def _updates(
    sizes: Sizes, shot: Shot, places: Iterable[int], grain: Grain
) -> list[tuple[Shot, str]]:
    """The stops of these updates, each with its name, which counts from 1 as the player does."""
    order = order_of(sizes, shot)
    found = []
    for k in places:
        layer, direction, t = order[k]
        lane = layer * len(sizes.directions) + sizes.directions.index(direction)
        parts = sizes.phases[lane] if grain == "phase" else 1
        words = f"update {k + 1} of {len(order)}: layer {layer}, {direction}, t = {t}"
        for part in range(1, parts + 1):
            found.append((replace(shot, tau=k + part / parts - _REST), words))
    return found


def _timesteps(sizes: Sizes, shot: Shot, places: Iterable[int]) -> list[tuple[Shot, str]]:
    """The stops of these timesteps: of the cell that the shot names, or the topmost."""
    layer, direction, _, unit, *_ = (
        shot.at.split(".")
        if shot.at
        else (
            sizes.layers - 1,
            sizes.directions[0],
            0,
            0,
        )
    )
    return [(replace(shot, at=f"{layer}.{direction}.{t}.{unit}"), f"t = {t}") for t in places]


def _timed(stops: list[tuple[Shot, str]], seconds: float, plan: FilmPlan) -> list[Moment]:
    """Stops that stay equally long, without those that are shorter than a tick."""
    per_stop = seconds / plan.speed * plan.rate
    begins = [round(index * per_stop) for index in range(len(stops) + 1)]
    last = len(stops) - 1
    found = []
    for index, (shot, words) in enumerate(stops):
        ticks = begins[index + 1] - begins[index]
        ticks += HOLD_SECONDS * plan.rate if index == last else 0
        if ticks:
            found.append(Moment(shot, ticks, words))
    return found
