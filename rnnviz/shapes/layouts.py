"""One run in the other layouts that torch has: the same numbers, elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from rnnviz.config import NetConfig, StackConfig
from rnnviz.records import Array, CellTrace, Trace
from rnnviz.records.arrays import on_host

Layout = Literal["sequence first", "batch_first", "unbatched"]


def laid_out(trace: Trace, layout: Layout, *, sample: int = 0) -> Trace:
    """The run with output, h_n and c_n as torch returns them in this layout, in numpy.

    A packed output becomes what `pad_packed_sequence` makes of it: 0 past a sample's length.
    Unbatched it is one sample alone, as long as that sample is.
    """
    trace = trace.numpy()
    cells = trace.cells
    if layout == "unbatched":
        stop = trace.seq_len if trace.lengths is None else trace.lengths[sample]
        cells = tuple(_alone(cell, sample, stop) for cell in cells)
    last = [cell.h for cell in cells if cell.layer == cells[-1].layer]
    output = np.concatenate(last, axis=2)  # (seq_len, batch, D * state_size)
    lengths = None if layout == "unbatched" else trace.lengths
    # A stack returns one state per cell, whose sizes may differ.
    gathered = tuple if isinstance(trace.config, StackConfig) else np.stack
    for index, length in enumerate(lengths or ()):
        output[length:, index] = 0.0
    h_n = [on_host(cell.h_last) for cell in cells]
    c_n = [None if cell.c is None else on_host(cell.c_last) for cell in cells]
    if layout == "unbatched":
        output, h_n = output[:, 0], [state[0] for state in h_n]
        c_n = [None if state is None else state[0] for state in c_n]
    elif layout == "batch_first":
        output = output.transpose(1, 0, 2)
    return replace(
        trace,
        config=_config(trace.config, batch_first=layout == "batch_first"),
        batched=layout != "unbatched",
        cells=cells,
        output=output,
        h_n=gathered(h_n),
        c_n=None if trace.c_n is None else gathered(c_n),
        lengths=lengths,
    )


def _config(config: NetConfig, *, batch_first: bool) -> NetConfig:
    """The config of the net in the other layout; of a stack in every layer."""
    if not isinstance(config, StackConfig):
        return replace(config, batch_first=batch_first)
    return StackConfig(layers=tuple(replace(one, batch_first=batch_first) for one in config.layers))


def _alone(cell: CellTrace, sample: int, stop: int) -> CellTrace:
    """One sample of a cell as a batch of 1, up to its length."""
    whole = {name for name, _ in cell.arrays() if name.startswith(("weight", "bias", "curves"))}

    def cut(name: str, array: Array) -> Array:
        if name in whole:
            return array
        if name in ("h_0", "c_0"):
            return array[sample : sample + 1]
        return array[:stop, sample : sample + 1]

    arrays = {name: cut(name, array) for name, array in cell.arrays()}
    return replace(cell, lengths=None, **arrays)
