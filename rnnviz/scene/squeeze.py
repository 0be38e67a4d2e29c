"""Packed runs as small as they go without loss, for a page that carries its own numbers.

A number is replaced by the bits in which it differs from what it should be, most of which are 0:
what a step computes from what it computes it from, torch's h from h, and what a run in the wrong
order shares with the right one. Weights that torch drew for a known seed are drawn again.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from rnnviz.config import ITEM_BYTES
from rnnviz.records import CellTrace, Trace
from rnnviz.scene.blob import ALIGNMENT, FIELDS, FINGERPRINT_BYTES
from rnnviz.scene.drawn import bound, drawn
from rnnviz.scene.foretell import foretold

# Where an array lies: its first byte and their number, in all runs behind each other.
Place = tuple[int, int]

# JavaScript computes with numbers of 4 or 8 bytes.
_SMALLEST_TOLD = 4

# Products of numbers for which those of weights and states are made again: half a second in a
# browser. A run of more keeps their sums as they are.
_MOST_PRODUCTS = 2**28


# In the order in which torch draws them, layer by layer, in both directions.
_PARAMETERS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")


class Lane(NamedTuple):
    """One layer in one direction of one run, as `foretold.js` takes it.

    Attributes:
        kind, activations: as of the cell.
        reverse: whether it runs from the last row to the first.
        steps: its rows.
        own: the arrays that are told from the others, in the bits that differ.
        places: of all its arrays.
        reads: what it reads side by side, and whether that comes from the other end.
    """

    kind: str
    activations: tuple[str, ...]
    reverse: bool
    steps: int
    own: list[str]
    places: dict[str, Place]
    reads: list[tuple[Place, bool]]


class SqueezedRun(NamedTuple):
    """How one run is undone, in the order of its fields.

    Attributes:
        size: its bytes.
        same: [place, other place] of an array that an earlier run has too.
        lanes: of those that are told, in the order of computing.
        alike: [place, other place] of an array that differs little from another one of this run.
    """

    size: int
    same: list[tuple[Place, Place]]
    lanes: list[dict]
    alike: list[tuple[Place, Place]]


class Drawn(NamedTuple):
    """Parameters that torch drew for a seed, as `mersenne.js` takes them.

    Attributes:
        seed: its lower 32 bits, all that decide.
        arrays: [place, bound] in the order of drawing.
    """

    seed: int
    arrays: list[tuple[Place, float]]


class Squeezed(NamedTuple):
    """Runs for `squeezed.js`, as JSON takes them.

    Attributes:
        data: base64 of zlib of the first byte of every number, then the second, and so on.
        item: bytes of a number.
        runs: a `SqueezedRun` each.
        drawn: a `Drawn` for the first run, or None where the data hold its parameters.
    """

    data: str
    item: int
    runs: list[dict]
    drawn: dict | None


def squeeze(runs: Sequence[tuple[Trace, bytes]], seed: int | None = None) -> Squeezed:
    """Runs of one net on one input, of which the others are much like the first.

    Args:
        runs: each with what `pack` made of it, all of the same sample.
        seed: the seed whose default initialisation gave the weights; one that did not, or None,
            leaves them in the data.
    """
    joined = np.frombuffer(b"".join(packed for _, packed in runs), np.uint8)
    item = ITEM_BYTES[runs[0][0].config.dtype]
    rest, start, told, first, again = joined.copy(), 0, [], None, None
    # torch draws other floats from other bits.
    drawable = seed is not None and runs[0][0].config.dtype == "float32"
    for trace, packed in runs:
        run = _Run(trace, packed, joined, start)
        same = [] if first is None else list(_same(run, first))
        if first is None:
            first, again = run, _drawn(run, seed, rest) if drawable else None
        known = {place for place, _ in same}
        lanes = list(_told(run, known, rest)) if item >= _SMALLEST_TOLD else []
        alike = [(lane["torch_h"], lane["h"]) for lane in run.lanes]
        alike = [pair for pair in alike if pair[0] not in known]
        for place, other in same + alike:
            _part(rest, place)[:] ^= _part(joined, other)
        told.append(SqueezedRun(len(packed), same, lanes, alike)._asdict())
        start += len(packed)
    planes = np.ascontiguousarray(rest.reshape(-1, item).T)
    data = b64encode(_deflated(planes.tobytes())).decode("ascii")
    return Squeezed(data, item, told, again)


def _deflated(planes: bytes) -> bytes:
    """In zlib's form, runs of one byte taken together and nothing else searched for.

    What is left has few other repetitions: so it is smaller, and done in a tenth of the time.
    """
    deflate = zlib.compressobj(strategy=zlib.Z_RLE)
    return deflate.compress(planes) + deflate.flush()


class _Run:
    """A packed run, and where in it everything lies.

    Attributes:
        cells: its records.
        sample: the one that is packed.
        steps: rows of its arrays, the timesteps of the sample.
        joined: the bytes of all runs.
        x: where the input lies.
        lanes: where the arrays of every cell lie, by name.
    """

    def __init__(self, trace: Trace, packed: bytes, joined: np.ndarray, start: int) -> None:
        begin = FINGERPRINT_BYTES + 4
        size = int.from_bytes(packed[FINGERPRINT_BYTES:begin], "little")
        header = json.loads(packed[begin : begin + size])
        self.cells, self.joined = trace.cells, joined
        self.sample, self.steps = header["sample"], header["seq_len"]
        self._item = ITEM_BYTES[trace.config.dtype]
        self._at = start + FINGERPRINT_BYTES + _aligned(4 + size)
        self.x = self._next(self.steps * trace.cells[0].input_size)
        self.lanes = [dict(self._places(cell)) for cell in trace.cells]

    def _places(self, cell: CellTrace) -> Iterator[tuple[str, Place]]:
        for name, axes in FIELDS.items():
            array = cell.h if name == "torch_h" else getattr(cell, name)
            if array is not None:
                rows = self.steps if axes[0] == "seq_len" else len(array)
                rows = 1 if name in ("h_0", "c_0") else rows
                yield name, self._next(rows * array.shape[-1] if array.ndim > 1 else rows)

    def _next(self, numbers: int) -> Place:
        place = (self._at, numbers * self._item)
        self._at += _aligned(place[1])
        return place

    def array(self, place: Place, rows: int) -> np.ndarray:
        """The numbers at a place, in so many rows."""
        return _part(self.joined, place).view(f"<f{self._item}").reshape(rows, -1)

    def arrays(self, index: int) -> dict[str, np.ndarray]:
        """All of a lane; what has no timesteps as it is in the record, without a batch."""
        cell, arrays = self.cells[index], {}
        for name, place in self.lanes[index].items():
            rows = self.steps if FIELDS[name][0] == "seq_len" else 1
            if name.startswith("weight"):
                rows = len(getattr(cell, name))
            array = self.array(place, rows)
            arrays[name] = array[0] if name.startswith(("bias", "h_0", "c_0")) else array
        return arrays


def _drawn(run: _Run, seed: int, rest: np.ndarray) -> dict | None:
    """How parameters are drawn again, once they are taken out of the rest; None if not all are."""
    arrays = [
        (places[name], bound(cell.hidden_size))
        for places, cell in zip(run.lanes, run.cells, strict=True)
        for name in _PARAMETERS
        if name in places
    ]
    numbers = drawn(seed, [(length // 4, limit) for (_, length), limit in arrays])
    for (place, _), again in zip(arrays, numbers, strict=True):
        if not np.array_equal(_part(run.joined, place), again.view(np.uint8)):
            return None
    for place, _ in arrays:
        _part(rest, place)[:] = 0
    return Drawn(int(seed) % 2**32, arrays)._asdict()


def _same(run: _Run, first: _Run) -> Iterator[tuple[Place, Place]]:
    """What equals the first run's."""
    for lane, right in zip([{"x": run.x}, *run.lanes], [{"x": first.x}, *first.lanes], strict=True):
        for name, place in lane.items():
            if np.array_equal(_part(run.joined, place), _part(run.joined, right[name])):
                yield place, right[name]


