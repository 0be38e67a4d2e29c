"""LSTM and GRU by hand against torch's, over every option; each field worked out by itself."""

from itertools import product

import pytest
import torch

import rnnviz
from tests.engine.test_forward import DTYPES, SIZES, assert_same_results, make

KINDS = {
    "GRU": {"kind": "GRU"},
    "LSTM": {"kind": "LSTM"},
    "LSTM projected": {"kind": "LSTM", "proj_size": 2},
}
# A projection must be smaller than the hidden size.
CASES = {
    f"{kind}, {name}": (options, sizes)
    for (kind, options), (name, sizes) in product(KINDS.items(), SIZES.items())
    if options.get("proj_size", 0) < sizes[3]
}


@pytest.mark.parametrize(("options", "sizes"), CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("layout", ["batched", "batch_first", "unbatched"])
@pytest.mark.parametrize("bidirectional", [False, True], ids=["one-way", "both-ways"])
def test_trace_gives_what_torch_gives(bidirectional, layout, options, sizes):
    for num_layers, bias, given in product([1, 2, 3], [True, False], [True, False]):
        net, x, states = make(
            sizes=sizes,
            unbatched=layout == "unbatched",
            num_layers=num_layers,
            bidirectional=bidirectional,
            batch_first=layout == "batch_first",
            bias=bias,
            **options,
        )
        hx = (states,) if given else ()

        assert_same_results(rnnviz.trace(net, x, *hx), net(x, *hx))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS.keys())
def test_trace_keeps_the_dtype_and_its_precision(options, dtype):
    """Two layers, since torch adds b_hh before it rounds to half precision, and layers add up."""
    for num_layers, bias, batch in product([1, 2], [True, False], [1, 2]):
        net, x, hx = make(
            dtype,
            (5, batch, 3, 4),
            num_layers=num_layers,
            bias=bias,
            bidirectional=True,
            scale=0.35,
            **options,
        )
        trace = rnnviz.trace(net, x, hx)

        assert_same_results(trace, net(x, hx))
        assert all(array.dtype == dtype for cell in trace.cells for _, array in cell.arrays())


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS.keys())
def test_eight_layers_and_long_sequences_agree(options):
    """Long enough for W_hh to be laid out anew."""
    for batch in (1, 3):
        net, x, hx = make(sizes=(40, batch, 3, 5), num_layers=8, bidirectional=True, **options)

        assert_same_results(rnnviz.trace(net, x, hx), net(x, hx))


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS.keys())
def test_a_batch_of_none_is_traced(options):
    net, x, hx = make(sizes=(5, 0, 3, 4), num_layers=2, bidirectional=True, **options)
    trace = rnnviz.trace(net, x, hx)

    assert_same_results(trace, net(x, hx))
    assert rnnviz.compare(trace, net).equal


@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no-bias"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16], ids=str)
@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS.keys())
def test_each_field_is_what_its_name_says(options, dtype, bias):
    """Every update worked out from the parameters, where numpy computes and where torch does."""
    net, x, hx = make(dtype, num_layers=2, bidirectional=True, bias=bias, scale=0.35, **options)
    trace = rnnviz.trace(net, x, hx)
    states = hx if net.mode == "LSTM" else (hx,)
    # Each number is rounded to 8 bits where torch's dtype has no more.
    atol = 1e-12 if dtype == torch.float64 else 5e-2
    for row, cell in enumerate(trace.cells):
        wide = {name: array.double() for name, array in cell.arrays()}
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr"):
            own = getattr(cell, name)
            suffix = f"_l{cell.layer}{'_reverse' if cell.direction == 'reverse' else ''}"
            theirs = getattr(net, name + suffix, None)
            assert own is theirs is None or torch.equal(own, theirs)
        assert torch.equal(cell.h_0, states[0][row])
        expected = by_definition(cell, wide)
        assert expected.keys() == wide.keys() - {"x", "h_0", "c_0", *PARAMETERS}
        for name, value in expected.items():
            torch.testing.assert_close(wide[name], value, rtol=0, atol=atol)


PARAMETERS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")


