"""One sample of a run once more in float64, the only numbers that spreadsheets compute with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from rnnviz.config import NetConfig, RNNConfig, StackConfig
from rnnviz.engine.checks import weights_of
from rnnviz.engine.forward import trace as traced
from rnnviz.engine.stack import StackStates
from rnnviz.engine.weights import without_values
from rnnviz.records import Trace


def in_float64(trace: Trace, *, sample: int) -> Trace:
    """The same net on the same numbers in float64: a batch of one sample, its own timesteps alone.

    Its arrays are on the CPU and time-major, so that `output` is (length, 1, D * state_size).
    Nothing is dropped and nothing is held.

    Args:
        trace: the run.
        sample: which of its samples.

    Raises:
        ValueError: a stack has an activation that goes by no name.
    """
    trace = trace.numpy()
    config = _in_float64(trace.config)
    module = without_values(config)
    with torch.no_grad():
        for targets, cell in zip(weights_of(module, config), trace.cells, strict=True):
            for name, target in targets.items():
                target.copy_(_tensor(getattr(cell, name)))
    length = trace.seq_len if trace.lengths is None else trace.lengths[sample]
    x = _tensor(trace.cells[0].x[:length, [sample]])  # (length, 1, input_size)
    return traced(module, x, _states(trace, sample))


def _in_float64(config: NetConfig) -> NetConfig:
    if isinstance(config, StackConfig):
        return StackConfig(layers=tuple(map(_of_net, config.layers)))
    return _of_net(config)


def _of_net(config: RNNConfig) -> RNNConfig:
    return replace(config, dtype="float64", batch_first=False, dropout=0.0)


def _states(trace: Trace, sample: int) -> Tensor | tuple[Tensor, Tensor] | StackStates:
    """The states that the sample started from, as the module takes them."""
    h_0 = [_tensor(cell.h_0[[sample]]) for cell in trace.cells]
    c_0 = [None if cell.c_0 is None else _tensor(cell.c_0[[sample]]) for cell in trace.cells]
    if isinstance(trace.config, StackConfig):
        return (tuple(h_0), tuple(c_0)) if trace.config.has_c else tuple(h_0)
    return (torch.stack(h_0), torch.stack(c_0)) if trace.config.has_c else torch.stack(h_0)


def _tensor(array: np.ndarray) -> Tensor:
    return torch.tensor(array, dtype=torch.float64)
