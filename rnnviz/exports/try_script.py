"""A script that runs somebody's own net on a run's weights and input, and prints what to paste."""

from __future__ import annotations

import numpy as np

from rnnviz.config import RNNConfig, parameter_suffix
from rnnviz.exports.beside import (
    INPUT_FILE,
    MAX_LITERALS,
    WEIGHTS_FILE,
    input_arrays,
    saved,
)
from rnnviz.exports.literals import literal
from rnnviz.exports.script import parameters_of
from rnnviz.records import Trace

_ADAPTERS = '''"""Runs your own recurrent net on the weights and input that RNNviz shows.

Fill in one of the two adapters, run the script, and paste what it prints into RNNviz.
{net}
{shapes}
"""

import numpy as np
import torch


def by_function({arguments}):
    """Yours is a function that takes its weights one by one."""
    # output, {finals} = my_net(x, {states}, {few}, ...)
    # return output, {finals}
    return None


def by_class({arguments}):
    """Yours is a class that holds its weights in lists, one entry per layer and direction."""
{lists}
    # net = MyNet(...); net.weight_ih = weight_ih; ...
    # output, {finals} = net(x, {states})
    # return output, {finals}
    return None


def flat(results):
    """output, h_n and c_n, however they are nested."""
    tensors = isinstance(results, list) and all(torch.is_tensor(one) for one in results)
    if isinstance(results, tuple) or (tensors and len({{one.shape for one in results}}) > 1):
        return [part for result in results for part in flat(result)]
    return [torch.stack(results) if tensors else torch.as_tensor(results).detach()]


'''

_RUN = """
torch.set_printoptions(precision=6, threshold=10**7, linewidth=100, sci_mode=False)
for adapter in (by_function, by_class):
    results = adapter({arguments})
    if results is not None:
        for name, value in zip(("output", "h_n", "c_n"), flat(results)):
            print(f"{{name}} = {{value}}")
        break
else:
    print("Fill in by_function or by_class first.")
"""


def try_script(trace: Trace) -> str:
    """The script, for a run of a net of torch; where it `needs_numbers` they lie beside it.

    Raises:
        ValueError: the run was packed, held something by clamps, or is of a single cell or a stack.
    """
    _check(trace)
    trace, config = trace.numpy(), trace.config
    weights, given = parameters_of(trace), given_arrays(trace)
    states = ", ".join(name for name in given if name != "x")
    adapters = _ADAPTERS.format(
        net=_net(config),
        shapes=_shapes(config),
        arguments=f"x, {states}",
        states=states,
        finals="h_n, c_n" if config.has_c else "h_n",
        few=", ".join(f'weights["{name}"]' for name in list(weights)[:2]),
        lists="\n".join(_lists(config)),
    )
    if needs_numbers(trace):
        lines = [f'weights = torch.load("{WEIGHTS_FILE}", weights_only=True)']
        lines += [f'saved = np.load("{INPUT_FILE}")']
        lines += [f"{name} = {saved(name, config)}" for name in given]
    else:
        adapters = adapters.replace("import numpy as np\n", "")
        written = [f'    "{name}": {literal(array, config)},' for name, array in weights.items()]
        lines = ["weights = {", *written, "}"]
        lines += [f"{name} = {literal(array, config)}" for name, array in given.items()]
    return adapters + "\n".join(lines) + "\n" + _RUN.format(arguments=f"x, {states}")


def needs_numbers(trace: Trace) -> bool:
    """Whether the numbers are too many to be written out."""
    trace = trace.numpy()
    arrays = [*parameters_of(trace).values(), *given_arrays(trace).values()]
    return sum(array.size for array in arrays) > MAX_LITERALS


def given_arrays(trace: Trace) -> dict[str, np.ndarray]:
    """x as the net is called with it, h_0 and c_0."""
    arrays = input_arrays(trace)
    arrays.pop("output")
    if trace.config.batch_first:
        arrays["x"] = arrays["x"].swapaxes(0, 1)
    return arrays


def _net(config: RNNConfig) -> str:
    way = "bidirectional" if config.bidirectional else "forward only"
    return (
        f"The net: nn.{config.kind}, input_size={config.input_size}, "
        f"hidden_size={config.hidden_size}, num_layers={config.num_layers}, {way}."
    )


def _shapes(config: RNNConfig) -> str:
    x = "(batch, seq_len, input_size)" if config.batch_first else "(seq_len, batch, input_size)"
    rows = "layer 0 forward, layer 0 reverse, ..." if config.bidirectional else "layer 0 first."
    return f"x is {x}; h_0 has a row per layer and direction: {rows}"


def _lists(config: RNNConfig) -> list[str]:
    """The parameters in lists, in the order of h_0's rows."""
    names = ["weight_ih", "weight_hh"] + (["bias_ih", "bias_hh"] if config.bias else [])
    names += ["weight_hr"] if config.proj_size else []
    ends = [parameter_suffix(*lane) for lane in config.lanes]
    lines = [f"    ends = {ends!r}"]
    return lines + [f'    {name} = [weights["{name}" + end] for end in ends]' for name in names]


def _check(trace: Trace) -> None:
    if not isinstance(trace.config, RNNConfig) or trace.of_one_cell:
        raise ValueError("a script that tries your own net needs a net of torch: RNN, LSTM or GRU.")
    if trace.is_packed:
        raise ValueError(
            "a script that tries your own net needs one length for all samples; empty “Lengths”."
        )
    if trace.clamps:
        raise ValueError(
            f"a script that tries your own net cannot hold anything; take back {trace.clamps[0]}."
        )
