"""Tensors as they come out of a file: which ones count, and whether they are too many."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from rnnviz.files.errors import ModelFileError

# What a net's weights may be.
FLOATS = (torch.float32, torch.float64, torch.float16, torch.bfloat16)


def kept_tensors(tensors: Mapping[str, object], max_bytes: int) -> dict[str, Tensor]:
    """Those that may be weights or results: dense, of 1 to 3 axes of floating numbers, on the CPU.

    They come in memory of their own: a file may give a tensor of any size a storage of one number.

    Raises:
        ModelFileError: together they take more than max_bytes.
    """
    kept = {name: tensor for name, tensor in tensors.items() if _may_be_kept(tensor)}
    total = sum(tensor.numel() * tensor.element_size() for tensor in kept.values())
    if total > max_bytes:
        raise ModelFileError(
            f"its arrays would take {total:,} bytes, more than the {max_bytes:,} allowed."
        )
    return {
        name: tensor.detach().clone(memory_format=torch.contiguous_format)
        for name, tensor in kept.items()
    }


def _may_be_kept(tensor: object) -> bool:
    return (
        type(tensor) in (Tensor, torch.nn.Parameter)
        and tensor.layout == torch.strided
        and tensor.device.type == "cpu"
        and tensor.dtype in FLOATS
        and tensor.ndim in (1, 2, 3)
    )
