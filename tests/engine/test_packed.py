"""Packed sequences of different lengths: against torch, and against each sequence by itself."""

from itertools import product

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pack_sequence

import rnnviz
from tests.engine.test_forward import assert_equal, make

KINDS = {
    "tanh": {},
    "relu": {"nonlinearity": "relu"},
    "GRU": {"kind": "GRU"},
    "LSTM": {"kind": "LSTM"},
    "LSTM projected": {"kind": "LSTM", "proj_size": 2},
}
LENGTHS = {
    "unsorted": (2, 5, 1, 5, 3),
    "sorted": (5, 4, 4, 1),
    "equal": (3, 3),
    "one": (4,),
    "one step": (1, 1, 1),
}


def make_packed(lengths, dtype=torch.float64, **options):
    """A net, its sequences and their random states, in the samples' own order."""
    net, x, hx = make(dtype, (max(lengths), len(lengths), 3, 4), **options)
    if net.batch_first:
        x = x.transpose(0, 1)
    return net, [x[:length, k] for k, length in enumerate(lengths)], hx


def states_of(hx):
    return hx if isinstance(hx, tuple) else (hx,)


@pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS.keys())
@pytest.mark.parametrize("bidirectional", [False, True], ids=["one-way", "both-ways"])
@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS.keys())
def test_a_packed_run_gives_what_torch_gives(options, bidirectional, lengths):
    sorted_ones = list(lengths) == sorted(lengths, reverse=True)
    orders = [False, True] if sorted_ones else [False]
    cases = product([1, 2, 3], [True, False], [True, False], [True, False], orders)
    for num_layers, bias, batch_first, given, enforce_sorted in cases:
        net, sequences, states = make_packed(
            lengths,
            num_layers=num_layers,
            bias=bias,
            batch_first=batch_first,
            bidirectional=bidirectional,
            scale=0.4,
            **options,
        )
        packed = pack_sequence(sequences, enforce_sorted=enforce_sorted)
        hx = (states,) if given else ()
        trace = rnnviz.trace(net, packed, *hx)
        output, finals = net(packed, *hx)
        finals = states_of(finals)

        assert type(trace.output) is PackedSequence
        assert trace.lengths == lengths
        assert_equal(trace.output.data, output.data.detach())
        for ours, theirs in zip(trace.output[1:], output[1:], strict=True):
            assert ours is theirs is None or torch.equal(ours, theirs)
        assert_equal(trace.h_n, finals[0].detach())
        if len(finals) == 2:
            assert_equal(trace.c_n, finals[1].detach())


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS.keys())
def test_each_sample_is_what_its_sequence_gives_alone(options, dtype):
    """In every field of every cell; what lies past a length is NaN in all of them."""
    lengths = LENGTHS["unsorted"]
    net, sequences, hx = make_packed(
        lengths, dtype, num_layers=2, bidirectional=True, scale=0.35, **options
    )
    trace = rnnviz.trace(net, pack_sequence(sequences, enforce_sorted=False), hx)
    atol = {torch.float64: 1e-12, torch.float32: 1e-5, torch.bfloat16: 5e-2}[dtype]
    for k, (sequence, length) in enumerate(zip(sequences, lengths, strict=True)):
        states = [state[:, k : k + 1] for state in states_of(hx)]
        alone = rnnviz.trace(
            net, sequence[:, None], tuple(states) if len(states) == 2 else states[0]
        )
        for cell, own in zip(trace.cells, alone.cells, strict=True):
            for (name, array), (same, expected) in zip(cell.arrays(), own.arrays(), strict=True):
                assert name == same
                if name in ("h_0", "c_0"):
                    torch.testing.assert_close(array[k], expected[0])
                elif array.dim() == 3:
                    ours = array[:length, k]
                    torch.testing.assert_close(ours, expected[:, 0], rtol=0, atol=atol)
                    assert array[length:, k].isnan().all(), name
            torch.testing.assert_close(cell.h_last[k], own.h_last[0], rtol=0, atol=atol)


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS.keys())
@pytest.mark.parametrize("bidirectional", [False, True], ids=["one-way", "both-ways"])
def test_the_size_of_a_packed_record_is_known_before(bidirectional, options):
    for num_layers, enforce_sorted in product([1, 3], [True, False]):
        net, sequences, hx = make_packed(
            LENGTHS["sorted"], num_layers=num_layers, bidirectional=bidirectional, **options
        )
        packed = pack_sequence(sequences, enforce_sorted=enforce_sorted)
        size = rnnviz.trace(net, packed, hx).nbytes

        assert rnnviz.trace(net, packed, hx, max_bytes=size).nbytes == size
        with pytest.raises(ValueError, match=f"{size:,} bytes"):
            rnnviz.trace(net, packed, hx, max_bytes=size - 1)


