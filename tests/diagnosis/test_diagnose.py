"""Numbers with a planted mistake, and what `diagnose` finds in them."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

import rnnviz
from rnnviz.diagnosis.case import case_of
from rnnviz.diagnosis.search import applicable
from rnnviz.engine.varied import run_varied
from rnnviz.inputs import read_numbers
from tests.diagnosis.planted import planted

STEPS, BATCH, SIZE, UNITS = 5, 3, 4, 6


def made(kind="RNN", layers=2, both=True, seed=0, **options):
    """(module, input, hx) with random states."""
    torch.manual_seed(seed)
    net = getattr(nn, kind)(SIZE, UNITS, layers, bidirectional=both, **options)
    rows = layers * (1 + both)
    states = [torch.randn(rows, BATCH, UNITS) for _ in range(2)]
    x = torch.randn(STEPS, BATCH, SIZE)
    x = x.transpose(0, 1) if net.batch_first else x
    return net, x, tuple(states) if kind == "LSTM" else states[0]


def rounded(results, decimals=4):
    """The results as `print` shows them, by the names that `diagnose` takes."""
    shown = [np.round(result.detach().double().numpy(), decimals) for result in results]
    return dict(zip(("output", "h_n", "c_n"), shown, strict=False))


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("both", [False, True], ids=["one-way", "both-ways"])
def test_every_mistake_that_shows_is_named(kind, both):
    """What each mistake gives, with four digits, is named, alone or with those that give it too."""
    net, x, hx = made(kind, both=both)
    case = case_of(net, x, hx)
    right = run_varied(case).returned
    wrong, count = [], 0
    for one in applicable(case):
        given = [part for part in run_varied(case, one.changes).returned if part is not None]
        alike = [a.shape == b.shape for a, b in zip(given, right, strict=False)]
        if (
            all(alike)
            and max((a - b).abs().max() for a, b in zip(given, right, strict=False)) < 1e-3
        ):
            continue
        count += 1
        found = rnnviz.diagnose(net, x, hx, **rounded(given))
        ids = [match.id for match in found.matches]
        if found.verdict not in ("one mistake", "ambiguous") or one.id not in ids:
            wrong.append((one.id, found.verdict, ids))

    assert wrong == []
    assert count >= {"RNN": 20, "LSTM": 55, "GRU": 35}[kind]


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("decimals", [2, 4, 7])
def test_right_numbers_are_equal(kind, decimals):
    net, x, hx = made(kind, 3)
    output, finals = net(x, hx)
    results = (output, *finals) if kind == "LSTM" else (output, finals)
    found = rnnviz.diagnose(net, x, hx, **rounded(results, decimals))

    assert found.verdict == "equal"
    assert not found.matches
    assert found.first_difference is None


def test_equal_numbers_name_what_they_would_not_show():
    """From zeros nobody sees which row of h_0 a layer starts from."""
    net, x, _ = made()
    found = rnnviz.diagnose(net, x, torch.zeros(4, BATCH, UNITS), **rounded(net(x)))

    assert found.verdict == "equal"
    assert not found.hidden  # These give the very same numbers, h_0 being zeros.
    output, _ = net(x)
    found = rnnviz.diagnose(net, x, output=output.detach())
    assert {"N1-hn-direction-major", "N2-hn-layers-reversed"} <= {m.id for m in found.hidden}


@pytest.mark.parametrize("seed", range(3))
def test_random_numbers_are_no_known_mistake(seed):
    net, x, hx = made("GRU", seed=seed)
    found = rnnviz.diagnose(
        net, x, hx, output=torch.rand(STEPS, BATCH, 12) - 0.5, h_n=torch.rand(4, BATCH, UNITS)
    )
    assert found.verdict == "none known"
    assert not found.matches
    assert found.tried > 1000


def test_slice_of_h_0_begins_in_layer_1_at_both_ends():
    net, x, h_0 = made(layers=3)
    found = rnnviz.diagnose(net, x, h_0, **rounded(planted("H6-h0-slice-i", net, x, h_0)))

    (match,) = found.matches
    assert (found.verdict, match.id) == ("one mistake", "H6-h0-slice-i")
    assert match.distance <= 5e-5 < 1e-2 < match.runner_up_distance
    assert "h_0[i:i + 2]" in match.wrong
    firsts = [(one.layer, one.direction, one.t) for one in found.first_differences]
    assert firsts == [(1, "forward", 0), (1, "reverse", STEPS - 1)]
    assert (found.pattern[:2] == 0).all() and (found.pattern[2:, [0, -1]].max(axis=1) > 0.01).all()


def test_first_difference_without_a_mistake_is_where_the_numbers_say():
    net, x, h_0 = made(layers=1)
    output, h_n = net(x, h_0)
    output = output.detach().clone()
    output[3, 1, UNITS + 2] += 0.01  # Of the reverse half: unit 2.
    output[4, 2, 1] += 0.01
    found = rnnviz.diagnose(net, x, h_0, output=output, h_n=h_n)

    assert found.verdict == "none known"
    places = [(d.layer, d.direction, d.t, d.unit, d.sample) for d in found.first_differences]
    assert places == [(0, "forward", 4, 1, 2), (0, "reverse", 3, 2, 1)]
    assert found.first_difference.got == pytest.approx(found.first_difference.expected + 0.01)


@pytest.mark.parametrize("known", ["some steps", "last step", "h_n", "output"])
def test_part_of_the_numbers_is_enough(known):
    net, x, hx = made("LSTM")
    output, h_n, _ = planted("L10-no-forget-gate", net, x, hx)
    some = torch.full_like(output, torch.nan)
    some[2:4] = output[2:4]
    last = torch.full_like(output, torch.nan)
    last[-1] = output[-1]
    given = {
        "some steps": {"output": some},
        "last step": {"output": last},
        "h_n": {"h_n": h_n},
        "output": {"output": output},
    }[known]
    given = {name: np.round(value.detach().double().numpy(), 4) for name, value in given.items()}
    found = rnnviz.diagnose(net, x, hx, **given)
    assert [match.id for match in found.matches] == ["L10-no-forget-gate"]


def test_one_number_names_no_mistake():
    net, x, hx = made("LSTM")
    output, _, _ = planted("L10-no-forget-gate", net, x, hx)
    one = torch.full_like(output, torch.nan)
    one[2, 0, 0] = output[2, 0, 0]
    found = rnnviz.diagnose(net, x, hx, output=np.round(one.detach().double().numpy(), 3))
    assert found.verdict in ("ambiguous", "equal")
    if found.verdict == "ambiguous":
        assert any("chance" in note or "apart" in note for note in found.notes)


def test_mistakes_that_h_0_would_tell_apart_are_ambiguous():
    net, x, _ = made()
    found = rnnviz.diagnose(net, x, **rounded(planted("H1-state-never-updated", net, x, None)))

    assert found.verdict == "ambiguous"
    ids = {match.id for match in found.matches}
    assert ids == {"H1-state-never-updated", "H2-state-zero-each-step"}
    assert any("random h_0 would tell" in note for note in found.notes)


@pytest.mark.parametrize(
    "pair",
    [("H6-h0-slice-i", "B1-no-bias-hh"), ("D7-concat-order", "N2-hn-layers-reversed")],
    ids="+".join,
)
def test_two_mistakes_at_once_are_found(pair):
    net, x, h_0 = made()
    case = case_of(net, x, h_0)
    one, two = (next(m for m in applicable(case) if m.id == id) for id in pair)
    given = run_varied(case, one.changes.then(two.changes)).returned
    found = rnnviz.diagnose(net, x, h_0, **rounded(given[:2]))

    assert found.verdict == "two mistakes"
    assert {m.id for m in found.matches[0].mistakes} == set(pair)
    assert " + " in found.matches[0].id


@pytest.mark.parametrize("first", [False, True], ids=["time-first", "batch-first"])
def test_padded_and_packed_numbers(first):
    net, x, h_0 = made(batch_first=first)
    lengths = [3, 5, 2]
    real = (torch.arange(STEPS) < torch.tensor(lengths)[:, None])[..., None]
    x = x * (real if first else real.transpose(0, 1))
    packed = pack_padded_sequence(x, lengths, first, enforce_sorted=False)
    found = rnnviz.diagnose(
        net, packed, h_0, **rounded(planted("K1-lengths-ignored", net, x, h_0, lengths))
    )
    assert [match.id for match in found.matches] == ["K1-lengths-ignored"]
    output, h_n = net(packed, h_0)
    assert rnnviz.diagnose(net, packed, h_0, output=output, h_n=h_n).verdict == "equal"


def test_float32_inside_a_float64_net():
    net, x, h_0 = made(dtype=torch.float64)
    x, h_0 = x.double(), h_0.double()
    output, h_n = net.float()(x.float(), h_0.float())
    net.double()
    found = rnnviz.diagnose(net, x, h_0, output=output.double(), h_n=h_n.double())
    assert [match.id for match in found.matches] == ["F1-float32-inside"]


def test_dropout_ignored_in_training():
    net, x, h_0 = made(dropout=0.5)
    given = rounded(net.eval()(x, h_0))
    net.train()
    assert [m.id for m in rnnviz.diagnose(net, x, h_0, **given).matches] == ["P2-dropout-none"]
    found = rnnviz.diagnose(net, x, h_0, **rounded(net(x, h_0)))
    assert found.verdict == "none known"
    assert "compare in eval mode" in found.notes[0]


def test_printed_numbers_are_diagnosed():
    """What print shows of a tensor too long for it, with "..." and four digits."""
    torch.manual_seed(3)
    net = nn.RNN(3, 4, 2)
    x, h_0 = torch.randn(400, 2, 3), torch.randn(2, 2, 4)
    output, h_n = planted("A5-separate-activations", net, x, h_0)
    shown, finals = read_numbers(f"{output.detach()}\n{h_n.detach()}")
    assert any(gap is not None for gap in shown.gaps)
    found = rnnviz.diagnose(net, x, h_0, output=shown, h_n=finals)
    assert [match.id for match in found.matches] == ["A5-separate-activations"]
    assert not np.isfinite(found.known["output"].values[200]).any()


def test_other_shape_is_said():
    net, x, h_0 = made()
    found = rnnviz.diagnose(net, x, h_0, output=np.random.default_rng(0).random((STEPS, BATCH, 7)))
    assert found.verdict == "none known"
    assert found.difference == float("inf")
    assert "output is (5, 3, 7), torch's is (5, 3, 12)" in found.notes[0]


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({}, ValueError, "output, h_n or c_n must be given; got none"),
        ({"c_n": torch.zeros(4, 3, 6)}, ValueError, "c_n must be None, as a RNN has none"),
        ({"output": torch.full((5, 3, 12), torch.nan)}, ValueError, "output must hold numbers"),
        ({"output": [[1.0], [1.0, 2.0]]}, TypeError, "output must be a tensor, an array or nested"),
        ({"h_n": "abc"}, TypeError, "h_n must"),
        ({"output": torch.zeros(2, dtype=torch.complex64)}, TypeError, "must hold real numbers"),
    ],
)
def test_wrong_arguments_are_named(given, error, words):
    net, x, h_0 = made()
    with pytest.raises(error, match=words):
        rnnviz.diagnose(net, x, h_0, **given)
    with pytest.raises(TypeError, match=r"module must be a torch\.nn\.RNN, LSTM or GRU"):
        rnnviz.diagnose(nn.Linear(2, 2), x, output=x)


def test_nothing_of_the_callers_is_written_to():
    net, x, hx = made("LSTM")
    before = [value.clone() for value in (x, *hx, *net.parameters())]
    output = torch.rand(STEPS, BATCH, 12)
    rnnviz.diagnose(net, x, hx, output=output)
    for old, new in zip(before, (x, *hx, *net.parameters()), strict=True):
        assert torch.equal(old, new)


def test_two_invented_mistakes_are_unknown():
    """Outside of the catalogue: a leaky state, and a noise that grows with t."""
    net, x, h_0 = made(layers=1, both=False)
    h, states = h_0[0], []
    for x_t in x:
        a = x_t @ net.weight_ih_l0.T + net.bias_ih_l0 + h @ net.weight_hh_l0.T + net.bias_hh_l0
        h = 0.9 * h + 0.1 * torch.tanh(a)
        states.append(h)
    found = rnnviz.diagnose(net, x, h_0[:1], output=torch.stack(states), h_n=h[None])
    assert (found.verdict, found.first_difference.t) == ("none known", 0)
    output, _ = net(x, h_0[:1])
    drift = 0.01 * torch.arange(STEPS)[:, None, None]
    found = rnnviz.diagnose(net, x, h_0[:1], output=output + drift)
    assert (found.verdict, found.first_difference.t) == ("none known", 1)


@pytest.mark.parametrize("batch", [1, 3])
def test_table_of_rows_is_taken_in_torchs_shape(batch):
    net, x, h_0 = made("GRU")
    x, h_0 = x[:, :batch], h_0[:, :batch].contiguous()
    output, h_n = planted("G3-update-swapped", net, x, h_0)
    found = rnnviz.diagnose(
        net, x, h_0, output=output.detach().reshape(-1, 12), h_n=h_n.detach().reshape(-1, UNITS)
    )
    assert [match.id for match in found.matches] == ["G3-update-swapped"]
    assert found.notes[0] == (
        f"output came as ({STEPS * batch}, 12) and is taken as ({STEPS}, {batch}, 12)."
    )


def test_right_numbers_in_another_layout_are_named():
    net, x, h_0 = made()
    output, h_n = (part.detach() for part in net(x, h_0))
    found = rnnviz.diagnose(net, x, h_0, output=output.transpose(0, 1), h_n=h_n)
    assert [match.id for match in found.matches] == ["T6-output-batch-first"]


def test_packed_numbers_of_no_known_mistake_are_unknown():
    """Some mistakes take away the lengths that others need: the two cannot be made at once."""
    net, x, h_0 = made()
    packed = pack_padded_sequence(x, [3, 5, 2], enforce_sorted=False)
    found = rnnviz.diagnose(net, packed, h_0, output=torch.rand(STEPS, BATCH, 12) - 0.5)
    assert found.verdict == "none known"
    assert found.tried > 1000


def test_first_wrong_update_is_counted_from_each_samples_own_end():
    net, x, h_0 = made(layers=1)
    packed = pack_padded_sequence(x, [5, 3, 5], enforce_sorted=False)
    output, _ = nn.utils.rnn.pad_packed_sequence(net(packed, h_0)[0])
    output = output.detach().clone()
    output[2, 0, UNITS] += 0.1  # Update 2 of sample 0, from its end at t = 4.
    output[2, 1, UNITS + 3] += 0.1  # Update 0 of sample 1.
    found = rnnviz.diagnose(net, packed, h_0, output=output)
    first = found.first_difference
    assert (first.direction, first.t, first.sample, first.unit) == ("reverse", 2, 1, 3)


def test_noise_below_float32_is_no_computation_in_float32():
    net, x, h_0 = made(dtype=torch.float64)
    x, h_0 = x.double(), h_0.double()
    output, _ = net(x, h_0)
    noise = 1e-8 * torch.randn(output.shape, dtype=torch.float64)
    assert rnnviz.diagnose(net, x, h_0, output=output.detach() + noise).verdict == "none known"


def test_lists_of_tensors_are_stacked_and_truth_values_refused():
    net, x, h_0 = made()
    output, _ = net(x, h_0)
    assert rnnviz.diagnose(net, x, h_0, output=list(output)).verdict == "equal"
    with pytest.raises(TypeError, match="output must hold real numbers"):
        rnnviz.diagnose(net, x, h_0, output=output > 0)


def test_a_search_keeps_no_cells_but_of_the_best():
    net, x, _ = made()
    found = rnnviz.diagnose(net, x, **rounded(planted("H1-state-never-updated", net, x, None)))
    assert [bool(match.run.ran) for match in found.matches] == [True, False]
