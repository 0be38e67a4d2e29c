"""Tables of shapes: a row per parameter, a row per tensor that goes in or comes out."""

from __future__ import annotations

from typing import NamedTuple

from rnnviz.config import Direction, RNNConfig, parameter_suffix
from rnnviz.records import Packed, Trace


class ShapeRow(NamedTuple):
    """One array: `name` in torch's words, its sizes, what each axis is, and why it is so."""

    name: str
    shape: tuple[int, ...]
    axes: tuple[str, ...]
    why: str


class GateRows(NamedTuple):
    """Which rows of weight_ih, weight_hh and the biases belong to a gate: start..stop-1."""

    gate: str
    start: int
    stop: int


def gate_rows(config: RNNConfig) -> tuple[GateRows, ...]:
    """The rows of every gate, in torch's order; an RNN has none."""
    size = config.hidden_size
    return tuple(
        GateRows(gate, index * size, (index + 1) * size)
        for index, gate in enumerate(config.gate_names)
    )


def parameter_rows(config: RNNConfig) -> tuple[ShapeRow, ...]:
    """Every parameter of the net, in torch's order."""
    return tuple(
        row for layer, direction in config.lanes for row in _cell_rows(config, layer, direction)
    )


def _cell_rows(config: RNNConfig, layer: int, direction: Direction) -> list[ShapeRow]:
    gates, hidden, state = config.num_gates, config.hidden_size, config.state_size
    stacked = "hidden_size" if gates == 1 else f"{gates} * hidden_size"
    state_axis = "proj_size" if config.proj_size else "hidden_size"
    columns, column_axis = config.layer_input_size(layer), "input_size"
    reads = "reads x_t"
    if layer > 0:
        joined = config.num_directions > 1
        column_axis = f"num_directions * {state_axis}" if joined else state_axis
        reads = f"reads h of layer {layer - 1}" + (", forward then reverse" if joined else "")
    before = "h_{t+1}" if direction == "reverse" else "h_{t-1}"
    suffix, rows = parameter_suffix(layer, direction), gates * hidden
    table = [
        ShapeRow(f"weight_ih{suffix}", (rows, columns), (stacked, column_axis), reads),
        ShapeRow(f"weight_hh{suffix}", (rows, state), (stacked, state_axis), f"reads {before}"),
    ]
    if config.bias:
        inside = "added to W_hh h; in n within r * (...)" if config.kind == "GRU" else None
        table += [
            ShapeRow(f"bias_ih{suffix}", (rows,), (stacked,), "added to W_ih x"),
            ShapeRow(f"bias_hh{suffix}", (rows,), (stacked,), inside or "added to W_hh h"),
        ]
    if config.proj_size:
        why = "makes h of o * tanh(c)"
        axes = ("proj_size", "hidden_size")
        table.append(ShapeRow(f"weight_hr{suffix}", (config.proj_size, hidden), axes, why))
    return table


def tensor_rows(trace: Trace) -> tuple[ShapeRow, ...]:
    """What goes into the net and what comes out, in the layout of this run."""
    config = trace.config
    state_axis = "proj_size" if config.proj_size else "hidden_size"
    joined = f"num_directions * {state_axis}" if config.num_directions > 1 else state_axis
    finals = [("h", config.state_size, state_axis)]
    if config.kind == "LSTM":
        finals.append(("c", config.hidden_size, "hidden_size"))
    inside = _sequence_rows(trace, "input", (config.input_size, "input_size"))
    outside = _sequence_rows(trace, "output", (config.num_directions * config.state_size, joined))
    return (
        *inside,
        *(_state_row(trace, f"{name}_0", size, axis) for name, size, axis in finals),
        *outside,
        *(_state_row(trace, f"{name}_n", size, axis) for name, size, axis in finals),
    )


def _sequence_rows(trace: Trace, name: str, last: tuple[int, str]) -> list[ShapeRow]:
    """A row for input or output, or one for each part if packed; `last` is the last axis."""
    size, axis = last
    what = "x_t" if name == "input" else "h of the last layer"
    if name == "output" and trace.config.num_directions > 1:
        what += ", forward then reverse"
    if isinstance(trace.output, tuple):
        packed = Packed(*trace.output)
        rows = [
            ShapeRow(
                f"{name}.data",
                (len(packed.data), size),
                ("sum of lengths", axis),
                f"{what}: all samples at t = 0, then all that go on at t = 1, ... without padding",
            ),
            ShapeRow(
                f"{name}.batch_sizes",
                (len(packed.batch_sizes),),
                ("seq_len",),
                "how many samples each timestep has",
            ),
        ]
        orders = {
            "sorted_indices": "which sample stands where, the longest first",
            "unsorted_indices": "where each sample stands: the way back",
        }
        for order, why in orders.items():
            if getattr(packed, order) is not None:
                rows.append(ShapeRow(f"{name}.{order}", (trace.batch,), ("batch",), why))
        return rows
    axes = {"seq_len": trace.seq_len, "batch": trace.batch}
    if trace.of_one_cell:
        del axes["seq_len"]
    elif trace.config.batch_first:
        axes = {"batch": trace.batch, "seq_len": trace.seq_len}
    if not trace.batched:
        del axes["batch"]
    if trace.lengths is not None:
        what += "; 0 past a sample's length"
    return [ShapeRow(name, (*axes.values(), size), (*axes, axis), what)]


def _state_row(trace: Trace, name: str, size: int, axis: str) -> ShapeRow:
    axes = {"num_layers * num_directions": len(trace.cells), "batch": trace.batch, axis: size}
    if trace.of_one_cell:
        del axes["num_layers * num_directions"]
    if not trace.batched:
        del axes["batch"]
    when = "where each cell starts" if name.endswith("_0") else "the last state of each cell"
    if not trace.of_one_cell:
        when += ": layer 0 forward" + (", layer 0 reverse" * (len(trace.config.directions) - 1))
        when += ", ..." if trace.config.num_layers > 1 else ""
    if trace.config.batch_first and trace.batched and not trace.of_one_cell:
        when += "; batch_first leaves it as it is"
    return ShapeRow(name, tuple(axes.values()), tuple(axes), when)
