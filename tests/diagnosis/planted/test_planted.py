"""The planted mistakes are planted in a net that is right, and every one of them shows."""

import itertools

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from tests.diagnosis.planted import PLANTED, applies, planted
from tests.diagnosis.planted.net import Net

SEQ_LEN, BATCH, INPUT_SIZE, HIDDEN_SIZE = 5, 3, 4, 6
LENGTHS = [2, 4, 3]
KINDS = ["RNN", "relu", "LSTM", "GRU"]


def build(kind, input_size=INPUT_SIZE, **options):
    """A module in float64 with a random input and h_0 (c_0)."""
    torch.manual_seed(0)
    if kind == "relu":
        kind, options = "RNN", {"nonlinearity": "relu", **options}
    module = getattr(nn, kind)(input_size, HIDDEN_SIZE, **options).double()
    rows = module.num_layers * (1 + module.bidirectional)
    states = torch.randn(2, rows, BATCH, HIDDEN_SIZE).double()
    input = torch.randn(SEQ_LEN, BATCH, input_size).double()
    hx = tuple(states) if kind == "LSTM" else states[0]
    return module, input.transpose(0, 1) if module.batch_first else input, hx


def flat(output, states):
    return (output, *states) if isinstance(states, tuple) else (output, states)


@torch.no_grad()
def by_torch(module, input, hx=None, lengths=None):
    if lengths is None:
        return flat(*module(input, hx))
    first, length = module.batch_first, input.shape[int(module.batch_first)]
    packed = pack_padded_sequence(input, lengths, batch_first=first, enforce_sorted=False)
    output, states = module(packed, hx)
    return flat(pad_packed_sequence(output, first, total_length=length)[0], states)


def differs(ours, right):
    """Whether a shape differs, or a number by more than 1e-3."""
    return any(
        a.shape != b.shape or (a - b).abs().max() > 1e-3 for a, b in zip(ours, right, strict=True)
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("num_layers", [1, 2, 3])
@pytest.mark.parametrize("bidirectional", [False, True], ids=["one-way", "both-ways"])
def test_net_is_right(kind, num_layers, bidirectional):
    """The net without a mistake gives what torch.nn gives, padded or not, with h_0 or without."""
    for bias, batch_first in itertools.product([True, False], repeat=2):
        options = {"bias": bias, "batch_first": batch_first, "bidirectional": bidirectional}
        module, input, hx = build(kind, num_layers=num_layers, **options)
        for lengths, given in itertools.product([None, LENGTHS, [5, 1, 5]], [hx, None]):
            ours = Net(module, lengths)(input, given)

            right = by_torch(module, input, given, lengths)
            torch.testing.assert_close(ours, right, rtol=0, atol=1e-12)


# What each mistake is tried on: sizes and options, whether h_0 is given, and lengths.
BOTH_WAYS = {"num_layers": 2, "bidirectional": True}
SETTINGS = {
    "both-ways": (BOTH_WAYS, True, None),
    "one-way": ({"num_layers": 2}, True, None),
    "one-layer": ({"bidirectional": True}, True, None),
    "3-layers": ({**BOTH_WAYS, "num_layers": 3}, True, None),
    "wide-x": ({**BOTH_WAYS, "input_size": 2 * HIDDEN_SIZE}, True, None),
    "batch-first": ({**BOTH_WAYS, "batch_first": True}, True, None),
    "no-bias": ({**BOTH_WAYS, "bias": False}, True, None),
    "no-h_0": (BOTH_WAYS, False, None),
    "padded": (BOTH_WAYS, True, LENGTHS),
}


def tried(id, kind, setting):
    """Whether the mistake applies in the setting, and then the mistaken and the right results."""
    options, h_0_given, lengths = SETTINGS[setting]
    module, input, hx = build(kind, **options)
    if not applies(id, module, h_0_given=h_0_given, lengths=lengths):
        return None
    hx = hx if h_0_given else None
    return planted(id, module, input, hx, lengths), by_torch(module, input, hx, lengths)


@pytest.mark.parametrize("id", [id for id in PLANTED if id != "P2-dropout-none"])
def test_every_mistake_shows(id):
    """It applies somewhere, and wherever it does, numbers or shapes differ from torch's."""
    results = [tried(id, kind, setting) for kind in KINDS for setting in SETTINGS]
    results = [result for result in results if result is not None]

    assert results
    assert all(differs(ours, right) for ours, right in results)


def test_dropout_ignored_in_training_is_what_eval_gives():
    """P2 is told from the right net by training mode only, where torch's own numbers are random."""
    module, input, hx = build("GRU", **BOTH_WAYS, dropout=0.5)
    ours = planted("P2-dropout-none", module, input, hx)

    assert applies("P2-dropout-none", module)
    assert differs(ours, by_torch(module, input, hx))
    assert not applies("P2-dropout-none", module.eval())
    torch.testing.assert_close(ours, by_torch(module, input, hx), rtol=0, atol=1e-12)
