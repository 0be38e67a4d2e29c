"""A GIF of pictures that come one after the other, with one palette for all of them."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from PIL import GifImagePlugin, Image

from rnnviz.exports.drawing import Ink
from rnnviz.figures.theme import BLACK, WHITE

# Colours of each scale; the distance between two of them is below 7 of 255.
_SIGNED_COLORS = 97
_SHARE_COLORS = 49
# Between the colour of a text and its ground, both left out: edges of letters and lines.
_BETWEEN = 3

# A GIF has 256 colours; the last one stands for what stays as it is.
_STAYS = 255

# Of the table from colours to places of the palette: not looked for yet.
_UNKNOWN = 255

Picture = tuple[Image.Image, int]


class _Patch(NamedTuple):
    """What a picture changes of the one before: places of the palette, and where they begin."""

    cells: np.ndarray
    left: int
    top: int


class Palette256:
    """The colours of a film, and the nearest of them to any colour."""

    def __init__(self, ink: Ink) -> None:
        self.colors = _colors(ink)  # (colors, 3)
        self._table = np.full(2**24, _UNKNOWN, np.uint8)

    def cells(self, image: Image.Image) -> np.ndarray:
        """The place of every pixel's colour in the palette. Shape (height, width)."""
        red, green, blue = np.moveaxis(np.asarray(image, np.uint32), 2, 0)
        packed = (red << 16) | (green << 8) | blue  # (height, width)
        places = self._table[packed]
        if (places == _UNKNOWN).any():
            self._look_for(np.unique(packed[places == _UNKNOWN]))
            places = self._table[packed]
        return places

    def _look_for(self, packed: np.ndarray) -> None:
        for some in np.array_split(packed, len(packed) // 4096 + 1):
            channels = np.stack([some >> 16, (some >> 8) & 255, some & 255], 1).astype(np.int32)
            apart = channels[:, None] - self.colors[None].astype(np.int32)
            self._table[some] = (apart**2).sum(2).argmin(1)


def gif_of(pictures: Iterator[Picture], ink: Ink, rate: int) -> bytes:
    """A GIF that plays for ever; each picture stays so many ticks, of `rate` a second.

    A picture stores what it changes; one that changes nothing lets the one before stay longer.
    Source: https://www.w3.org/Graphics/GIF/spec-gif89a.txt
    """
    palette = Palette256(ink)
    parts: list[bytes] = []
    shown: np.ndarray | None = None
    waiting, ticks = None, 0
    for image, stays in pictures:
        cells = palette.cells(image)
        patch = _patch(shown, cells)
        if shown is None:
            parts += _header(image.size, palette)
        if patch is None:
            ticks += stays
            continue
        if waiting is not None:
            parts += _block(waiting, ticks, rate)
        waiting, ticks, shown = patch, stays, cells
    return b"".join([*parts, *_block(waiting, ticks, rate), b";"])


def _patch(before: np.ndarray | None, after: np.ndarray) -> _Patch | None:
    """The smallest part that has all changes, or None if there are none."""
    if before is None:
        return _Patch(after, 0, 0)
    changed = before != after
    rows, columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
    if not rows.size:
        return None
    place = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return _Patch(np.where(changed, after, _STAYS)[place], int(columns[0]), int(rows[0]))


def _header(size: tuple[int, int], palette: Palette256) -> list[bytes]:
    """The screen with a palette of 256 colours, and that it loops without end."""
    table = palette.colors.tobytes().ljust(3 * 256, b"\0")
    screen = struct.pack("<HHBBB", *size, 0b1111_0111, 0, 0)
    return [b"GIF89a", screen, table, b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"]


def _block(patch: _Patch, ticks: int, rate: int) -> list[bytes]:
    image = Image.fromarray(patch.cells, "L")
    milliseconds = ticks * 1000 // rate
    return GifImagePlugin.getdata(
        image, (patch.left, patch.top), duration=milliseconds, transparency=_STAYS, disposal=1
    )


def _colors(ink: Ink) -> np.ndarray:
    """The palette: both scales, the theme's own colours, and those between text and ground."""
    theme = [one for one in vars(ink.palette).values() if one.startswith("#")]
    own = np.array([_channels(one) for one in [*theme, BLACK, WHITE]])
    grounds = [_channels(one) for one in (ink.palette.surface, ink.palette.band)]
    edges = [_along([one, ground], _BETWEEN + 2)[1:-1] for ground in grounds for one in own]
    stops = [[_channels(one) for one in scale] for scale in (ink.stops, ink.share_stops)]
    scales = [_along(stops[0], _SIGNED_COLORS), _along(stops[1], _SHARE_COLORS)]
    found = np.concatenate([own, *scales, *edges]).round().astype(np.uint8)
    _, first = np.unique(found, axis=0, return_index=True)
    return found[np.sort(first)][:_STAYS]


def _along(stops: Sequence[np.ndarray], count: int) -> np.ndarray:
    """So many colours on the way through the stops, evenly by distance. Shape (count, 3)."""
    stops = np.array(stops, float)
    steps = [float(np.linalg.norm(after - before)) for before, after in pairwise(stops)]
    places = np.concatenate([[0], np.cumsum(steps)])
    at = np.linspace(0, places[-1], count)
    return np.stack([np.interp(at, places, channel) for channel in stops.T], 1)


def _channels(color: str) -> np.ndarray:
    return np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)], float)
