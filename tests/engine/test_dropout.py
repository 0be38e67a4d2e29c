"""Dropout between layers: the masks are torch's own, recorded, and what the layer above reads."""

from itertools import product

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_sequence

import rnnviz
from rnnviz.engine.mistakes import time_first
from rnnviz.engine.weights import mask_generator
from tests.engine.test_forward import assert_equal, make

KINDS = {
    "RNN": {},
    "GRU": {"kind": "GRU"},
    "LSTM": {"kind": "LSTM"},
    "LSTM projected": {"kind": "LSTM", "proj_size": 2},
}
LAYOUTS = ["batched", "batch_first", "unbatched", "packed"]


def make_input(layout, **options):
    """A net of three layers in training mode, and what it is called with."""
    net, x, hx = make(
        num_layers=3,
        unbatched=layout == "unbatched",
        batch_first=layout == "batch_first",
        **options,
    )
    if layout == "packed":
        x = pack_sequence([x[:3, 0], x[:, 1]], enforce_sorted=False)
    return net.train(), x, hx


def data(output):
    return output.data if isinstance(output, PackedSequence) else output


@pytest.mark.parametrize("p", [0.0, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("bidirectional", [False, True], ids=["one-way", "both-ways"])
@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS.keys())
def test_the_same_seed_drops_the_same_numbers_as_in_torch(options, bidirectional, layout, p):
    net, x, hx = make_input(layout, bidirectional=bidirectional, dropout=p, **options)
    torch.manual_seed(7)
    trace = rnnviz.trace(net, x, hx)
    state = torch.get_rng_state()
    torch.manual_seed(7)
    output, finals = net(x, hx)

    assert_equal(data(trace.output), data(output).detach())
    assert_equal(trace.h_n, (finals[0] if isinstance(finals, tuple) else finals).detach())
    assert torch.equal(torch.get_rng_state(), state)
    result = rnnviz.compare(trace, net)
    assert result.equal
    assert result.max_difference < 1e-12
    torch.testing.assert_close(data(result.output), data(output).detach())
    assert rnnviz.compare(trace.numpy(), net).equal


@pytest.mark.parametrize("bidirectional", [False, True], ids=["one-way", "both-ways"])
@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS.keys())
def test_the_layer_above_reads_the_states_times_the_mask(options, bidirectional):
    net, x, hx = make(
        sizes=(40, 8, 3, 20), num_layers=3, dropout=0.25, bidirectional=bidirectional, **options
    )
    torch.manual_seed(0)
    trace = rnnviz.trace(net.train(), x, hx)
    for layer in (0, 1):
        cells = [cell for cell in trace.cells if cell.layer == layer]
        dropped = torch.cat([cell.h * cell.dropout_mask for cell in cells], dim=-1)
        for cell in trace.cells:
            if cell.layer == layer + 1:
                torch.testing.assert_close(cell.x, dropped, rtol=0, atol=0)
        mask = torch.cat([cell.dropout_mask for cell in cells], dim=-1)
        assert set(mask.unique().tolist()) == {0.0, 1 / 0.75}
        assert (mask == 0).double().mean().item() == pytest.approx(0.25, abs=0.04)
        assert all(cell.dropout_mask.shape == cell.h.shape for cell in cells)
        # Each timestep is dropped by itself, and so is each sample.
        assert len(mask.unique(dim=0)) > 35
        assert len(mask.unique(dim=1)[0]) == 8

    assert all(cell.dropout_mask is None for cell in trace.cells if cell.layer == 2)


def test_masks_differ_from_layer_to_layer_and_from_run_to_run():
    net, x, hx = make_input("batched", dropout=0.5)
    first, second = rnnviz.trace(net, x, hx), rnnviz.trace(net, x, hx)

    assert not torch.equal(first.cells[0].dropout_mask, first.cells[1].dropout_mask)
    assert not torch.equal(first.cells[0].dropout_mask, second.cells[0].dropout_mask)


