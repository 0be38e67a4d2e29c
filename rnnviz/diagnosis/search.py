"""Looking for the mistakes that make given numbers: one by one, then two at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from rnnviz.diagnosis.catalogue import CATALOGUE
from rnnviz.diagnosis.mistake import Mistake, padded
from rnnviz.diagnosis.numbers import Known, arrays, differences
from rnnviz.engine.varied import Case, Changes, Ran, Stopped, Varied, run_varied
from rnnviz.records.arrays import on_host

# Called with how many mistakes are made at a time, 1 or 2, and the share of the work that is done.
Progress = Callable[[int, float], None]

# Seconds that pairs may take.
PAIRS_SECONDS = 8.0

# What two changes do one after the other.
_IN_TURN = ("start", "reads", "leaves", "returns", "laid_out")

# A float32 inside a float64 net leaves it this far off, relative to the largest number.
_SINGLE = 1e-6


class Evidence(NamedTuple):
    """What is held against each run.

    Attributes:
        known: the results somebody has, by name.
        limits: how far each number may lie from one computed and still count as that one.
    """

    known: dict[str, Known]
    limits: dict[str, np.ndarray]


class Tried(NamedTuple):
    """A run with one mistake or two.

    Attributes:
        mistakes: one or two.
        run: what came of it; of a search without its cells, None where it does not fit: a
            hundred runs would take a hundred times the memory of one.
        distance: the largest |difference| to the known numbers, infinite where the shapes differ.
        fits: whether every known number lies within its limit.
        share: the share of known numbers that do; -1 where the shapes differ.
    """

    mistakes: tuple[Mistake, ...]
    run: Varied | None
    distance: float
    fits: bool
    share: float = 0.0


class Searched(NamedTuple):
    """All that was tried: how many there were, and those that matter, the nearest first."""

    tried: list[Tried]
    count: int
    possible: int


def judge(mistakes: tuple[Mistake, ...], run: Varied, evidence: Evidence) -> Tried:
    """How a run lies to the known numbers."""
    results, distance, fits = arrays(run.returned), 0.0, True
    # An error of float32 is larger than what counts as equal in float64.
    inside = any(one.id.startswith("F1-") for one in mistakes)
    for name, one in evidence.known.items():
        wanted = results.get(name)
        if wanted is None or wanted.shape != one.values.shape:
            return Tried(mistakes, run, float("inf"), False)
        off = differences(one.values, wanted)
        distance = max(distance, float(off.max(initial=0.0)))
        limit = evidence.limits[name]
        if limit.shape != off.shape:
            # The shape is another one than torch's: the exactness of the numbers is the same.
            limit = np.broadcast_to(limit.max(initial=0.0), off.shape)
        if inside and _in_float32(one):
            limit = np.maximum(limit, _SINGLE * max(1.0, float(np.abs(wanted).max(initial=0.0))))
        fits = fits and bool((off <= limit).all())
    return Tried(mistakes, run, distance, fits)


def _in_float32(known: Known) -> bool:
    """Whether all numbers are ones of float32, as hardly any of a float64 run are."""
    values = known.values[np.isfinite(known.values)]
    exact = (known.rounding <= 1e-12 * np.abs(known.values)).all(where=np.isfinite(known.values))
    return bool(exact) and bool((values == values.astype(np.float32)).all())


def applicable(case: Case) -> list[Mistake]:
    """The mistakes that can be made with this net and this call."""
    return [one for one in CATALOGUE if one.applies(case)]


def singles(case: Case, evidence: Evidence, progress: Progress) -> Searched:
    """Every mistake that applies, alone."""
    possible, tried = applicable(case), []
    for count, one in enumerate(possible):
        if count % 8 == 0:
            progress(1, count / len(possible))
        tried.append(_light(judge((one,), run_varied(case, one.changes), evidence), evidence))
    tried.sort(key=lambda one: (not one.fits, one.distance))
    return Searched(tried, len(tried), len(possible))


def pairs(case: Case, evidence: Evidence, alone: Searched, progress: Progress) -> Searched:
    """Two mistakes at a time, as long as time allows; only those that fit are kept.

    Those that bring more of the known numbers right when made alone come first.
    """
    order = sorted(alone.tried, key=lambda one: -one.share)
    both = list(_combined(case, [one.mistakes[0] for one in order]))
    found, count, until = [], 0, time.monotonic() + PAIRS_SECONDS
    for mistakes, changes in both:
        if count % 32 == 0:
            progress(2, count / len(both))
            if time.monotonic() > until:
                break
        count += 1
        try:
            run = run_varied(case, changes, _early_end(case, changes, evidence))
        except (Stopped, RuntimeError, IndexError, ValueError):
            # What a layer leaves in h_n is wrong already, or the two do not fit the net's sizes.
            continue
        tried = judge(mistakes, run, evidence)
        if tried.fits:
            found.append(_light(tried, evidence))
    progress(2, 1.0)
    found.sort(key=lambda one: one.distance)
    return Searched(found, alone.count + count, alone.count + len(both))


def changes_of(mistakes: tuple[Mistake, ...]) -> Changes:
    """The changes of one mistake, or of two that can be made at once."""
    changes = mistakes[0].changes
    for mistake in mistakes[1:]:
        changes = changes.then(mistake.changes)
    return changes


def _light(tried: Tried, evidence: Evidence) -> Tried:
    """What a search keeps of a run."""
    run = tried.run._replace(ran=[]) if tried.fits else None
    return tried._replace(run=run, share=_share_right(tried, evidence))


def _early_end(
    case: Case, changes: Changes, evidence: Evidence
) -> Callable[[Ran, int], None] | None:
    """Ends a run as soon as a cell's row of h_n is not the known one, where that can be told."""
    known = evidence.known.get("h_n")
    shape = tuple(case.h_0.shape if case.batched else case.h_0[:, 0].shape)
    told = changes.returns is None and changes.laid_out is None
    if known is None or not told or known.values.shape != shape:
        return None
    limit = np.broadcast_to(evidence.limits["h_n"], shape)

    def after_cell(ran: Ran, row: int) -> None:
        computed = on_host(ran.h_last).astype(np.float64).reshape(shape[1:])
        if not (differences(known.values[row], computed) <= limit[row]).all():
            raise Stopped

    return after_cell


