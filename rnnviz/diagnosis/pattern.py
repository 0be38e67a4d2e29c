"""Where numbers are wrong: the first place in the order of computing, and how the error spreads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from rnnviz.config import Direction
from rnnviz.diagnosis.numbers import Known, arrays, differences
from rnnviz.diagnosis.report import Difference
from rnnviz.engine.varied import Case, Varied
from rnnviz.records.arrays import on_host


class Part(NamedTuple):
    """The numbers of one cell, as far as they are known.

    Attributes:
        row: of the cell in h_n.
        got, wanted: both of shape (seq_len, batch, units), the first NaN where nothing is known.
        limit: how far they may lie apart. Of the same shape.
        seen_in: as in `Difference`.
    """

    row: int
    got: np.ndarray
    wanted: np.ndarray
    limit: np.ndarray
    seen_in: str


class Wrong(NamedTuple):
    """As in `Diagnosis`."""

    first: Difference | None
    firsts: tuple[Difference, ...]
    pattern: np.ndarray


def wrong_states(wrong: Varied, right: Varied, tolerance: float) -> Wrong | None:
    """Where the states of a run with a mistake are not those of the right run.

    None if all are right, so that the mistake is in what is returned, or if the two runs have
    other sizes.
    """
    parts = []
    for row, (one, other) in enumerate(zip(wrong.ran, right.ran, strict=True)):
        got, wanted = _float64(one.h), _float64(other.h)
        if got.shape != wanted.shape:
            return None
        got = np.where(np.isnan(wanted), np.nan, got)
        limit = np.full(wanted.shape, tolerance * max(1.0, np.nanmax(np.abs(wanted))))
        parts.append(Part(row, got, wanted, limit, "h"))
    found = _found(right.case, parts)
    return found if found.first is not None else None


def wrong_numbers(known: dict[str, Known], right: Varied, limits: dict[str, np.ndarray]) -> Wrong:
    """Where known numbers are not those of the right run; results of another shape are left out."""
    return _found(right.case, list(_parts(known, right, limits)))


def _float64(tensor) -> np.ndarray:
    return on_host(tensor).astype(np.float64)


def _parts(known: dict[str, Known], right: Varied, limits: dict[str, np.ndarray]) -> Iterator[Part]:
    """The known numbers, cell by cell."""
    case, results = right.case, arrays(right.returned)
    for name, one in known.items():
        wanted = results[name]
        if one.values.shape != wanted.shape:
            continue
        limit = np.broadcast_to(limits[name], wanted.shape)
        layers = (one.values, wanted, limit)
        if name == "output":
            yield from _of_output(case, [_time_first(case, array) for array in layers])
        else:
            if not case.batched:
                layers = tuple(array[:, None] for array in layers)
            yield from _of_finals(case, name, layers)


def _time_first(case: Case, output: np.ndarray) -> np.ndarray:
    if not case.batched:
        return output[:, None]
    return output.swapaxes(0, 1) if case.config.batch_first else output


def _of_output(case: Case, layers: list[np.ndarray]) -> Iterator[Part]:
    directions, lanes = case.config.num_directions, len(case.config.lanes)
    halves = zip(*(np.split(array, directions, axis=-1) for array in layers), strict=True)
    for direction, (got, wanted, limit) in enumerate(halves):
        yield Part(lanes - directions + direction, got, wanted, limit, "output")


def _of_finals(case: Case, name: str, layers: tuple[np.ndarray, ...]) -> Iterator[Part]:
    """Each row of h_n or c_n at the timestep it was computed at."""
    seq_len, batch, _ = case.x.shape
    lengths = case.lengths or (seq_len,) * batch
    for row, (_, direction) in enumerate(case.config.lanes):
        t = [0 if direction == "reverse" else length - 1 for length in lengths]
        parts = []
        for array in layers:
            full = np.full((seq_len, batch, array.shape[-1]), np.nan)
            full[t, range(batch)] = array[row]
            parts.append(full)
        yield Part(row, *parts, name)


def _found(case: Case, parts: list[Part]) -> Wrong:
    """The first wrong number of each cell, put in order, and the size of the error everywhere."""
    lanes = case.config.lanes
    pattern = np.full((len(lanes), len(case.x)), np.nan)
    firsts: dict[int, tuple[int, Difference]] = {}
    for part in parts:
        off = differences(part.got, part.wanted)
        there = ~np.isnan(part.got)
        largest = np.where(there, off, -np.inf).max(axis=(1, 2))
        row = np.where(there.any(axis=(1, 2)), largest, np.nan)
        pattern[part.row] = np.fmax(pattern[part.row], row)
        wrong = there & ~(off <= part.limit)
        found = _first(part, wrong, lanes[part.row], case.lengths)
        if found is not None and found[0] < firsts.get(part.row, (2 * len(case.x),))[0]:
            firsts[part.row] = found
    if not firsts:
        return Wrong(None, (), pattern)
    rows = sorted(firsts)
    layer = lanes[rows[0]][0]
    same = tuple(firsts[row][1] for row in rows if lanes[row][0] == layer)
    return Wrong(same[0], same, pattern)


def _first(
    part: Part,
    wrong: np.ndarray,
    lane: tuple[int, Direction],
    lengths: tuple[int, ...] | None,
) -> tuple[int, Difference] | None:
    """The first wrong number of a cell in its order of computing, and at which update that is."""
    layer, direction = lane
    update = _updates(wrong.shape[:2], direction, lengths)
    there = np.where(wrong.any(axis=2), update, np.inf)  # (seq_len, batch)
    if not np.isfinite(there).any():
        return None
    t, sample = (int(k) for k in np.unravel_index(there.argmin(), there.shape))
    unit = int(np.argmax(wrong[t, sample]))
    found = Difference(
        layer=layer,
        direction=direction,
        t=t,
        unit=unit,
        sample=sample,
        got=float(part.got[t, sample, unit]),
        expected=float(part.wanted[t, sample, unit]),
        seen_in=part.seen_in,
    )
    return int(update[t, sample]), found


def _updates(
    shape: tuple[int, ...], direction: Direction, lengths: tuple[int, ...] | None
) -> np.ndarray:
    """At which of its sample's updates each place is computed; padding comes after all of them."""
    seq_len, batch = shape
    t = np.arange(seq_len)[:, None]
    if direction == "forward":
        return np.broadcast_to(t, shape)
    ends = np.array(lengths or (seq_len,) * batch)[None, :]
    return np.where(t < ends, ends - 1 - t, t)
