"""torch.nn as the judge: how far a trace lies from it, and where the error begins."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from rnnviz.config import TOLERANCE, NetConfig, StackConfig
from rnnviz.engine.activations import Given
from rnnviz.engine.again import call_again, packed_like
from rnnviz.engine.checks import (
    Module,
    activations_of,
    check_weights,
    config_of,
    drops,
    is_cell,
    weights_of,
)
from rnnviz.engine.packing import rows_of
from rnnviz.engine.rerun import Rerun, run_cell_by_torch, run_with_masks
from rnnviz.records import Comparison, Step, Trace


class _Result(NamedTuple):
    """What torch returns for the whole net; c_n is None unless an LSTM."""

    output: Tensor | PackedSequence
    h_n: Tensor | tuple[Tensor, ...]
    c_n: Tensor | tuple[Tensor | None, ...] | None


def compare(trace: Trace, module: Module) -> Comparison:
    """Hold a trace against torch.nn: the whole net, and every cell by itself.

    Each cell is run again by torch on the input that the trace recorded for it, so that an error
    is placed where it arises and not in the layers above; an LSTM's c is held against one update
    of torch's from the recorded h and c before it. The module is called with its hooks, but without
    autocast. On CUDA torch rounds more coarsely while `torch.backends.cudnn.allow_tf32` is on.

    Where numbers are dropped at random (dropout in training mode, or a trace of such a run), torch
    runs layer by layer with the masks that the trace recorded, as no call would repeat them. A
    `CellStack` is held against its own forward, which calls torch's cells where it can. A run with
    clamps, which torch has not, is held against the same sums in plain torch, layer by layer.

    Args:
        trace: what `rnnviz.trace` gave, or its `numpy()`.
        module: the net it is held against, usually the one traced.

    Raises:
        TypeError: module is no recurrent net, cell or stack.
        ValueError: its sizes or options are not those of the trace.
        NotImplementedError: hooks change it before each call.
    """
    config = config_of(module)
    _check_fits(trace, module, config)
    weights = weights_of(module, config)
    check_weights(module, weights)
    like = weights[0]["weight_ih"]
    activations = activations_of(module, config)
    at_random = 0 < config.dropout < 1 and (drops(module) or _has_masks(trace))
    with torch.no_grad(), torch.autocast(like.device.type, enabled=False):
        if at_random or trace.clamps:
            result = _layer_by_layer(trace, config, weights, activations)
        else:
            result = _called(trace, module, like)
        runs = [
            run_cell_by_torch((config.cells_of(cell.layer), given), cell, own)
            for cell, own, given in zip(trace.cells, weights, activations, strict=True)
        ]
    return _judged(trace, result, runs)


def _check_fits(trace: Trace, module: Module, config: NetConfig) -> None:
    if config != trace.config:
        raise ValueError(f"module must have the trace's sizes, {trace.config}; got {config}.")
    if is_cell(module) != trace.of_one_cell:
        kinds = ("a net", "a single cell")
        raise ValueError(
            f"module must be {kinds[trace.of_one_cell]}, as the trace's was; "
            f"got {type(module).__name__}."
        )


def _has_masks(trace: Trace) -> bool:
    return any(cell.dropout_mask is not None for cell in trace.cells)


def _called(trace: Trace, module: Module, like: Tensor) -> _Result:
    """What the module returns for the input and the states of the traced call."""
    x, hx = call_again(trace, like)
    returned = module(x, hx)
    if trace.of_one_cell:
        h, c = returned if isinstance(returned, tuple) else (returned, None)
        return _Result(h, h, c)
    output, finals = returned
    return _Result(output, *(finals if trace.config.has_c else (finals, None)))


def _layer_by_layer(
    trace: Trace,
    config: NetConfig,
    weights: list[dict[str, Tensor]],
    activations: list[tuple[Given, ...]],
) -> _Result:
    """What the module would have returned with the masks and clamps of the trace."""
    joined, runs = run_with_masks(trace, config, weights, activations)
    finals = [tuple(run.h_last for run in runs), None]
    if config.has_c:
        finals[1] = tuple(run.c_last for run in runs)
    alone = not trace.batched
    if isinstance(config, StackConfig):
        finals = [final and tuple(_own(row, alone) for row in final) for final in finals]
    else:
        finals = [None if final is None else torch.stack(final) for final in finals]
        finals = [f.squeeze(1) if alone and f is not None else f for f in finals]
    if trace.of_one_cell:
        return _Result(finals[0][0], *(None if f is None else f[0] for f in finals))
    if trace.is_packed:
        packed = packed_like(trace, weights[0]["weight_ih"])
        rows = rows_of(packed)
        return _Result(packed._replace(data=joined[rows.t, rows.sample]), *finals)
    if alone:
        return _Result(joined.squeeze(1), *finals)
    return _Result(joined.transpose(0, 1) if config.batch_first else joined, *finals)


def _own(row: Tensor | None, alone: bool) -> Tensor | None:
    """A row of h_n or c_n of a stack, without the batch axis if the input had none."""
    return row[0] if alone and row is not None else row


def _judged(trace: Trace, result: _Result, runs: list[Rerun]) -> Comparison:
    """The comparison with what torch gave."""
    tolerance = TOLERANCE[trace.config.dtype]
    differences = np.stack(
        [
            np.maximum(_by_step(cell.h, run.h), 0.0 if run.c is None else _by_step(cell.c, run.c))
            for cell, run in zip(trace.cells, runs, strict=True)
        ]
    )  # (num_layers * num_directions, seq_len)
    sizes = [max(_size(run.h), 1.0 if run.c is None else _size(run.c)) for run in runs]
    cell_limits = tolerance * np.array(sizes)
    ours, theirs = _data(trace.output), _data(result.output)
    with_c = {}
    if result.c_n is not None:
        with_c["c_n_difference"] = _apart(trace.c_n, result.c_n)
        with_c["c_n_limit"] = tolerance * _size_of(result.c_n)
    return Comparison(
        output=result.output,
        h_n=result.h_n,
        c_n=result.c_n,
        cells=tuple(run.h for run in runs),
        output_difference=_max(_difference(ours, theirs)),
        h_n_difference=_apart(trace.h_n, result.h_n),
        differences=differences,
        tolerance=tolerance,
        output_limit=tolerance * _size(theirs),
        h_n_limit=tolerance * _size_of(result.h_n),
        cell_limits=cell_limits,
        reason=_reason(trace.config.dtype, tolerance),
        first=_first_beyond(trace, differences, cell_limits),
        **with_c,
    )


def _data(output: object) -> object:
    """The numbers of an output, packed or not."""
    return output.data if isinstance(output, tuple) else output


def _difference(ours: object, theirs: Tensor) -> Tensor:
    """|ours - theirs| on the CPU in float64; equal where both are NaN or the same infinity."""
    ours, theirs = torch.as_tensor(ours).cpu().double(), theirs.cpu().double()
    same = (ours == theirs) | (ours.isnan() & theirs.isnan())
    distance = (ours - theirs).abs().masked_fill(same, 0.0)
    return distance.nan_to_num(nan=math.inf, posinf=math.inf)


def _apart(ours: object, theirs: Tensor | tuple[Tensor | None, ...]) -> float:
    """max |difference| of h_n or c_n."""
    if not isinstance(theirs, tuple):
        return _max(_difference(ours, theirs))
    pairs = zip(ours, theirs, strict=True)
    return max(_max(_difference(one, other)) for one, other in pairs if other is not None)


def _size_of(states: Tensor | tuple[Tensor | None, ...]) -> float:
    if not isinstance(states, tuple):
        return _size(states)
    return max(_size(state) for state in states if state is not None)


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
