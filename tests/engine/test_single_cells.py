"""nn.RNNCell, LSTMCell and GRUCell: one timestep of one layer, as the cell returns it."""

import pytest
import torch
from torch import nn

import rnnviz
from tests.engine.test_forward import DTYPES, assert_equal

CELLS = {
    "tanh": (nn.RNNCell, {}),
    "relu": (nn.RNNCell, {"nonlinearity": "relu"}),
    "GRU": (nn.GRUCell, {}),
    "LSTM": (nn.LSTMCell, {}),
}
SIZES = {"all different": (2, 3, 4), "one of each": (1, 1, 1), "no sample": (0, 3, 4)}


def make(kind, options, dtype=torch.float64, sizes=(2, 3, 4), *, unbatched=False):
    batch, input_size, hidden_size = sizes
    generator = torch.Generator().manual_seed(0)
    module = kind(input_size, hidden_size, dtype=dtype, **options)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.5)
    shape = () if unbatched else (batch,)
    x = torch.randn(*shape, input_size, generator=generator).to(dtype)
    h, c = torch.randn(2, *shape, hidden_size, generator=generator).to(dtype)
    return module, x, (h, c) if kind is nn.LSTMCell else h


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("unbatched", [False, True], ids=["batched", "unbatched"])
@pytest.mark.parametrize(("kind", "options"), CELLS.values(), ids=CELLS.keys())
def test_a_cell_gives_what_torch_gives(kind, options, unbatched, sizes, dtype):
    for bias, given in [(True, True), (False, True), (True, False)]:
        module, x, states = make(kind, options | {"bias": bias}, dtype, sizes, unbatched=unbatched)
        hx = (states,) if given else ()
        trace = rnnviz.trace(module, x, *hx)
        returned = module(x, *hx)
        h, *c = returned if isinstance(returned, tuple) else (returned,)

        assert_equal(trace.h_n, h.detach())
        assert_equal(trace.output, h.detach())
        assert (trace.c_n is None) == (not c)
        if c:
            assert_equal(trace.c_n, c[0].detach())
        assert trace.of_one_cell
        assert (trace.seq_len, trace.config.num_layers, len(trace.cells)) == (1, 1, 1)
        assert trace.batch == (1 if unbatched else sizes[0])
        assert rnnviz.compare(trace, module).equal
        assert rnnviz.compare(trace.numpy(), module).equal
        assert rnnviz.trace(module, x, *hx, max_bytes=trace.nbytes).nbytes == trace.nbytes


def test_a_wrong_cell_is_seen_and_a_net_is_no_cell():
    module, x, hx = make(nn.LSTMCell, {})
    trace = rnnviz.trace(module, x, hx)
    with torch.no_grad():
        module.weight_hh.add_(0.1)

    result = rnnviz.compare(trace, module)
    assert result.first == rnnviz.Step(0, "forward", 0)
    assert result.h_n_difference > result.h_n_limit
    assert result.c_n_difference > result.c_n_limit
    with pytest.raises(ValueError, match="must be a single cell, as the trace's was; got LSTM"):
        rnnviz.compare(trace, nn.LSTM(3, 4, dtype=torch.float64))


X, H = torch.zeros(2, 3), torch.zeros(2, 4)
# (input, hx, words of ours); the cell must refuse it with the same type.
LIKE_TORCH = {
    "input size": (torch.zeros(2, 7), None, r"\(batch, 3\).*got \(2, 7\)"),
    "dimensions": (torch.zeros(1, 2, 3), None, "which has 3 dimensions"),
    "dtype": (X.double(), None, "dtype, torch.float32, got torch.float64"),
    "hx batch": (X, torch.zeros(3, 4), r"\(2, 4\) = \(batch, hidden_size\); got \(3, 4\)"),
    "hx size": (X, torch.zeros(2, 5), r"got \(2, 5\)"),
    "hx dimensions": (X, torch.zeros(1, 2, 4), r"got \(1, 2, 4\)"),
    "hx unbatched": (X, torch.zeros(4), r"got \(4,\)"),
    "hx batched": (X[0], torch.zeros(1, 4), r"\(hidden_size,\), the input being unbatched"),
    "hx dtype": (X, H.double(), "the input's dtype, torch.float32, got torch.float64"),
}


@pytest.mark.parametrize(("x", "hx", "words"), LIKE_TORCH.values(), ids=LIKE_TORCH.keys())
@pytest.mark.parametrize("kind", [nn.RNNCell, nn.GRUCell, nn.LSTMCell])
def test_what_a_cell_refuses_is_refused_with_its_type(kind, x, hx, words):
    module = kind(3, 4)
    if kind is nn.LSTMCell and hx is not None:
        hx = (hx, hx)
    with pytest.raises(Exception) as theirs:
        module(x, hx)
    with pytest.raises(theirs.type, match=words) as ours:
        rnnviz.trace(module, x, hx)

    assert ours.type is theirs.type


def test_what_is_of_the_wrong_kind_is_a_type_error():
    packed = nn.utils.rnn.pack_sequence([torch.zeros(2, 3)])
    with pytest.raises(TypeError, match=r"must be a torch\.Tensor, got PackedSequence"):
        rnnviz.trace(nn.GRUCell(3, 4), packed)
    with pytest.raises(TypeError, match="one tensor, h_0, or None; got tuple of Tensor, Tensor"):
        rnnviz.trace(nn.GRUCell(3, 4), X, (H, H))
    with pytest.raises(TypeError, match=r"two tensors, \(h_0, c_0\), or None; got Tensor"):
        rnnviz.trace(nn.LSTMCell(3, 4), X, H)
