"""Stacks of cells: what torch's cells give in a loop, and what a plain loop gives elsewhere."""

import copy
from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

import rnnviz
from rnnviz.config import PLACES
from rnnviz.engine.mistakes import time_first
from rnnviz.engine.plan import buffer_numbers, record_bytes
from rnnviz.engine.weights import random_states
from rnnviz.records import Step

CELLS = {"RNN": nn.RNNCell, "LSTM": nn.LSTMCell, "GRU": nn.GRUCell}
FUNCTIONS = {
    "tanh": torch.tanh,
    "relu": F.relu,
    "sigmoid": torch.sigmoid,
    "hardtanh": lambda a: a.clamp(-1, 1),
    "hardsigmoid": lambda a: F.relu6(a + 3) / 6,
    "hardsigmoid_0.2": lambda a: (a / 5 + 1 / 2).clamp(0, 1),
    "softsign": lambda a: a / (1 + a.abs()),
    "identity": lambda a: a,
}
USUAL = {
    "RNN": {"h": "tanh"},
    "LSTM": {"i": "sigmoid", "f": "sigmoid", "g": "tanh", "o": "sigmoid", "c": "tanh"},
    "GRU": {"r": "sigmoid", "z": "sigmoid", "n": "tanh"},
}
MIXED = [("RNN", 6), ("LSTM", 3), ("GRU", 5)]


def make_stack(kinds=MIXED, *, both=True, inputs=4, bias=True, dtype=torch.float64, **options):
    """A stack with random weights; the same at every call."""
    torch.manual_seed(0)
    ways, sides, width = 1 + both, [[], []], inputs
    for kind, size in kinds:
        for side in sides:
            side.append(CELLS[kind](width, size, bias=bias, dtype=dtype))
        width = ways * size
    return rnnviz.CellStack(sides[0], sides[1] if both else None, **options)


def called(stack, *, seq_len=6, batch=3):
    """Random input and states for a stack, sequence first."""
    config = stack.config
    x = torch.randn(seq_len, batch, config.input_size, dtype=getattr(torch, config.dtype))
    return x, random_states(config, batch, 7)


def step_by_hand(cell, acts, x, h, c):
    """One update by the formulas of torch's documentation, with any activations."""
    read, kept = x @ cell.weight_ih.T, h @ cell.weight_hh.T
    if cell.bias:
        read, kept = read + cell.bias_ih, kept + cell.bias_hh
    if isinstance(cell, nn.RNNCell):
        return acts["h"](read + kept), None
    if isinstance(cell, nn.LSTMCell):
        i, f, g, o = (read + kept).chunk(4, dim=1)
        c = acts["f"](f) * c + acts["i"](i) * acts["g"](g)
        return acts["o"](o) * acts["c"](c), c
    (x_r, x_z, x_n), (h_r, h_z, h_n) = read.chunk(3, dim=1), kept.chunk(3, dim=1)
    r, z = acts["r"](x_r + h_r), acts["z"](x_z + h_z)
    return (1 - z) * acts["n"](x_n + r * h_n) + z * h, None


def by_hand(cells, x, h_0, c_0, acts=None):
    """The whole stack: `cells` layer by layer, each forward or (forward, reverse)."""
    finals, row = [], 0
    for layer, pair in enumerate(cells):
        halves = []
        for way, cell in enumerate(pair):
            h, c = h_0[row], c_0[row] if c_0 else None
            states = [None] * len(x)
            for s in range(len(x)):
                t = len(x) - 1 - s if way else s
                if acts is None:
                    after = cell(x[t], h if c is None else (h, c))
                    h, c = after if c is not None else (after, None)
                else:
                    h, c = step_by_hand(cell, acts[layer], x[t], h, c)
                states[t] = h
            halves.append(torch.stack(states))
            finals.append((h, c))
            row += 1
        x = torch.cat(halves, dim=-1)
    return x, finals


def pairs_of(stack):
    reverse = stack.reverse or [None] * len(stack.cells)
    return [
        [cell, *([other] if other else [])]
        for cell, other in zip(stack.cells, reverse, strict=True)
    ]


def states_of(stack, hx):
    return hx if stack.config.has_c else (hx, None)


