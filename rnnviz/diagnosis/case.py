"""The net and the call that numbers are said to come from, read as the engine reads them."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnviz.engine.call import read_call
from rnnviz.engine.checks import (
    activations_of,
    check_budget,
    check_weights,
    config_of,
    drops,
    weights_of,
)
from rnnviz.engine.packing import padded, rows_of
from rnnviz.engine.plan import buffer_numbers
from rnnviz.engine.varied import Case
from rnnviz.limits import LIBRARY_MAX_BYTES


def case_of(module: nn.Module, input: Tensor | PackedSequence, hx: object = None) -> Case:
    """The case of `module(input, hx)`; it shares nothing with them.

    Raises:
        TypeError: the module is no torch.nn.RNN, LSTM or GRU; the rest as for `rnnviz.trace`.
        ValueError, RuntimeError, NotImplementedError: as for `rnnviz.trace`.
    """
    if not isinstance(module, nn.RNNBase):
        raise TypeError(f"module must be a torch.nn.RNN, LSTM or GRU, got {type(module).__name__}.")
    config = config_of(module)
    weights = weights_of(module, config)
    check_weights(module, weights)
    call = read_call(module, config, input, hx, weights[0]["weight_ih"])
    sizes = (call.seq_len, call.batch)
    check_budget(config, sizes, buffer_numbers(config, *sizes), 0, LIBRARY_MAX_BYTES)
    x = call.x.detach()
    if call.packed is not None:
        shape = (call.seq_len, call.batch, config.input_size)
        x = padded(x, rows_of(call.packed), x.new_empty(shape))
    states = [state.detach().clone() for state in call.states] or _zeros(config, x)
    return Case(
        config=config,
        weights=tuple({name: w.detach().clone() for name, w in cell.items()} for cell in weights),
        activations=tuple(activations_of(module, config)),
        x=x.clone(memory_format=torch.contiguous_format),
        h_0=states[0],
        c_0=states[1] if config.has_c else None,
        lengths=call.lengths,
        shown=call.lengths,
        batched=call.batched,
        states_given=bool(call.states),
        drops=drops(module),
    )


def _zeros(config, x: Tensor) -> list[Tensor]:
    rows, batch = len(config.lanes), x.shape[1]
    sizes = [config.state_size, config.hidden_size]
    return [x.new_zeros(rows, batch, size) for size in sizes]