def test_padding_is_counted_before_it_is_made():
    """A million samples of one step and one of a million steps would be padded to 4 TB."""
    net = nn.RNN(1, 1)
    sizes = torch.ones(10**6, dtype=torch.int64)
    sizes[0] = 10**6
    packed = PackedSequence(torch.zeros(2 * 10**6 - 1, 1), sizes)

    with pytest.raises(ValueError, match="lower seq_len=1000000, batch=1000000"):
        rnnviz.trace(net, packed)


def test_a_packed_record_shares_nothing_with_its_input():
    net, sequences, hx = make_packed(LENGTHS["unsorted"], num_layers=2)
    packed = pack_sequence(sequences, enforce_sorted=False)
    before = [part.clone() for part in packed]
    trace = rnnviz.trace(net, packed, hx)
    assert all(torch.equal(a, b) for a, b in zip(packed, before, strict=True))
    for part in packed:
        part.zero_()

    assert torch.equal(trace.output.batch_sizes, before[1])
    assert torch.equal(trace.output.unsorted_indices, before[3])


def test_gradients_of_packed_input_are_left_alone():
    net, sequences, hx = make_packed(LENGTHS["unsorted"], kind="GRU")
    packed = pack_sequence([s.requires_grad_() for s in sequences], enforce_sorted=False)

    assert not rnnviz.trace(net, packed, hx).output.data.requires_grad


NET = nn.GRU(3, 4)
ORDER = torch.tensor([1, 0, 2])
DATA = torch.zeros(5, 3)
SIZES = torch.tensor([3, 2])
MALFORMED = {
    "too few rows": (PackedSequence(DATA[:4], SIZES), "as many rows as batch_sizes.*5; got 4"),
    "too many rows": (PackedSequence(torch.zeros(6, 3), SIZES), "sum up to, 5; got 6"),
    "increasing": (PackedSequence(DATA, torch.tensor([2, 3])), r"never increase.*got \[2, 3\]"),
    "zero": (PackedSequence(DATA, torch.tensor([5, 0])), r"at least 1, got \[5, 0\]"),
    "none": (PackedSequence(DATA[:0], SIZES[:0]), "a number for each timestep"),
    "fractions": (PackedSequence(DATA, SIZES.double()), "vector of int64.*torch.float64"),
    "no order": (PackedSequence(DATA, SIZES, torch.tensor([1, 1, 2])), "an order of its 3 samples"),
    "too short": (PackedSequence(DATA, SIZES, ORDER[:2]), "an order of its 3 samples"),
    "no inverse": (PackedSequence(DATA, SIZES, ORDER, torch.tensor([0, 1, 2])), "the inverse"),
}


@pytest.mark.parametrize(("packed", "words"), MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_packed_sequences_are_refused(packed, words):
    with pytest.raises(ValueError, match=words):
        rnnviz.trace(NET, packed)


@pytest.mark.parametrize(
    ("packed", "hx", "error", "words"),
    [
        (PackedSequence(torch.zeros(5, 7), SIZES), None, RuntimeError, r"input_size=3 last.*5, 7"),
        (PackedSequence(DATA.double(), SIZES), None, ValueError, "dtype, torch.float32"),
        (
            PackedSequence(DATA, SIZES),
            torch.zeros(1, 2, 4),
            RuntimeError,
            r"hx must be \(1, 3, 4\)",
        ),
        (PackedSequence(DATA.to("meta"), SIZES), None, RuntimeError, "device, cpu, got meta"),
    ],
    ids=["size", "dtype", "hx", "device"],
)
def test_packed_input_that_does_not_fit_is_refused(packed, hx, error, words):
    with pytest.raises(error, match=words):
        rnnviz.trace(NET, packed, hx)


def test_what_stands_in_the_padding_does_not_matter():
    net, _, hx = make_packed((2, 4, 3), kind="LSTM", bidirectional=True, num_layers=2)
    x = torch.randn(4, 3, 3, dtype=torch.float64)
    lengths = torch.tensor([2, 4, 3])
    packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
    filled = torch.where(torch.arange(4)[:, None, None] < lengths[:, None], x, 1e300)
    same = pack_padded_sequence(filled, lengths, enforce_sorted=False)

    assert torch.equal(
        rnnviz.trace(net, packed, hx).output.data, rnnviz.trace(net, same, hx).output.data
    )
