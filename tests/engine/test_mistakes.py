"""The mistakes on purpose: against loops that make them in the usual way, in plain torch."""

from itertools import product

import numpy as np
import pytest
import torch
from torch import nn

import rnnviz
from rnnviz.engine.mistakes import time_first
from tests.engine.test_forward import make

BOTH = {"num_layers": 3, "bidirectional": True}


def loop(net, x, h_0):
    """Time outermost: each layer at once reads what the two cells below it have just made.

    Gives output and h_n of an input of shape (seq_len, batch, input_size), and what each cell read.
    """
    act = torch.tanh if net.nonlinearity == "tanh" else torch.relu
    seq_len, batch, size = len(x), x.shape[1], net.hidden_size
    state = [row.clone() for row in h_0]
    reads = [[None] * seq_len for _ in state]
    output = x.new_zeros(seq_len, batch, 2 * size)
    for s in range(seq_len):
        positions = (s, seq_len - 1 - s)
        below = [x[t] for t in positions]
        for layer in range(net.num_layers):
            for way, suffix in enumerate(["", "_reverse"]):
                row, t = 2 * layer + way, positions[way]
                parameter = {
                    kind: getattr(net, f"{kind}_l{layer}{suffix}", torch.zeros(size).to(x))
                    for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
                }
                a = below[way] @ parameter["weight_ih"].T + parameter["bias_ih"]
                a = a + state[row] @ parameter["weight_hh"].T + parameter["bias_hh"]
                reads[row][t], state[row] = below[way], act(a)
                output[t, :, way * size : (way + 1) * size] = state[row]
            below = [torch.cat(state[2 * layer : 2 * layer + 2], dim=-1)] * 2
    return output, torch.stack(state), [torch.stack(read) for read in reads]


def assert_close(ours, theirs):
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("layout", ["batched", "batch_first", "unbatched"])
@pytest.mark.parametrize("sizes", [(5, 2, 3, 4), (4, 1, 3, 2), (2, 3, 1, 1)], ids=str)
@pytest.mark.parametrize("num_layers", [1, 2, 3])
def test_time_first_is_what_a_loop_over_time_gives(num_layers, sizes, layout):
    for nonlinearity, bias in product(["tanh", "relu"], [True, False]):
        net, x, h_0 = make(
            sizes=sizes,
            unbatched=layout == "unbatched",
            num_layers=num_layers,
            bidirectional=True,
            batch_first=layout == "batch_first",
            nonlinearity=nonlinearity,
            bias=bias,
            # Small weights keep relu's states near 1, where 1e-12 is a few roundings.
            scale=0.35,
        )
        wrong = time_first(net, x, h_0)
        with torch.no_grad():
            if layout == "unbatched":
                output, h_n, reads = loop(net, x.unsqueeze(1), h_0.unsqueeze(1))
                output, h_n = output.squeeze(1), h_n.squeeze(1)
            elif layout == "batch_first":
                output, h_n, reads = loop(net, x.transpose(0, 1), h_0)
                output = output.transpose(0, 1)
            else:
                output, h_n, reads = loop(net, x, h_0)

        assert_close(wrong.output, output)
        assert_close(wrong.h_n, h_n)
        for cell, read in zip(wrong.cells, reads, strict=True):
            assert_close(cell.x, read)
        theirs, theirs_n = net(x, h_0)
        assert wrong.output.stride() == theirs.stride()
        assert wrong.h_n.stride() == theirs_n.stride()


def test_time_first_starts_from_zeros_unless_told_otherwise():
    net, x, h_0 = make(**BOTH)

    assert_close(time_first(net, x).output, time_first(net, x, torch.zeros_like(h_0)).output)
    assert not torch.equal(time_first(net, x).output, time_first(net, x, h_0).output)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_time_first_computes_alike_in_every_dtype(dtype):
    """Where numpy computes and where torch does."""
    exact = time_first(*make(scale=0.35, **BOTH)).output
    output = time_first(*make(dtype, scale=0.35, **BOTH)).output

    assert output.dtype == dtype
    atol = 1e-5 if dtype == torch.float32 else 5e-2
    torch.testing.assert_close(output.double(), exact, rtol=0, atol=atol)


ALIKE = {
    "one direction": ((5, 2, 3, 4), {"num_layers": 3}),
    "one layer": ((5, 2, 3, 4), {"bidirectional": True}),
    "one timestep": ((1, 2, 3, 4), BOTH),
}


@pytest.mark.parametrize(("sizes", "options"), ALIKE.values(), ids=ALIKE.keys())
def test_time_first_is_right_where_the_order_does_not_matter(sizes, options):
    net, x, h_0 = make(sizes=sizes, **options)
    right, wrong = rnnviz.trace(net, x, h_0), time_first(net, x, h_0)

    assert torch.equal(wrong.output, right.output)
    assert torch.equal(wrong.h_n, right.h_n)
    for ours, theirs in zip(wrong.cells, right.cells, strict=True):
        for (name, array), (_, expected) in zip(ours.arrays(), theirs.arrays(), strict=True):
            assert torch.equal(array, expected), name


