"""One cell along the sequence: its memory, the products with the input, the scan, its record."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

from torch import Tensor

from rnnviz.config import GATE_NAMES, Direction, RNNConfig
from rnnviz.engine.activations import Given, name_of
from rnnviz.engine.arrays import NumpyArrays, TorchArrays
from rnnviz.engine.cells import gru_scan, lstm_scan, rnn_scan
from rnnviz.engine.curves import curves_of
from rnnviz.engine.plan import Lane, cell_buffers
from rnnviz.records import Array, CellTrace

# Runs a stretch of the sequence: called with the buffers there and the states before it.
Scan: TypeAlias = Callable[[list[Array], tuple[Array, ...]], None]

_FIRST = ("h_0", "c_0")

# A product with W_hh laid out for it takes half the time, and laying it out that of several.
_STEPS_WORTH_A_COPY = 8


def run_cell(
    arrays: NumpyArrays | TorchArrays,
    config: RNNConfig,
    lane: Lane,
    x: Tensor,
    given: dict[str, Tensor],
    rest: tuple[tuple[int, ...] | None, tuple[Given, ...]],
) -> CellTrace:
    """Run one cell on x, (seq_len, batch, layer_input_size).

    `given` holds h_0, c_0 if an LSTM, and the parameters, under the names of the record; `rest` is
    (lengths of the samples, activations at the kind's places).
    """
    lengths, activations = rest
    seq_len, batch, _ = x.shape
    fields = given if config.bias else given | {"bias_ih": None, "bias_hh": None}
    seen = {name: arrays.seen(tensor) for name, tensor in given.items()}
    buffers: dict[str, Array] = {}
    for names, width in cell_buffers(config).items():
        kept = arrays.empty(len(names), seq_len, batch, width)
        buffers |= zip(names, kept, strict=True)
        fields |= zip(names, arrays.tensor(kept).unbind(), strict=True)
    _read_input(arrays, config, arrays.seen(x), seen, buffers)
    written, start = _seen_by_scan(seen, buffers, alone=batch == 1 and arrays.takes_vectors)
    scan = _scan(arrays, (config.kind, lane.direction, activations), seen, written)
    if lengths is None:
        scan(written, start)
    else:
        _scan_padded(arrays, scan, lane, (written, start), lengths)
        _erase_padding(buffers, lengths)
    return CellTrace(
        kind=config.kind,
        layer=lane.layer,
        direction=lane.direction,
        activations=tuple(map(name_of, activations)),
        curves=curves_of(activations, fields),
        lengths=lengths,
        x=x,
        **fields,
    )


def _seen_by_scan(
    seen: dict[str, Array], buffers: dict[str, Array], *, alone: bool
) -> tuple[list[Array], tuple[Array, ...]]:
    """What a scan writes, and where it starts; of a sample `alone` without its axis."""
    written = [buffer for name, buffer in buffers.items() if name != "wx"]
    start = tuple(seen[name] for name in _FIRST if name in seen)
    if alone:
        return [buffer[:, 0] for buffer in written], tuple(state[0] for state in start)
    return written, start


def _read_input(
    arrays: NumpyArrays | TorchArrays,
    config: RNNConfig,
    x: Array,
    seen: dict[str, Array],
    buffers: dict[str, Array],
) -> None:
    """Write W_ih x_t of the whole sequence, and with the biases what `a` holds before the scan."""
    seq_len, batch, input_size = x.shape
    flat = (seq_len * batch, buffers["wx"].shape[2])
    wx, a = buffers["wx"].reshape(flat), buffers["a"].reshape(flat)
    arrays.product(x.reshape(flat[0], input_size), seen["weight_ih"].T, wx)
    if not config.bias:
        a[...] = wx
        return
    # They wait in `a` for the recurrent product, so that a step is one sum.
    biases = seen["bias_ih"] + seen["bias_hh"]
    if config.kind == "GRU":
        # b_hn is added within the reset gate's brackets.
        biases[-config.hidden_size :] = seen["bias_ih"][-config.hidden_size :]
    arrays.add(wx, biases, a)


def _scan(
    arrays: NumpyArrays | TorchArrays,
    cell: tuple[str, Direction, tuple[Given, ...]],
    seen: dict[str, Array],
    written: Sequence[Array],
) -> Scan:
    """The scan of a cell, (kind, direction, activations), all that it needs looked up once."""
    kind, direction, activations = cell
    weight_hh_t, last = seen["weight_hh"].T, arrays.activation(activations[-1])
    hidden_size = len(seen["weight_hh"]) // (len(GATE_NAMES[kind]) or 1)
    *sizes, _ = written[0].shape  # (seq_len, batch), or (seq_len,)
    if sizes[0] >= _STEPS_WORTH_A_COPY and math.prod(sizes) >= 2 * hidden_size:
        # Still less than a tenth of what the record takes.
        weight_hh_t = arrays.for_products(weight_hh_t)
    if kind == "RNN":
        return lambda buffers, start: rnn_scan(arrays, buffers, direction, start, weight_hh_t, last)
    row = written[2][0]  # gates of a timestep
    if kind == "LSTM":
        gates = arrays.gates_activation(activations[:4], row)
        weight_hr_t = seen["weight_hr"].T if "weight_hr" in seen else None
        return lambda buffers, start: lstm_scan(
            arrays, buffers, direction, start, (weight_hh_t, weight_hr_t), (gates, last)
        )
    reset, update, _ = activations
    # The third block is overwritten: it does as the second, which numpy does in one call.
    gates = arrays.gates_activation((reset, update, update if reset == update else "identity"), row)
    bias_hn = seen["bias_hh"][-hidden_size:] if "bias_hh" in seen else None
    return lambda buffers, start: gru_scan(
        arrays, buffers, direction, start, (weight_hh_t, bias_hn), (gates, last)
    )


def _scan_padded(
    arrays: NumpyArrays | TorchArrays,
    scan: Scan,
    lane: Lane,
    begun: tuple[list[Array], tuple[Array, ...]],
    lengths: tuple[int, ...],
) -> None:
    """The scan of samples of different lengths, its buffers and states `begun` as for all.

    Forwards it runs on past a sample's end, which changes nothing before. In reverse each sample
    begins at its own last timestep: every stretch ends where shorter samples begin, which until
    then are held at their start.
    """
    written, start = begun
    if lane.direction == "forward":
        scan(written, start)
        return
    # h comes last, and an LSTM's c two before it.
    states = [written[-1], *([written[-3]] if len(start) == 2 else [])]
    ends = sorted(set(lengths), reverse=True)
    before = start
    for stop, begin in zip(ends, [*ends[1:], 0], strict=True):
        if stop < ends[0]:
            running = [k for k, length in enumerate(lengths) if length > stop]
            before = tuple(arrays.spare(state) for state in start)
            for target, first, state in zip(before, start, states, strict=True):
                target[...] = first
                target[running] = state[stop][running]
        scan([buffer[begin:stop] for buffer in written], before)


def _erase_padding(buffers: dict[str, Array], lengths: tuple[int, ...]) -> None:
    for sample, length in enumerate(lengths):
        for buffer in buffers.values():
            buffer[length:, sample] = math.nan
