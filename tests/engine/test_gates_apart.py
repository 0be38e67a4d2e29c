"""LSTMs taken apart into eight matrices and put together, against nn.LSTM and a plain loop."""

from itertools import product

import pytest
import torch
from torch import nn

import rnnviz
from rnnviz import lstm_from_gates, lstm_to_gates
from rnnviz.config import RNNConfig

GATES = "ifgo"
SHAPES = list(product([1, 2, 3], [False, True], [True, False], [0, 2]))
DTYPES = {"float64": (torch.float64, 1e-12), "float32": (torch.float32, 1e-6)}
SIZES = {"all different": (3, 4), "one input": (1, 4), "all equal": (4, 4)}


def random_net(layers=1, both=False, bias=True, proj=0, dtype=torch.float64, sizes=(3, 4)):
    """Every number of it random, both biases too."""
    net = nn.LSTM(
        *sizes, layers, bias=bias, bidirectional=both, proj_size=proj, dtype=dtype
    ).requires_grad_(False)
    generator = torch.Generator().manual_seed(layers)
    for parameter in net.parameters():
        parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.5)
    return net


def random_call(net):
    """An input of five timesteps and two samples, and random h_0 and c_0."""
    rows = net.num_layers * (2 if net.bidirectional else 1)
    generator = torch.Generator().manual_seed(9)
    x = torch.randn(5, 2, net.input_size, generator=generator)
    h_0 = torch.randn(rows, 2, net.proj_size or net.hidden_size, generator=generator)
    c_0 = torch.randn(rows, 2, net.hidden_size, generator=generator)
    dtype = net.weight_ih_l0.dtype
    return x.to(dtype), (h_0.to(dtype), c_0.to(dtype))


def random_cells(layers=1, both=False, bias=True, proj=0, sizes=(3, 4)):
    """Gates written down one by one, not taken from a net."""
    generator = torch.Generator().manual_seed(4)
    columns, hidden = sizes
    shapes = {f"W_h{gate}": (hidden, proj or hidden) for gate in GATES}
    shapes |= {f"b_{gate}": (hidden,) for gate in GATES} if bias else {}
    shapes |= {"W_hr": (proj, hidden)} if proj else {}
    cells = []
    for row in range(layers * (1 + both)):
        below = columns if row < 1 + both else (1 + both) * (proj or hidden)
        shapes |= {f"W_i{gate}": (hidden, below) for gate in GATES}
        cells.append(
            {
                name: torch.randn(shape, generator=generator, dtype=torch.float64) * 0.5
                for name, shape in shapes.items()
            }
        )
    return cells


def by_hand(cell, x, h, c, reverse=False):
    """One direction of one layer, a matrix for each gate; `x` is (seq_len, batch, columns)."""
    states = [None] * len(x)
    none = torch.zeros(())
    for t in reversed(range(len(x))) if reverse else range(len(x)):
        i = torch.sigmoid(x[t] @ cell["W_ii"].T + h @ cell["W_hi"].T + cell.get("b_i", none))
        f = torch.sigmoid(x[t] @ cell["W_if"].T + h @ cell["W_hf"].T + cell.get("b_f", none))
        g = torch.tanh(x[t] @ cell["W_ig"].T + h @ cell["W_hg"].T + cell.get("b_g", none))
        o = torch.sigmoid(x[t] @ cell["W_io"].T + h @ cell["W_ho"].T + cell.get("b_o", none))
        c = f * c + i * g
        h = o * torch.tanh(c)
        if "W_hr" in cell:
            h = h @ cell["W_hr"].T
        states[t] = h
    return torch.stack(states), h, c


def stack_by_hand(cells, x, h_0, c_0, both):
    """All layers: output, h_n and c_n as nn.LSTM returns them."""
    ends, ways = [], 1 + both
    for layer in range(len(cells) // ways):
        rows = range(layer * ways, (layer + 1) * ways)
        runs = [by_hand(cells[row], x, h_0[row], c_0[row], reverse=row % ways == 1) for row in rows]
        x = torch.cat([states for states, _, _ in runs], dim=-1)
        ends += [(h, c) for _, h, c in runs]
    return x, torch.stack([h for h, _ in ends]), torch.stack([c for _, c in ends])


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize(("dtype", "limit"), DTYPES.values(), ids=DTYPES)
@pytest.mark.parametrize(("layers", "both", "bias", "proj"), SHAPES)
def test_a_net_taken_apart_and_rebuilt_computes_the_same(
    layers, both, bias, proj, dtype, limit, sizes
):
    net = random_net(layers, both, bias, proj, dtype, sizes)
    x, states = random_call(net)
    rebuilt = lstm_from_gates(lstm_to_gates(net), bidirectional=both)
    wanted, (h_n, c_n) = net(x, states)
    output, (our_h_n, our_c_n) = rebuilt(x, states)

    for ours, theirs in ((output, wanted), (our_h_n, h_n), (our_c_n, c_n)):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=limit)
    kinds = {name: value.shape for name, value in net.named_parameters()}
    assert {name: value.shape for name, value in rebuilt.named_parameters()} == kinds
    assert rebuilt.weight_ih_l0.dtype == dtype and rebuilt.bias == bias
    assert rebuilt.proj_size == proj and not rebuilt.training


