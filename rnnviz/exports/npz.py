"""A trace as a numpy archive under torch's names, and back."""

from __future__ import annotations

import io
import json
import tokenize
import zipfile
import zlib
from dataclasses import asdict, replace
from os import PathLike
from typing import BinaryIO

import numpy as np
from numpy.lib.npyio import NpzFile

from rnnviz.config import (
    PARAMETERS,
    Clamp,
    Direction,
    NetConfig,
    StackConfig,
    config_from_json,
    parameter_suffix,
)
from rnnviz.engine.clamps import clamps_of_cells
from rnnviz.engine.plan import cell_buffers
from rnnviz.exports.npz_checks import NO_FIT, TraceFileError, TraceTooLargeError, check_shapes
from rnnviz.limits import LIBRARY_MAX_BYTES
from rnnviz.records import CellTrace, Packed, Trace

# What zipfile, zlib and numpy raise for files that are broken or something else.
NOT_AN_ARCHIVE = (
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

_COMPUTED = ("wx", "wh", "a", "gates", "r_hn", "c", "tanh_c", "h", "dropout_mask")
_PACKED = ("batch_sizes", "sorted_indices", "unsorted_indices")

LAYOUT = """\
A trace of torch.nn.RNN, LSTM, GRU or a CellStack, made by RNNviz. Layers, units and timesteps
count from 0.

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
  curves  sampled activations of a stack that go by no name, after their abscissae
x_l0 is the input, x_l1 what layer 1 read, ... (seq_len, batch, ...).
h_0 is the initial state, row l * num_directions + d for layer l, direction d; c_0 likewise. A
CellStack, whose cells differ, has h_0_l0, h_n_l0 and the like instead.
output, h_n and c_n are what module(input, hx) returns, in torch's layout. If the input was packed,
output is the data of a PackedSequence, with batch_sizes, sorted_indices and unsorted_indices.
config is the net's sizes and options (JSON), batched whether the input had a batch axis,
lengths the number of timesteps of each sample; positions past it hold NaN. clamps, if there are
any, says what was held (JSON).
bfloat16 is stored as float32, which holds every bfloat16 value exactly.
"""

_IN_PYTHON = """\
In Python: trace = rnnviz.load_trace("trace.npz"); trace.cell(1, "reverse").h[5]
"""


def trace_npz(trace: Trace) -> bytes:
    """The whole record as the bytes of a compressed `.npz`; its README field says the layout."""
    trace = trace.numpy()
    texts = texts_of(trace) | {"README": LAYOUT + _IN_PYTHON}
    file = io.BytesIO()
    np.savez_compressed(
        file, **{name: np.array(text) for name, text in texts.items()}, **arrays_of(trace)
    )
    return file.getvalue()


def texts_of(trace: Trace) -> dict[str, str]:
    """What the file of a trace says in words: README, config, and clamps where there are any."""
    texts = {"README": LAYOUT, "config": trace.config.to_json()}
    if trace.clamps:
        texts["clamps"] = json.dumps([asdict(clamp) for clamp in trace.clamps])
    return texts


def arrays_of(trace: Trace) -> dict[str, np.ndarray]:
    """Every array of a trace on the host, under the names that the README explains."""
    arrays = {
        "batched": np.array(trace.batched),
        "lengths": np.array(trace.lengths or [trace.seq_len] * trace.batch, dtype=np.int64),
        "output": trace.output,
        **_states(trace),
    }
    if trace.is_packed:
        packed = zip(("output", *_PACKED), trace.output, strict=True)
        arrays |= {name: array for name, array in packed if array is not None}
    for cell in trace.cells:
        suffix = parameter_suffix(cell.layer, cell.direction)
        # Both directions of a layer read the same x.
        arrays[f"x_l{cell.layer}"] = cell.x
        for name in (*_COMPUTED, *PARAMETERS, "curves"):
            if getattr(cell, name) is not None:
                arrays[name + suffix] = getattr(cell, name)
    return arrays


def _states(trace: Trace) -> dict[str, np.ndarray]:
    """h_0 and h_n, and c_0 and c_n where there is a c; of a stack an array for each cell."""
    starts = {"h": [cell.h_0 for cell in trace.cells], "c": [cell.c_0 for cell in trace.cells]}
    ends = {"h": trace.h_n, "c": trace.c_n}
    arrays = {}
    for name in ("h", "c") if trace.config.has_c else ("h",):
        if not isinstance(trace.config, StackConfig):
            arrays |= {f"{name}_0": np.stack(starts[name]), f"{name}_n": ends[name]}
            continue
        for (layer, direction), *pair in zip(
            trace.config.lanes, starts[name], ends[name], strict=True
        ):
            suffix = parameter_suffix(layer, direction)
            named = zip((f"{name}_0{suffix}", f"{name}_n{suffix}"), pair, strict=True)
            arrays |= {key: array for key, array in named if array is not None}
    return arrays


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
    except TraceFileError:
        raise
    except (*NOT_AN_ARCHIVE, ValueError, OSError) as error:
        # With a number it comes from the system, such as for a path that is not there.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ValueError("the file must be a .npz trace written by RNNviz.") from error
    check_shapes(trace)
    return trace


def _check_size(members: dict[str, int], max_bytes: int) -> None:
    total = sum(members.values())
    if total > max_bytes:
        raise TraceTooLargeError(
            f"the .npz would take {total:,} bytes unpacked, more than {max_bytes:,}."
        )


def _read(archive: NpzFile) -> Trace:
    try:
        config = config_from_json(str(archive["config"]))
    except ValueError as error:
        raise TraceFileError(str(error)) from error
    # Before a row is made for each of them: the number may be anything.
    if config.num_layers > len(archive.files):
        raise TraceFileError(
            f"the .npz must hold {config.num_layers} layers, but has {len(archive.files)} arrays."
        )
    output, lengths = archive["output"], None
    if "batch_sizes" in archive:
        output = Packed(output, *(archive[name] if name in archive else None for name in _PACKED))
        indices = [archive["lengths"], *(array for array in output[1:] if array is not None)]
        if any(array.ndim != 1 or array.dtype != np.int64 for array in indices):
            raise TraceFileError(NO_FIT)
        lengths = tuple(indices[0].tolist())
    starts, ends = _read_states(config, archive)
    held = _read_clamps(config, archive, len(archive["x_l0"]))
    return Trace(
        config=config,
        batched=bool(archive["batched"]),
        cells=tuple(
            replace(_cell(config, archive, lane, states, lengths), clamps=held.get(lane, ()))
            for lane, states in zip(config.lanes, zip(*starts, strict=False), strict=False)
        ),
        output=output,
        h_n=ends[0],
        c_n=ends[1] if config.has_c else None,
        lengths=lengths,
    )


def _read_clamps(
    config: NetConfig, archive: NpzFile, seq_len: int
) -> dict[tuple[int, Direction], tuple[Clamp, ...]]:
    if "clamps" not in archive:
        return {}
    try:
        held = [Clamp(**fields) for fields in json.loads(str(archive["clamps"]))]
        return clamps_of_cells(config, held, seq_len)
    except (TypeError, ValueError) as error:
        raise TraceFileError(f"clamps must say what was held: {error}") from error


def _read_states(config: NetConfig, archive: NpzFile) -> tuple[list, list]:
    """The h_0 of every cell, and the c_0 where there is a c; and h_n, and c_n."""
    names = ("h", "c") if config.has_c else ("h",)
    if not isinstance(config, StackConfig):
        return [archive[f"{name}_0"] for name in names], [archive[f"{name}_n"] for name in names]
    starts, ends = [], []
    for name in names:
        for end, kept in (("0", starts), ("n", ends)):
            kept.append(
                tuple(
                    archive[f"{name}_{end}{parameter_suffix(layer, direction)}"]
                    if name == "h" or config.cells_of(layer).has_c
                    else None
                    for layer, direction in config.lanes
                )
            )
    return starts, ends


def _cell(
    config: NetConfig,
    archive: NpzFile,
    lane: tuple[int, Direction],
    states: tuple[np.ndarray | None, ...],
    lengths: tuple[int, ...] | None,
) -> CellTrace:
    layer, direction = lane
    cells, suffix = config.cells_of(layer), parameter_suffix(layer, direction)
    names = [name for group in cell_buffers(cells) for name in group]
    names += [name for name in ("dropout_mask", "curves") if name + suffix in archive]
    absent = {"bias_ih": config.bias, "bias_hh": config.bias, "weight_hr": bool(cells.proj_size)}
    names += [name for name in PARAMETERS if absent.get(name, True)]
    fields = dict.fromkeys(("bias_ih", "bias_hh")) | {
        name: archive[name + suffix] for name in names
    }
    return CellTrace(
        kind=cells.kind,
        layer=layer,
        direction=direction,
        activations=cells.activation_names,
        lengths=lengths,
        x=archive[f"x_l{layer}"],
        **dict(zip(("h_0", "c_0"), states, strict=False)),
        **fields,
    )