def _combined(
    case: Case, mistakes: list[Mistake]
) -> Iterator[tuple[tuple[Mistake, Mistake], Changes]]:
    """Pairs, those of the first mistakes first; in both orders where these can matter."""
    cases = [one.changes.case(case) if one.changes.case else case for one in mistakes]
    touched = [
        _touched(case, changed, one.changes) for changed, one in zip(cases, mistakes, strict=True)
    ]
    for last in range(1, len(mistakes)):
        for first in range(last):
            one, two = mistakes[first], mistakes[last]
            unpadded = cases[first].lengths is None or cases[last].lengths is None
            if one.id == two.id or (unpadded and padded in one.needs and padded in two.needs):
                # The same in two forms, or one takes away the lengths that the other needs.
                continue
            orders = [(one, two), (two, one)]
            for pair in orders[: 1 + bool(touched[first] & touched[last])]:
                changes = pair[0].changes.then(pair[1].changes)
                if changes is not None:
                    yield pair, changes


def _touched(case: Case, changed: Case, changes: Changes) -> set[str]:
    """What a mistake changes; two that change one thing can differ by their order."""
    names = {name for name in _IN_TURN if getattr(changes, name) is not None}
    names |= {
        name
        for name, old, new in zip(Case._fields, case, changed, strict=True)
        if name != "weights" and old is not new
    }
    for old, new in zip(case.weights, changed.weights, strict=True):
        names |= {name for name in old if old[name] is not new[name]}
    return names


def _share_right(tried: Tried, evidence: Evidence) -> float:
    """The share of known numbers that lie within their limits; -1 where the shapes differ."""
    results, right, count = arrays(tried.run.returned), 0, 0
    for name, one in evidence.known.items():
        wanted = results.get(name)
        if wanted is None or wanted.shape != one.values.shape:
            return -1.0
        limit = evidence.limits[name]
        if limit.shape != wanted.shape:
            limit = limit.max(initial=0.0)
        right += int((differences(one.values, wanted) <= limit).sum())
        count += one.values.size
    return right / count
