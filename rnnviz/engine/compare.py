"""torch.nn as the judge: how far a trace lies from it, and where the error begins."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn

from rnnviz.config import TOLERANCE, RNNConfig
from rnnviz.engine.checks import check_weights, config_of
from rnnviz.engine.plan import Lane, plan
from rnnviz.engine.weights import without_values
from rnnviz.records import CellTrace, Comparison, Step, Trace


def compare(trace: Trace, module: nn.RNN) -> Comparison:
    """Hold a trace against torch.nn: the whole net, and every cell by itself.

    Each cell is run again by torch on the input that the trace recorded for it, so that an error
    is placed where it arises and not in the layers above.

    Args:
        trace: what `rnnviz.trace` gave, or its `numpy()`.
        module: the net it is held against, usually the one that was traced.

    Raises:
        TypeError: module is no nn.RNN.
        ValueError: its sizes or options are not those of the trace.
        NotImplementedError: it draws dropout masks.
    """
    config = config_of(module)
    if config != trace.config:
        raise ValueError(f"module must have the trace's sizes, {trace.config}; got {config}.")
    check_weights(module, module.all_weights)
    with torch.no_grad():
        output, h_n = module(*_arguments(trace, module))
        cells = tuple(
            _run_cell_by_torch(config, lane, cell, module)
            for lane, cell in zip(plan(config), trace.cells, strict=True)
        )
        differences = np.stack(
            [
                _difference(cell.h, h).flatten(1).amax(1).numpy()
                if h.numel()
                else np.zeros(cell.seq_len)
                for cell, h in zip(trace.cells, cells, strict=True)
            ]
        )  # (num_layers * num_directions, seq_len)
        tolerance = TOLERANCE[config.dtype]
        limit = tolerance * max(1.0, *(_largest(array) for array in (output, h_n, *cells)))
        return Comparison(
            output=output,
            h_n=h_n,
            cells=cells,
            output_difference=_max(_difference(trace.output, output)),
            h_n_difference=_max(_difference(trace.h_n, h_n)),
            differences=differences,
            tolerance=tolerance,
            limit=limit,
            reason=_reason(config.dtype, tolerance),
            first=_first_beyond(trace, differences, limit),
        )


def _arguments(trace: Trace, module: nn.RNN) -> tuple[Tensor, Tensor]:
    """The (input, hx) of the traced call, laid out as the module takes them."""
    like = module.weight_ih_l0
    x = torch.as_tensor(trace.cells[0].x).to(like)  # (seq_len, batch, input_size)
    hx = torch.stack([torch.as_tensor(cell.h_0).to(like) for cell in trace.cells])
    if not trace.batched:
        return x.squeeze(1), hx.squeeze(1)
    return (x.transpose(0, 1) if trace.config.batch_first else x), hx


def _run_cell_by_torch(config: RNNConfig, lane: Lane, cell: CellTrace, module: nn.RNN) -> Tensor:
    """h of one cell, by a one-layer nn.RNN. Shape (seq_len, batch, hidden_size)."""
    like = module.weight_ih_l0
    alone = without_values(
        RNNConfig(
            input_size=config.layer_input_size(lane.layer),
            hidden_size=config.hidden_size,
            nonlinearity=config.nonlinearity,
            bias=config.bias,
            dtype=config.dtype,
        )
    ).to(like.device)
    for target, source in zip(alone.all_weights[0], module.all_weights[lane.row], strict=True):
        target.copy_(source)
    x = torch.as_tensor(cell.x).to(like)
    h_0 = torch.as_tensor(cell.h_0).to(like).unsqueeze(0)
    if lane.direction == "forward":
        return alone(x, h_0)[0]
    return alone(x.flip(0), h_0)[0].flip(0)


def _difference(ours: object, theirs: Tensor) -> Tensor:
    """|ours - theirs| on the CPU in float64; equal where both are NaN or the same infinity."""
    ours, theirs = torch.as_tensor(ours).cpu().double(), theirs.cpu().double()
    same = (ours == theirs) | (ours.isnan() & theirs.isnan())
    distance = (ours - theirs).abs().masked_fill(same, 0.0)
    return distance.nan_to_num(nan=math.inf, posinf=math.inf)


def _max(distance: Tensor) -> float:
    return float(distance.max()) if distance.numel() else 0.0


def _largest(array: Tensor) -> float:
    return _max(array.double().abs().nan_to_num(nan=0.0, posinf=0.0))


def _reason(dtype: str, tolerance: float) -> str:
    rounding = torch.finfo(getattr(torch, dtype)).eps / 2
    return (
        f"{dtype} rounds each sum by up to {rounding:.0e} of its size, torch adds in another "
        f"order, and the roundings of many steps add up: up to {tolerance:.0e} counts as equal."
    )


def _first_beyond(trace: Trace, differences: np.ndarray, limit: float) -> Step | None:
    for cell, by_step in zip(trace.cells, differences, strict=True):
        for t in cell.positions():
            if by_step[t] > limit:
                return Step(cell.layer, cell.direction, t)
    return None
