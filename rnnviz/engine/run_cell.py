"""One cell along the sequence: its memory, the products with the input, the scan, its record."""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor

from rnnviz.config import GATE_NAMES, Clamp, Direction, RNNConfig
from rnnviz.engine.activations import Given, name_of
from rnnviz.engine.arrays import NumpyArrays, TorchArrays
from rnnviz.engine.cells import gru_scan, lstm_scan, rnn_scan
from rnnviz.engine.clamps import Activations, ChangedScan, Scan, clamped
from rnnviz.engine.curves import curves_of
from rnnviz.engine.plan import Lane, cell_buffers
from rnnviz.engine.steps import CellParts, stepped
from rnnviz.records import Array, CellTrace

_FIRST = ("h_0", "c_0")

# A product with W_hh laid out for it takes half the time, and laying it out that of several.
_STEPS_WORTH_A_COPY = 8


def run_cell(
    arrays: NumpyArrays | TorchArrays,
    config: RNNConfig,
    lane: Lane,
    x: Tensor,
    given: dict[str, Tensor],
    rest: tuple[tuple[int, ...] | None, tuple[Given, ...], tuple[Clamp, ...]],
) -> CellTrace:
    """Run one cell on x, (seq_len, batch, layer_input_size).

    `given` holds h_0, c_0 if an LSTM, and the parameters, under the names of the record; `rest` is
    (lengths of the samples, activations at the kind's places, clamps).
    """
    lengths, activations, clamps = rest
    fields = given if config.bias else given | {"bias_ih": None, "bias_hh": None}
    seen = {name: arrays.seen(tensor) for name, tensor in given.items()}
    buffers: dict[str, Array] = {}
    for names, width in cell_buffers(config).items():
        kept = arrays.empty(len(names), *x.shape[:2], width)
        buffers |= zip(names, kept, strict=True)
        fields |= zip(names, arrays.tensor(kept).unbind(), strict=True)
    _read_input(arrays, config, arrays.seen(x), seen, buffers)
    written, start = _seen_by_scan(seen, buffers, alone=x.shape[1] == 1 and arrays.takes_vectors)
    scan = _scan(arrays, (config.kind, lane.direction, activations), seen, written)
    scan = _as_lane_says(scan, lane, (arrays, config, seen, activations[-1]), clamps)
    _scan_padded(arrays, scan, lane, (written, start), lengths)
    _erase_padding(buffers, lengths or ())
    return CellTrace(
        kind=config.kind,
        layer=lane.layer,
        direction=lane.direction,
        activations=tuple(map(name_of, activations)),
        curves=curves_of(activations, fields),
        lengths=lengths,
        clamps=clamps,
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
) -> ChangedScan:
    """The scan of a cell, (kind, direction, activations), all that it needs looked up once."""
    kind, direction, activations = cell
    weight_hh_t, last = seen["weight_hh"].T, arrays.activation(activations[-1])
    hidden_size = len(seen["weight_hh"]) // (len(GATE_NAMES[kind]) or 1)
    *sizes, _ = written[0].shape  # (seq_len, batch), or (seq_len,)
    if sizes[0] >= _STEPS_WORTH_A_COPY and math.prod(sizes) >= 2 * hidden_size:
        # Still less than a tenth of what the record takes.
        weight_hh_t = arrays.for_products(weight_hh_t)
    if kind == "RNN":
        return lambda buffers, start, change: rnn_scan(
            arrays, buffers, direction, start, weight_hh_t, *change((last,))
        )
    row = written[2][0]  # gates of a timestep
    if kind == "LSTM":
        weights = weight_hh_t, seen["weight_hr"].T if "weight_hr" in seen else None
        given = activations[:4]
    else:
        weights = weight_hh_t, seen["bias_hh"][-hidden_size:] if "bias_hh" in seen else None
        reset, update, _ = activations
        # The third block is overwritten: it does as the second, which numpy does in one call.
        given = (reset, update, update if reset == update else "identity")
    acts = arrays.gates_activation(given, row), last
    run = lstm_scan if kind == "LSTM" else gru_scan
    return lambda buffers, start, change: run(
        arrays, buffers, direction, start, weights, change(acts)
    )


def _as_lane_says(
    scan: ChangedScan, lane: Lane, cell: CellParts, clamps: tuple[Clamp, ...]
) -> Scan:
    """The scan with steps that are changed, or with what is held."""
    if lane.steps is not None:
        return stepped(cell, scan, lane.steps)
    if clamps:
        return clamped(scan, cell[1], lane.direction, clamps)
    return lambda buffers, start, _: scan(buffers, start, _as_they_are)


def _as_they_are(acts: Activations) -> Activations:
    return acts


def _scan_padded(
    arrays: NumpyArrays | TorchArrays,
    scan: Scan,
    lane: Lane,
    begun: tuple[list[Array], tuple[Array, ...]],
    lengths: tuple[int, ...] | None,
) -> None:
    """The scan of samples that may have different lengths, its buffers and states `begun`.

    Forwards it runs on past a sample's end, which changes nothing before. In reverse each sample
    begins at its own last timestep: every stretch ends where shorter samples begin, which until
    then are held at their start.
    """
    written, start = begun
    if lane.direction == "forward" or lengths is None:
        scan(written, start, 0)
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
        scan([buffer[begin:stop] for buffer in written], before, begin)


def _erase_padding(buffers: dict[str, Array], lengths: tuple[int, ...]) -> None:
    for sample, length in enumerate(lengths):
        for buffer in buffers.values():
            buffer[length:, sample] = math.nan
