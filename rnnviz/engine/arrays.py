"""Memory of a run, owned by its record: numpy's where numpy computes, torch's elsewhere.

It is taken in one piece and handed out in parts: a large piece comes in large pages, whose first
touch costs a small part of that of many ordinary ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np
import torch
from torch import Tensor

from rnnviz.config import Direction, Nonlinearity
from rnnviz.records import Array

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

    def activation(self, nonlinearity: Nonlinearity) -> Callable[[np.ndarray, np.ndarray], object]:
        """The nonlinearity as a function of (a, out)."""
        return np.tanh if nonlinearity == "tanh" else _numpy_relu


class TorchArrays:
    """Tensors, for the dtypes numpy lacks and for devices other than the CPU.

    Args:
        like: a tensor of the dtype, on the device.
        numbers: how many numbers `empty` will be asked for in all.
    """

    takes_vectors = False

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

    def product(self, left: Tensor, right: Tensor, out: Tensor) -> None:
        """Write the product of two matrices."""
        torch.mm(left, right, out=out)

    def add(self, left: Tensor, right: Tensor, out: Tensor) -> None:
        """Write a sum."""
        torch.add(left, right, out=out)

    def activation(self, nonlinearity: Nonlinearity) -> Callable[[Tensor, Tensor], object]:
        """The nonlinearity as a function of (a, out)."""
        return _torch_tanh if nonlinearity == "tanh" else _torch_relu


def arrays_like(tensor: Tensor, numbers: int) -> NumpyArrays | TorchArrays:
    """Memory for so many numbers of a tensor's dtype, on its device."""
    on_numpy = tensor.device.type == "cpu" and tensor.dtype in _NUMPY_DTYPES
    return NumpyArrays(tensor, numbers) if on_numpy else TorchArrays(tensor, numbers)


def _numpy_relu(a: Array, out: Array) -> None:
    np.maximum(a, 0.0, out=out)


def _torch_tanh(a: Tensor, out: Tensor) -> None:
    torch.tanh(a, out=out)


def _torch_relu(a: Tensor, out: Tensor) -> None:
    torch.clamp(a, min=0.0, out=out)