def assert_same(trace, output, finals, tol=1e-12):
    def assert_close(ours, theirs):
        torch.testing.assert_close(ours, theirs, rtol=tol, atol=tol)

    assert_close(trace.output, output)
    assert len(trace.h_n) == len(finals)
    for row, (h, c) in enumerate(finals):
        assert_close(trace.h_n[row], h)
        if c is None:
            assert trace.c_n is None or trace.c_n[row] is None
        else:
            assert_close(trace.c_n[row], c)


@pytest.mark.parametrize("both", [False, True], ids=["one-way", "both-ways"])
@pytest.mark.parametrize(
    "kinds",
    [MIXED, MIXED[::-1], [("RNN", 30), ("RNN", 10)], [("LSTM", 1)], [("GRU", 2), ("LSTM", 7)]],
    ids=["RNN LSTM GRU", "GRU LSTM RNN", "30 10", "one unit", "GRU LSTM"],
)
@pytest.mark.parametrize("sizes", [(6, 3), (1, 1), (3, 3), (12, 1)], ids=str)
@torch.no_grad()
def test_a_stack_is_torchs_cells_in_a_loop(both, kinds, sizes):
    stack = make_stack(kinds, both=both)
    x, hx = called(stack, seq_len=sizes[0], batch=sizes[1])
    h_0, c_0 = states_of(stack, hx)
    expected = by_hand(pairs_of(stack), x, h_0, c_0)
    trace = rnnviz.trace(stack, x, hx)
    output, states = stack(x, hx)

    assert_same(trace, *expected)
    torch.testing.assert_close(output, expected[0], rtol=1e-12, atol=1e-12)
    h_n, c_n = states_of(stack, states)
    for row, (h, c) in enumerate(expected[1]):
        torch.testing.assert_close(h_n[row], h, rtol=1e-12, atol=1e-12)
        assert (c_n is None or c_n[row] is None) if c is None else torch.equal(c_n[row], c)
    assert rnnviz.compare(trace, stack).equal


