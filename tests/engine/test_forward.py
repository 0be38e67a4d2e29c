"""The hand-written pass against torch.nn.RNN, over every option and every size that matters."""

from itertools import product

import pytest
import torch
from torch import nn

import rnnviz
from rnnviz.config import TOLERANCE

SIZES = {
    "all different": (5, 2, 3, 4),
    "all equal": (3, 3, 3, 3),
    "two steps": (2, 4, 3, 5),
    "one step": (1, 2, 3, 4),
    "one of each": (1, 1, 1, 1),
    "hidden 1": (5, 3, 2, 1),
}
DTYPES = [torch.float64, torch.float32, torch.bfloat16, torch.float16]


def make(
    dtype=torch.float64, sizes=(5, 2, 3, 4), *, kind="RNN", unbatched=False, scale=0.7, **options
):
    """A net with random weights and biases, an input and a random h_0, for an LSTM (h_0, c_0).

    Large weights make a large net chaotic: it blows up each rounding. `scale` is their size.
    """
    seq_len, batch, input_size, hidden_size = sizes
    generator = torch.Generator().manual_seed(0)
    net = getattr(nn, kind)(input_size, hidden_size, dtype=dtype, **options)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * scale)
    shape = (batch, seq_len) if options.get("batch_first") else (seq_len, batch)
    shape = (seq_len,) if unbatched else shape
    rows = net.num_layers * (1 + net.bidirectional)
    x = torch.randn(*shape, input_size, generator=generator).to(dtype)
    state = (rows,) if unbatched else (rows, batch)
    state_size = net.proj_size or hidden_size
    h_0 = torch.randn(*state, state_size, generator=generator).to(dtype)
    if kind != "LSTM":
        return net, x, h_0
    return net, x, (h_0, torch.randn(*state, hidden_size, generator=generator).to(dtype))


def assert_equal(ours, theirs):
    tolerance = TOLERANCE[str(theirs.dtype).removeprefix("torch.")]
    assert ours.dtype == theirs.dtype
    assert ours.shape == theirs.shape
    assert ours.stride() == theirs.stride()
    largest = max([1.0, *theirs.abs().flatten().tolist()])
    assert ((ours.double() - theirs.double()).abs() <= tolerance * largest).all()


def assert_same_results(trace, returned):
    """The trace holds what a net of torch returned: output, h_n and for an LSTM c_n."""
    output, finals = returned
    finals = finals if isinstance(finals, tuple) else (finals,)
    assert_equal(trace.output, output.detach())
    assert_equal(trace.h_n, finals[0].detach())
    if len(finals) == 2:
        assert_equal(trace.c_n, finals[1].detach())
    else:
        assert trace.c_n is None


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("layout", ["batched", "batch_first", "unbatched"])
@pytest.mark.parametrize("bidirectional", [False, True], ids=["one-way", "both-ways"])
@pytest.mark.parametrize("num_layers", [1, 2, 3])
def test_trace_gives_what_torch_gives(num_layers, bidirectional, layout, sizes):
    """Every combination of options, in float64, with a given h_0 and without one."""
    for nonlinearity, bias, given in product(["tanh", "relu"], [True, False], [True, False]):
        net, x, h_0 = make(
            sizes=sizes,
            unbatched=layout == "unbatched",
            num_layers=num_layers,
            bidirectional=bidirectional,
            batch_first=layout == "batch_first",
            nonlinearity=nonlinearity,
            bias=bias,
        )
        hx = (h_0,) if given else ()
        trace = rnnviz.trace(net, x, *hx)
        output, h_n = net(x, *hx)

        assert_equal(trace.output, output.detach())
        assert_equal(trace.h_n, h_n.detach())


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
@pytest.mark.parametrize("bidirectional", [False, True], ids=["one-way", "both-ways"])
def test_trace_keeps_the_dtype_and_its_precision(bidirectional, nonlinearity, dtype):
    for num_layers, bias, batch in product([1, 2, 3], [True, False], [1, 2]):
        net, x, h_0 = make(
            dtype,
            (5, batch, 3, 4),
            num_layers=num_layers,
            bias=bias,
            nonlinearity=nonlinearity,
            bidirectional=bidirectional,
            scale=0.35,
        )
        trace = rnnviz.trace(net, x, h_0)
        output, h_n = net(x, h_0)

        assert_equal(trace.output, output.detach())
        assert_equal(trace.h_n, h_n.detach())


