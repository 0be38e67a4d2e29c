"""How far the colours run: one symmetric range over the whole run, never per frame."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from rnnviz.figures.activations import is_share, is_signed, within_one
from rnnviz.figures.look import Look
from rnnviz.figures.theme import ShareScale, SignedScale
from rnnviz.records import CellTrace, Trace

# Limits that read well on a legend, times a power of ten.
_ROUND_LIMITS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def state_scale(trace: Trace, look: Look) -> SignedScale:
    """One range for h of every cell: ±1, the range of tanh; else the largest |h|, rounded up.

    An LSTM's o * tanh(c) and a GRU's mean of n and the h before stay within ±1 too; what relu gives
    or a projection makes of h has no bound.
    """
    if not look.fit and _bounded(trace):
        return SignedScale(limit=1.0)
    return _scale((cell.h for cell in trace.cells), look)


def state_range_words(trace: Trace, look: Look) -> str:
    """The range of h and where it comes from, for a subtitle."""
    scale = state_scale(trace, look)
    if look.fit:
        return f"colour {scale.label}, fitted to this run"
    if _bounded(trace):
        last = {cell.activations[-1] for cell in trace.cells}
        bound = "the range of tanh" if last == {"tanh"} else "which no h can leave"
        return f"colour {scale.label}, {bound}"
    return f"colour {scale.label}, the largest |h| rounded up"


def cell_state_scale(trace: Trace, look: Look) -> SignedScale:
    """One range for c of every LSTM cell; at least ±1, so that a small c looks small."""
    arrays = [cell.c for cell in trace.cells if cell.c is not None]
    return _scale(arrays, look) if look.fit else _scale((*arrays, np.ones(1)), look)


def product_scale(trace: Trace, look: Look) -> SignedScale:
    """One range shared by wx, wh and a of every cell, so that a sum can be compared by eye."""
    return _scale((array for c in trace.cells for array in (c.wx, c.wh, c.a)), look)


def gate_scale(trace: Trace, cell: CellTrace, gate: str, look: Look) -> SignedScale | ShareScale:
    """0 to 1 or ±1 where the gate's activation keeps to that; else the range of the products.

    What a function of one's own makes of them may be larger still; then it runs to that.
    """
    if is_share(cell, gate):
        return ShareScale()
    if is_signed(cell, gate):
        return SignedScale(limit=1.0)
    products, own = product_scale(trace, look), _scale((cell.gate(gate),), look)
    return max(products, own, key=lambda scale: scale.limit)


def weight_scale(trace: Trace, look: Look) -> SignedScale:
    """One range shared by every weight and bias of the net."""
    arrays = (
        array
        for c in trace.cells
        for array in (c.weight_ih, c.weight_hh, c.bias_ih, c.bias_hh, c.weight_hr)
        if array is not None
    )
    return _scale(arrays, look)


def input_scale(trace: Trace, look: Look) -> SignedScale:
    """The range of the net's input, over all samples."""
    return _scale((trace.cells[0].x,), look)


def largest(arrays: Iterable[np.ndarray]) -> float:
    """The largest finite |value|, 0.0 where there is none."""
    return max((_largest_of(array) for array in arrays), default=0.0)


def rounded_up(value: float) -> float:
    """The next limit that reads well: 1, 1.5, 2, 3 ... times a power of ten; 1 for 0.

    Clipped at the largest float.
    """
    if value == 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    limits = (limit * power for limit in _ROUND_LIMITS)
    limit = next((limit for limit in limits if limit >= value), value)
    return limit if math.isfinite(limit) and limit > 0 else value


def _bounded(trace: Trace) -> bool:
    """Whether no h can leave ±1."""
    return all(within_one(cell) for cell in trace.cells)


def _scale(arrays: Iterable[np.ndarray], look: Look) -> SignedScale:
    value = largest(arrays)
    return SignedScale(limit=(value or 1.0) if look.fit else rounded_up(value))


def _largest_of(array: np.ndarray) -> float:
    if array.size == 0:
        return 0.0
    # Two passes without a copy; only arrays with NaN or infinities pay for a mask.
    value = max(float(array.max()), -float(array.min()))
    if math.isfinite(value):
        return value
    return float(np.abs(array[np.isfinite(array)], dtype=np.float64).max(initial=0.0))
