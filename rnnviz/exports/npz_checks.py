"""Whether the arrays of a trace's file fit its config and each other."""

from __future__ import annotations

import numpy as np

from rnnviz.config import PLACES, NetConfig, StackConfig, parameter_suffix
from rnnviz.engine.curves import CURVE_POINTS
from rnnviz.engine.plan import cell_buffers
from rnnviz.limits import TooLargeError
from rnnviz.records import Packed, Trace

NO_FIT = "batch_sizes and the indices of a packed output must be int64 and fit lengths."


class TraceFileError(ValueError):
    """A message of our own, told apart from those of the readers."""


class TraceTooLargeError(TraceFileError, TooLargeError):
    """A trace that would take more memory than is allowed."""


def check_shapes(trace: Trace) -> None:
    """Refuse arrays that do not fit the config and each other."""
    config = trace.config
    if len(trace.cells) != len(config.lanes):
        raise TraceFileError(f"h_0 must have {len(config.lanes)} rows, got {len(trace.cells)}.")
    if trace.cells[0].x.ndim != 3:
        raise TraceFileError(f"x_l0 must be (seq_len, batch, ...), got {trace.cells[0].x.shape}.")
    seq_len, batch, _ = trace.cells[0].x.shape
    if seq_len == 0:
        raise TraceFileError("x_l0 must have at least one timestep, got none.")
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
    features = config.cells_of(config.num_layers - 1).state_size * config.num_directions
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
        raise TraceFileError(f"x_l0 must hold 1 sample, not being batched; got {batch}.")
    _check("output", output, (*shape, features), config)
    if isinstance(config, StackConfig):
        for row, (layer, _) in enumerate(config.lanes):
            for name, states in (("h_n", trace.h_n), ("c_n", trace.c_n)):
                if states is not None and states[row] is not None:
                    shape = (*samples, config.cells_of(layer).hidden_size)
                    _check(f"{name}[{row}]", states[row], shape, config)
        return
    _check("h_n", trace.h_n, (*rows, *samples, config.state_size), config)
    if trace.c_n is not None:
        _check("c_n", trace.c_n, (*rows, *samples, config.hidden_size), config)


def _check_packed(packed: Packed, lengths: tuple[int, ...], seq_len: int, batch: int) -> None:
    """Refuse indices that do not fit the lengths of the samples."""
    order, inverse = packed.sorted_indices, packed.unsorted_indices
    if (order is None) != (inverse is None) or len(lengths) != batch:
        raise TraceFileError(NO_FIT)
    order = np.arange(batch) if order is None else order
    if sorted(order.tolist()) != list(range(batch)) or min(lengths, default=0) < 1:
        raise TraceFileError(NO_FIT)
    longest_first = np.array(lengths)[order]
    sizes = (longest_first > np.arange(seq_len)[:, None]).sum(1)
    if (
        longest_first[0] != seq_len
        or (np.diff(longest_first) > 0).any()
        or sizes.tolist() != packed.batch_sizes.tolist()
        or (inverse is not None and inverse.tolist() != np.argsort(order).tolist())
    ):
        raise TraceFileError(NO_FIT)


def _shapes_of_cell(
    config: NetConfig, layer: int, seq_len: int, batch: int
) -> dict[str, tuple[int, ...]]:
    """The shape of every array of a cell's record."""
    cells, reads = config.cells_of(layer), config.layer_input_size(layer)
    state, width = cells.state_size, cells.hidden_size
    stacked = cells.num_gates * width
    shapes = {
        name: (seq_len, batch, size)
        for names, size in cell_buffers(cells).items()
        for name in names
    }
    shapes |= {"x": (seq_len, batch, reads), "dropout_mask": (seq_len, batch, state)}
    shapes |= {"h_0": (batch, state), "c_0": (batch, width)}
    shapes |= {"weight_ih": (stacked, reads), "weight_hh": (stacked, state)}
    shapes["curves"] = (1 + len(PLACES[cells.kind]), CURVE_POINTS)
    return shapes | {"bias_ih": (stacked,), "bias_hh": (stacked,), "weight_hr": (state, width)}


def _check(name: str, array: np.ndarray, shape: tuple[int, ...], config: NetConfig) -> None:
    dtype = "float32" if config.dtype == "bfloat16" else config.dtype
    if array.shape != shape or array.dtype != dtype:
        raise TraceFileError(
            f"{name} must be {shape} of {dtype}, got {array.shape} of {array.dtype}."
        )
