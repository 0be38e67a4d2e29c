"""A traced stack of cells and its input as a short script in plain torch."""

from __future__ import annotations

from typing import get_args

from rnnviz.config import (
    PLACES,
    TOLERANCE,
    Activation,
    RNNConfig,
    StackConfig,
    parameter_suffix,
)
from rnnviz.exports.beside import input_arrays, needs_files, reading_lines, saved
from rnnviz.exports.literals import literal
from rnnviz.records import Trace
from rnnviz.shapes import parameter_name

# How each activation is written where it is not `torch.` and its name.
_WRITTEN = {
    "hardtanh": "F.hardtanh",
    "hardsigmoid": "F.hardsigmoid",
    "hardsigmoid_0.2": "lambda a: (0.2 * a + 0.5).clamp(0.0, 1.0)",
    "softsign": "F.softsign",
    "identity": "lambda a: a",
}

_LOOP = '''
def step(cell, act, x, h, c):
    """One update: h, and c of an LSTM; act holds the activations in the cell's own order."""
    read = F.linear(x, cell.weight_ih, cell.bias_ih)
    kept = F.linear(h, cell.weight_hh, cell.bias_hh)
    if isinstance(cell, nn.RNNCell):
        return act[0](read + kept), None
    if isinstance(cell, nn.LSTMCell):
        i, f, g, o = (f(a) for f, a in zip(act, (read + kept).chunk(4, dim=-1)))
        c = f * c + i * g
        return o * act[4](c), c
    (x_r, x_z, x_n), (h_r, h_z, h_n) = read.chunk(3, dim=-1), kept.chunk(3, dim=-1)
    r, z = act[0](x_r + h_r), act[1](x_z + h_z)
    return (1 - z) * act[2](x_n + r * h_n) + z * h, None


def run_by_hand(stack, x, h_0, c_0):
    """Layer by layer; x is (seq_len, batch, input_size), h_0 and c_0 have an entry per cell."""
    h_n, c_n = [], []
    for layer, act in enumerate(activations):
        states = []
        for name, cells in stack.items():
            h, c = h_0[len(h_n)], c_0[len(c_n)]
            row = [None] * len(x)
            for t in range(len(x)) if name == "cells" else reversed(range(len(x))):
                h, c = step(cells[layer], act, x[t], h, c)
                row[t] = h
            states.append(torch.stack(row))
            h_n.append(h)
            c_n.append(c)
        x = torch.cat(states, dim=-1)  # what the next layer reads: forward | reverse
    return x, h_n, c_n

'''


def stack_script(trace: Trace, *, seed: int | None, beside: bool = False) -> str:
    """A script that rebuilds stack and input, runs it and asserts that it gives this output.

    Args:
        trace: the run, on the host.
        seed: the seed whose default initialisation gave the weights, or None to write them out:
            of all forward cells first, then of the reverse ones.
        beside: whether the numbers lie beside it in any case, not only where it `needs_files`.

    Raises:
        ValueError: an activation goes by no name.
    """
    config = trace.config
    _check_names(config)
    given = input_arrays(trace)
    lines = ["import torch", "import torch.nn.functional as F", "from torch import nn", ""]
    if beside or needs_files(trace, seed=seed):
        lines = ["import numpy as np", *lines, *_stack_lines(config), *reading_lines("stack")]
        lines += _given_lines(config, {name: saved(name, config) for name in given})
    else:
        lines += [] if seed is None else [f"torch.manual_seed({seed})"]
        lines += _stack_lines(config)
        lines += _weight_lines(trace) if seed is None else []
        written = {name: literal(array, config) for name, array in given.items()}
        lines += _given_lines(config, written)
    return "\n".join([*lines, _LOOP, *_check(config)]) + "\n"


def _weight_lines(trace: Trace) -> list[str]:
    """The weights written out, and put into the cells."""
    named = [
        f'    "{parameter_name(trace.config, cell.layer, cell.direction, name)}": '
        f"{literal(array, trace.config)},"
        for cell in trace.cells
        for name, array in cell.arrays()
        if name.startswith(("weight", "bias"))
    ]
    return ["weights = {", *named, "}", "stack.load_state_dict(weights)"]


def _given_lines(config: StackConfig, written: dict[str, str]) -> list[str]:
    """The input, what every cell starts from, and the output that is to come."""
    lines = [f"x = {written['x']}"]
    for name in ("h_0", "c_0"):
        starts = [written.get(name + parameter_suffix(*lane)) for lane in config.lanes]
        lines += [f"{name} = [", *(f"    {start}," for start in starts), "]"]
    return [*lines, f"traced = {written['output']}"]


def _check_names(config: StackConfig) -> None:
    for index, layer in enumerate(config.layers):
        for place, name in zip(PLACES[layer.kind], layer.activation_names, strict=True):
            if name not in get_args(Activation):
                raise ValueError(
                    f"a run with a function of one's own, {name} at {place} of layer {index}, "
                    "cannot be written as a script, as its code is not recorded; give the "
                    f"activation by one of the names {', '.join(get_args(Activation))}."
                )


def _stack_lines(config: StackConfig) -> list[str]:
    """The cells, under the names of `CellStack`, and the activations of every layer."""
    cells = [f"            nn.{one.kind}Cell({_arguments(one)})," for one in config.layers]
    lines = ["stack = nn.ModuleDict(", "    {"]
    for direction in config.directions:
        name = "reverse" if direction == "reverse" else "cells"
        lines += [f'        "{name}": nn.ModuleList([', *cells, "        ]),"]
    lines += ["    }", ")", "activations = ["]
    for index, layer in enumerate(config.layers):
        names = [_WRITTEN.get(name, f"torch.{name}") for name in layer.activation_names]
        places = ", ".join(PLACES[layer.kind])
        lines.append(f"    [{', '.join(names)}],  # layer {index}: {places}")
    return [*lines, "]"]


def _arguments(layer: RNNConfig) -> str:
    """The constructor's arguments, those at their defaults left out."""
    given = [str(layer.input_size), str(layer.hidden_size)]
    if not layer.bias:
        given.append("bias=False")
    if layer.kind == "RNN" and layer.nonlinearity != "tanh":
        given.append(f"nonlinearity={layer.nonlinearity!r}")
    if layer.dtype != "float32":
        given.append(f"dtype=torch.{layer.dtype}")
    return ", ".join(given)


def _check(config: StackConfig) -> list[str]:
    bound = TOLERANCE[config.dtype]
    return [
        "with torch.no_grad():",
        "    output, h_n, c_n = run_by_hand(stack, x, h_0, c_0)",
        "print(output)",
        'print("max |by hand - traced| =", (output - traced).abs().max().item())',
        f"torch.testing.assert_close(output, traced, rtol={bound}, atol={bound}, equal_nan=True)",
    ]
