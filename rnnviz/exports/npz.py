"""A trace as a numpy archive under torch's names, and back."""

from __future__ import annotations

import io
import tokenize
import zipfile
import zlib
from os import PathLike
from typing import BinaryIO

import numpy as np
from numpy.lib.npyio import NpzFile

from rnnviz.config import Direction, RNNConfig, parameter_suffix
from rnnviz.limits import LIBRARY_MAX_BYTES
from rnnviz.records import CellTrace, Trace


class _TraceFileError(ValueError):
    """A message of our own, told apart from those of the readers."""


# What zipfile, zlib and numpy raise for files that are broken or something else.
_NOT_AN_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    tokenize.TokenError,
    EOFError,
    IndexError,
    NotImplementedError,
    RecursionError,
    RuntimeError,
    SyntaxError,
    TypeError,
    UnicodeDecodeError,
)

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


def load_trace(
    file: str | PathLike | BinaryIO | bytes, *, max_bytes: int = LIBRARY_MAX_BYTES
) -> Trace:
    """The Trace that `trace_npz` wrote, with numpy arrays. Nothing in the file is executed.

    Args:
        file: a path, an open binary file, or the bytes themselves.
        max_bytes: what the arrays may take unpacked, checked before any is read.

    Raises:
        ValueError: it is no such archive, it is too large, or something in it is missing or does
            not fit the rest.
        OSError: the path cannot be read.
    """
    source = io.BytesIO(file) if isinstance(file, bytes) else file
    try:
        with zipfile.ZipFile(source) as archive:
            members = {info.filename: info.file_size for info in archive.infolist()}
        if isinstance(source, io.IOBase):
            source.seek(0)
        _check_size(members, max_bytes)
        with np.load(source, allow_pickle=False) as archive:
            trace = _read(archive)
    except KeyError as error:
        raise ValueError(f"the .npz must hold a whole trace, but lacks {error}.") from error
    except _TraceFileError:
        raise
    except (*_NOT_AN_ARCHIVE, ValueError, OSError) as error:
        # With a number it comes from the system, such as for a path that is not there.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ValueError("the file must be a .npz trace written by RNNviz.") from error
    _check_shapes(trace)
    return trace


def _check_size(members: dict[str, int], max_bytes: int) -> None:
    total = sum(members.values())
    if total > max_bytes:
        raise _TraceFileError(
            f"the .npz would take {total:,} bytes unpacked, more than {max_bytes:,}."
        )


def _read(archive: NpzFile) -> Trace:
    try:
        config = RNNConfig.from_json(str(archive["config"]))
    except ValueError as error:
        raise _TraceFileError(str(error)) from error
    # Before a row is made for each of them: the number may be anything.
    if config.num_layers > len(archive.files):
        raise _TraceFileError(
            f"the .npz must hold {config.num_layers} layers, but has {len(archive.files)} arrays."
        )
    h_0, batched = archive["h_0"], archive["batched"]
    return Trace(
        config=config,
        batched=bool(batched),
        cells=tuple(
            _cell(config, archive, lane, h_0[row])
            for row, lane in enumerate(config.lanes[: len(h_0)])
        ),
        output=archive["output"],
        h_n=archive["h_n"],
    )


def _cell(
    config: RNNConfig, archive: NpzFile, lane: tuple[int, Direction], h_0: np.ndarray
) -> CellTrace:
    layer, direction = lane
    suffix = parameter_suffix(layer, direction)
    biases = {} if config.bias else dict.fromkeys(("bias_ih", "bias_hh"))
    fields = {
        name: archive[name + suffix] for name in (*_COMPUTED, *_PARAMETERS) if name not in biases
    }
    return CellTrace(
        layer=layer,
        direction=direction,
        nonlinearity=config.nonlinearity,
        x=archive[f"x_l{layer}"],
        h_0=h_0,
        **fields | biases,
    )


def _check_shapes(trace: Trace) -> None:
    """Refuse arrays that do not fit the config and each other."""
    config, width = trace.config, trace.config.hidden_size
    if len(trace.cells) != len(config.lanes):
        raise _TraceFileError(f"h_0 must have {len(config.lanes)} rows, got {len(trace.cells)}.")
    if trace.cells[0].x.ndim != 3:
        raise _TraceFileError(f"x_l0 must be (seq_len, batch, ...), got {trace.cells[0].x.shape}.")
    seq_len, batch, _ = trace.cells[0].x.shape
    features = width * config.num_directions
    shape = (batch, seq_len) if config.batch_first else (seq_len, batch)
    rows = (len(config.lanes), batch, width)
    _check("output", trace.output, (*(shape if trace.batched else (seq_len,)), features), config)
    _check("h_n", trace.h_n, rows if trace.batched else (rows[0], width), config)
    for cell in trace.cells:
        reads = config.layer_input_size(cell.layer)
        shapes = dict.fromkeys(_COMPUTED, (seq_len, batch, width))
        shapes |= {"x": (seq_len, batch, reads), "h_0": (batch, width)}
        shapes |= {"weight_ih": (width, reads), "weight_hh": (width, width)}
        shapes |= {"bias_ih": (width,), "bias_hh": (width,)}
        suffix = parameter_suffix(cell.layer, cell.direction)
        for name, array in cell.arrays():
            _check(name + suffix, array, shapes[name], config)


def _check(name: str, array: np.ndarray, shape: tuple[int, ...], config: RNNConfig) -> None:
    dtype = "float32" if config.dtype == "bfloat16" else config.dtype
    if array.shape != shape or array.dtype != dtype:
        raise _TraceFileError(
            f"{name} must be {shape} of {dtype}, got {array.shape} of {array.dtype}."
        )