def _told(run: _Run, known: set[Place], rest: np.ndarray) -> Iterator[dict]:
    """The lanes, once what is told of them is taken out of the rest."""
    weights = sum(cell.weight_ih.size + cell.weight_hh.size for cell in run.cells)
    multiplied = run.steps * weights <= _MOST_PRODUCTS
    for index, cell in enumerate(run.cells):
        reads = _reads(run, cell) if multiplied else []
        x = [run.array(place, run.steps)[:: -1 if flipped else 1] for place, flipped in reads]
        kind = (cell.kind, cell.activations, cell.direction == "reverse")
        told = foretold(*kind, run.arrays(index), np.hstack(x) if x else None)
        places = run.lanes[index]
        own = [name for name in told if places[name] not in known]
        for name in own:
            _part(rest, places[name])[:] ^= np.ascontiguousarray(told[name]).view(np.uint8).ravel()
        yield Lane(*kind, run.steps, own, places, reads)._asdict()


def _reads(run: _Run, cell: CellTrace) -> list[tuple[Place, bool]]:
    """What a cell reads side by side, from which end; nothing if it is something else."""
    below = [
        places["h"]
        for places, other in zip(run.lanes, run.cells, strict=True)
        if other.layer == cell.layer - 1
    ]
    reads, start = [], 0
    for place in below or [run.x]:
        array = run.array(place, run.steps)
        own = cell.x[: run.steps, run.sample, start : start + array.shape[1]]
        start += array.shape[1]
        ways = [flip for flip in (False, True) if _equal(array[:: -1 if flip else 1], own)]
        if not ways:
            return []
        reads.append((place, ways[0]))
    return reads


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    return np.array_equal(one, other, equal_nan=True)


def _part(joined: np.ndarray, place: Place) -> np.ndarray:
    return joined[place[0] : place[0] + place[1]]


def _aligned(length: int) -> int:
    return length + -length % ALIGNMENT