def test_each_field_is_what_its_name_says():
    """wx, wh, a and h of every update, worked out one by one from torch's parameters."""
    net, x, h_0 = make(num_layers=2, bidirectional=True)
    trace = rnnviz.trace(net, x, h_0)

    for row, cell in enumerate(trace.cells):
        suffix = f"_l{cell.layer}{'_reverse' if cell.direction == 'reverse' else ''}"
        w_ih, w_hh, b_ih, b_hh = (
            getattr(net, kind + suffix).detach()
            for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            assert torch.equal(getattr(cell, name), getattr(net, name + suffix))
        assert torch.equal(cell.h_0, h_0[row])
        read = x if cell.layer == 0 else torch.cat([c.h for c in trace.cells[:2]], dim=-1)
        assert torch.equal(cell.x, read)
        before = 1 if cell.direction == "forward" else -1
        for t in range(5):
            known = 0 <= t - before < 5
            previous = cell.h[t - before] if known else h_0[row]
            for b in range(2):
                torch.testing.assert_close(cell.wx[t, b], w_ih @ read[t, b])
                torch.testing.assert_close(cell.wh[t, b], w_hh @ previous[b])
        torch.testing.assert_close(cell.a, cell.wx + b_ih + cell.wh + b_hh)
        torch.testing.assert_close(cell.h, torch.tanh(cell.a))


def test_a_pre_activation_of_relu_keeps_its_sign():
    net, x, h_0 = make(nonlinearity="relu")
    cell = rnnviz.trace(net, x, h_0).cell(0)

    assert (cell.a < 0).any()
    assert torch.equal(cell.h, cell.a.clamp(min=0))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_nothing_passed_in_is_written_to_or_shared(dtype):
    """The record stays as it was when input, h_0 and weights change afterwards."""
    net, x, h_0 = make(dtype, num_layers=2, bidirectional=True)
    before = [x.clone(), h_0.clone(), *(p.detach().clone() for p in net.parameters())]
    trace = rnnviz.trace(net, x, h_0)
    after = [x, h_0, *net.parameters()]
    assert all(torch.equal(a, b) for a, b in zip(after, before, strict=True))
    kept = [array.clone() for cell in trace.cells for _, array in cell.arrays()]
    with torch.no_grad():
        for tensor in after:
            tensor.fill_(7.0)

    now = [array for cell in trace.cells for _, array in cell.arrays()]
    assert all(torch.equal(a, b) for a, b in zip(now, kept, strict=True))


def test_strided_input_and_state_are_read_as_they_are_indexed():
    net, x, h_0 = make(num_layers=2, bidirectional=True)
    wide_x = torch.stack([x, -x], dim=-1)[..., 0]
    wide_h = h_0.transpose(0, 2).contiguous().transpose(0, 2)
    assert not wide_x.is_contiguous()
    assert not wide_h.is_contiguous()

    torch.testing.assert_close(rnnviz.trace(net, wide_x, wide_h).output, net(x, h_0)[0].detach())


def test_gradients_of_the_caller_are_left_alone():
    """Inputs and weights that require gradients can be traced; the record requires none."""
    net, x, h_0 = make()
    x.requires_grad_()
    h_0.requires_grad_()
    trace = rnnviz.trace(net, x, h_0)

    assert not trace.output.requires_grad
    assert not trace.output.is_inference()
    net(x, h_0)[0].sum().backward()
    assert x.grad is not None
    # A record can be the input of a later, differentiated computation.
    weight = torch.ones(4, dtype=torch.float64, requires_grad=True)
    (trace.output * weight).sum().backward()
    torch.testing.assert_close(weight.grad, trace.output.sum((0, 1)))


def test_trace_in_inference_mode_gives_ordinary_tensors():
    net, x, h_0 = make(torch.bfloat16)
    with torch.inference_mode():
        output = rnnviz.trace(net, x, h_0).output

    assert not output.is_inference()


def test_not_finite_input_flows_through_as_in_torch():
    net, x, h_0 = make(num_layers=2, bidirectional=True)
    x[2, 0, 1], x[3, 1, 0] = torch.nan, torch.inf
    trace = rnnviz.trace(net, x, h_0)

    torch.testing.assert_close(trace.output, net(x, h_0)[0].detach(), equal_nan=True)


def test_a_batch_of_none_is_traced():
    net, x, h_0 = make(sizes=(5, 0, 3, 4), num_layers=2, bidirectional=True)
    trace = rnnviz.trace(net, x, h_0)

    assert trace.output.shape == net(x, h_0)[0].shape == (5, 0, 8)
    assert rnnviz.compare(trace, net).equal


def test_parametrized_weights_are_the_ones_torch_uses():
    net, x, h_0 = make()
    nn.utils.parametrizations.weight_norm(net, "weight_hh_l0")

    torch.testing.assert_close(rnnviz.trace(net, x, h_0).output, net(x, h_0)[0].detach())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_trace_on_cuda_agrees_with_the_cpu():
    net, x, h_0 = make(torch.float32, num_layers=2, bidirectional=True)
    there = rnnviz.trace(net.cuda(), x.cuda(), h_0.cuda())

    assert there.output.device.type == "cuda"
    net.cpu()
    torch.testing.assert_close(there.output.cpu(), rnnviz.trace(net, x, h_0).output)
