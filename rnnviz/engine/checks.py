"""What a run refuses, before it begins, with the exception types of torch and better words."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnviz.config import RNNConfig
from rnnviz.engine.plan import record_bytes


def config_of(module: nn.RNN) -> RNNConfig:
    """The config of a torch module.

    Raises:
        TypeError: it is not an nn.RNN, or its dtype is none of the four floating ones.
    """
    if not isinstance(module, nn.RNN):
        raise TypeError(f"module must be a torch.nn.RNN, got {type(module).__name__}.")
    return RNNConfig(
        input_size=module.input_size,
        hidden_size=module.hidden_size,
        num_layers=module.num_layers,
        nonlinearity=module.nonlinearity,
        bias=module.bias,
        batch_first=module.batch_first,
        bidirectional=module.bidirectional,
        dtype=_dtype_name(module.weight_ih_l0.dtype),
    )


def check_weights(module: nn.RNN, weights: list[list[Tensor]]) -> None:
    """Refuse a net that cannot be run by hand; `weights` is `module.all_weights`.

    Raises:
        TypeError: it is a subclass with a forward of its own.
        RuntimeError: its parameters do not share one dtype and one device.
        NotImplementedError: it would drop units at random (dropout in training mode), or hooks
            change it before each call.
    """
    if type(module).forward is not nn.RNN.forward or "forward" in vars(module):
        raise TypeError("module must compute what torch.nn.RNN does, but has a forward of its own.")
    if module._forward_pre_hooks:
        raise NotImplementedError(
            "module has hooks that run before each call, as of the older weight_norm or prune, and "
            "may change its weights; remove them, or use torch.nn.utils.parametrizations."
        )
    if module.dropout > 0 and module.training and module.num_layers > 1:
        raise NotImplementedError(
            f"module draws new dropout masks at each call (dropout={module.dropout}, training "
            "mode), which a trace cannot repeat; call module.eval() first."
        )
    kinds = {(value.dtype, value.device) for cell in weights for value in cell}
    if len(kinds) > 1:
        got = " and ".join(sorted(f"{dtype} on {device}" for dtype, device in kinds))
        raise RuntimeError(f"module must have one dtype on one device throughout; got {got}.")


def check_input(module: nn.RNN, config: RNNConfig, input: Tensor) -> None:
    """Refuse an input that torch.nn.RNN would refuse.

    Raises:
        TypeError: it is no tensor.
        ValueError: it has neither 2 nor 3 dimensions, or another dtype than the weights.
        RuntimeError: its last size is not input_size, its length is 0 or its device another.
    """
    if isinstance(input, PackedSequence):
        raise TypeError("input must be a tensor; a PackedSequence cannot be traced yet.")
    if not isinstance(input, Tensor):
        raise TypeError(f"input must be a torch.Tensor, got {type(input).__name__}.")
    size = config.input_size
    batched = f"(batch, seq_len, {size})" if config.batch_first else f"(seq_len, batch, {size})"
    wanted = f"{batched}, or (seq_len, {size}) without a batch"
    got = tuple(input.shape)
    if input.dim() not in (2, 3):
        raise ValueError(f"input must be {wanted}; got {got}, which has {input.dim()} dimensions.")
    weight = module.weight_ih_l0
    if input.dtype != weight.dtype:
        raise ValueError(
            f"input must have the weights' dtype, {weight.dtype}, got {input.dtype}; "
            f"input.to({weight.dtype}) converts it."
        )
    if input.shape[-1] != size:
        raise RuntimeError(f"input must be {wanted}, with input_size={size} last; got {got}.")
    time_axis = 1 if config.batch_first and input.dim() == 3 else 0
    if input.shape[time_axis] == 0:
        raise RuntimeError(f"input must have at least one timestep, got {got}.")
    if input.device != weight.device:
        raise RuntimeError(
            f"input must be on the weights' device, {weight.device}, got {input.device}."
        )


def check_hx(config: RNNConfig, input: Tensor, hx: Tensor | None) -> None:
    """Refuse an initial state that torch.nn.RNN would refuse.

    Raises:
        TypeError: it is neither a tensor nor None.
        RuntimeError: its shape, dtype or device does not fit the net and the input.
    """
    if hx is None:
        return
    if not isinstance(hx, Tensor):
        raise TypeError(f"hx must be one tensor, h_0, or None; got {type(hx).__name__}.")
    rows = config.num_layers * config.num_directions
    if input.dim() == 2:
        wanted = (rows, config.hidden_size)
        names = "(num_layers * num_directions, hidden_size), the input being unbatched"
    else:
        wanted = (rows, input.shape[0 if config.batch_first else 1], config.hidden_size)
        names = "(num_layers * num_directions, batch, hidden_size)"
    if tuple(hx.shape) != wanted:
        raise RuntimeError(f"hx must be {wanted} = {names}; got {tuple(hx.shape)}.")
    if hx.dtype != input.dtype:
        raise RuntimeError(f"hx must have the input's dtype, {input.dtype}, got {hx.dtype}.")
    if hx.device != input.device:
        raise RuntimeError(f"hx must be on the input's device, {input.device}, got {hx.device}.")


def check_budget(config: RNNConfig, seq_len: int, batch: int, written: int, max_bytes: int) -> None:
    """Refuse a run that writes so many numbers if its record would be larger than max_bytes.

    Raises:
        ValueError: with the bytes it would take and what to lower.
    """
    needed = record_bytes(config, seq_len, batch, written)
    if needed > max_bytes:
        raise ValueError(
            f"the trace would take {needed:,} bytes, more than the {max_bytes:,} allowed: "
            f"lower seq_len={seq_len}, batch={batch}, num_layers={config.num_layers} or "
            f"hidden_size={config.hidden_size}."
        )


def _dtype_name(dtype: torch.dtype) -> str:
    name = str(dtype).removeprefix("torch.")
    if name not in ("float32", "float64", "bfloat16", "float16"):
        raise TypeError(f"the weights must be float32, float64, bfloat16 or float16, got {name}.")
    return name
