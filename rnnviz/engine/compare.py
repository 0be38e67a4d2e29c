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
    is placed where it arises and not in the layers above. The module is called as usual, with its
    hooks, but without autocast. On CUDA, torch's own RNN rounds more coarsely while
    `torch.backends.cudnn.allow_tf32` is on.

    Args:
        trace: what `rnnviz.trace` gave, or its `numpy()`.
        module: the net it is held against, usually the one that was traced.

    Raises:
        TypeError: module is no nn.RNN.
        ValueError: its sizes or options are not those of the trace.
        NotImplementedError: it draws dropout masks, or hooks change it before each call.
    """
    config = config_of(module)
    if config != trace.config:
        raise ValueError(f"module must have the trace's sizes, {trace.config}; got {config}.")
    weights = module.all_weights
    check_weights(module, weights)
    with torch.no_grad(), torch.autocast(weights[0][0].device.type, enabled=False):
        output, h_n = module(*_arguments(trace, weights[0][0]))
        cells = tuple(
            _run_cell_by_torch(config, lane, cell, weights[lane.row])
            for lane, cell in zip(plan(config), trace.cells, strict=True)
        )
    return _judged(trace, output, h_n, cells)


def _judged(trace: Trace, output: Tensor, h_n: Tensor, cells: tuple[Tensor, ...]) -> Comparison:
    """The comparison with what torch gave."""
    tolerance = TOLERANCE[trace.config.dtype]
    differences = np.stack(
        [_by_step(cell.h, h) for cell, h in zip(trace.cells, cells, strict=True)]
    )  # (num_layers * num_directions, seq_len)
    cell_limits = np.array([tolerance * _size(h) for h in cells])
    return Comparison(
        output=output,
        h_n=h_n,
        cells=cells,
        output_difference=_max(_difference(trace.output, output)),
        h_n_difference=_max(_difference(trace.h_n, h_n)),
        differences=differences,
        tolerance=tolerance,
        output_limit=tolerance * _size(output),
        h_n_limit=tolerance * _size(h_n),
        cell_limits=cell_limits,
        reason=_reason(trace.config.dtype, tolerance),
        first=_first_beyond(trace, differences, cell_limits),
    )


def _arguments(trace: Trace, like: Tensor) -> tuple[Tensor, Tensor]:
    """The (input, hx) of the traced call, laid out as the module takes them."""
    x = torch.as_tensor(trace.cells[0].x).to(like)  # (seq_len, batch, input_size)
    hx = torch.stack([torch.as_tensor(cell.h_0).to(like) for cell in trace.cells])
    if not trace.batched:
        return x.squeeze(1), hx.squeeze(1)
    return (x.transpose(0, 1) if trace.config.batch_first else x), hx


def _run_cell_by_torch(
    config: RNNConfig, lane: Lane, cell: CellTrace, weights: list[Tensor]
) -> Tensor:
    """h of one cell, by a one-layer nn.RNN. Shape (seq_len, batch, hidden_size)."""
    like = weights[0]
    alone = without_values(
        RNNConfig(
            input_size=config.layer_input_size(lane.layer),
            hidden_size=config.hidden_size,
            nonlinearity=config.nonlinearity,
            bias=config.bias,
            dtype=config.dtype,
        )
    ).to(like.device)
    for target, source in zip(alone.all_weights[0], weights, strict=True):
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


def _by_step(ours: object, theirs: Tensor) -> np.ndarray:
    """max |difference| over batch and units. Shape (seq_len,)."""
    if theirs.numel() == 0:
        return np.zeros(len(theirs))
    return _difference(ours, theirs).flatten(1).amax(1).numpy()


def _size(array: Tensor) -> float:
    """max(1, max |array|), what is not finite left out."""
    return max(1.0, _max(array.double().abs().nan_to_num(nan=0.0, posinf=0.0)))


def _reason(dtype: str, tolerance: float) -> str:
    rounding = torch.finfo(getattr(torch, dtype)).eps / 2
    return (
        f"{dtype} rounds each sum by up to {rounding:.0e} of its size, torch adds in another "
        f"order, and the roundings of many steps add up: up to {tolerance:.0e} counts as equal."
    )


def _first_beyond(trace: Trace, differences: np.ndarray, limits: np.ndarray) -> Step | None:
    for cell, by_step, limit in zip(trace.cells, differences, limits, strict=True):
        for t in cell.positions():
            if by_step[t] > limit:
                return Step(cell.layer, cell.direction, t)
    return None
