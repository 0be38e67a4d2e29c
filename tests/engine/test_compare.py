"""The judge: it must see every error, and say where it begins."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

import rnnviz
from rnnviz.records import Step
from tests.engine.test_forward import make

BOTH = {"num_layers": 2, "bidirectional": True}


@pytest.mark.parametrize("layout", ["batched", "batch_first", "unbatched"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
def test_a_right_trace_is_equal(dtype, layout):
    options = {"batch_first": layout == "batch_first"}
    net, x, h_0 = make(dtype, unbatched=layout == "unbatched", **options, **BOTH)
    trace = rnnviz.trace(net, x, h_0)
    result = rnnviz.compare(trace, net)
    output, h_n = net(x, h_0)

    assert result.equal
    assert result.first is None
    assert torch.equal(result.output, output)
    assert torch.equal(result.h_n, h_n)
    assert result.output_difference == (trace.output - output).abs().max()
    assert result.h_n_difference == (trace.h_n - h_n).abs().max()
    assert result.differences.shape == (4, 5)
    for cell, theirs in zip(trace.cells, result.cells, strict=True):
        torch.testing.assert_close(theirs, cell.h)
    assert rnnviz.compare(trace.numpy(), net).max_difference == result.max_difference


def changed(trace, row, **fields):
    """The trace with fields of one cell replaced."""
    cells = list(trace.cells)
    cells[row] = replace(cells[row], **fields)
    return replace(trace, cells=tuple(cells))


@pytest.mark.parametrize(
    ("row", "t", "step"),
    [
        (0, 3, Step(0, "forward", 3)),
        (1, 3, Step(0, "reverse", 3)),
        (2, 0, Step(1, "forward", 0)),
        (3, 4, Step(1, "reverse", 4)),
    ],
    ids=["layer 0 forward", "layer 0 reverse", "layer 1 forward", "layer 1 reverse"],
)
def test_the_first_wrong_update_is_found(row, t, step):
    """An error of one unit of one sample, in each lane, and a later one besides."""
    net, x, h_0 = make(**BOTH)
    trace = rnnviz.trace(net, x, h_0)
    h = trace.cells[row].h.clone()
    h[t, 1, 2] += 1e-3
    later = 4 if trace.cells[row].direction == "forward" else 0
    h[later, 0, 0] += 5e-4
    result = rnnviz.compare(changed(trace, row, h=h), net)

    assert result.first == step
    assert not result.equal
    assert result.differences[row, t] == pytest.approx(1e-3, rel=1e-9 if t != later else 1)
    assert result.output_difference < 1e-12


def test_an_error_is_placed_where_it_arises():
    """What layer 1 makes of a wrong layer 0 is right by itself."""
    net, x, h_0 = make(**BOTH)
    other = make(**BOTH)[0]
    with torch.no_grad():
        other.weight_hh_l0_reverse.add_(0.1)
    result = rnnviz.compare(rnnviz.trace(other, x, h_0), net)

    # At t = 4 the reverse direction starts: the changed W_hh meets h_0 there.
    assert result.first == Step(0, "reverse", 4)
    assert (result.differences[[0, 2, 3]] < 1e-12).all()
    assert result.output_difference > 1e-3


@pytest.mark.parametrize("field", ["output", "h_n"])
def test_a_wrong_result_of_right_cells_is_not_equal(field):
    net, x, h_0 = make(**BOTH)
    trace = rnnviz.trace(net, x, h_0)
    wrong = getattr(trace, field).flip(-1)
    result = rnnviz.compare(replace(trace, **{field: wrong}), net)

    assert not result.equal
    assert result.first is None


def test_nan_and_infinity_equal_only_themselves():
    net, x, h_0 = make(nonlinearity="relu")
    x[2, 0, 0] = torch.nan
    trace = rnnviz.trace(net, x, h_0)
    assert rnnviz.compare(trace, net).max_difference < 1e-12
    result = rnnviz.compare(replace(trace, output=trace.output.nan_to_num(0.0)), net)

    assert result.output_difference == np.inf
    assert not result.equal


@pytest.mark.parametrize(
    ("dtype", "tolerance"),
    [
        (torch.float64, 1e-12),
        (torch.float32, 1e-5),
        (torch.float16, 2e-3),
        (torch.bfloat16, 2e-2),
    ],
    ids=str,
)
def test_the_limit_is_the_tolerance_times_the_largest_value_but_one_at_least(dtype, tolerance):
    net, x, h_0 = make(dtype, nonlinearity="relu", **BOTH)
    result = rnnviz.compare(rnnviz.trace(net, x * 4, h_0), net)
    largest = result.output.abs().max().item()
    assert largest > 1

    assert result.tolerance == tolerance
    assert result.output_limit == pytest.approx(tolerance * largest)
    assert result.h_n_limit == pytest.approx(tolerance * max(1, result.h_n.abs().max().item()))
    for h, limit in zip(result.cells, result.cell_limits, strict=True):
        assert limit == pytest.approx(tolerance * max(1, h.abs().max().item()))
    assert str(dtype).removeprefix("torch.") in result.reason
    zeros = rnnviz.build(rnnviz.RNNConfig(input_size=1, hidden_size=1), weights="zeros")
    assert rnnviz.compare(rnnviz.trace(zeros, torch.zeros(2, 1)), zeros).output_limit == 1e-5


def test_large_values_in_one_layer_hide_no_error_in_another():
    net, x, h_0 = make(torch.float32, nonlinearity="relu", num_layers=2)
    with torch.no_grad():
        net.weight_ih_l1.mul_(1e7)
    trace = rnnviz.trace(net, x, h_0)
    assert rnnviz.compare(trace, net).equal
    h = trace.cells[0].h.clone()
    h[2, 1, 3] += 0.5
    result = rnnviz.compare(changed(trace, 0, h=h), net)

    assert result.first == Step(0, "forward", 2)
    assert not result.equal
    assert result.relative_difference == pytest.approx(
        0.5 / max(1, result.cells[0].abs().max().item()), rel=1e-4
    )


def test_autocast_has_no_part_in_it():
    net, x, h_0 = make(torch.float32, **BOTH)
    with torch.autocast("cpu", torch.bfloat16):
        trace = rnnviz.trace(net, x, h_0)
        assert trace.output.dtype == torch.float32
        assert rnnviz.compare(trace, net).equal


def test_the_global_generator_is_left_alone():
    net, x, h_0 = make(**BOTH)
    before = torch.get_rng_state()
    rnnviz.compare(rnnviz.trace(net, x, h_0), net)

    assert torch.equal(torch.get_rng_state(), before)


def test_another_net_is_refused():
    net, x, h_0 = make(**BOTH)
    trace = rnnviz.trace(net, x, h_0)

    with pytest.raises(ValueError, match="the trace's sizes"):
        rnnviz.compare(trace, nn.RNN(3, 5).double())
    with pytest.raises(ValueError, match="kind='GRU'"):
        rnnviz.compare(trace, nn.GRU(3, 4, num_layers=2, bidirectional=True).double())
    with pytest.raises(TypeError, match="got Linear"):
        rnnviz.compare(trace, nn.Linear(3, 4))


KINDS = {
    "GRU": {"kind": "GRU"},
    "LSTM": {"kind": "LSTM"},
    "LSTM projected": {"kind": "LSTM", "proj_size": 2},
}


@pytest.mark.parametrize("layout", ["batched", "batch_first", "unbatched", "packed"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS.keys())
def test_a_right_trace_of_gates_is_equal(options, dtype, layout):
    net, x, hx = make(
        dtype,
        unbatched=layout == "unbatched",
        batch_first=layout == "batch_first",
        **options,
        **BOTH,
    )
    if layout == "packed":
        x = nn.utils.rnn.pack_sequence([x[:3, 0], x[:, 1]], enforce_sorted=False)
    trace = rnnviz.trace(net, x, hx)
    with torch.no_grad():
        output, finals = net(x, hx)
    for result in (rnnviz.compare(trace, net), rnnviz.compare(trace.numpy(), net).numpy()):
        assert result.equal
        assert result.first is None
        assert result.max_difference < 1e-12 or dtype == torch.float32
        theirs = output.data if layout == "packed" else output
        ours = result.output.data if layout == "packed" else result.output
        torch.testing.assert_close(torch.as_tensor(np.asarray(ours)), theirs.detach())
        for cell, h in zip(trace.cells, result.cells, strict=True):
            torch.testing.assert_close(torch.as_tensor(h), cell.h, equal_nan=True)
        if net.mode == "LSTM":
            c_n = finals[1].detach()
            theirs = torch.as_tensor(result.c_n)
            torch.testing.assert_close(theirs, c_n)
            assert result.c_n_difference == (trace.c_n - theirs).abs().max()
            assert result.c_n_limit == pytest.approx(
                result.tolerance * max(1.0, c_n.abs().max().item())
            )
        else:
            assert result.c_n is result.c_n_difference is result.c_n_limit is None


@pytest.mark.parametrize("field", ["h", "c"])
@pytest.mark.parametrize("row", [0, 1, 2, 3])
def test_the_first_wrong_update_of_an_lstm_is_found(row, field):
    net, x, hx = make(kind="LSTM", **BOTH)
    trace = rnnviz.trace(net, x, hx)
    wrong = getattr(trace.cells[row], field).clone()
    wrong[2, 1, 2] += 1e-3
    result = rnnviz.compare(changed(trace, row, **{field: wrong}), net)

    cell = trace.cells[row]
    # An update starts from the recorded states, so that the next one is off as well.
    assert result.first == Step(cell.layer, cell.direction, 2)
    assert result.differences[row, 2] == pytest.approx(1e-3)
    assert (np.delete(result.differences, row, axis=0) < 1e-12).all()


def test_a_wrong_c_n_alone_is_not_equal():
    net, x, hx = make(kind="LSTM", **BOTH)
    trace = rnnviz.trace(net, x, hx)
    result = rnnviz.compare(replace(trace, c_n=trace.c_n + 0.5), net)

    assert not result.equal
    assert result.first is None
    assert result.c_n_difference == pytest.approx(0.5)
    assert result.max_difference == pytest.approx(0.5)
    assert result.relative_difference == pytest.approx(
        0.5 / max(1.0, result.c_n.abs().max().item())
    )


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS.keys())
def test_an_error_in_a_packed_run_is_placed(options):
    """The reverse direction of the shorter sample starts at its own last timestep."""
    net, x, hx = make(**options, **BOTH)
    packed = nn.utils.rnn.pack_sequence([x[:3, 0], x[:2, 1]], enforce_sorted=False)
    trace = rnnviz.trace(net, packed, hx)
    h = trace.cells[1].h.clone()
    h[1, 1, 0] += 1e-3
    result = rnnviz.compare(changed(trace, 1, h=h), net)

    assert result.first == Step(0, "reverse", 1)
    h = trace.cells[1].h.clone()
    h[2, 1, 0] = 0.5
    assert not rnnviz.compare(changed(trace, 1, h=h), net).equal
