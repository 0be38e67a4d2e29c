"""The states along a long sequence, and a stretch of it that starts from them."""

import pytest
import torch
from torch import nn

import rnnviz
from rnnviz.engine.along import states_along

T = 600  # more than two chunks


def net(kind, dtype=torch.float64, **options):
    torch.manual_seed(3)
    return getattr(nn, kind)(3, 5, **{"num_layers": 2} | options, dtype=dtype)


def random_hx(module, batch):
    rows = module.num_layers * (2 if module.bidirectional else 1)
    dtype = module.weight_ih_l0.dtype
    h_0 = torch.randn(rows, batch, module.proj_size or module.hidden_size, dtype=dtype)
    if isinstance(module, nn.LSTM):
        return h_0, torch.randn(rows, batch, module.hidden_size, dtype=dtype)
    return h_0


CASES = {
    "RNN": net("RNN"),
    "RNN both ways": net("RNN", bidirectional=True),
    "RNN of three layers both ways": net("RNN", num_layers=3, bidirectional=True),
    "GRU both ways": net("GRU", bidirectional=True, bias=False),
    "LSTM": net("LSTM"),
    "LSTM both ways": net("LSTM", bidirectional=True),
    "LSTM projected, batch first": net("LSTM", bidirectional=True, proj_size=2, batch_first=True),
}


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("name", list(CASES))
def test_stretch_from_carried_states_is_what_torch_computes_in_the_whole(name, batch):
    module = CASES[name]
    x = torch.randn(T, batch, 3, dtype=torch.float64)
    hx = random_hx(module, batch)
    given = x.transpose(0, 1) if module.batch_first else x
    output, _ = module(given, hx)
    whole = output.transpose(0, 1) if module.batch_first else output
    along = states_along(module, given, hx)

    for start, stop in ((0, 7), (1, 9), (255, 258), (511, T), (T - 1, T), (0, T)):
        part = x[start:stop].transpose(0, 1) if module.batch_first else x[start:stop]
        ours = rnnviz.trace(module, part, along.hx(start, stop)).output
        ours = ours.transpose(0, 1) if module.batch_first else ours
        torch.testing.assert_close(ours, whole[start:stop].detach(), rtol=1e-12, atol=1e-12)


def test_states_along_are_those_of_the_whole_trace():
    module = CASES["LSTM both ways"]
    x, hx = torch.randn(T, 1, 3, dtype=torch.float64), random_hx(module, 1)
    trace, along = rnnviz.trace(module, x, hx), states_along(module, x, hx)

    for cell, lane in zip(trace.cells, along.lanes, strict=True):
        torch.testing.assert_close(lane.h, cell.h, rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(lane.c, cell.c, rtol=1e-12, atol=1e-12)
        assert torch.equal(lane.h_0, cell.h_0) and torch.equal(lane.c_0, cell.c_0)


def test_stack_of_unlike_cells_goes_on_from_carried_states():
    layers = [
        rnnviz.RNNConfig(kind="LSTM", input_size=3, hidden_size=4, bidirectional=True),
        rnnviz.RNNConfig(kind="GRU", input_size=8, hidden_size=2, bidirectional=True),
    ]
    stack = rnnviz.build(rnnviz.StackConfig(layers=tuple(layers)), 0)
    x = torch.randn(300, 1, 3)
    whole = rnnviz.trace(stack, x).output
    along = states_along(stack, x)
    ours = rnnviz.trace(stack, x[270:290], along.hx(270, 290)).output

    torch.testing.assert_close(ours, whole[270:290])


def test_stack_goes_on_by_its_own_activations():
    activations = {
        "i": "softsign",
        "f": "hardsigmoid",
        "g": torch.sin,
        "o": "hardtanh",
        "c": "relu",
    }
    torch.manual_seed(3)
    stack = rnnviz.CellStack([nn.LSTMCell(3, 4)], activations=activations)
    x = torch.randn(300, 1, 3)
    with torch.no_grad():
        whole, _ = stack(x)
    along = states_along(stack, x)

    torch.testing.assert_close(along.lanes[0].h, whole)
    ours = rnnviz.trace(stack, x[270:290], along.hx(270, 290)).output
    torch.testing.assert_close(ours, whole[270:290])


def test_states_given_out_are_the_callers_own():
    config = rnnviz.RNNConfig(kind="RNN", input_size=3, hidden_size=4)
    stack = rnnviz.build(rnnviz.StackConfig(layers=(config,)), 0)
    along = states_along(stack, torch.randn(9, 1, 3))
    before = along.lanes[0].h.clone()
    (h,) = along.hx(4, 6)
    h.fill_(9.0)

    assert torch.equal(along.lanes[0].h, before)


def test_no_graph_is_built():
    x = torch.randn(9, 1, 3, dtype=torch.float64, requires_grad=True)
    along = states_along(CASES["RNN"], x)

    assert not along.lanes[1].h.requires_grad


def test_module_and_input_are_left_alone():
    module = CASES["LSTM"]
    x, hx = torch.randn(T, 1, 3, dtype=torch.float64), random_hx(module, 1)
    before = [tensor.clone() for tensor in (x, *hx, *module.parameters())]
    states_along(module, x, hx)

    for now, then in zip((x, *hx, *module.parameters()), before, strict=True):
        assert torch.equal(now, then)


def test_states_over_the_bound_are_refused_before_memory_is_taken():
    x = torch.zeros(1, 1, 3).expand(10**9, 1, 3)
    with pytest.raises(ValueError, match=r"along 1,000,000,000 timesteps would take .* allowed"):
        states_along(net("LSTM", torch.float32), x)


@pytest.mark.parametrize(
    ("kind", "dtype", "numbers"),
    [
        # Two layers in two directions, and what the second reads.
        ("LSTM", torch.float64, 4 * (5 + 5) + 10),
        ("GRU", torch.float32, 4 * 5 + 10),
    ],
)
def test_bound_is_what_the_states_take(kind, dtype, numbers):
    module = net(kind, dtype, bidirectional=True)
    x = torch.randn(7, 2, 3, dtype=dtype)
    needed = numbers * 7 * 2 * dtype.itemsize
    states_along(module, x, max_bytes=needed)

    with pytest.raises(ValueError, match=f"would take {needed:,} bytes, more than the"):
        states_along(module, x, max_bytes=needed - 1)


def test_random_dropout_is_refused():
    module = net("GRU", dropout=0.5)
    with pytest.raises(ValueError, match="expected eval mode or dropout=0"):
        states_along(module, torch.randn(4, 1, 3, dtype=torch.float64))
