"""Hand-typed records, small enough to check every number of a figure by eye."""

from __future__ import annotations

import numpy as np
import pytest

from rnnviz.config import RNNConfig
from rnnviz.records import CellTrace, Comparison, Step, Trace

SEQ_LEN, BATCH, HIDDEN, INPUT = 5, 2, 3, 4


def typed_cell(layer, direction, *, seq_len=SEQ_LEN, batch=BATCH, sizes=(INPUT, HIDDEN), **fields):
    """A cell whose every array holds numbers that say where they came from.

    h[t, sample, unit] is 0.1 t + 0.01 unit + 0.5 sample, lowered by layer and in reverse.
    """
    inputs, hidden = sizes
    t, sample, unit = np.ogrid[:seq_len, :batch, :hidden]
    base = -0.001 * layer - (0.3 if direction == "reverse" else 0.0)
    h = (0.1 * t + 0.01 * unit + 0.5 * sample + base).astype(np.float32)
    t, sample, feature = np.ogrid[:seq_len, :batch, :inputs]
    arrays = {
        "x": (1.0 * t - 0.1 * feature + 5.0 * sample).astype(np.float32),
        "wx": h + np.float32(1),
        "wh": h - np.float32(2),
        "a": 2 * h,
        "h": h,
        "h_0": np.float32(0.2) - h[0],
        "weight_ih": np.arange(hidden * inputs, dtype=np.float32).reshape(hidden, inputs) / 10,
        "weight_hh": -np.arange(hidden * hidden, dtype=np.float32).reshape(hidden, hidden) / 10,
        "bias_ih": np.arange(hidden, dtype=np.float32) + np.float32(0.25),
        "bias_hh": -np.arange(hidden, dtype=np.float32),
    }
    arrays |= fields
    sizes = {"input_size": inputs, "hidden_size": hidden}
    nonlinearity = arrays.pop("nonlinearity", "tanh")
    config = RNNConfig(kind=arrays.get("kind", "RNN"), nonlinearity=nonlinearity, **sizes)
    return CellTrace(
        layer=layer, direction=direction, activations=config.activation_names, **arrays
    )


def typed_trace(*, layers=2, both=True, hidden=HIDDEN, inputs=INPUT, layout="time-first", **sizes):
    """A net of typed cells, its output joined forward first in one of torch's layouts."""
    ways = ("forward", "reverse") if both else ("forward",)
    cells = tuple(
        typed_cell(
            layer,
            way,
            sizes=(inputs if layer == 0 else len(ways) * hidden, hidden),
            **sizes,
        )
        for layer in range(layers)
        for way in ways
    )
    return trace_of(cells, layout=layout)


def trace_of(cells, *, layout="time-first"):
    """A trace of these cells, with output and h_n as torch would return them."""
    output = np.concatenate([c.h for c in cells if c.layer == cells[-1].layer], axis=2)
    h_n = np.stack([c.h_last for c in cells])
    if layout == "batch-first":
        output = output.transpose(1, 0, 2)
    if layout == "unbatched":
        output, h_n = output[:, 0], h_n[:, 0]
    config = RNNConfig(
        input_size=cells[0].input_size,
        hidden_size=cells[0].hidden_size,
        num_layers=cells[-1].layer + 1,
        bidirectional=any(c.direction == "reverse" for c in cells),
        batch_first=layout == "batch-first",
    )
    return Trace(config=config, batched=layout != "unbatched", cells=cells, output=output, h_n=h_n)


def typed_comparison(trace, *, by=0.0, at=None):
    """A comparison in which torch.nn is `by` higher everywhere; `at` is the first wrong step."""
    return Comparison(
        output=trace.output + by,
        h_n=trace.h_n + by,
        cells=tuple(c.h + by for c in trace.cells),
        output_difference=abs(by),
        h_n_difference=abs(by),
        differences=np.full((len(trace.cells), trace.seq_len), abs(by)),
        tolerance=1e-5,
        output_limit=1e-5,
        h_n_limit=1e-5,
        cell_limits=np.full(len(trace.cells), 1e-5),
        reason="typed",
        first=None if at is None else Step(*at),
    )


def maps_of(figure):
    """The coloured heatmaps of a figure: neither its numbers nor its marks."""
    return [m for m in figure.data if m.type == "heatmap" and m.name not in ("numbers", "padding")]


def named(items, name):
    """The shape or trace of this name."""
    return next(item for item in items if item.name == name)


@pytest.fixture
def trace():
    """Two bidirectional layers of three units, five timesteps, two samples."""
    return typed_trace()
