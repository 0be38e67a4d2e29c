"""Activations by name, in numpy and in torch, and those that a user gives as a function.

Source: https://docs.pytorch.org/docs/stable/nn.functional.html#non-linear-activation-functions; the
hard sigmoid of slope 0.2 is that of Keras 2, https://github.com/keras-team/keras/blob/v2.15.0/keras/activations.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

# A function of a tensor that gives one of the same shape, dtype and device.
Function: TypeAlias = Callable[[Tensor], Tensor]

# What a stack is given at one place: a name, or a function of one's own.
Given: TypeAlias = str | Function

# The same as a function of (a, out), which may be one array.
InPlace: TypeAlias = Callable[[np.ndarray, np.ndarray], object]

TORCH: dict[str, Function] = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "hardtanh": F.hardtanh,
    "hardsigmoid": F.hardsigmoid,
    "hardsigmoid_0.2": lambda a: (0.2 * a + 0.5).clamp(0.0, 1.0),
    "softsign": F.softsign,
    "identity": lambda a: a,
}


def _relu(a: np.ndarray, out: np.ndarray) -> None:
    np.maximum(a, 0.0, out=out)


def _sigmoid(a: np.ndarray, out: np.ndarray) -> None:
    # Numpy has no sigmoid, but its tanh is fast.
    np.multiply(a, 0.5, out)
    np.tanh(out, out)
    np.multiply(out, 0.5, out)
    np.add(out, 0.5, out)


def _hardtanh(a: np.ndarray, out: np.ndarray) -> None:
    np.clip(a, -1.0, 1.0, out=out)


def _hardsigmoid(a: np.ndarray, out: np.ndarray) -> None:
    np.add(a, 3.0, out)
    np.clip(out, 0.0, 6.0, out=out)
    np.divide(out, 6.0, out)


def _hardsigmoid_of_keras(a: np.ndarray, out: np.ndarray) -> None:
    np.multiply(a, 0.2, out)
    np.add(out, 0.5, out)
    np.clip(out, 0.0, 1.0, out=out)


def _softsign(a: np.ndarray, out: np.ndarray) -> None:
    np.divide(a, np.abs(a) + 1.0, out)


def _identity(a: np.ndarray, out: np.ndarray) -> None:
    np.copyto(out, a)


NUMPY: dict[str, InPlace] = {
    "tanh": np.tanh,
    "relu": _relu,
    "sigmoid": _sigmoid,
    "hardtanh": _hardtanh,
    "hardsigmoid": _hardsigmoid,
    "hardsigmoid_0.2": _hardsigmoid_of_keras,
    "softsign": _softsign,
    "identity": _identity,
}


def function_of(given: Given) -> Function:
    """The activation as a function of a tensor, which autograd can follow."""
    return TORCH[given] if isinstance(given, str) else given


def on_numpy(given: Given) -> InPlace:
    """The activation as a function of two arrays of numpy."""
    if isinstance(given, str):
        return NUMPY[given]

    def act(a: np.ndarray, out: np.ndarray) -> None:
        # A copy: the function may keep what it is given, or give it back.
        out[...] = given(torch.from_numpy(a.copy())).detach().numpy()

    return act


def on_torch(given: Given) -> Callable[[Tensor, Tensor], object]:
    """The activation as a function of two tensors, (a, out)."""
    function = function_of(given)

    def act(a: Tensor, out: Tensor) -> None:
        out.copy_(function(a))

    return act


def name_of(given: Given) -> str:
    """What an activation is called: its name, or that of the function."""
    return given if isinstance(given, str) else getattr(given, "__name__", type(given).__name__)


def checked(given: object, place: str, like: Tensor) -> Given:
    """An activation that a user asks for, tried on a few numbers.

    Raises:
        ValueError: it is a name that is not known, or a function that bears the name of another.
        TypeError: it is neither a name nor a function, or what it gives is not a tensor of the same
            shape, dtype and device.
    """
    if isinstance(given, str):
        if given not in TORCH:
            raise ValueError(
                f"activation {place} must be one of {', '.join(TORCH)}; got {given!r}."
            )
        return given
    if not callable(given):
        raise TypeError(
            f"activation {place} must be a name or a function of a tensor, "
            f"got {type(given).__name__}."
        )
    if name_of(given) in TORCH:
        # In a record it would pass for that one.
        given = _renamed(given)
    asked = torch.linspace(-2.0, 2.0, 6, dtype=like.dtype, device=like.device).reshape(2, 3)
    with torch.no_grad():
        got = given(asked)
    wanted = (Tensor, asked.shape, asked.dtype, asked.device)
    if not isinstance(got, Tensor) or (Tensor, got.shape, got.dtype, got.device) != wanted:
        shape = tuple(got.shape) if isinstance(got, Tensor) else type(got).__name__
        raise TypeError(
            f"activation {place}, {name_of(given)}, must give a tensor of the shape, dtype and "
            f"device of its argument; for (2, 3) of {asked.dtype} it gave {shape}"
            + (f" of {got.dtype}." if isinstance(got, Tensor) else ".")
        )
    return given


def _renamed(given: Function) -> Function:
    def own(a: Tensor) -> Tensor:
        return given(a)

    own.__name__ = f"own {name_of(given)}"
    return own