@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
@torch.no_grad()
def test_a_stack_of_equal_cells_is_nn_lstm(bias):
    torch.manual_seed(1)
    net = nn.LSTM(4, 3, 2, bidirectional=True, bias=bias, dtype=torch.float64)
    stack = make_stack([("LSTM", 3), ("LSTM", 3)], bias=bias)
    for (_, cell, _), weights in zip(stack.lanes(), net.all_weights, strict=True):
        for own, other in zip(cell.parameters(), weights, strict=True):
            own.copy_(other)
    x, (h_0, c_0) = called(stack)
    output, (h_n, c_n) = net(x, (torch.stack(h_0), torch.stack(c_0)))

    trace = rnnviz.trace(stack, x, (h_0, c_0))

    assert_same(trace, output, list(zip(h_n, c_n, strict=True)))


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(
    ("kind", "place"), [(kind, place) for kind in PLACES for place in PLACES[kind]]
)
@torch.no_grad()
def test_every_activation_at_every_place(name, kind, place):
    """The other places keep torch's, so that no two can be exchanged."""
    stack = make_stack([(kind, 5), (kind, 4)], activations={place: name})
    x, hx = called(stack, seq_len=4)
    acts = {key: FUNCTIONS[usual] for key, usual in USUAL[kind].items()} | {place: FUNCTIONS[name]}
    h_0, c_0 = states_of(stack, hx)
    trace = rnnviz.trace(stack, 3 * x, hx)

    assert_same(trace, *by_hand(pairs_of(stack), 3 * x, h_0, c_0, [acts, acts]))
    assert trace.cells[0].activations == tuple((USUAL[kind] | {place: name}).values())
    assert rnnviz.compare(trace, stack).equal
    output, _ = stack(3 * x, hx)
    torch.testing.assert_close(output, trace.output, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
@torch.no_grad()
def test_the_record_of_each_dtype_is_equal_to_torchs(dtype):
    activations = [{"h": "hardtanh"}, {"f": "hardsigmoid", "c": "softsign"}, None]
    stack = make_stack(dtype=getattr(torch, dtype), activations=activations)
    x, hx = called(stack)

    result = rnnviz.compare(rnnviz.trace(stack, x, hx), stack)

    assert result.equal, result


def wavy(a):
    return torch.sin(3 * a)


@torch.no_grad()
def test_a_function_of_ones_own_is_applied_named_and_sampled():
    stack = make_stack([("LSTM", 3)], both=False, activations={"g": wavy, "c": wavy})
    x, hx = called(stack)
    trace = rnnviz.trace(stack, x, hx)
    acts = {key: FUNCTIONS[usual] for key, usual in USUAL["LSTM"].items()}
    acts |= {"g": wavy, "c": wavy}
    (cell,) = trace.cells
    points, *curves = cell.curves

    assert_same(trace, *by_hand(pairs_of(stack), x, *hx, [acts]))
    assert cell.activations == ("sigmoid", "sigmoid", "wavy", "sigmoid", "wavy")
    assert cell.curves.shape == (6, 257)
    assert points[-1] == -points[0] >= max(cell.a.abs().max(), cell.c.abs().max())
    torch.testing.assert_close(curves[2], wavy(points))
    torch.testing.assert_close(curves[4], wavy(points))
    assert curves[0].isnan().all() and curves[1].isnan().all() and curves[3].isnan().all()
    assert rnnviz.compare(trace, stack).equal


def test_curves_are_only_of_what_has_no_name():
    stack = make_stack(activations=[{"h": "softsign"}, None, None])

    assert all(cell.curves is None for cell in rnnviz.trace(stack, *called(stack)).cells)


def test_a_function_does_not_pass_for_the_name_it_bears():
    def tanh(a):
        return 2 * a

    stack = make_stack([("RNN", 3)], activations={"h": tanh})

    assert rnnviz.trace(stack, *called(stack)).cells[0].activations == ("own tanh",)


@pytest.mark.parametrize("batch_first", [False, True], ids=["sequence first", "batch_first"])
@torch.no_grad()
def test_layouts(batch_first):
    stack = make_stack(batch_first=batch_first)
    x, (h_0, c_0) = called(stack)
    output, finals = by_hand(pairs_of(stack), x, h_0, c_0)
    given = x.transpose(0, 1) if batch_first else x
    alone = [None if row is None else row[1] for row in c_0]
    trace = rnnviz.trace(stack, given, (h_0, c_0))
    single = rnnviz.trace(stack, x[:, 1], ([row[1] for row in h_0], alone))

    assert_same(trace, output.transpose(0, 1) if batch_first else output, finals)
    finals = [(h[1], None if c is None else c[1]) for h, c in finals]
    assert_same(single, output[:, 1], finals)
    assert single.batched is False and rnnviz.compare(single, stack).equal


@pytest.mark.parametrize("lengths", [[6, 4, 1], [2, 6, 4]], ids=["sorted", "unsorted"])
@torch.no_grad()
def test_a_packed_input_is_every_sample_by_itself(lengths):
    stack = make_stack()
    x, (h_0, c_0) = called(stack)
    packed = pack_padded_sequence(x, lengths, enforce_sorted=lengths[0] == 6)
    trace = rnnviz.trace(stack, packed, (h_0, c_0))
    padded, _ = pad_packed_sequence(trace.output)

    output, (h_n, c_n) = stack(packed, (h_0, c_0))
    for ours, theirs in zip(trace.output, output, strict=True):
        assert (ours is None) == (theirs is None)
        assert ours is None or torch.allclose(ours, theirs, rtol=1e-12, atol=1e-12)
    for sample, length in enumerate(lengths):
        h, c = ([None if row is None else row[sample, None] for row in rows] for rows in (h_0, c_0))
        alone, finals = by_hand(pairs_of(stack), x[:length, sample, None], h, c)
        torch.testing.assert_close(padded[:length, sample], alone[:, 0], rtol=1e-12, atol=1e-12)
        for row, (last, kept) in enumerate(finals):
            torch.testing.assert_close(trace.h_n[row][sample], last[0], rtol=1e-12, atol=1e-12)
            torch.testing.assert_close(h_n[row][sample], last[0], rtol=1e-12, atol=1e-12)
            assert (c_n[row] is None) == (trace.c_n[row] is None) == (kept is None)
            if kept is not None:
                torch.testing.assert_close(c_n[row][sample], kept[0], rtol=1e-12, atol=1e-12)
                torch.testing.assert_close(trace.c_n[row], c_n[row], rtol=1e-12, atol=1e-12)
    assert rnnviz.compare(trace, stack).equal


def test_gradients_are_those_of_the_loop():
    stack = make_stack(activations=[{"h": "softsign"}, {"g": "hardtanh"}, None])
    x, (h_0, c_0) = called(stack)
    acts = [{key: FUNCTIONS[name] for key, name in USUAL[kind].items()} for kind, _ in MIXED]
    acts[0]["h"], acts[1]["g"] = FUNCTIONS["softsign"], FUNCTIONS["hardtanh"]
    stack(x, (h_0, c_0))[0].square().sum().backward()
    ours = [parameter.grad.clone() for parameter in stack.parameters()]
    stack.zero_grad()
    by_hand(pairs_of(stack), x, h_0, c_0, acts)[0].square().sum().backward()

    for one, parameter in zip(ours, stack.parameters(), strict=True):
        torch.testing.assert_close(one, parameter.grad, rtol=1e-10, atol=1e-12)


def test_nothing_that_is_given_is_written_to():
    """A list of states that is overwritten makes the second call begin elsewhere."""
    stack = make_stack().train()
    x, (h_0, c_0) = called(stack)
    x.requires_grad_()
    before = [copy.deepcopy(part) for part in (x.detach(), h_0, c_0)]
    first, second = (stack(x, (list(h_0), list(c_0)))[0] for _ in range(2))
    trace = rnnviz.trace(stack, x, (h_0, c_0))

    assert torch.equal(first, second) and not trace.output.requires_grad
    assert torch.equal(x, before[0])
    for rows, kept in zip((h_0, c_0), before[1:], strict=True):
        for row, same in zip(rows, kept, strict=True):
            assert (row is None and same is None) or torch.equal(row, same)
    assert x.grad is None


def test_the_bytes_are_known_before():
    stack = make_stack()
    config, trace = stack.config, rnnviz.trace(stack, *called(stack))
    written = buffer_numbers(config, 6, 3)

    assert record_bytes(config, 6, 3, written) == trace.nbytes
    with pytest.raises(ValueError, match=rf"would take {trace.nbytes:,} bytes.*lower seq_len=6"):
        rnnviz.trace(stack, *called(stack), max_bytes=trace.nbytes - 1)


def test_an_error_is_placed_where_it_arises():
    stack = make_stack(activations={"h": "hardtanh", "o": "hardsigmoid"})
    trace = rnnviz.trace(stack, *called(stack))
    trace.cell(1, "reverse").h[2, 0, 1] += 0.1

    assert rnnviz.compare(trace, stack).first == Step(1, "reverse", 2)


@torch.no_grad()
def test_time_first_is_wrong_above_layer_0():
    stack = make_stack([("GRU", 3), ("RNN", 4)])
    x, h_0 = called(stack)
    right, wrong = rnnviz.trace(stack, x, h_0), time_first(stack, x, h_0)
    states = [list(pair) for pair in zip(*[iter(h_0)] * 2, strict=True)]
    for s in range(len(x)):
        below = [x[s], x[len(x) - 1 - s]]
        for pair, cells in zip(states, pairs_of(stack), strict=True):
            pair[:] = [cell(read, h) for cell, read, h in zip(cells, below, pair, strict=True)]
            below = [torch.cat(pair, dim=-1)] * 2

    torch.testing.assert_close(wrong.h_n[2], states[1][0], rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(wrong.h_n[3], states[1][1], rtol=1e-12, atol=1e-12)
    assert torch.equal(wrong.h_n[1], right.h_n[1])
    assert not torch.allclose(wrong.h_n[2], right.h_n[2])


@pytest.mark.parametrize("both", [False, True], ids=["one-way", "both-ways"])
def test_build_draws_what_the_cells_draw(both):
    config = make_stack(both=both, dtype=torch.float32, activations={"h": "hardtanh"}).config
    built = rnnviz.build(config, 5)
    torch.manual_seed(5)
    drawn = []
    for _ in range(1 + both):
        widths = [4] + [(1 + both) * size for _, size in MIXED]
        for (kind, size), (width, _) in zip(MIXED, pairwise(widths), strict=True):
            drawn += CELLS[kind](width, size).parameters()

    assert built.config == config
    for one, other in zip(built.parameters(), drawn, strict=True):
        assert torch.equal(one, other)


def test_a_wrong_last_state_is_found():
    """It is no cell's error: what is off is how h_n or c_n was put together."""
    stack = make_stack()
    trace = rnnviz.trace(stack, *called(stack))
    trace.h_n[4][0, 1] += 0.1
    result = rnnviz.compare(trace, stack)

    assert result.h_n_difference == pytest.approx(0.1) and not result.equal
    assert result.c_n_difference < 1e-12 and result.first is None