def by_definition(cell, wide):
    """What each field must be, given the recorded states before each update."""

    def before(name):
        first = wide[f"{name}_0"][None]
        if cell.direction == "forward":
            return torch.cat([first, wide[name][:-1]])
        return torch.cat([wide[name][1:], first])

    zero = torch.zeros(1, dtype=torch.float64)
    b_ih, b_hh = wide.get("bias_ih", zero), wide.get("bias_hh", zero)
    wx, wh = wide["x"] @ wide["weight_ih"].T, before("h") @ wide["weight_hh"].T
    if cell.kind == "LSTM":
        a = wx + b_ih + wh + b_hh
        i, f, g, o = a.chunk(4, dim=-1)
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        c = f * before("c") + i * g
        h = o * c.tanh()
        h = h @ wide["weight_hr"].T if cell.weight_hr is not None else h
        gates = torch.cat([i, f, g, o], dim=-1)
        return {"wx": wx, "wh": wh, "a": a, "gates": gates, "c": c, "tanh_c": c.tanh(), "h": h}
    x_r, x_z, x_n = (wx + b_ih).chunk(3, dim=-1)
    h_r, h_z, h_n = (wh + b_hh).chunk(3, dim=-1)
    r, z = (x_r + h_r).sigmoid(), (x_z + h_z).sigmoid()
    a = torch.cat([x_r + h_r, x_z + h_z, x_n + r * h_n], dim=-1)
    n = (x_n + r * h_n).tanh()
    h = (1 - z) * n + z * before("h")
    gates = torch.cat([r, z, n], dim=-1)
    return {"wx": wx, "wh": wh, "a": a, "gates": gates, "r_hn": r * h_n, "h": h}


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS.keys())
def test_the_size_that_is_checked_is_the_size_of_the_record(options):
    for num_layers, bidirectional, bias in product([1, 3], [True, False], [True, False]):
        net, x, hx = make(num_layers=num_layers, bidirectional=bidirectional, bias=bias, **options)
        size = rnnviz.trace(net, x, hx).nbytes

        assert rnnviz.trace(net, x, hx, max_bytes=size).nbytes == size
        with pytest.raises(ValueError, match=f"{size:,} bytes"):
            rnnviz.trace(net, x, hx, max_bytes=size - 1)


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS.keys())
def test_the_callers_autograd_and_tensors_are_left_alone(options):
    net, x, hx = make(num_layers=2, bidirectional=True, **options)
    net.train()
    states = hx if isinstance(hx, tuple) else (hx,)
    for tensor in (x, *states):
        tensor.requires_grad_()
    before = [tensor.detach().clone() for tensor in (x, *states, *net.parameters())]
    trace = rnnviz.trace(net, x, hx)
    after = [x, *states, *net.parameters()]

    assert net.training
    assert not any(array.requires_grad for cell in trace.cells for _, array in cell.arrays())
    assert all(tensor.grad is None for tensor in after)
    assert all(torch.equal(a, b) for a, b in zip(after, before, strict=True))
    net(x, hx)[0].sum().backward()
    assert all(tensor.grad is not None for tensor in (x, *states))
    kept = trace.cells[0].h.clone()
    with torch.no_grad():
        for tensor in after:
            tensor.fill_(7.0)
    assert torch.equal(trace.cells[0].h, kept)


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS.keys())
def test_not_finite_input_flows_through_as_in_torch(options):
    net, x, hx = make(num_layers=2, bidirectional=True, **options)
    x[2, 0, 1], x[3, 1, 0] = torch.nan, torch.inf

    torch.testing.assert_close(
        rnnviz.trace(net, x, hx).output, net(x, hx)[0].detach(), equal_nan=True
    )


def test_sigmoid_is_exact_to_the_dtype_at_every_size():
    """It is computed by way of tanh; weights of 1 hand the input to the gates as it is."""
    values = torch.cat([torch.linspace(-800, 800, 4001), torch.tensor([torch.inf, -torch.inf])])
    for dtype, atol in ((torch.float64, 1e-15), (torch.float32, 1e-7)):
        net = torch.nn.GRU(1, 1, bias=False, dtype=dtype)
        with torch.no_grad():
            net.weight_ih_l0.fill_(1.0)
        cell = rnnviz.trace(net, values.to(dtype)[:, None]).cells[0]
        exact = cell.a[..., :2].double().sigmoid()

        torch.testing.assert_close(cell.gates[..., :2].double(), exact, rtol=0, atol=atol)
