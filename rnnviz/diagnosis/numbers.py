"""Somebody's numbers: what is known of them and how exactly, and how far others lie from them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from rnnviz.config import TOLERANCE
from rnnviz.engine.varied import Case, Returned
from rnnviz.records.arrays import on_host
from rnnviz.records.pasted import Pasted, place

NAMES = Returned._fields

# A number counts as rounded where it lies this close to one with so few digits, in units of the
# last of them; random numbers lie as close in one of ten cases each, so that a few are enough.
_CLOSE = 0.05
_MOST_DECIMALS = 12


@dataclass(frozen=True, kw_only=True)
class Known:
    """One of the results as somebody has it.

    Attributes:
        values: in float64, NaN where nothing is known.
        rounding: how far each may lie from what was computed, 0 where it is exact. Of the same
            shape.
        came: the shape it came in, where that has fewer axes.
    """

    values: np.ndarray
    rounding: np.ndarray
    came: tuple[int, ...] | None = None

    @property
    def count(self) -> int:
        """How many numbers are known."""
        return int(np.isfinite(self.values).sum() + np.isinf(self.values).sum())


def known(name: str, given: object, shape: tuple[int, ...], *, batch_first: bool) -> Known:
    """A result that somebody hands over.

    Args:
        name: "output", "h_n" or "c_n".
        given: a tensor, an array, nested lists, a PackedSequence or what `read_numbers` read.
        shape: that of torch's result, in which a text with "..." is placed if it can be.
        batch_first: how a PackedSequence is laid out.

    Raises:
        TypeError: it is none of these.
        ValueError: it holds no number, or a text that was cut short does not fit the shape.
    """
    if isinstance(given, Pasted):
        found = _of_pasted(given, shape)
    else:
        if isinstance(given, PackedSequence):
            given, _ = pad_packed_sequence(given, batch_first, padding_value=math.nan)
        values, eps = _as_array(name, given)
        found = Known(values=values, rounding=_rounding(values, eps))
    if found.count == 0:
        raise ValueError(
            f"{name} must hold numbers; of its {found.values.size}, shape {found.values.shape}, "
            "none is known."
        )
    return _unfolded(found, shape)


def _unfolded(found: Known, shape: tuple[int, ...]) -> Known:
    """A table of all rows below each other, or a result without its batch of 1, in its shape."""
    values = found.values
    folded = values.ndim < len(shape) and values.size == math.prod(shape)
    if not folded or values.shape[-1:] != shape[-1:]:
        return found
    came = values.shape
    return Known(values=values.reshape(shape), rounding=found.rounding.reshape(shape), came=came)


def _of_pasted(given: Pasted, shape: tuple[int, ...]) -> Known:
    if all(gap is None for gap in given.gaps):
        return Known(values=given.values, rounding=given.rounding)
    rounding = Pasted(values=given.rounding, gaps=given.gaps, rounding=given.rounding, shape=None)
    values = place(given, shape)
    return Known(values=values, rounding=np.nan_to_num(place(rounding, shape)))


def _as_array(name: str, given: object) -> tuple[np.ndarray, float]:
    """The numbers in float64, and the relative precision they were kept in."""
    if isinstance(given, list | tuple) and given and all(isinstance(k, Tensor) for k in given):
        if len({part.shape for part in given}) == 1:
            given = torch.stack([part.detach() for part in given])
    if isinstance(given, Tensor):
        if given.dtype.is_complex or given.dtype == torch.bool:
            raise TypeError(f"{name} must hold real numbers, got {given.dtype}.")
        eps = torch.finfo(given.dtype).eps if given.dtype.is_floating_point else 0.0
        return on_host(given.detach()).astype(np.float64), eps
    try:
        array = np.asarray(given)
        # Complex numbers are refused below, without numpy's warning.
        values = array.real.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"{name} must be a tensor, an array or nested lists of numbers, all of one length; got "
            f"{type(given).__name__}."
        ) from error
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name} must hold real numbers, got {array.dtype}.")
    return values, float(np.finfo(array.dtype).eps) if array.dtype.kind == "f" else 0.0


def _rounding(values: np.ndarray, eps: float) -> np.ndarray:
    """How far each number may lie from what was computed, told from its digits.

    Numbers of which all have few digits after the point were rounded to so many; integers alone
    are taken as exact, since nobody rounds states to them.
    """
    seen = values[np.isfinite(values)]
    kept = np.where(np.isfinite(values), np.abs(values), 0.0) * eps
    for decimals in range(_MOST_DECIMALS + 1):
        scaled = seen * 10.0**decimals
        error = 2 * max(eps, 2e-16) * float(np.abs(scaled).max(initial=0.0))
        if error > _CLOSE:
            break
        if np.abs(scaled - np.round(scaled)).max(initial=0.0) <= max(error, 1e-9):
            return kept + (0.5 * 10.0**-decimals if decimals else 0.0)
    return kept


def reference(case: Case, right: Returned, results: dict[str, Known]) -> dict[str, np.ndarray]:
    """For each result how far a number may lie from one computed and still count as that one.

    Arrays that broadcast to the result's shape. Numbers of the net's dtype count as equal up to
    its tolerance.
    """
    tolerance = TOLERANCE[case.config.dtype]
    limits = {}
    for name, one in results.items():
        computed = arrays(right)[name]
        largest = np.abs(computed[np.isfinite(computed)]).max(initial=1.0)
        limits[name] = one.rounding * (1 + 1e-6) + tolerance * largest
    return limits


def arrays(returned: Returned) -> dict[str, np.ndarray]:
    """The results of a run as arrays of float64; what is None is left out."""
    return {
        name: on_host(result).astype(np.float64)
        for name, result in zip(NAMES, returned, strict=True)
        if result is not None
    }


def differences(got: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """|got - wanted|; 0 where `got` is not known, infinite where `wanted` alone is no number."""
    with np.errstate(invalid="ignore"):
        distance = np.abs(got - wanted)
    distance = np.where(np.isnan(distance), np.inf, distance)
    return np.where(np.isnan(got) | (got == wanted), 0.0, distance)


def apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """|one - other| of two runs; 0 where both are NaN or the same infinity, else infinite there."""
    lost = np.isnan(one) ^ np.isnan(other)
    return np.where(lost, np.inf, differences(np.where(np.isnan(other), np.nan, one), other))
