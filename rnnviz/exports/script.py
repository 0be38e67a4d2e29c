"""A traced net and its input as a short script in plain torch."""

from __future__ import annotations

import numpy as np

from rnnviz.config import TOLERANCE, RNNConfig, StackConfig, parameter_suffix
from rnnviz.exports.beside import input_arrays, needs_files, reading_lines, saved
from rnnviz.exports.literals import literal
from rnnviz.exports.stack_script import stack_script
from rnnviz.records import CellTrace, Trace

# What stands between the braces depends on the kind of the net.
_LOOP = '''
def run_by_hand(rnn, x, {states}):
    """What rnn(x, {hx}) computes, layer by layer; x is (seq_len, batch, input_size)."""{act}
    suffixes = ["", "_reverse"] if rnn.bidirectional else [""]
    {finals} = {empty}
    for layer in range(rnn.num_layers):
        states = []
        for suffix in suffixes:
            get = lambda name: getattr(rnn, f"{{name}}_l{{layer}}{{suffix}}")
            {bias}
            {first}
            row = [None] * len(x)
            for t in range(len(x)) if suffix == "" else reversed(range(len(x))):
{update}
                row[t] = h
            states.append(torch.stack(row))
            {keep}
        x = torch.cat(states, dim=-1)  # what the next layer reads: forward | reverse
    return x, {stacked}

'''

_RNN = {
    "states": "h_0",
    "hx": "h_0",
    "act": '\n    act = torch.tanh if rnn.nonlinearity == "tanh" else torch.relu',
    "finals": "h_n",
    "empty": "[]",
    "bias": 'bias = get("bias_ih") + get("bias_hh") if rnn.bias else 0.0',
    "first": "h = h_0[len(h_n)]",
    "update": ('h = act(x[t] @ get("weight_ih").T + h @ get("weight_hh").T + bias)',),
    "keep": "h_n.append(h)",
    "stacked": "torch.stack(h_n)",
}
_PARTS: dict[str, dict] = {
    "RNN": _RNN,
    "GRU": _RNN
    | {
        "act": "",
        "bias": 'b_ih, b_hh = (get("bias_ih"), get("bias_hh")) if rnn.bias else (0.0, 0.0)',
        "update": (
            'x_r, x_z, x_n = (x[t] @ get("weight_ih").T + b_ih).chunk(3, dim=-1)',
            'hh_r, hh_z, hh_n = (h @ get("weight_hh").T + b_hh).chunk(3, dim=-1)',
            "r = torch.sigmoid(x_r + hh_r)",
            "z = torch.sigmoid(x_z + hh_z)",
            "n = torch.tanh(x_n + r * hh_n)",
            "h = (1 - z) * n + z * h",
        ),
    },
    "LSTM": _RNN
    | {
        "states": "h_0, c_0",
        "hx": "(h_0, c_0)",
        "act": "",
        "finals": "h_n, c_n",
        "empty": "[], []",
        "first": "h, c = h_0[len(h_n)], c_0[len(c_n)]",
        "update": (
            'a = x[t] @ get("weight_ih").T + h @ get("weight_hh").T + bias',
            "i, f, g, o = a.chunk(4, dim=-1)",
            "c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)",
            "h = torch.sigmoid(o) * torch.tanh(c)",
        ),
        "keep": "h_n.append(h)\n            c_n.append(c)",
        "stacked": "torch.stack(h_n), torch.stack(c_n)",
    },
}


def torch_script(trace: Trace, *, seed: int | None, beside: bool = False) -> str:
    """A script that rebuilds net and input, runs both ways and asserts that they agree.

    That of a stack, which torch has not, runs it by hand and asserts that it gives this output.

    Args:
        trace: the run.
        seed: the seed whose default initialisation gave the weights, or None to write them out.
        beside: whether the numbers lie beside it in any case.

    With a seed, or with the numbers beside it, it has fewer than 60 lines. Where `needs_files`,
    they lie there too, as `rnnviz.files.script_zip` gives them. Such a script asserts as well that
    torch gives the output that was recorded.

    Raises:
        ValueError: the run was packed, dropped numbers in training, held something by clamps, was
            one of a single cell, or of a stack with an activation that goes by no name.
    """
    _check_can_be_written(trace)
    trace, config = trace.numpy(), trace.config
    if isinstance(config, StackConfig):
        return stack_script(trace, seed=seed, beside=beside)
    given = input_arrays(trace)
    recorded = given.pop("output")
    made = f"rnn = nn.{config.kind}({_arguments(config)})"
    check = _check(config)
    if beside or needs_files(trace, seed=seed):
        lines = ["import numpy as np", "import torch", "from torch import nn", "", made]
        lines += reading_lines("rnn")
        lines += [f"{name} = {saved(name, config)}  # {given[name].shape}" for name in given]
        lines.append(f"recorded = {saved('output', config)}  # {recorded.shape}")
        check.append(_same("output", "recorded", config))
    else:
        lines = ["import torch", "from torch import nn", ""]
        lines += [made] if seed is None else [f"torch.manual_seed({seed})", made]
        lines += _weight_lines(parameters_of(trace), config) if seed is None else []
        lines += [
            f"{name} = {literal(given[name], config)}  # {given[name].shape}" for name in given
        ]
    return "\n".join([*lines, _loop(config), *check]) + "\n"