@pytest.mark.parametrize(("layers", "both", "bias", "proj"), SHAPES)
def test_gates_put_together_and_taken_apart_are_the_same_bits(layers, both, bias, proj):
    cells = random_cells(layers, both, bias, proj)
    again = lstm_to_gates(lstm_from_gates(cells, bidirectional=both))

    assert len(again) == len(cells)
    for ours, theirs in zip(again, cells, strict=True):
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


@pytest.mark.parametrize(("layers", "both", "bias", "proj"), SHAPES)
def test_a_loop_with_a_matrix_for_each_gate_gives_what_torch_and_the_trace_give(
    layers, both, bias, proj
):
    cells = random_cells(layers, both, bias, proj)
    net = lstm_from_gates(cells, bidirectional=both)
    x, (h_0, c_0) = random_call(net)
    output, h_n, c_n = stack_by_hand(cells, x, h_0, c_0, both)
    wanted, (their_h_n, their_c_n) = net(x, (h_0, c_0))
    trace = rnnviz.trace(net, x, (h_0, c_0))

    for theirs in ((wanted, their_h_n, their_c_n), (trace.output, trace.h_n, trace.c_n)):
        for ours, other in zip((output, h_n, c_n), theirs, strict=True):
            torch.testing.assert_close(other.detach(), ours, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("layers", "both", "bias", "proj"), SHAPES)
def test_the_gates_of_a_net_of_torch_drive_the_loop(layers, both, bias, proj):
    """Against torch's own weights, so that no mistake can cancel between the two ways."""
    net = random_net(layers, both, bias, proj)
    x, states = random_call(net)
    output, (h_n, c_n) = net(x, states)

    ours = stack_by_hand(lstm_to_gates(net), x, *states, both)
    for mine, theirs in zip(ours, (output, h_n, c_n), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=0, atol=1e-12)


def test_the_blocks_are_those_of_torchs_documentation():
    """https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html: (W_ii|W_if|W_ig|W_io)."""
    net = random_net(2, True)
    cells = lstm_to_gates(net)

    for cell, end in zip(cells, ("l0", "l0_reverse", "l1", "l1_reverse"), strict=True):
        for k, gate in enumerate(GATES):
            rows = slice(4 * k, 4 * k + 4)
            bias = getattr(net, f"bias_ih_{end}") + getattr(net, f"bias_hh_{end}")
            assert torch.equal(cell[f"W_i{gate}"], getattr(net, f"weight_ih_{end}")[rows])
            assert torch.equal(cell[f"W_h{gate}"], getattr(net, f"weight_hh_{end}")[rows])
            assert torch.equal(cell[f"b_{gate}"], bias[rows])


@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
def test_a_single_cell_is_one_dict(bias):
    cell = nn.LSTMCell(3, 4, bias=bias, dtype=torch.float64)
    x, (h, c) = torch.randn(1, 2, 3).double(), torch.randn(2, 2, 4).double()
    (gates,) = lstm_to_gates(cell)
    net = lstm_from_gates(gates)

    assert ("b_i" in gates) == bias
    h_n, c_n = (state[0] for state in net(x, (h[None], c[None]))[1])
    for ours, theirs in zip((h_n, c_n), cell(x[0], (h, c)), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)


def test_what_comes_back_shares_no_memory_and_no_graph():
    net = random_net(proj=2).requires_grad_(True)
    cells = lstm_to_gates(net)
    rebuilt = lstm_from_gates(cells)
    kept = [parameter.detach().clone() for parameter in net.parameters()]
    for value in cells[0].values():
        assert not value.requires_grad and value.is_leaf and value.is_contiguous()
        value.fill_(7)

    assert all(torch.equal(*pair) for pair in zip(kept, net.parameters(), strict=True))
    assert not any((parameter == 7).any() for parameter in rebuilt.parameters())
    assert all(parameter.requires_grad for parameter in rebuilt.parameters())
    assert torch.equal(rebuilt.bias_hh_l0, torch.zeros(16, dtype=torch.float64))


