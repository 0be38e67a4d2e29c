"""A trace as a numpy archive under torch's names, and back."""

from __future__ import annotations

import io
import zipfile
from os import PathLike
from typing import BinaryIO

import numpy as np

from rnnviz.config import RNNConfig, parameter_suffix
from rnnviz.records import CellTrace, Trace

_PARAMETERS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
_COMPUTED = ("wx", "wh", "a", "h")

README = """\
A trace of torch.nn.RNN made by RNNviz. Layers, units and timesteps count from 0.

Every array named with a suffix such as _l0 or _l1_reverse belongs to one layer and direction, and
its row t is position t of the sequence, for the reverse direction too.
  wx    W_ih x_t                               (seq_len, batch, hidden_size)
  wh    W_hh h_{t-1}, in reverse W_hh h_{t+1}  (seq_len, batch, hidden_size)
  a     wx + b_ih + wh + b_hh                  (seq_len, batch, hidden_size)
  h     the activation of a                    (seq_len, batch, hidden_size)
  weight_ih, weight_hh, bias_ih, bias_hh       the parameters, as in torch
x_l0 is the input, x_l1 what layer 1 read, ... (seq_len, batch, ...).
h_0 is the initial state, row l * num_directions + d for layer l, direction d.
output and h_n are what module(input, h_0) returns, in torch's layout.
config is the net's sizes and options (JSON), batched whether the input had a batch axis,
lengths the number of timesteps of each sample.
In Python: trace = rnnviz.load_trace("trace.npz"); trace.cell(1, "reverse").h[5]
bfloat16 is stored as float32, which holds every bfloat16 value exactly.
"""


def trace_npz(trace: Trace) -> bytes:
    """The whole record as the bytes of a compressed `.npz`; its README field says the layout."""
    trace = trace.numpy()
    arrays = {
        "README": np.array(README),
        "config": np.array(trace.config.to_json()),
        "batched": np.array(trace.batched),
        "lengths": np.full(trace.batch, trace.seq_len),
        "h_0": np.stack([cell.h_0 for cell in trace.cells]),
        "output": trace.output,
        "h_n": trace.h_n,
    }
    for cell in trace.cells:
        suffix = parameter_suffix(cell.layer, cell.direction)
        # Both directions of a layer read the same x.
        arrays[f"x_l{cell.layer}"] = cell.x
        for name in (*_COMPUTED, *_PARAMETERS):
            if getattr(cell, name) is not None:
                arrays[name + suffix] = getattr(cell, name)
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def load_trace(file: str | PathLike | BinaryIO | bytes) -> Trace:
    """The Trace that `trace_npz` wrote, with numpy arrays. Nothing in the file is executed.

    Args:
        file: a path, an open binary file, or the bytes themselves.

    Raises:
        ValueError: it is no such archive, or something is missing in it.
    """
    source = io.BytesIO(file) if isinstance(file, bytes) else file
    try:
        with np.load(source, allow_pickle=False) as archive:
            arrays = dict(archive)
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError("the file must be a .npz trace written by RNNviz.") from error
    try:
        config = RNNConfig.from_json(str(arrays["config"]))
        return Trace(
            config=config,
            batched=bool(arrays["batched"]),
            cells=tuple(_cell(config, arrays, row) for row in range(len(config.lanes))),
            output=arrays["output"],
            h_n=arrays["h_n"],
        )
    except (KeyError, IndexError) as error:
        raise ValueError(f"the .npz must hold a whole trace, but it lacks {error}.") from error


def _cell(config: RNNConfig, arrays: dict[str, np.ndarray], row: int) -> CellTrace:
    layer, direction = config.lanes[row]
    suffix = parameter_suffix(layer, direction)
    biases = {} if config.bias else dict.fromkeys(("bias_ih", "bias_hh"))
    fields = {
        name: arrays[name + suffix] for name in (*_COMPUTED, *_PARAMETERS) if name not in biases
    }
    return CellTrace(
        layer=layer,
        direction=direction,
        nonlinearity=config.nonlinearity,
        x=arrays[f"x_l{layer}"],
        h_0=arrays["h_0"][row],
        **fields | biases,
    )
