"""When mistakes hide, as the catalogue says they do."""

import pytest
import torch
from torch import nn

from rnnviz.diagnosis.case import case_of
from rnnviz.diagnosis.catalogue import mistake
from rnnviz.diagnosis.hiding import conditions, cost
from rnnviz.diagnosis.replay import trace_of
from rnnviz.engine.varied import run_varied
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
