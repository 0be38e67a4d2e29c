"""A picture drawn by formula, read row by row as images of digits often are."""

from __future__ import annotations

import numpy as np

from rnnviz.inputs.checks import check_size
from rnnviz.inputs.series import Series
from rnnviz.limits import MAX_BATCH

SIDE = 28

# The strokes of a 7: (row, column) of their ends, in pixels.
_STROKES = (((7.0, 7.5), (7.0, 20.0)), ((7.0, 20.0), (22.5, 11.5)))
_HALF_WIDTH = 1.4


def drawn_seven(batch: int = 1) -> Series:
    """A digit 7 on 28 x 28 pixels between 0 and 1: a timestep per row, an input per column.

    The size of the MNIST digits. Sample b is moved b pixels to the right, around the edge.

    Raises:
        TypeError: batch is no int.
        ValueError: it is out of its range in `rnnviz.limits`.
    """
    check_size("batch", batch, MAX_BATCH)
    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.float64)  # each (28, 28)
    distance = np.min([_distance(rows, columns, *stroke) for stroke in _STROKES], axis=0)
    # One pixel of grey at the edge of the stroke.
    picture = np.clip(_HALF_WIDTH + 0.5 - distance, 0.0, 1.0)
    return Series(
        values=np.stack([np.roll(picture, sample, axis=1) for sample in range(batch)]),
        columns=tuple(f"column {k}" for k in range(SIDE)),
    )


def _distance(
    rows: np.ndarray, columns: np.ndarray, start: tuple[float, float], end: tuple[float, float]
) -> np.ndarray:
    """How far each pixel lies from the line between two points. Shape (28, 28)."""
    along = np.subtract(end, start)
    offset = np.stack([rows - start[0], columns - start[1]], axis=-1)  # (28, 28, 2)
    part = np.clip(offset @ along / (along @ along), 0.0, 1.0)
    return np.linalg.norm(offset - part[..., None] * along, axis=-1)
