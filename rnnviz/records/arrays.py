"""The arrays that a record may hold, and where they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import torch

# Fresh records hold torch tensors, on the net's device; `Trace.numpy()` gives numpy arrays.
Array: TypeAlias = "np.ndarray | torch.Tensor"


def on_host(array: Array) -> np.ndarray:
    """The same numbers as a numpy array, not copied where they lie on the CPU."""
    if isinstance(array, np.ndarray):
        return array
    tensor = array.detach().cpu()
    # Numpy has no bfloat16; float32 holds every bfloat16 value exactly.
    return (tensor.float() if str(tensor.dtype) == "torch.bfloat16" else tensor).numpy()


def address(array: Array) -> int:
    """Where its memory begins."""
    return array.ctypes.data if isinstance(array, np.ndarray) else array.data_ptr()
