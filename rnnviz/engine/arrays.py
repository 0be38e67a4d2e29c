"""Memory of a run, owned by its record: numpy's where numpy computes, torch's elsewhere.

It is taken in one piece and handed out in parts: a large piece comes in large pages, whose first
touch costs a small part of that of many ordinary ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import groupby

import numpy as np
import torch
from torch import Tensor

from rnnviz.config import Direction
from rnnviz.engine.activations import Given, on_numpy, on_torch
from rnnviz.records import Array

# Numbers in a row of gates of which the factors around tanh are kept.
_SMALL_ROW = 2**12

# On the CPU numpy computes faster: its calls cost half of torch's, its float32 tanh a tenth. It
# shares its memory with torch's tensors, but has no bfloat16 and only a slow float16.
_NUMPY_DTYPES = {torch.float32: np.dtype(np.float32), torch.float64: np.dtype(np.float64)}


class NumpyArrays:
    """Arrays of numpy, which asks for large pages where torch does not.

    Args:
        like: a tensor of the dtype.
        numbers: how many numbers `empty` will be asked for in all.
    """

    # A step on vectors takes a fifth less time than one on matrices of a single row.
    takes_vectors = True

    # A quarter of np.matmul's cost on small arrays, half of np.dot's, which looks for other
    # libraries' arrays first; all it lacks is more than two dimensions.
    product = staticmethod(np.ndarray.dot)
    add = staticmethod(np.add)
    subtract = staticmethod(np.subtract)
    multiply = staticmethod(np.multiply)
    spare = staticmethod(np.empty_like)
    for_products = staticmethod(np.ascontiguousarray)

    def __init__(self, like: Tensor, numbers: int) -> None:
        self._memory = np.empty(numbers, _NUMPY_DTYPES[like.dtype])
        self._taken = 0

    def empty(self, *shape: int) -> np.ndarray:
        """The next part of the memory, not filled."""
        start = self._taken
        self._taken += math.prod(shape)
        return self._memory[start : self._taken].reshape(shape)

    def own(self, tensor: Tensor) -> Tensor:
        """A contiguous copy of a tensor, outside every graph."""
        return torch.from_numpy(np.array(tensor.detach().resolve_neg().numpy(), order="C"))

    def rows(self, array: np.ndarray, direction: Direction) -> Iterable[np.ndarray]:
        """Views of the rows in the order of computing."""
        return array if direction == "forward" else array[::-1]

    def seen(self, tensor: Tensor) -> np.ndarray:
        """The memory of a tensor."""
        return tensor.numpy()

    def tensor(self, array: np.ndarray) -> Tensor:
        """The memory of an array as a tensor."""
        return torch.from_numpy(array)

    def activation(self, given: Given) -> Callable[[np.ndarray, np.ndarray], object]:
        """One activation as a function of (a, out)."""
        return on_numpy(given)

    def gates_activation(
        self, names: Sequence[Given], row: np.ndarray
    ) -> Callable[[np.ndarray, np.ndarray], object]:
        """The activations of gates side by side in such a row, as one function of (a, out).

        Numpy has no sigmoid, but its tanh is fast, and sigmoid(a) = tanh(a / 2) / 2 + 1 / 2: so
        where the gates have only these two, one tanh serves all, scaled before and after.
        """
        if not all(name in ("sigmoid", "tanh") for name in names):
            return _side_by_side(names, row.shape[-1] // len(names), on_numpy)
        make = _around_tanh if row.size <= _SMALL_ROW else _around_tanh.__wrapped__
        scale, shift = make(tuple(names), row.shape, row.dtype)

        def act(a: np.ndarray, out: np.ndarray) -> None:
            np.multiply(a, scale, out)
            np.tanh(out, out)
            np.multiply(out, scale, out)
            np.add(out, shift, out)

        return act


class TorchArrays:
    """Tensors, for the dtypes numpy lacks and for devices other than the CPU.

    Args:
        like: a tensor of the dtype, on the device.
        numbers: how many numbers `empty` will be asked for in all.
    """

    takes_vectors = False

    spare = staticmethod(torch.empty_like)

    def __init__(self, like: Tensor, numbers: int) -> None:
        self._memory = torch.empty(numbers, dtype=like.dtype, device=like.device)
        self._taken = 0

    def empty(self, *shape: int) -> Tensor:
        """The next part of the memory, not filled."""
        start = self._taken
        self._taken += math.prod(shape)
        return self._memory[start : self._taken].view(shape)

    def own(self, tensor: Tensor) -> Tensor:
        """A contiguous copy of a tensor, outside every graph."""
        return tensor.detach().clone(memory_format=torch.contiguous_format)

    def rows(self, array: Tensor, direction: Direction) -> Iterable[Tensor]:
        """Views of the rows in the order of computing."""
        return array.unbind() if direction == "forward" else array.unbind()[::-1]

    def seen(self, tensor: Tensor) -> Tensor:
        """The tensor itself."""
        return tensor

    def tensor(self, array: Tensor) -> Tensor:
        """The tensor itself."""
        return array

    def for_products(self, matrix: Tensor) -> Tensor:
        """The matrix itself: torch multiplies by a transposed one as fast."""
        return matrix

    def product(self, left: Tensor, right: Tensor, out: Tensor) -> None:
        """Write the product of two matrices."""
        torch.mm(left, right, out=out)

    def add(self, left: Tensor, right: Tensor, out: Tensor) -> None:
        """Write a sum."""
        torch.add(left, right, out=out)

    def subtract(self, left: Tensor, right: Tensor, out: Tensor) -> None:
        """Write a difference."""
        torch.sub(left, right, out=out)

    def multiply(self, left: Tensor, right: Tensor, out: Tensor) -> None:
        """Write a product, number by number."""
        torch.mul(left, right, out=out)

    def activation(self, given: Given) -> Callable[[Tensor, Tensor], object]:
        """One activation as a function of (a, out)."""
        return _torch_activation(given)

    def gates_activation(
        self, names: Sequence[Given], row: Tensor
    ) -> Callable[[Tensor, Tensor], object]:
        """The activations of gates side by side in such a row, as one function of (a, out)."""
        return _side_by_side(names, row.shape[-1] // len(names), _torch_activation)


def arrays_like(tensor: Tensor, numbers: int) -> NumpyArrays | TorchArrays:
    """Memory for so many numbers of a tensor's dtype, on its device."""
    on_numpy = tensor.device.type == "cpu" and tensor.dtype in _NUMPY_DTYPES
    return NumpyArrays(tensor, numbers) if on_numpy else TorchArrays(tensor, numbers)


