"""A traced net and its input as a short script in plain torch."""

from __future__ import annotations

import numpy as np

from rnnviz.config import TOLERANCE, RNNConfig, parameter_suffix
from rnnviz.records import CellTrace, Trace

# More numbers than this are read from the .npz instead of being written out.
MAX_LITERALS = 1500

_LOOP = '''
def run_by_hand(rnn, x, h_0):
    """What rnn(x, h_0) computes, layer by layer; x is (seq_len, batch, input_size)."""
    act = torch.tanh if rnn.nonlinearity == "tanh" else torch.relu
    suffixes = ["", "_reverse"] if rnn.bidirectional else [""]
    h_n = []
    for layer in range(rnn.num_layers):
        states = []
        for suffix in suffixes:
            get = lambda name: getattr(rnn, f"{name}_l{layer}{suffix}")
            bias = get("bias_ih") + get("bias_hh") if rnn.bias else 0.0
            h = h_0[len(h_n)]
            row = [None] * len(x)
            for t in range(len(x)) if suffix == "" else reversed(range(len(x))):
                h = act(x[t] @ get("weight_ih").T + h @ get("weight_hh").T + bias)
                row[t] = h
            states.append(torch.stack(row))
            h_n.append(h)
        x = torch.cat(states, dim=-1)  # what the next layer reads: forward | reverse
    return x, torch.stack(h_n)

'''


def torch_script(trace: Trace, *, seed: int | None) -> str:
    """A script that rebuilds net and input, runs both ways and asserts that they agree.

    Args:
        trace: the run.
        seed: the seed whose default initialisation gave the weights, or None to write them out.

    Runs that hold more than MAX_LITERALS numbers read them from `rnnviz-trace.npz` beside it.
    """
    trace = trace.numpy()
    config = trace.config
    lines = ["import torch", "from torch import nn", ""]
    weights = {} if seed is not None else _parameters(trace)
    x = trace.cells[0].x
    h_0 = np.stack([cell.h_0 for cell in trace.cells])
    numbers = x.size + h_0.size + sum(array.size for array in weights.values())
    from_file = numbers > MAX_LITERALS
    if from_file:
        lines[:1] = ["import numpy as np", "import torch"]
        lines += ['saved = np.load("rnnviz-trace.npz")  # "Trace (.npz)" of the same view', ""]
    if seed is not None:
        lines.append(f"torch.manual_seed({seed})")
    lines.append(f"rnn = nn.RNN({_arguments(config)})")
    if weights and from_file:
        lines.append(f"weights = {{name: {_saved('name', config)} for name in rnn.state_dict()}}")
        lines.append("rnn.load_state_dict(weights)")
    elif weights:
        lines.append("weights = {")
        lines += [f'    "{k}": {_literal(v, config)},' for k, v in weights.items()]
        lines += ["}", "rnn.load_state_dict(weights)"]
    for name, key, array in (("x", "x_l0", x), ("h_0", "h_0", h_0)):
        value = _saved(f'"{key}"', config) if from_file else _literal(array, config)
        lines.append(f"{name} = {value}  # {array.shape}")
    lines.append(_LOOP)
    lines += _check(config)
    return "\n".join(lines) + "\n"


def _arguments(config: RNNConfig) -> str:
    """The constructor's arguments, those at their defaults left out."""
    given = [str(config.input_size), str(config.hidden_size)]
    defaults = RNNConfig(input_size=1, hidden_size=1)
    for name in ("num_layers", "nonlinearity", "bias", "batch_first", "bidirectional"):
        if getattr(config, name) != getattr(defaults, name):
            given.append(f"{name}={getattr(config, name)!r}")
    if config.dtype != defaults.dtype:
        given.append(f"dtype=torch.{config.dtype}")
    return ", ".join(given)


def _parameters(trace: Trace) -> dict[str, np.ndarray]:
    return {
        kind + parameter_suffix(cell.layer, cell.direction): array
        for cell in trace.cells
        for kind, array in _kinds(cell)
    }


def _kinds(cell: CellTrace) -> list[tuple[str, np.ndarray]]:
    return [(name, array) for name, array in cell.arrays() if name.startswith(("weight", "bias"))]


def _literal(array: np.ndarray, config: RNNConfig) -> str:
    # The shortest decimal that reads back as the same number.
    text = np.array2string(
        array,
        separator=", ",
        threshold=array.size + 1,
        max_line_width=96,
        formatter={"float_kind": _number},
    )
    return f"torch.tensor({text}{_dtype(config)})"


def _number(value: np.floating) -> str:
    if not np.isfinite(value):
        return f'float("{value}")'
    if 1e-4 <= abs(float(value)) < 1e6 or value == 0:
        return np.format_float_positional(value, unique=True, trim="0")
    return np.format_float_scientific(value, unique=True, trim="0")


def _saved(key: str, config: RNNConfig) -> str:
    return f"torch.tensor(saved[{key}]{_dtype(config)})"


def _dtype(config: RNNConfig) -> str:
    # The archive and numpy's decimals lack bfloat16, and Python's floats are float32 in torch.
    return "" if config.dtype == "float32" else f", dtype=torch.{config.dtype}"


def _check(config: RNNConfig) -> list[str]:
    call = "rnn(x, h_0)"
    lines = ["with torch.no_grad():"]
    if config.batch_first:
        call = "rnn(x.transpose(0, 1), h_0)"
    lines.append(f"    output, h_n = {call}")
    if config.batch_first:
        lines.append("    output = output.transpose(0, 1)  # to (seq_len, batch, ...)")
    bound = TOLERANCE[config.dtype]
    lines += [
        "    by_hand, last = run_by_hand(rnn, x, h_0)",
        "print(output)",
        'print("max |by hand - torch.nn| =", (by_hand - output).abs().max().item())',
        f"torch.testing.assert_close(by_hand, output, rtol={bound}, atol={bound}, equal_nan=True)",
        f"torch.testing.assert_close(last, h_n, rtol={bound}, atol={bound}, equal_nan=True)",
    ]
    return lines
