"""Updates with a change, against the same update written out in plain torch."""

import pytest
import torch
from torch import nn

from rnnviz.diagnosis.case import case_of
from rnnviz.engine.steps import AS_TORCH, Steps
from rnnviz.engine.varied import Changes, run_varied

KEPT = {
    "LSTM": Steps(cell=lambda row: row.f * row.c_before + row.i * row.g),
    "GRU": Steps(candidate=lambda row: row.x_n + row.r * (row.wh_n + row.b_hn)),
    "RNN": Steps(hidden=lambda row: row.act(row.x_part + row.h_part)),
}


def made(kind, **options):
    torch.manual_seed(0)
    net = getattr(nn, kind)(3, 5, dtype=torch.float64, **options)
    state = 2 if options.get("proj_size") else 5
    h_0, c_0 = (torch.randn(1, 2, size, dtype=torch.float64) for size in (state, 5))
    hx = (h_0, c_0) if kind == "LSTM" else h_0
    return net, torch.randn(4, 2, 3, dtype=torch.float64), hx


@pytest.mark.parametrize(
    ("kind", "options"),
    [(kind, {"bias": bias}) for kind in KEPT for bias in (True, False)]
    + [("LSTM", {"proj_size": 2})],
    ids=str,
)
def test_a_change_to_what_torch_does_changes_nothing(kind, options):
    """What a change is handed is enough to write torch's own update, projected or not."""
    net, x, hx = made(kind, **options)
    found = run_varied(case_of(net, x, hx), Changes(steps=KEPT[kind])).returned
    with torch.no_grad():
        output, finals = net(x, hx)

    expected = (output, *finals) if kind == "LSTM" else (output, finals, None)
    for got, wanted in zip(found, expected, strict=True):
        torch.testing.assert_close(got, wanted, rtol=0, atol=1e-12)


def test_a_changed_cell_state_goes_through_the_activation_the_net_has():
    """Not through tanh where another mistake put relu in its place."""
    net, x, (h_0, c_0) = made("LSTM")
    case = case_of(net, x, (h_0, c_0))
    case = case._replace(activations=(("sigmoid", "sigmoid", "tanh", "sigmoid", "relu"),))
    steps = Steps(cell=lambda row: row.c_before + row.i * row.g)
    found = run_varied(case, Changes(steps=steps)).returned
    h, c, states = h_0[0], c_0[0], []
    for x_t in x:
        a = x_t @ net.weight_ih_l0.T + net.bias_ih_l0 + h @ net.weight_hh_l0.T + net.bias_hh_l0
        i, _, g, o = a.detach().chunk(4, -1)
        c = c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * torch.relu(c)
        states.append(h)

    torch.testing.assert_close(found.output, torch.stack(states))
    torch.testing.assert_close(found.c_n[0], c)


def test_merged_steps_do_what_each_does_unless_both_do_one_thing():
    one, two = Steps(cell=lambda row: row.c), Steps(hidden=lambda row: row.o)
    assert one.merged(two) == two.merged(one) == Steps(cell=one.cell, hidden=two.hidden)
    assert one.merged(AS_TORCH) == AS_TORCH.merged(one) == one
    assert one.merged(Steps(cell=lambda row: row.c * 2)) is None
    both = Steps(cell=one.cell, hidden=two.hidden)
    assert both.merged(two) is None
