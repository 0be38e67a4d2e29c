"""Packed runs as small as they go without loss, for a page that carries its own numbers.

A number is replaced by the bits in which it differs from what it should be, most of which are 0:
torch's h from h, `a` from the sum of its parts, a run in the wrong order from the right one.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from rnnviz.records import Trace
from rnnviz.scene.blob import ALIGNMENT, FIELDS, FINGERPRINT_BYTES, ITEM_BYTES

# Where an array lies: its first byte and their number, in all runs behind each other.
Place = tuple[int, int]

# JavaScript adds numbers of 4 or 8 bytes.
_SMALLEST_SUMMED = 4

# What the sum before the activation is made of, in the order in which the engine adds it up.
_SUMMED = ("bias_ih", "bias_hh", "wx", "wh")


class Squeezed(NamedTuple):
    """Runs for `squeezed.js`, as JSON takes them.

    Attributes:
        data: base64 of zlib of the first byte of every number, then the second, and so on.
        item: bytes of a number.
        sizes: bytes of each run.
        expected: [place, places], in the order of undoing it: the array differs little from that of
            the one other place, or from the sum of those of several, shorter ones repeated.
    """

    data: str
    item: int
    sizes: list[int]
    expected: list[tuple[Place, list[Place]]]


def squeeze(runs: Sequence[tuple[Trace, bytes]]) -> Squeezed:
    """Runs of one net on one input, of which the others are much like the first.

    Args:
        runs: each with what `pack` made of it, all of the same sample.
    """
    sizes = [len(packed) for _, packed in runs]
    joined = np.frombuffer(b"".join(packed for _, packed in runs), np.uint8)
    item = ITEM_BYTES[runs[0][0].config.dtype]
    starts = np.cumsum([0, *sizes[:-1]]).tolist()
    tables = [
        list(_places(trace, packed, start, item))
        for (trace, packed), start in zip(runs, starts, strict=True)
    ]
    expected = [one for table in tables for one in _expected(joined, table, tables[0])]
    if item < _SMALLEST_SUMMED:
        expected = [(place, sources) for place, sources in expected if len(sources) == 1]
    rest = joined.copy()
    for place, sources in expected:
        one = _part(joined, sources[0])
        like = one if len(sources) == 1 else _sum(joined, sources, place[1], f"<f{item}")
        _part(rest, place)[:] ^= like
    planes = np.ascontiguousarray(rest.reshape(-1, item).T)
    data = b64encode(zlib.compress(planes.tobytes(), 9)).decode("ascii")
    return Squeezed(data, item, sizes, expected)


def _places(trace: Trace, packed: bytes, start: int, item: int) -> Iterator[dict[str, Place]]:
    """Where x lies, then the arrays of every lane, by name."""
    begin = FINGERPRINT_BYTES + 4
    size = int.from_bytes(packed[FINGERPRINT_BYTES:begin], "little")
    seq_len = json.loads(packed[begin : begin + size])["seq_len"]
    at = start + FINGERPRINT_BYTES + _aligned(4 + size)
    yield {"x": (at, seq_len * trace.cells[0].input_size * item)}
    at += _aligned(seq_len * trace.cells[0].input_size * item)
    for cell in trace.cells:
        lane = {}
        for name, axes in FIELDS.items():
            array = cell.h if name == "torch_h" else getattr(cell, name)
            if array is None:
                continue
            numbers = array.size
            if axes[0] == "seq_len":
                numbers = seq_len * array.shape[-1]
            elif name in ("h_0", "c_0"):
                numbers = array.shape[-1]
            lane[name] = (at, numbers * item)
            at += _aligned(numbers * item)
        yield lane


def _expected(
    joined: np.ndarray, table: list[dict[str, Place]], first: list[dict[str, Place]]
) -> Iterator[tuple[Place, list[Place]]]:
    """What equals the first run's; torch's h, which nearly equals h; and the sums of the others."""
    sums = []
    for lane, right in zip(table, first, strict=True):
        for name, place in lane.items():
            if lane is not right and _same(joined, place, right[name]):
                yield place, [right[name]]
            elif name == "torch_h":
                yield place, [lane["h"]]
            elif name == "a":
                sums.append((place, [lane[part] for part in _SUMMED if part in lane]))
    # Their parts must be there first.
    yield from sums


def _same(joined: np.ndarray, one: Place, other: Place) -> bool:
    return np.array_equal(_part(joined, one), _part(joined, other))


def _sum(joined: np.ndarray, sources: Sequence[Place], length: int, dtype: str) -> np.ndarray:
    """The bytes of a sum as JavaScript makes it; NaN, which has no bits of its own there, as 0."""
    parts = [_part(joined, source).view(dtype) for source in sources]
    total = np.zeros(length // parts[0].itemsize, dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        for part in parts:
            total += np.resize(part, len(total))
    total[np.isnan(total)] = 0
    return total.view(np.uint8)


def _part(joined: np.ndarray, place: Place) -> np.ndarray:
    return joined[place[0] : place[0] + place[1]]


def _aligned(length: int) -> int:
    return length + -length % ALIGNMENT