def test_masks_of_a_packed_run_are_nan_past_each_length():
    net, x, hx = make_input("packed", dropout=0.5, bidirectional=True)
    mask = rnnviz.trace(net, x, hx).cells[1].dropout_mask

    assert mask[3:, 0].isnan().all()
    assert not mask[:3, 0].isnan().any()
    assert not mask[:, 1].isnan().any()


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS.keys())
def test_nothing_is_dropped_in_eval_nor_at_p_0_nor_in_one_layer(options):
    for num_layers, dropout, training in [(2, 0.5, False), (2, 0.0, True), (1, 0.0, True)]:
        net, x, hx = make(num_layers=num_layers, dropout=dropout, **options)
        state = torch.get_rng_state()
        trace = rnnviz.trace(net.train(training), x, hx)

        assert all(cell.dropout_mask is None for cell in trace.cells)
        assert torch.equal(torch.get_rng_state(), state)
        assert_equal(trace.output, net(x, hx)[0].detach())


def test_a_single_layer_with_dropout_drops_nothing():
    with pytest.warns(UserWarning, match="dropout"):
        net = nn.GRU(3, 4, dropout=0.5)
    x = torch.randn(5, 2, 3)

    torch.testing.assert_close(rnnviz.trace(net, x).output, net(x)[0].detach())


def test_bfloat16_draws_as_torch_does():
    net, x, hx = make(torch.bfloat16, num_layers=2, dropout=0.5, scale=0.35, kind="GRU")
    net.train()
    torch.manual_seed(7)
    trace = rnnviz.trace(net, x, hx)
    torch.manual_seed(7)

    assert_equal(trace.output, net(x, hx)[0].detach())


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS.keys())
def test_the_size_of_a_record_with_masks_is_known_before(options, layout):
    for bidirectional, p in product([True, False], [0.5, 1.0]):
        net, x, hx = make_input(layout, dropout=p, bidirectional=bidirectional, **options)
        size = rnnviz.trace(net, x, hx).nbytes

        assert rnnviz.trace(net, x, hx, max_bytes=size).nbytes == size
        with pytest.raises(ValueError, match=f"{size:,} bytes"):
            rnnviz.trace(net, x, hx, max_bytes=size - 1)


def test_a_wrong_joining_of_layers_is_seen_through_the_masks():
    """compare runs the layers one after the other, so that an error reaches the output."""
    net, x, hx = make_input("batched", dropout=0.5, kind="LSTM", bidirectional=True)
    other = make_input("batched", dropout=0.5, kind="LSTM", bidirectional=True)[0]
    with torch.no_grad():
        other.weight_hh_l0_reverse.add_(0.1)
    result = rnnviz.compare(rnnviz.trace(other, x, hx), net)

    assert result.first == rnnviz.Step(0, "reverse", 4)
    assert (result.differences[[0, 2, 3, 4, 5]] < 1e-12).all()
    assert result.output_difference > 1e-4


def test_a_trace_with_masks_is_equal_after_the_net_was_set_to_eval():
    net, x, hx = make_input("batched", dropout=0.5, kind="GRU")
    trace = rnnviz.trace(net, x, hx)

    assert rnnviz.compare(trace, net.eval()).equal
    assert rnnviz.compare(rnnviz.trace(net, x, hx), net.train()).equal


@pytest.mark.parametrize("layout", LAYOUTS)
def test_masks_from_a_generator_of_ones_own_leave_torchs_alone(layout):
    """Whatever happens to the generator that all threads share."""
    net, x, hx = make_input(layout, dropout=0.5)
    before = torch.get_rng_state()
    masks = []
    for seed in (1, 1, 2):
        trace = rnnviz.trace(net, x, hx, generator=mask_generator(seed))
        masks.append(trace.cells[0].dropout_mask.nan_to_num(-1))

        assert rnnviz.compare(trace, net).equal
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(masks[0], masks[1])
    assert not torch.equal(masks[0], masks[2])


def test_the_wrong_order_drops_the_same_numbers():
    net, x, hx = make_input("batched", dropout=0.5, bidirectional=True)
    right = rnnviz.trace(net, x, hx, generator=mask_generator(5))
    wrong = time_first(net, x, hx, generator=mask_generator(5))

    for ours, theirs in zip(wrong.cells[:4], right.cells[:4], strict=True):
        assert torch.equal(ours.dropout_mask, theirs.dropout_mask)


def test_masks_do_not_repeat_the_bits_of_the_weights():
    mask = torch.empty(1000).uniform_(generator=mask_generator(3))

    assert not torch.equal(
        mask, torch.empty(1000).uniform_(generator=torch.Generator().manual_seed(3))
    )