# Making them takes a seventh of the time of a small net's whole run.
@lru_cache(maxsize=64)
def _around_tanh(
    names: tuple[str, ...], shape: tuple[int, ...], dtype: np.dtype
) -> tuple[np.ndarray, np.ndarray]:
    """What tanh is multiplied by, before and after, and what is added, in rows of gates."""
    kinds = np.repeat([name == "sigmoid" for name in names], shape[-1] // len(names))
    # Of the row's whole shape where they differ: numpy takes twice as long to stretch a vector.
    scale = np.where(np.broadcast_to(kinds, shape), 0.5, 1.0).astype(dtype)
    if kinds.all():
        scale = np.array(0.5, dtype)
    shift = np.asarray(1 - scale, dtype)
    for array in (scale, shift):
        array.setflags(write=False)
    return scale, shift


def _side_by_side(
    names: Sequence[Given],
    size: int,
    activation: Callable[[Given], Callable[[Array, Array], object]],
) -> Callable[[Array, Array], object]:
    """A function of rows (a, out) that hold so many numbers for each activation."""
    parts, start = [], 0
    for name, same in groupby(names):
        stop = start + size * len(list(same))
        parts.append((slice(start, stop), activation(name)))
        start = stop

    def act(a: Array, out: Array) -> None:
        for part, act_part in parts:
            act_part(a[..., part], out[..., part])

    return act


def _torch_activation(given: Given) -> Callable[[Tensor, Tensor], object]:
    return _OUT.get(given) or on_torch(given)


def _torch_tanh(a: Tensor, out: Tensor) -> None:
    torch.tanh(a, out=out)


def _torch_relu(a: Tensor, out: Tensor) -> None:
    torch.clamp(a, min=0.0, out=out)


def _torch_sigmoid(a: Tensor, out: Tensor) -> None:
    torch.sigmoid(a, out=out)


# Those of torch's cells, written without an array between.
_OUT: dict[Given, Callable[[Tensor, Tensor], None]] = {
    "tanh": _torch_tanh,
    "relu": _torch_relu,
    "sigmoid": _torch_sigmoid,
}
