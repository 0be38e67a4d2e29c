"""What a run refuses before it begins: modules that cannot be run by hand, and runs too large."""

from __future__ import annotations

from typing import TypeAlias

import torch
from torch import Tensor, nn

from rnnviz.config import Kind, NetConfig, RNNConfig
from rnnviz.engine.activations import Given
from rnnviz.engine.plan import record_bytes
from rnnviz.engine.stack import CELL_KINDS, CellStack
from rnnviz.limits import TooLargeError

Module: TypeAlias = nn.RNN | nn.LSTM | nn.GRU | nn.RNNCell | nn.LSTMCell | nn.GRUCell | CellStack

_KINDS: dict[type[nn.Module], Kind] = {
    nn.RNN: "RNN",
    nn.LSTM: "LSTM",
    nn.GRU: "GRU",
    **CELL_KINDS,
}


def config_of(module: Module) -> NetConfig:
    """The config of a torch module or a stack; a cell is a net of one layer in one direction.

    Raises:
        TypeError: it is none of torch's recurrent nets and cells, or its dtype is none of the four
            floating ones.
    """
    if isinstance(module, CellStack):
        return module.config
    base = _base_of(module)
    options = {
        "kind": _KINDS[base],
        "input_size": module.input_size,
        "hidden_size": module.hidden_size,
        "bias": module.bias,
    }
    if _KINDS[base] == "RNN":
        options["nonlinearity"] = module.nonlinearity
    if is_cell(module):
        return RNNConfig(**options, dtype=_dtype_name(module.weight_ih.dtype))
    return RNNConfig(
        **options,
        num_layers=module.num_layers,
        batch_first=module.batch_first,
        bidirectional=module.bidirectional,
        proj_size=module.proj_size,
        dropout=module.dropout,
        dtype=_dtype_name(module.weight_ih_l0.dtype),
    )


def is_cell(module: Module) -> bool:
    """Whether it is a single cell, which takes one timestep."""
    return isinstance(module, nn.RNNCellBase)


def weights_of(module: Module, config: NetConfig) -> list[dict[str, Tensor]]:
    """The parameters of every cell, in the order of h_n's rows, named as in a record."""
    names = ["weight_ih", "weight_hh"]
    if config.bias:
        names += ["bias_ih", "bias_hh"]
    if isinstance(module, CellStack):
        return [{name: getattr(cell, name) for name in names} for _, cell, _ in module.lanes()]
    if is_cell(module):
        return [{name: getattr(module, name) for name in names}]
    if config.proj_size:
        names.append("weight_hr")
    return [dict(zip(names, cell, strict=True)) for cell in module.all_weights]


def activations_of(module: Module, config: NetConfig) -> list[tuple[Given, ...]]:
    """The activations of every cell, in the order of h_n's rows."""
    if isinstance(module, CellStack):
        return [given for _, _, given in module.lanes()]
    return [config.activation_names] * len(config.lanes)


def drops(module: Module) -> bool:
    """Whether the module drops numbers at random between its layers when it is called."""
    if is_cell(module) or isinstance(module, CellStack):
        return False
    return module.training and module.dropout > 0 and module.num_layers > 1


def check_weights(module: Module, weights: list[dict[str, Tensor]]) -> None:
    """Refuse a net that cannot be run by hand; `weights` is `weights_of(module)`.

    Raises:
        TypeError: it is a subclass with a forward of its own.
        RuntimeError: its parameters do not share one dtype and one device.
        NotImplementedError: hooks change it before each call.
    """
    _check_forward(module)
    if isinstance(module, CellStack):
        for _, cell, _ in module.lanes():
            _check_forward(cell)
    kinds = {(value.dtype, value.device) for cell in weights for value in cell.values()}
    if len(kinds) > 1:
        got = " and ".join(sorted(f"{dtype} on {device}" for dtype, device in kinds))
        raise RuntimeError(f"module must have one dtype on one device throughout; got {got}.")


def _check_forward(module: Module) -> None:
    base = _base_of(module)
    if type(module).forward is not base.forward or "forward" in vars(module):
        name = "CellStack" if base is CellStack else f"torch.nn.{base.__name__}"
        raise TypeError(f"module must compute what {name} does, but has a forward of its own.")
    if module._forward_pre_hooks:
        raise NotImplementedError(
            "module has hooks that run before each call, as of the older weight_norm or prune, and "
            "may change its weights; remove them, or use torch.nn.utils.parametrizations."
        )


def check_budget(
    config: NetConfig, sizes: tuple[int, int], written: int, indices: int, max_bytes: int
) -> None:
    """Refuse a run of these sizes, (seq_len, batch), if its record would be larger than max_bytes.

    `written` and `indices` are those of `record_bytes`.

    Raises:
        TooLargeError: with the bytes it would take and what to lower.
    """
    seq_len, batch = sizes
    needed = record_bytes(config, seq_len, batch, written, indices)
    if needed > max_bytes:
        raise TooLargeError(
            f"the trace would take {needed:,} bytes, more than the {max_bytes:,} allowed: "
            f"lower seq_len={seq_len}, batch={batch}, num_layers={config.num_layers} or "
            f"hidden_size={config.hidden_size}."
        )


def _base_of(module: Module) -> type[nn.Module]:
    """The class of torch that the module is, or is a subclass of."""
    for base in (*_KINDS, CellStack):
        if isinstance(module, base):
            return base
    raise TypeError(
        "module must be a torch.nn.RNN, LSTM, GRU, RNNCell, LSTMCell, GRUCell or an "
        f"rnnviz.CellStack, got {type(module).__name__}."
    )


def _dtype_name(dtype: torch.dtype) -> str:
    name = str(dtype).removeprefix("torch.")
    if name not in ("float32", "float64", "bfloat16", "float16"):
        raise TypeError(f"the weights must be float32, float64, bfloat16 or float16, got {name}.")
    return name