def test_parameters_may_be_given_and_batch_first_is_torchs():
    cells = [{name: nn.Parameter(value) for name, value in random_cells()[0].items()}]
    net = lstm_from_gates(tuple(cells), batch_first=True)
    x = torch.randn(2, 5, 3).double()
    plain = lstm_from_gates(cells)

    torch.testing.assert_close(net(x)[0], plain(x.transpose(0, 1))[0].transpose(0, 1))
    assert rnnviz.trace(net, x).config == RNNConfig(
        input_size=3, hidden_size=4, kind="LSTM", batch_first=True, dtype="float64"
    )


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_half_precision_stays_what_it_is(dtype):
    cells = [{name: value.to(dtype) for name, value in random_cells()[0].items()}]
    again = lstm_to_gates(lstm_from_gates(cells))

    assert all(torch.equal(again[0][name], value) for name, value in cells[0].items())


def test_torchs_global_generator_is_left_alone():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    lstm_to_gates(lstm_from_gates(random_cells(2, True), bidirectional=True))

    assert torch.equal(torch.get_rng_state(), before)


def changed(row=0, cells=None, drop=(), **values):
    """Cells of which one is changed."""
    cells = [dict(cell) for cell in (cells or random_cells(2))]
    cells[row] = {name: value for name, value in cells[row].items() if name not in drop} | values
    return cells


