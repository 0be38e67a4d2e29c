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
from rnnviz.engine.plan import cell_buffers
from rnnviz.limits import LIBRARY_MAX_BYTES
from rnnviz.records import CellTrace, Packed, Trace


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

_PARAMETERS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
_COMPUTED = ("wx", "wh", "a", "gates", "r_hn", "c", "tanh_c", "h", "dropout_mask")
_PACKED = ("batch_sizes", "sorted_indices", "unsorted_indices")

_NO_FIT = "batch_sizes and the indices of a packed output must be int64 and fit lengths."

README = """\
A trace of torch.nn.RNN, LSTM or GRU made by RNNviz. Layers, units and timesteps count from 0.

Every array named with a suffix such as _l0 or _l1_reverse belongs to one layer and direction, and
its row t is position t of the sequence, for the reverse direction too. G is 1 for an RNN, 4 for an
LSTM (gates i f g o), 3 for a GRU (gates r z n).
  wx    W_ih x_t                               (seq_len, batch, G * hidden_size)
  wh    W_hh h_{t-1}, in reverse W_hh h_{t+1}  (seq_len, batch, G * hidden_size)
  a     wx + b_ih + wh + b_hh                  (seq_len, batch, G * hidden_size)
        in a GRU's n block wx + b_in + r_hn
  gates the activation of a, LSTM and GRU      (seq_len, batch, G * hidden_size)
  r_hn  r * (W_hn h_{t-1} + b_hn), GRU         (seq_len, batch, hidden_size)
  c     f * c_{t-1} + i * g, LSTM              (seq_len, batch, hidden_size)
  tanh_c  tanh(c), LSTM                        (seq_len, batch, hidden_size)
  h     what the cell hands on                 (seq_len, batch, hidden_size or proj_size)
  dropout_mask  0 where h was dropped          (seq_len, batch, hidden_size or proj_size)
  weight_ih, weight_hh, bias_ih, bias_hh, weight_hr       the parameters, as in torch
x_l0 is the input, x_l1 what layer 1 read, ... (seq_len, batch, ...).
h_0 is the initial state, row l * num_directions + d for layer l, direction d; c_0 likewise.
output, h_n and c_n are what module(input, hx) returns, in torch's layout. If the input was packed,
output is the data of a PackedSequence, with batch_sizes, sorted_indices and unsorted_indices.
config is the net's sizes and options (JSON), batched whether the input had a batch axis,
lengths the number of timesteps of each sample; positions past it hold NaN.
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
        "lengths": np.array(trace.lengths or [trace.seq_len] * trace.batch, dtype=np.int64),
        "h_0": np.stack([cell.h_0 for cell in trace.cells]),
        "output": trace.output,
        "h_n": trace.h_n,
    }
    if trace.is_packed:
        packed = zip(("output", *_PACKED), trace.output, strict=True)
        arrays |= {name: array for name, array in packed if array is not None}
    if trace.c_n is not None:
        arrays |= {"c_0": np.stack([cell.c_0 for cell in trace.cells]), "c_n": trace.c_n}
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
    states = [archive["h_0"]]
    if config.kind == "LSTM":
        states.append(archive["c_0"])
    output, lengths = archive["output"], None
    if "batch_sizes" in archive:
        output = Packed(output, *(archive[name] if name in archive else None for name in _PACKED))
        indices = [archive["lengths"], *(array for array in output[1:] if array is not None)]
        if any(array.ndim != 1 or array.dtype != np.int64 for array in indices):
            raise _TraceFileError(_NO_FIT)
        lengths = tuple(indices[0].tolist())
    rows = min(len(state) for state in states)
    return Trace(
        config=config,
        batched=bool(archive["batched"]),
        cells=tuple(
            _cell(config, archive, lane, [state[row] for state in states], lengths)
            for row, lane in enumerate(config.lanes[:rows])
        ),
        output=output,
        h_n=archive["h_n"],
        c_n=archive["c_n"] if config.kind == "LSTM" else None,
        lengths=lengths,
    )


def _cell(
    config: RNNConfig,
    archive: NpzFile,
    lane: tuple[int, Direction],
    states: list[np.ndarray],
    lengths: tuple[int, ...] | None,
) -> CellTrace:
    layer, direction = lane
    suffix = parameter_suffix(layer, direction)
    names = [name for group in cell_buffers(config) for name in group]
    if f"dropout_mask{suffix}" in archive:
        names.append("dropout_mask")
    absent = {"bias_ih": config.bias, "bias_hh": config.bias, "weight_hr": bool(config.proj_size)}
    names += [name for name in _PARAMETERS if absent.get(name, True)]
    fields = dict.fromkeys(("bias_ih", "bias_hh")) | {
        name: archive[name + suffix] for name in names
    }
    return CellTrace(
        kind=config.kind,
        layer=layer,
        direction=direction,
        nonlinearity=config.nonlinearity,
        lengths=lengths,
        x=archive[f"x_l{layer}"],
        **dict(zip(("h_0", "c_0"), states, strict=False)),
        **fields,
    )


def _check_shapes(trace: Trace) -> None:
    """Refuse arrays that do not fit the config and each other."""
    config = trace.config
    if len(trace.cells) != len(config.lanes):
        raise _TraceFileError(f"h_0 must have {len(config.lanes)} rows, got {len(trace.cells)}.")
    if trace.cells[0].x.ndim != 3:
        raise _TraceFileError(f"x_l0 must be (seq_len, batch, ...), got {trace.cells[0].x.shape}.")
    seq_len, batch, _ = trace.cells[0].x.shape
    if seq_len == 0:
        raise _TraceFileError("x_l0 must have at least one timestep, got none.")
    _check_results(trace, seq_len, batch)
    for cell in trace.cells:
        suffix = parameter_suffix(cell.layer, cell.direction)
        shapes = _shapes_of_cell(config, cell.layer, seq_len, batch)
        for name, array in cell.arrays():
            _check(name + suffix, array, shapes[name], config)
    # Last, as only now seq_len and batch are known to be those of arrays that take memory.
    if trace.is_packed:
        _check_packed(trace.output, trace.lengths, seq_len, batch)


def _check_results(trace: Trace, seq_len: int, batch: int) -> None:
    """Refuse an output, h_n or c_n of another shape than that of a net, or of a single cell."""
    config = trace.config
    features = config.state_size * config.num_directions
    rows: tuple[int, ...] = (len(config.lanes),)
    shape = (batch, seq_len) if config.batch_first else (seq_len, batch)
    shape = shape if trace.batched else (seq_len,)
    output = trace.output
    if trace.is_packed:
        output, shape = output.data, (sum(trace.lengths),)
    elif trace.of_one_cell and len(config.lanes) == seq_len == 1:
        rows, shape = (), (batch,) if trace.batched else ()
    samples = (batch,) if trace.batched else ()
    if not trace.batched and batch != 1:
        raise _TraceFileError(f"x_l0 must hold 1 sample, not being batched; got {batch}.")
    _check("output", output, (*shape, features), config)
    _check("h_n", trace.h_n, (*rows, *samples, config.state_size), config)
    if trace.c_n is not None:
        _check("c_n", trace.c_n, (*rows, *samples, config.hidden_size), config)


def _check_packed(packed: Packed, lengths: tuple[int, ...], seq_len: int, batch: int) -> None:
    """Refuse indices that do not fit the lengths of the samples."""
    order, inverse = packed.sorted_indices, packed.unsorted_indices
    if (order is None) != (inverse is None) or len(lengths) != batch:
        raise _TraceFileError(_NO_FIT)
    order = np.arange(batch) if order is None else order
    if sorted(order.tolist()) != list(range(batch)) or min(lengths, default=0) < 1:
        raise _TraceFileError(_NO_FIT)
    longest_first = np.array(lengths)[order]
    sizes = (longest_first > np.arange(seq_len)[:, None]).sum(1)
    if (
        longest_first[0] != seq_len
        or (np.diff(longest_first) > 0).any()
        or sizes.tolist() != packed.batch_sizes.tolist()
        or (inverse is not None and inverse.tolist() != np.argsort(order).tolist())
    ):
        raise _TraceFileError(_NO_FIT)


def _shapes_of_cell(
    config: RNNConfig, layer: int, seq_len: int, batch: int
) -> dict[str, tuple[int, ...]]:
    """The shape of every array of a cell's record."""
    reads, state, width = config.layer_input_size(layer), config.state_size, config.hidden_size
    stacked = config.num_gates * width
    shapes = {
        name: (seq_len, batch, size)
        for names, size in cell_buffers(config).items()
        for name in names
    }
    shapes |= {"x": (seq_len, batch, reads), "dropout_mask": (seq_len, batch, state)}
    shapes |= {"h_0": (batch, state), "c_0": (batch, width)}
    shapes |= {"weight_ih": (stacked, reads), "weight_hh": (stacked, state)}
    return shapes | {"bias_ih": (stacked,), "bias_hh": (stacked,), "weight_hr": (state, width)}


def _check(name: str, array: np.ndarray, shape: tuple[int, ...], config: RNNConfig) -> None:
    dtype = "float32" if config.dtype == "bfloat16" else config.dtype
    if array.shape != shape or array.dtype != dtype:
        raise _TraceFileError(
            f"{name} must be {shape} of {dtype}, got {array.shape} of {array.dtype}."
        )
