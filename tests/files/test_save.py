"""The weights of a run, read back by torch itself."""

import io

import pytest
import torch
from safetensors.torch import load
from torch import nn

import rnnviz
from rnnviz.files.save import state_dict_of, weights_pt, weights_safetensors

STACK = rnnviz.CellStack(
    [nn.RNNCell(3, 4), nn.LSTMCell(8, 2)], [nn.RNNCell(3, 4), nn.LSTMCell(8, 2)]
)
MODULES = {
    "RNN": nn.RNN(3, 4, 2, bidirectional=True),
    "GRU without bias": nn.GRU(3, 4, bias=False),
    "projected LSTM": nn.LSTM(3, 4, 2, proj_size=2),
    "bfloat16": nn.GRU(3, 4, dtype=torch.bfloat16),
    "stack": STACK,
}


@pytest.mark.parametrize("name", list(MODULES))
@pytest.mark.parametrize("on_host", [False, True], ids=["tensors", "numpy"])
def test_weights_are_those_of_the_module(name, on_host):
    module = MODULES[name]
    dtype = next(module.parameters()).dtype
    trace = rnnviz.trace(module, torch.randn(5, 3, dtype=dtype))
    trace = trace.numpy() if on_host else trace

    for state in (
        state_dict_of(trace),
        torch.load(io.BytesIO(weights_pt(trace)), weights_only=True),
        load(weights_safetensors(trace)),
    ):
        assert set(state) == set(module.state_dict())
        for key, tensor in module.state_dict().items():
            assert state[key].dtype == tensor.dtype
            assert torch.equal(state[key], tensor)


def test_weights_of_a_cell_fit_the_cell():
    cell = nn.LSTMCell(3, 4)
    state = state_dict_of(rnnviz.trace(cell, torch.randn(2, 3)))
    assert set(state) == set(cell.state_dict())


def test_state_dict_shares_no_memory_with_the_record():
    trace = rnnviz.trace(nn.GRU(3, 4), torch.randn(5, 3)).numpy()
    state_dict_of(trace)["weight_ih_l0"].fill_(7)
    assert not (trace.cells[0].weight_ih == 7).any()
