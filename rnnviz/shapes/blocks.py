"""Which block of a stacked parameter is which gate's: a row per matrix and bias of one cell."""

from __future__ import annotations

from typing import NamedTuple

from rnnviz.config import GATE_WORDS, Direction, RNNConfig, parameter_suffix
from rnnviz.shapes.rows import GateRows, gate_rows


class BlockRow(NamedTuple):
    """One matrix or bias of a cell that keeps its gates apart.

    Attributes:
        name: torch's for a matrix, `W_if`; `b_f` for a bias that is the sum of two of torch's.
        shape: of what the expression gives.
        what: its gate, and what it reads or is made of.
        expression: fetches it from the net's parameters: `weight_ih_l0[4:8]`.
    """

    name: str
    shape: tuple[int, ...]
    what: str
    expression: str


def block_rows(config: RNNConfig, layer: int, direction: Direction) -> tuple[BlockRow, ...]:
    """Every block of one cell, matrices first; of an LSTM those of `rnnviz.lstm_to_gates`.

    An RNN, which stacks nothing, has none.
    """
    gates, suffix = gate_rows(config), parameter_suffix(layer, direction)
    if not gates:
        return ()
    reads = f"h of layer {layer - 1}" if layer else "x_t"
    before = "h_{t+1}" if direction == "reverse" else "h_{t-1}"
    columns = {"ih": config.layer_input_size(layer), "hh": config.state_size}
    table = [
        BlockRow(
            f"W_{part[0]}{rows.gate}",
            (config.hidden_size, columns[part]),
            f"{GATE_WORDS[rows.gate]}, reads {source}",
            f"weight_{part}{suffix}[{rows.start}:{rows.stop}]",
        )
        for part, source in (("ih", reads), ("hh", before))
        for rows in gates
    ]
    if config.bias:
        table += [row for rows in gates for row in _bias_rows(config, rows, suffix)]
    if config.proj_size:
        shape = (config.proj_size, config.hidden_size)
        table.append(BlockRow("W_hr", shape, "projection, no gate", f"weight_hr{suffix}"))
    return tuple(table)


def _bias_rows(config: RNNConfig, rows: GateRows, suffix: str) -> list[BlockRow]:
    """One row, as only the sum of both biases matters; two where r comes between them."""
    gate, words, shape = rows.gate, GATE_WORDS[rows.gate], (config.hidden_size,)
    b_ih, b_hh = (f"bias_{part}{suffix}[{rows.start}:{rows.stop}]" for part in ("ih", "hh"))
    if gate == "n":
        # n = tanh(W_in x + b_in + r * (W_hn h + b_hn)).
        return [
            BlockRow("b_in", shape, f"{words}, outside r * (...)", b_ih),
            BlockRow("b_hn", shape, f"{words}, inside r * (...)", b_hh),
        ]
    return [BlockRow(f"b_{gate}", shape, f"{words}, b_i{gate} + b_h{gate}", f"{b_ih} + {b_hh}")]