def _check_can_be_written(trace: Trace) -> None:
    if trace.is_packed:
        raise ValueError(
            "a packed run cannot be written as a script; trace one sequence by itself."
        )
    if any(cell.dropout_mask is not None for cell in trace.cells):
        raise ValueError(
            "a run with dropout cannot be written as a script, as torch draws other masks at each "
            "call; trace the module in eval mode."
        )
    if trace.clamps:
        raise ValueError(
            "a run in which something is held cannot be written as a script, as no net of torch "
            f"does that; take back {trace.clamps[0]}."
        )
    if trace.of_one_cell:
        raise ValueError(
            f"a run of a single cell cannot be written as a script; trace an nn.{trace.config.kind}"
            " of one layer with its weights."
        )


def _weight_lines(weights: dict[str, np.ndarray], config: RNNConfig) -> list[str]:
    """The weights written out, and put into the net."""
    written = [f'    "{name}": {literal(array, config)},' for name, array in weights.items()]
    return ["weights = {", *written, "}", "rnn.load_state_dict(weights)"]


def _loop(config: RNNConfig) -> str:
    parts = _PARTS[config.kind]
    update = list(parts["update"])
    if config.proj_size:
        update.append('h = h @ get("weight_hr").T')
    return _LOOP.format(**parts | {"update": "\n".join(" " * 16 + line for line in update)})


def _arguments(config: RNNConfig) -> str:
    """The constructor's arguments, those at their defaults left out."""
    given = [str(config.input_size), str(config.hidden_size)]
    defaults = RNNConfig(input_size=1, hidden_size=1)
    names = ["num_layers", "nonlinearity", "bias", "batch_first", "bidirectional", "proj_size"]
    if config.kind != "RNN":
        names.remove("nonlinearity")
    for name in names:
        if getattr(config, name) != getattr(defaults, name):
            given.append(f"{name}={getattr(config, name)!r}")
    if config.dtype != defaults.dtype:
        given.append(f"dtype=torch.{config.dtype}")
    return ", ".join(given)


def parameters_of(trace: Trace) -> dict[str, np.ndarray]:
    """All parameters under torch's names."""
    return {
        kind + parameter_suffix(cell.layer, cell.direction): array
        for cell in trace.cells
        for kind, array in _kinds(cell)
    }


def _kinds(cell: CellTrace) -> list[tuple[str, np.ndarray]]:
    return [(name, array) for name, array in cell.arrays() if name.startswith(("weight", "bias"))]


def _check(config: RNNConfig) -> list[str]:
    parts = _PARTS[config.kind]
    finals = parts["finals"].split(", ")
    x = "x.transpose(0, 1)" if config.batch_first else "x"
    returned = f"({parts['finals']})" if len(finals) > 1 else parts["finals"]
    lines = ["with torch.no_grad():", f"    output, {returned} = rnn({x}, {parts['hx']})"]
    if config.batch_first:
        lines.append("    output = output.transpose(0, 1)  # to (seq_len, batch, ...)")
    last = ["last" if final == "h_n" else "last_c" for final in finals]
    lines += [
        f"    by_hand, {', '.join(last)} = run_by_hand(rnn, x, {parts['states']})",
        "print(output)",
        'print("max |by hand - torch.nn| =", (by_hand - output).abs().max().item())',
        _same("by_hand", "output", config),
    ]
    return lines + [_same(*pair, config) for pair in zip(last, finals, strict=True)]


def _same(one: str, other: str, config: RNNConfig) -> str:
    bound = TOLERANCE[config.dtype]
    options = f"rtol={bound}, atol={bound}, equal_nan=True"
    return f"torch.testing.assert_close({one}, {other}, {options})"
