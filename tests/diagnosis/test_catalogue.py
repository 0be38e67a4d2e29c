"""Every mistake of the catalogue as the engine makes it, against the same made in plain loops."""

import random

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from rnnviz.diagnosis.case import case_of
from rnnviz.diagnosis.catalogue import CATALOGUE, mistake
from rnnviz.diagnosis.search import applicable
from rnnviz.engine.varied import run_varied
from tests.diagnosis.planted import PLANTED, applies, planted

# Seeds of random nets, each of every kind.
SEEDS = range(8)

# What the plain loops leave open: where a shorter sample's first step is in reverse.
OTHER_WITH_LENGTHS = {"L9-cell-not-carried"}


class Drawn:
    """A random net with its call, in float64."""

    def __init__(self, kind, seed):
        draw = random.Random(seed)
        torch.manual_seed(seed)
        layers, self.both = draw.choice([1, 2, 3]), draw.random() < 0.7
        hidden, first = draw.choice([3, 4, 6]), draw.random() < 0.5
        size = draw.choice([2, 5, hidden, 2 * hidden])
        seq_len, batch = draw.choice([1, 3, 4, 5]), draw.choice([2, 3, 4])
        options = {"nonlinearity": draw.choice(["tanh", "relu"])} if kind == "RNN" else {}
        options |= {"bias": draw.random() < 0.85, "batch_first": first, "dtype": torch.float64}
        self.net = getattr(nn, kind)(size, hidden, layers, bidirectional=self.both, **options)
        shape = (batch, seq_len, size) if first else (seq_len, batch, size)
        self.x = self.input = torch.randn(shape, dtype=torch.float64)
        rows = layers * (1 + self.both)
        states = [torch.randn(rows, batch, hidden, dtype=torch.float64) for _ in range(2)]
        self.given = draw.random() < 0.8
        self.hx = (tuple(states) if kind == "LSTM" else states[0]) if self.given else None
        self.lengths = None
        if seq_len > 1 and draw.random() < 0.4:
            self._pad(draw, seq_len, batch)

    def _pad(self, draw, seq_len, batch):
        self.lengths = [draw.randint(1, seq_len) for _ in range(batch)]
        self.lengths[draw.randrange(batch)] = seq_len
        real = torch.arange(seq_len) < torch.tensor(self.lengths)[:, None]  # (batch, seq_len)
        first = self.net.batch_first
        self.x = self.x * (real if first else real.T)[..., None]
        self.input = pack_padded_sequence(self.x, self.lengths, first, enforce_sorted=False)


def distance(one, other):
    """max |difference| over all results; infinite where shapes differ or one has no number."""
    worst = 0.0
    for a, b in zip((part for part in one if part is not None), other, strict=True):
        if a.shape != b.shape:
            return float("inf")
        # NaN is larger than nothing: max() would pass over it.
        worst = max(worst, (a - b).abs().nan_to_num(float("inf")).max().item())
    return worst


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("seed", SEEDS)
def test_every_mistake_gives_what_it_gives_in_plain_loops(kind, seed):
    drawn = Drawn(kind, seed)
    case = case_of(drawn.net, drawn.input, drawn.hx)
    forms = {}
    for one in applicable(case):
        forms.setdefault(one.id, []).append(run_varied(case, one.changes).returned)
    known = {
        id for id in PLANTED if applies(id, drawn.net, h_0_given=drawn.given, lengths=drawn.lengths)
    }
    if drawn.lengths:
        known -= OTHER_WITH_LENGTHS
    compared = known & forms.keys()
    expected = {id: planted(id, drawn.net, drawn.x, drawn.hx, drawn.lengths) for id in compared}
    # One of the forms of a mistake is that of the plain loops.
    off = {id: min(distance(form, expected[id]) for form in forms[id]) for id in compared}

    assert {id: worst for id, worst in off.items() if worst > 1e-12} == {}
    assert len(compared) >= 20
    of_one_length = {"H14-state-leaks-over-batch", "T4-last-step-missing"}
    assert known - forms.keys() <= (of_one_length if drawn.lengths else set())


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("seed", SEEDS)
def test_run_without_changes_is_what_torch_gives(kind, seed):
    drawn = Drawn(kind, seed)
    returned = run_varied(case_of(drawn.net, drawn.input, drawn.hx)).returned
    with torch.no_grad():
        output, finals = drawn.net(drawn.input, drawn.hx)
    if drawn.lengths:
        output, _ = nn.utils.rnn.pad_packed_sequence(output, drawn.net.batch_first)
    expected = (output, *finals) if kind == "LSTM" else (output, finals)
    assert distance(returned, expected) <= 1e-12


def test_catalogue_names_every_mistake_once_or_in_two_forms():
    ids = [one.id for one in CATALOGUE]
    assert {id for id in ids if ids.count(id) > 1} == {
        "N1-hn-direction-major",
        "N2-hn-layers-reversed",
        "N3-hn-last-layer-only",
        "N4-hn-batch-first",
        "D9-interleaved",
        "H3-h0-ignored",
    }
    assert PLANTED.keys() <= set(ids)
    assert all(one.sentence.endswith(".") and one.wrong != one.right for one in CATALOGUE)
    assert mistake("H6-h0-slice-i").code == "H6"
    with pytest.raises(KeyError, match="no mistake 'H66'"):
        mistake("H66")
