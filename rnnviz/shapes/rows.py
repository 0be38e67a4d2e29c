"""Tables of shapes: a row per parameter, a row per tensor that goes in or comes out."""

from __future__ import annotations

from typing import NamedTuple

from rnnviz.config import Direction, NetConfig, RNNConfig, StackConfig
from rnnviz.records import Packed, Trace
from rnnviz.shapes.names import parameter_name


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
    """The rows of every gate, in torch's order; an RNN has none.

    Of a stack it takes the config of a layer, `config.cells_of(layer)`.
    """
    size = config.hidden_size
    return tuple(
        GateRows(gate, index * size, (index + 1) * size)
        for index, gate in enumerate(config.gate_names)
    )


def parameter_rows(config: NetConfig) -> tuple[ShapeRow, ...]:
    """Every parameter of the net, in torch's order: of a stack all forward cells come first."""
    lanes = config.lanes
    if isinstance(config, StackConfig):
        lanes = [(layer, way) for way in config.directions for layer in range(config.num_layers)]
    return tuple(row for layer, direction in lanes for row in _cell_rows(config, layer, direction))


def _cell_rows(config: NetConfig, layer: int, direction: Direction) -> list[ShapeRow]:
    cells = config.cells_of(layer)
    gates, hidden, state = cells.num_gates, cells.hidden_size, cells.state_size
    stacked = "hidden_size" if gates == 1 else f"{gates} * hidden_size"
    state_axis = "proj_size" if cells.proj_size else "hidden_size"
    columns, (column_axis, reads) = config.layer_input_size(layer), _read(config, layer)
    before = "h_{t+1}" if direction == "reverse" else "h_{t-1}"
    rows = gates * hidden

    def row(name: str, shape: tuple[int, ...], axes: tuple[str, ...], why: str) -> ShapeRow:
        return ShapeRow(parameter_name(config, layer, direction, name), shape, axes, why)

    table = [
        row("weight_ih", (rows, columns), (stacked, column_axis), reads),
        row("weight_hh", (rows, state), (stacked, state_axis), f"reads {before}"),
    ]
    if cells.bias:
        inside = "added to W_hh h; in n within r * (...)" if cells.kind == "GRU" else None
        table += [
            row("bias_ih", (rows,), (stacked,), "added to W_ih x"),
            row("bias_hh", (rows,), (stacked,), inside or "added to W_hh h"),
        ]
    if cells.proj_size:
        why = "makes h of o * tanh(c)"
        axes = ("proj_size", "hidden_size")
        table.append(row("weight_hr", (cells.proj_size, hidden), axes, why))
    return table


def _read(config: NetConfig, layer: int) -> tuple[str, str]:
    """The axis of what a layer reads, and what that is."""
    if layer == 0:
        return "input_size", "reads x_t"
    joined = config.num_directions > 1
    below = f"reads h of layer {layer - 1}" + (", forward then reverse" if joined else "")
    axis = "proj_size" if config.cells_of(layer).proj_size else "hidden_size"
    if isinstance(config, StackConfig):
        # As its cell calls it: hidden_size is the cell's own, and that of the layer below another.
        return "input_size", below
    return f"num_directions * {axis}" if joined else axis, below


def tensor_rows(trace: Trace) -> tuple[ShapeRow, ...]:
    """What goes into the net and what comes out, in the layout of this run."""
    config = trace.config
    last = config.cells_of(config.num_layers - 1)
    state_axis = "proj_size" if last.proj_size else "hidden_size"
    joined = f"num_directions * {state_axis}" if config.num_directions > 1 else state_axis
    inside = _sequence_rows(trace, "input", (config.input_size, "input_size"))
    outside = _sequence_rows(trace, "output", (config.num_directions * last.state_size, joined))
    return (*inside, *_state_rows(trace, "0"), *outside, *_state_rows(trace, "n"))


def _state_rows(trace: Trace, end: str) -> list[ShapeRow]:
    """h_0 and c_0, or h_n and c_n; of a stack a row for every cell that has them."""
    names = ["h", "c"] if trace.config.has_c else ["h"]
    if isinstance(trace.config, StackConfig):
        return [
            _entry_row(trace, f"{name}_{end}", index)
            for name in names
            for index, cell in enumerate(trace.cells)
            if name == "h" or cell.c is not None
        ]
    config = trace.config
    sizes = {"h": (config.state_size, "proj_size" if config.proj_size else "hidden_size")}
    sizes["c"] = (config.hidden_size, "hidden_size")
    return [_state_row(trace, f"{name}_{end}", *sizes[name]) for name in names]


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


def _entry_row(trace: Trace, name: str, index: int) -> ShapeRow:
    """One cell's entry of a stack's h_0, c_0, h_n or c_n, which are tuples."""
    cell = trace.cells[index]
    axes = {"batch": trace.batch, "hidden_size": cell.hidden_size}
    if not trace.batched:
        del axes["batch"]
    what = "where it starts" if name.endswith("_0") else "its last state"
    why = f"{what}: the {cell.kind} cell of layer {cell.layer}, {cell.direction}"
    if trace.config.batch_first and trace.batched:
        why += "; batch_first leaves it as it is"
    return ShapeRow(f"{name}[{index}]", tuple(axes.values()), tuple(axes), why)
