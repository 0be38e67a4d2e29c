"""The weights of a run as files that torch reads."""

from __future__ import annotations

import io

import numpy as np
import torch
from safetensors.torch import save
from torch import Tensor

from rnnviz.config import PARAMETERS, StackConfig, parameter_suffix
from rnnviz.records import CellTrace, Trace
from rnnviz.records.arrays import on_host


def state_dict_of(trace: Trace) -> dict[str, Tensor]:
    """The parameters of the net that was traced, as `module.state_dict()` has them.

    Those of a `CellStack` have its names, `cells.0.weight_ih`, those of a single cell none of a
    layer, `weight_ih`.
    """
    dtype = getattr(torch, trace.config.dtype)
    tensors = {}
    for cell in trace.cells:
        for name in PARAMETERS:
            array = getattr(cell, name)
            if array is not None:
                # In memory of their own, and as they were: on the host bfloat16 is float32.
                tensor = torch.from_numpy(np.array(on_host(array))).to(dtype)
                tensors[_name(trace, cell, name)] = tensor
    return tensors


def weights_pt(trace: Trace) -> bytes:
    """The state_dict as torch.save writes it."""
    file = io.BytesIO()
    torch.save(state_dict_of(trace), file)
    return file.getvalue()


def weights_safetensors(trace: Trace) -> bytes:
    """The state_dict as a `.safetensors`."""
    return save({name: tensor.contiguous() for name, tensor in state_dict_of(trace).items()})


def _name(trace: Trace, cell: CellTrace, name: str) -> str:
    if isinstance(trace.config, StackConfig):
        part = "cells" if cell.direction == "forward" else "reverse"
        return f"{part}.{cell.layer}.{name}"
    return name if trace.of_one_cell else name + parameter_suffix(cell.layer, cell.direction)
