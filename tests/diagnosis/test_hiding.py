"""When mistakes hide, as the catalogue says they do."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from rnnviz.diagnosis.case import case_of
from rnnviz.diagnosis.catalogue import mistake
from rnnviz.diagnosis.hiding import Shown, conditions, cost
from rnnviz.diagnosis.mistake import Mistake
from rnnviz.diagnosis.replay import trace_of
from rnnviz.engine.varied import Changes, run_varied
from tests.diagnosis.planted import planted


def made(kind="RNN", layers=2, both=True):
    torch.manual_seed(0)
    net = getattr(nn, kind)(4, 6, layers, bidirectional=both)
    rows = layers * (1 + both)
    states = [torch.randn(rows, 3, 6) for _ in range(2)]
    return net, torch.randn(5, 3, 4), tuple(states) if kind == "LSTM" else states[0]


@pytest.mark.parametrize(
    ("id", "kind", "hidden", "seen"),
    [
        ("H6-h0-slice-i", "RNN", {"initial states zero"}, {"this net and input", "one timestep"}),
        ("B7-bias-swapped", "GRU", {"all biases zero"}, {"this net and input"}),
        ("D13-time-first-loop", "RNN", {"one timestep"}, {"initial states zero", "50 timesteps"}),
        ("H1-state-never-updated", "LSTM", {"one timestep"}, {"one sample"}),
        ("W1-hh-not-transposed", "GRU", set(), {"its first layer alone", "all biases zero"}),
    ],
)
def test_conditions_hide_what_they_should(id, kind, hidden, seen):
    found = {one.condition: one for one in conditions(case_of(*made(kind)), mistake(id))}
    assert {name for name, one in found.items() if one.hides} >= hidden
    assert all(not found[name].hides and found[name].differences for name in seen)


def test_a_mistake_about_layers_cannot_be_made_in_one():
    found = {one.condition: one for one in conditions(case_of(*made()), mistake("H6-h0-slice-i"))}
    assert found["its first layer alone"].differences is None
    assert not found["its first layer alone"].hides


def test_a_mistake_about_h_0_fades_with_time():
    """h_n of the last layer forgets where it began, while output is wrong at its first step."""
    net, x, h_0 = made()
    found = {
        one.condition: one for one in conditions(case_of(net, x, h_0), mistake("H6-h0-slice-i"))
    }
    late = found["50 timesteps"].differences
    assert late["h_n"] < 1e-4 < 0.1 < late["output"]


def test_cost_is_the_difference_to_torch():
    net, x, h_0 = made()
    output, h_n = net(x, h_0)
    wrong, wrong_h_n = planted("D7-concat-order", net, x, h_0)
    found = cost(case_of(net, x, h_0), mistake("D7-concat-order"))
    assert found["output"] == pytest.approx((wrong - output).abs().max().item(), abs=1e-6)
    assert found["h_n"] == pytest.approx((wrong_h_n - h_n).abs().max().item(), abs=1e-6)
    assert cost(case_of(net, x, h_0), mistake("D11-sum-directions"))["output"] == float("inf")


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_replay_without_a_mistake_is_the_trace(kind):
    import rnnviz

    net, x, hx = made(kind)
    expected, found = rnnviz.trace(net, x, hx), trace_of(run_varied(case_of(net, x, hx)))
    torch.testing.assert_close(found.output, expected.output)
    for cell, other in zip(found.cells, expected.cells, strict=True):
        assert (cell.layer, cell.direction) == (other.layer, other.direction)
        for (name, array), (_, wanted) in zip(cell.arrays(), other.arrays(), strict=True):
            torch.testing.assert_close(array, wanted, msg=name)


def test_replay_of_a_mistake_has_its_states():
    net, x, h_0 = made()
    case = case_of(net, x, h_0)
    found = trace_of(run_varied(case, mistake("D13-time-first-loop").changes))
    output, _ = planted("D13-time-first-loop", net, x, h_0)
    torch.testing.assert_close(found.output, output.detach())
    torch.testing.assert_close(torch.cat([c.h for c in found.cells[2:]], -1), output.detach())


def heard_of(case):
    """The case under each condition, by its words, as an invented mistake is given it."""
    heard = []
    spy = Mistake(
        id="Z1",
        group="Results",
        sentence="",
        wrong="",
        right="",
        changes=Changes(case=lambda case: heard.append(case) or case),
    )
    return dict(zip([one.condition for one in conditions(case, spy)], heard, strict=True))


def same(one, other):
    return torch.equal(one.h_0, other.h_0) and torch.equal(one.c_0, other.c_0)


def test_conditions_change_what_they_say_and_nothing_else():
    case = case_of(*made("LSTM"))
    found = heard_of(case)
    assert list(found) == [
        "this net and input",
        "initial states zero",
        "all biases zero",
        "one timestep",
        "50 timesteps",
        "one sample",
        "its first layer alone",
    ]
    assert found["this net and input"] is case
    zero = found["initial states zero"]
    assert not zero.h_0.any() and not zero.c_0.any() and zero.states_given
    for cell, given in zip(found["all biases zero"].weights, case.weights, strict=True):
        for name, value in cell.items():
            assert torch.equal(value, given[name] * (not name.startswith("bias")))
    assert torch.equal(found["one timestep"].x, case.x[:1])
    long = found["50 timesteps"].x
    assert long.shape == (50, 3, 4) and torch.equal(long[:5], case.x) and long[5:].std() > 0.5
    one = found["one sample"]
    assert torch.equal(one.x, case.x[:, :1])
    assert torch.equal(one.h_0, case.h_0[:, :1]) and torch.equal(one.c_0, case.c_0[:, :1])
    first = found["its first layer alone"]
    assert first.config.num_layers == 1 and len(first.weights) == len(first.activations) == 2
    assert torch.equal(first.h_0, case.h_0[:2]) and torch.equal(first.c_0, case.c_0[:2])
    for name in ("one timestep", "50 timesteps", "all biases zero"):
        assert same(found[name], case)


def test_conditions_that_hold_already_are_left_out():
    torch.manual_seed(0)
    case = case_of(nn.LSTM(4, 6, bias=False), torch.randn(50, 1, 4))
    found = heard_of(case)
    assert list(found) == ["this net and input", "initial states random", "one timestep"]
    drawn = found["initial states random"]
    assert drawn.states_given and drawn.h_0.std() > 0.5 and drawn.c_0.std() > 0.5


def test_samples_of_different_lengths_keep_their_timesteps():
    torch.manual_seed(0)
    net = nn.RNN(4, 6, 2, dropout=0.5).eval()
    packed = pack_padded_sequence(torch.randn(5, 3, 4), [2, 5, 3], enforce_sorted=False)
    found = heard_of(case_of(net, packed, torch.randn(2, 3, 6)))
    assert list(found) == [
        "this net and input",
        "initial states zero",
        "all biases zero",
        "its first layer alone",
    ]
    assert found["its first layer alone"].config.dropout == 0.0


@pytest.mark.parametrize(
    ("differences", "hides"),
    [
        ({"output": 4.9e-5, "h_n": 0.0}, True),
        ({"output": 5.1e-5, "h_n": 0.0}, False),
        ({"output": 0.0, "h_n": float("inf")}, False),
        (None, False),
    ],
)
def test_what_four_digits_do_not_show_hides(differences, hides):
    assert Shown("", differences).hides == hides


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("batched", [True, False], ids=["padded", "no batch"])
def test_replay_keeps_lengths_results_and_batch(kind, batched):
    import rnnviz

    net, x, hx = made(kind)
    if batched:
        x = pack_padded_sequence(x, [3, 5, 2], enforce_sorted=False)
    else:
        x, hx = x[:, 0], None
    expected, found = rnnviz.trace(net, x, hx), trace_of(run_varied(case_of(net, x, hx)))

    assert (found.batched, found.lengths) == (expected.batched, expected.lengths)
    torch.testing.assert_close(found.h_n, expected.h_n)
    assert (found.c_n is None) == (kind != "LSTM")
    if kind == "LSTM":
        torch.testing.assert_close(found.c_n, expected.c_n)
    for cell, other in zip(found.cells, expected.cells, strict=True):
        assert cell.lengths == other.lengths
        for (name, array), (_, wanted) in zip(cell.arrays(), other.arrays(), strict=True):
            torch.testing.assert_close(array, wanted, equal_nan=True, msg=name)


def test_replay_shows_states_where_the_mistake_put_them():
    """What was computed at t = 0 is handed on at the other end; its gates stay where they were."""
    net, x, h_0 = made()
    found = trace_of(run_varied(case_of(net, x, h_0), mistake("D1-no-flip-back").changes))
    output, _ = planted("D1-no-flip-back", net, x, h_0)
    torch.testing.assert_close(found.cells[3].h, output.detach()[..., 6:])
    torch.testing.assert_close(torch.tanh(found.cells[3].a), found.cells[3].h.flip(0))
