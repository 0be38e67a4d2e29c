"""Where a number sits in what torch.nn returns, as one would index it."""

from __future__ import annotations

from rnnviz.config import Direction, StackConfig
from rnnviz.records import CellTrace, Trace


def output_name(trace: Trace, t: object, sample: int, feature: object) -> str:
    """An element of output in the layout of this run: `output[5, 0, 7]`.

    Of a packed run, of what `pad_packed_sequence` makes of output.
    """
    if trace.is_packed:
        return f"padded output[{t}, {sample}, {feature}]"
    if not trace.batched:
        return f"output[{t}, {feature}]"
    if trace.config.batch_first:
        return f"output[{sample}, {t}, {feature}]"
    return f"output[{t}, {sample}, {feature}]"


def net_name(trace: Trace) -> str:
    """What kind of net it is: `tanh RNN`, `LSTM`, `GRU`, `stack of LSTM 30, GRU 10`."""
    config = trace.config
    if isinstance(config, StackConfig):
        layers = ", ".join(f"{layer.kind} {layer.hidden_size}" for layer in config.layers)
        return f"stack of {layers}"
    return f"{config.nonlinearity} {config.kind}" if config.kind == "RNN" else config.kind


def oracle_name(trace: Trace) -> str:
    """What a run is compared with: torch.nn, but that has no cells with other activations."""
    config = trace.config
    own = isinstance(config, StackConfig) and any(layer.activations for layer in config.layers)
    return "plain torch" if own else "torch.nn"


def state_name(trace: Trace, state: str, cell: CellTrace, sample: int, unit: object) -> str:
    """An element of h_n or h_0: `h_n[3, 0, 2]`, of a stack `h_n[3][0, 2]`."""
    row = [(c.layer, c.direction) for c in trace.cells].index((cell.layer, cell.direction))
    if isinstance(trace.config, StackConfig):
        return f"{state}[{row}][{sample}, {unit}]" if trace.batched else f"{state}[{row}][{unit}]"
    return f"{state}[{row}, {sample}, {unit}]" if trace.batched else f"{state}[{row}, {unit}]"


def feature_offset(trace: Trace, layer: int, direction: Direction) -> int:
    """Where a direction's units start when a layer's states are joined, forward first."""
    return 0 if direction == "forward" else trace.cell(layer, "forward").state_size