@pytest.mark.parametrize("seq_len", [2, 3, 4, 5])
def test_time_first_is_right_in_layer_0_and_wrong_in_every_row_above(seq_len):
    net, x, h_0 = make(sizes=(seq_len, 2, 3, 4), num_layers=2, bidirectional=True)
    right, wrong = rnnviz.trace(net, x, h_0), time_first(net, x, h_0)
    output, h_n = net(x, h_0)

    for row in (0, 1):
        assert torch.equal(wrong.cells[row].h, right.cells[row].h)
    assert_close(wrong.h_n[:2], h_n[:2].detach())
    apart = (wrong.output - output).abs()  # (seq_len, batch, 2 * hidden_size)
    assert (apart[..., :4].amax((1, 2)) > 1e-3).all()
    assert (apart[..., 4:].amax((1, 2)) > 1e-3).all()


def test_time_first_goes_wrong_at_the_first_steps_of_layer_1():
    """Its forward cell at t = 0 and its reverse cell at t = T-1 read a state of the other end."""
    net, x, h_0 = make(**BOTH)
    right, wrong = rnnviz.trace(net, x, h_0), time_first(net, x, h_0)
    below = [cell.h for cell in right.cells[:2]]

    for direction, t in (("forward", 0), ("reverse", 4)):
        ours, theirs = wrong.cell(1, direction), right.cell(1, direction)
        assert torch.equal(ours.wh[t], theirs.wh[t])
        assert (ours.h[t] - theirs.h[t]).abs().max() > 1e-3
        # Its own direction is read at t, as it should be, the other one at T-1-t.
        assert torch.equal(ours.x[t, :, :4], below[0][0])
        assert torch.equal(ours.x[t, :, 4:], below[1][4])


def test_each_cell_of_time_first_is_right_on_what_it_read():
    """The mistake is in the plan alone: torch agrees with each cell, and not with the output."""
    net, x, h_0 = make(**BOTH)
    result = rnnviz.compare(time_first(net, x, h_0), net)

    assert result.first is None
    assert np.all(result.differences < 1e-12)
    assert result.output_difference > 1e-2
    assert not result.equal


def test_time_first_writes_to_nothing_it_is_given():
    net, x, h_0 = make(**BOTH)
    given = [x, h_0, *net.parameters()]
    before = [tensor.detach().clone() for tensor in given]
    wrong = time_first(net, x, h_0)
    assert all(torch.equal(a, b) for a, b in zip(given, before, strict=True))
    kept = wrong.cells[0].x.clone()
    x.fill_(7.0)

    assert torch.equal(wrong.cells[0].x, kept)


def test_time_first_refuses_what_trace_refuses():
    net, x, _ = make()

    with pytest.raises(TypeError, match="got Linear"):
        time_first(nn.Linear(3, 4), x)
    with pytest.raises(RuntimeError, match="input_size=3 last"):
        time_first(net, x[..., :2])


@pytest.mark.parametrize("bidirectional", [True, False], ids=["both-ways", "one-way"])
@pytest.mark.parametrize("num_layers", [1, 2, 3])
def test_the_size_of_time_first_is_known_before(num_layers, bidirectional):
    """Each upper layer keeps 2 * T * B * H numbers more than in `trace`: what reverse read."""
    net, x, h_0 = make(num_layers=num_layers, bidirectional=bidirectional)
    wrong = time_first(net, x, h_0)
    more = 8 * (num_layers - 1) * bidirectional * 2 * 5 * 2 * 4

    assert wrong.nbytes == rnnviz.trace(net, x, h_0).nbytes + more
    assert time_first(net, x, h_0, max_bytes=wrong.nbytes).nbytes == wrong.nbytes
    with pytest.raises(ValueError, match=f"{wrong.nbytes:,} bytes"):
        time_first(net, x, h_0, max_bytes=wrong.nbytes - 1)


@pytest.mark.parametrize("kind", ["GRU", "LSTM"])
def test_time_first_is_made_with_gates_too(kind):
    """Layer 0 is right, each cell is right on what it read, and the output is not."""
    net, x, hx = make(kind=kind, **BOTH)
    right, wrong = rnnviz.trace(net, x, hx), time_first(net, x, hx)
    result = rnnviz.compare(wrong, net)

    for row in (0, 1):
        assert torch.equal(wrong.cells[row].h, right.cells[row].h)
    below = [cell.h for cell in right.cells[:2]]
    flipped = torch.cat([below[0], below[1].flip(0)], dim=-1)
    assert torch.equal(wrong.cell(1, "forward").x, flipped)
    assert result.first is None
    assert result.output_difference > 1e-2
    assert time_first(net, x, hx, max_bytes=wrong.nbytes).nbytes == wrong.nbytes