ONES = torch.ones(4, 3, dtype=torch.float64)
# (cells, options, type, words).
REFUSED = {
    "no dict": (3, {}, TypeError, r"cells must be a dict or a list of dicts, got int\."),
    "a net": (nn.LSTM(1, 1), {}, TypeError, r"a list of dicts, got LSTM\."),
    "cell no dict": ([random_cells()[0], 3], {}, TypeError, r"cells\[1\] must be a dict, got int"),
    "empty": ([], {}, ValueError, r"cells must hold at least one dict, got none\."),
    "odd": (
        random_cells(3),
        {"bidirectional": True},
        ValueError,
        r"two dicts for each layer of a bidirectional net, forward and reverse; got 3\.",
    ),
    "missing": (
        changed(1, drop=["W_hg", "W_ii"]),
        {},
        ValueError,
        r"cells\[1\] \(layer 1, forward\) must hold W_ii .* W_ho; it lacks W_ii W_hg\.",
    ),
    "missing in reverse": (
        changed(1, random_cells(1, True), drop=["W_io"]),
        {"bidirectional": True},
        ValueError,
        r"cells\[1\] \(layer 0, reverse\) must hold W_ii .*; it lacks W_io\.",
    ),
    "unknown": (
        changed(1, b_ii=ONES[:, 0]),
        {},
        ValueError,
        r"cells\[1\] .* no names but W_ii .* W_hr; got b_ii\.",
    ),
    "name no text": ([random_cells()[0] | {3: ONES}], {}, ValueError, r"W_hr; got 3\."),
    "some biases": (
        changed(drop=["b_g"]),
        {},
        ValueError,
        r"cells\[0\] .* must hold b_i b_f b_g b_o, as biases must be given for all gates and cells "
        r"or for none; it lacks b_g\.",
    ),
    "bias in one cell": (
        changed(1, drop=["b_i", "b_f", "b_g", "b_o"]),
        {},
        ValueError,
        r"cells\[1\] .* it lacks b_i b_f b_g b_o\.",
    ),
    "projection in one cell": (
        changed(1, random_cells(2, proj=2), drop=["W_hr"]),
        {},
        ValueError,
        r"cells\[1\] .* must hold W_hr, as all cells must be projected or none; it lacks W_hr\.",
    ),
    "no tensor": (
        changed(1, W_ig=ONES.numpy()),
        {},
        TypeError,
        r"W_ig of cells\[1\] \(layer 1, forward\) must be a torch\.Tensor, got ndarray\.",
    ),
    "first no tensor": (
        changed(W_ii=[[1.0]]),
        {},
        TypeError,
        r"W_ii of cells\[0\] .* must be a torch\.Tensor, got list\.",
    ),
    "whole numbers": (
        changed(W_ig=ONES.long()),
        {},
        TypeError,
        r"W_ig of .* must be float32, float64, bfloat16, float16; got torch\.int64\.",
    ),
    "two dtypes": (
        changed(b_o=ONES[:, 0].float()),
        {},
        ValueError,
        r"b_o of .* must be torch\.float64 on cpu, as W_ii of cells\[0\] is; "
        r"got torch\.float32 on cpu\.",
    ),
    "two devices": (
        changed(b_o=ONES[:, 0].to("meta")),
        {},
        ValueError,
        r"b_o of .* must be torch\.float64 on cpu, .*; got torch\.float64 on meta\.",
    ),
    "no matrix": (
        changed(W_ii=ONES[0]),
        {},
        ValueError,
        r"W_ii of cells\[0\] must be \(hidden_size, input_size\), each at least 1; got \(3,\)\.",
    ),
    "no columns": (changed(W_ii=ONES[:, :0]), {}, ValueError, r"each at least 1; got \(4, 0\)\."),
    "transposed": (
        changed(W_if=ONES.T),
        {},
        ValueError,
        r"W_if of cells\[0\] \(layer 0, forward\) must be \(hidden_size, input_size\) = \(4, 3\), "
        r"by the sizes of cells\[0\]; got \(3, 4\)\.",
    ),
    "recurrent": (
        changed(1, W_ho=ONES),
        {},
        ValueError,
        r"W_ho of cells\[1\] .* must be \(hidden_size, hidden_size\) = \(4, 4\).*got \(4, 3\)\.",
    ),
    "bias": (
        changed(b_f=ONES[:2, 0]),
        {},
        ValueError,
        r"b_f of .* must be \(hidden_size,\) = \(4,\), .*; got \(2,\)\.",
    ),
    "layer does not fit": (
        changed(1, **{f"W_i{gate}": ONES for gate in GATES}),
        {},
        ValueError,
        r"W_i. of cells\[1\] \(layer 1, forward\) must be \(hidden_size, hidden_size\) = \(4, 4\)",
    ),
    "layer does not fit on both": (
        random_cells(4)[:1] + random_cells(4)[:1] + random_cells(4)[1:3],
        {"bidirectional": True},
        ValueError,
        r"W_i. of cells\[2\] \(layer 1, forward\) must be \(hidden_size, num_directions \* "
        r"hidden_size\) = \(4, 8\), .*; got \(4, 4\)\.",
    ),
    "layer does not fit on a projection": (
        changed(1, random_cells(2, proj=2), **{f"W_i{gate}": ONES for gate in GATES}),
        {},
        ValueError,
        r"W_i. of cells\[1\] .* must be \(hidden_size, proj_size\) = \(4, 2\)",
    ),
    "projection": (
        changed(1, random_cells(2, proj=2), W_hr=ONES.T),
        {},
        ValueError,
        r"W_hr of cells\[1\] .* must be \(proj_size, hidden_size\) = \(2, 4\), .*; got \(3, 4\)\.",
    ),
    "projection to none": (
        changed(0, random_cells(1, proj=2), W_hr=ONES.T[:0]),
        {},
        ValueError,
        r"W_hr of cells\[0\] must be \(proj_size, hidden_size\), each at least 1; got \(0, 4\)\.",
    ),
    "projection too large": (
        changed(0, random_cells(1, proj=2), W_hr=torch.ones(4, 4).double()),
        {},
        ValueError,
        r"proj_size must be smaller than hidden_size=4, got 4\.",
    ),
    "option": (
        random_cells(),
        {"batch_first": 1},
        TypeError,
        r"batch_first must be True or False, got 1\.",
    ),
    "direction": (
        random_cells(2),
        {"bidirectional": 1},
        TypeError,
        r"bidirectional must be True or False, got 1\.",
    ),
}


@pytest.mark.parametrize(("cells", "options", "kind", "words"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_is_refused_in_words(cells, options, kind, words):
    with pytest.raises(kind, match=words) as refused:
        lstm_from_gates(cells, **options)

    assert type(refused.value) is kind


class Doubled(nn.LSTM):
    def forward(self, x, hx=None):
        return super().forward(2 * x, hx)


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (nn.GRU(3, 4), r"module must be a torch\.nn\.LSTM or LSTMCell, got GRU\."),
        ({}, r"module must be a torch\.nn\.LSTM or LSTMCell, got dict\."),
        (Doubled(3, 4), "has a forward of its own"),
    ],
    ids=["GRU", "dict", "forward of its own"],
)
def test_what_is_no_lstm_is_not_taken_apart(module, words):
    with pytest.raises(TypeError, match=words):
        lstm_to_gates(module)
