"""LSTMs with every gate apart: eight matrices and four biases, as many hand-written cells do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias, get_args

import torch
from torch import Tensor, nn

from rnnviz.config import GATE_NAMES, Dtype, RNNConfig
from rnnviz.engine.checks import check_weights, config_of, weights_of
from rnnviz.engine.weights import without_values

Gates: TypeAlias = Mapping[str, Tensor]

_GATES = GATE_NAMES["LSTM"]
_READS_X = tuple(f"W_i{gate}" for gate in _GATES)
_READS_H = tuple(f"W_h{gate}" for gate in _GATES)
_BIASES = tuple(f"b_{gate}" for gate in _GATES)


def lstm_to_gates(module: nn.LSTM | nn.LSTMCell) -> list[dict[str, Tensor]]:
    """The matrices and biases of every gate: copies, outside every graph.

    One dict for each cell, in the order of h_n's rows: layer 0 forward, layer 0 reverse, layer 1
    forward, ... It holds

        W_ii W_if W_ig W_io: (hidden_size, layer_input_size)
        W_hi W_hf W_hg W_ho: (hidden_size, hidden_size), or (hidden_size, proj_size)
        b_i b_f b_g b_o: b_ih + b_hh, (hidden_size,); not without bias
        W_hr: (proj_size, hidden_size); only where h is projected

    Raises:
        TypeError: it is no LSTM of torch, or has a forward of its own.
        RuntimeError: its parameters do not share one dtype and one device.
        NotImplementedError: hooks change it before each call.
    """
    if not isinstance(module, nn.LSTM | nn.LSTMCell):
        raise TypeError(f"module must be a torch.nn.LSTM or LSTMCell, got {type(module).__name__}.")
    weights = weights_of(module, config_of(module))
    check_weights(module, weights)
    with torch.no_grad():
        return [_apart(cell) for cell in weights]


def lstm_from_gates(
    cells: Gates | Sequence[Gates], *, bidirectional: bool = False, batch_first: bool = False
) -> nn.LSTM:
    """The net of torch that computes with these gates, in eval mode, b_hh being 0.

    Its dtype and device are those of the tensors, which are copied. Nothing is drawn from torch's
    global generator.

    Args:
        cells: named and ordered as `lstm_to_gates` gives them; a dict alone is one cell.
        bidirectional: whether every second cell is the reverse one of its layer.
        batch_first: as in `torch.nn.LSTM`.

    Raises:
        TypeError: a cell is no dict, a value no tensor, its dtype none of the four floating ones,
            or an option no bool.
        ValueError: names are missing or unknown, a shape is wrong, a layer does not fit onto the
            one below, or the tensors differ in dtype or device.
    """
    given = _listed(cells)
    places = _places(len(given), bidirectional)
    _check_names(given, places)
    _check_kinds(given, places)
    config = _config(given[0], len(places), bidirectional, batch_first)
    _check_shapes(given, places, config)
    module = without_values(config)
    with torch.no_grad():
        for cell, weights in zip(given, weights_of(module, config), strict=True):
            _fill(weights, cell)
    return module.to(given[0]["W_ii"].device)


def _apart(cell: Gates) -> dict[str, Tensor]:
    """The gates of one cell, whose parameters are named as in a record."""
    blocks = {
        **dict(zip(_READS_X, cell["weight_ih"].chunk(4), strict=True)),
        **dict(zip(_READS_H, cell["weight_hh"].chunk(4), strict=True)),
    }
    if "bias_ih" in cell:
        both = cell["bias_ih"] + cell["bias_hh"]  # (4 * hidden_size,)
        blocks |= dict(zip(_BIASES, both.chunk(4), strict=True))
    if "weight_hr" in cell:
        blocks["W_hr"] = cell["weight_hr"]
    return {name: block.detach().clone() for name, block in blocks.items()}


def _fill(weights: dict[str, Tensor], cell: Gates) -> None:
    """Stack the gates in the parameters of one cell."""
    weights["weight_ih"].copy_(_stacked(cell, _READS_X))
    weights["weight_hh"].copy_(_stacked(cell, _READS_H))
    if "bias_ih" in weights:
        weights["bias_ih"].copy_(_stacked(cell, _BIASES))
        weights["bias_hh"].zero_()
    if "weight_hr" in weights:
        weights["weight_hr"].copy_(cell["W_hr"])


def _stacked(cell: Gates, names: tuple[str, ...]) -> Tensor:
    return torch.cat([cell[name] for name in names])


def _listed(cells: object) -> list[Gates]:
    given = [cells] if isinstance(cells, Mapping) else cells
    if not isinstance(given, list | tuple):
        raise TypeError(f"cells must be a dict or a list of dicts, got {type(cells).__name__}.")
    for index, cell in enumerate(given):
        if not isinstance(cell, Mapping):
            raise TypeError(f"cells[{index}] must be a dict, got {type(cell).__name__}.")
    if not given:
        raise ValueError("cells must hold at least one dict, got none.")
    return list(given)


def _places(count: int, bidirectional: bool) -> list[str]:
    """What errors call the cells, in their order."""
    if bidirectional and count % 2:
        raise ValueError(
            "cells must hold two dicts for each layer of a bidirectional net, forward and "
            f"reverse; got {count}."
        )
    ways = ("forward", "reverse") if bidirectional else ("forward",)
    return [
        f"cells[{row}] (layer {row // len(ways)}, {ways[row % len(ways)]})" for row in range(count)
    ]


def _check_names(cells: list[Gates], places: list[str]) -> None:
    """Refuse missing and unknown names; with a bias or W_hr in one cell, all must have them."""
    known = (*_READS_X, *_READS_H, *_BIASES, "W_hr")
    for place, cell in zip(places, cells, strict=True):
        unknown = [str(name) for name in cell if name not in known]
        if unknown:
            raise ValueError(
                f"{place} must hold no names but {' '.join(known)}; got {' '.join(unknown)}."
            )
    used = set().union(*cells)
    for names, rule in (
        ((*_READS_X, *_READS_H), ""),
        (_BIASES, ", as biases must be given for all gates and cells or for none"),
        (("W_hr",), ", as all cells must be projected or none"),
    ):
        for place, cell in zip(places, cells, strict=True):
            missing = [name for name in names if name not in cell]
            if missing and (not rule or used.intersection(names)):
                raise ValueError(
                    f"{place} must hold {' '.join(names)}{rule}; it lacks {' '.join(missing)}."
                )


def _check_kinds(cells: list[Gates], places: list[str]) -> None:
    """Refuse what is no tensor of a floating dtype, and more than one dtype or device."""
    values = [
        (f"{name} of {place}", value)
        for place, cell in zip(places, cells, strict=True)
        for name, value in cell.items()
    ]
    for what, value in values:
        if not isinstance(value, Tensor):
            raise TypeError(f"{what} must be a torch.Tensor, got {type(value).__name__}.")
        if str(value.dtype).removeprefix("torch.") not in get_args(Dtype):
            raise TypeError(f"{what} must be {', '.join(get_args(Dtype))}; got {value.dtype}.")
    like = cells[0]["W_ii"]
    for what, value in values:
        if (value.dtype, value.device) != (like.dtype, like.device):
            raise ValueError(
                f"{what} must be {like.dtype} on {like.device}, as W_ii of cells[0] is; "
                f"got {value.dtype} on {value.device}."
            )


def _config(first: Gates, count: int, bidirectional: bool, batch_first: bool) -> RNNConfig:
    """The config that the shapes of the first cell tell; `count` is that of all cells."""
    for name, axes in (("W_ii", "(hidden_size, input_size)"), ("W_hr", "(proj_size, hidden_size)")):
        shape = tuple(first[name].shape) if name in first else (1, 1)
        if len(shape) != 2 or 0 in shape:
            raise ValueError(f"{name} of cells[0] must be {axes}, each at least 1; got {shape}.")
    hidden_size, input_size = first["W_ii"].shape
    return RNNConfig(
        kind="LSTM",
        input_size=input_size,
        hidden_size=hidden_size,
        num_layers=count // (2 if bidirectional else 1),
        bias="b_i" in first,
        bidirectional=bidirectional,
        batch_first=batch_first,
        proj_size=len(first["W_hr"]) if "W_hr" in first else 0,
        dtype=str(first["W_ii"].dtype).removeprefix("torch."),
    )


def _check_shapes(cells: list[Gates], places: list[str], config: RNNConfig) -> None:
    """Refuse shapes other than those that the first cell's W_ii and W_hr make."""
    state = "proj_size" if config.proj_size else "hidden_size"
    below = f"num_directions * {state}" if config.bidirectional else state
    rows, from_h = config.hidden_size, (config.state_size, state)
    for place, cell, (layer, _) in zip(places, cells, config.lanes, strict=True):
        from_x = (config.layer_input_size(layer), "input_size" if layer == 0 else below)
        wanted = {
            **dict.fromkeys(_READS_X, ((rows, "hidden_size"), from_x)),
            **dict.fromkeys(_READS_H, ((rows, "hidden_size"), from_h)),
            **dict.fromkeys(_BIASES, ((rows, "hidden_size"),)),
            "W_hr": (from_h, (rows, "hidden_size")),
        }
        for name, value in cell.items():
            sizes, axes = zip(*wanted[name], strict=True)
            if tuple(value.shape) != sizes:
                raise ValueError(
                    f"{name} of {place} must be {_spelled(axes)} = {sizes}, by the sizes of "
                    f"cells[0]; got {tuple(value.shape)}."
                )


def _spelled(axes: tuple[str, ...]) -> str:
    return f"({', '.join(axes)}{',' if len(axes) == 1 else ''})"
