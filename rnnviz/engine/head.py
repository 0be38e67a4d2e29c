"""A linear layer on top of a recorded net."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import linear

from rnnviz.records import HeadOutput, Trace


def head_output(
    trace: Trace,
    weight: Tensor,
    bias: Tensor | None,
    *,
    name: str = "head",
    tokens: tuple[str, ...] | None = None,
    max_bytes: int,
) -> HeadOutput:
    """What `torch.nn.functional.linear(output, weight, bias)` gives at every timestep.

    Args:
        trace: of any net; its cells may hold tensors or arrays of numpy.
        weight: (out_features, D * state_size); computed in its dtype, half precision in float32.
        bias: (out_features,), or None.
        name: of the layer.
        tokens: what each of the out_features stands for.
        max_bytes: what the result may take, checked before memory is taken.

    Raises:
        ValueError: the layer does not fit the net, or the result would be too large.
    """
    last = trace.cells[-trace.config.num_directions :]
    width = sum(cell.state_size for cell in last)
    if weight.ndim != 2 or weight.shape[1] != width:
        raise ValueError(
            f"the head must read {width} numbers, the net's output; its weight is "
            f"{tuple(weight.shape)}."
        )
    dtype = weight.dtype if weight.dtype == torch.float64 else torch.float32
    needed = trace.seq_len * trace.batch * len(weight) * dtype.itemsize
    if needed > max_bytes:
        raise ValueError(
            f"the head's output would take {needed:,} bytes, more than the {max_bytes:,} allowed: "
            f"lower seq_len={trace.seq_len}, or choose no head of {len(weight):,} outputs."
        )
    states = [torch.as_tensor(np.asarray(cell.h)) for cell in last]
    output = torch.cat(states, dim=-1).to(dtype)  # (seq_len, batch, D * state_size)
    logits = linear(output, weight.to(dtype), None if bias is None else bias.to(dtype))
    return HeadOutput(name=name, logits=logits.numpy(), tokens=tokens)
