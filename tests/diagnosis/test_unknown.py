"""Mistakes outside of the catalogue are said to be unknown, and where they begin is found."""

import numpy as np
import pytest
import torch
from torch import nn

import rnnviz
from tests.diagnosis.planted.net import Net

STEPS, BATCH, SIZE, UNITS = 5, 3, 4, 6


class Leaky(Net):
    """A tenth of the new state, nine of the old."""

    def step(self, x, state, weights):
        new = super().step(x, state, weights)
        return tuple(0.9 * old + 0.1 * one for old, one in zip(state, new, strict=True))


class Normed(Net):
    """The pre-activation is brought to mean 0 and spread 1."""

    def of_x(self, x, weights):
        return {
            k: nn.functional.layer_norm(a, (UNITS,)) for k, a in super().of_x(x, weights).items()
        }


class Clipped(Net):
    """The states are kept within a half."""

    def step(self, x, state, weights):
        return tuple(one.clamp(-0.5, 0.5) for one in super().step(x, state, weights))


class HalfInput(Net):
    def times_ih(self, x, w_ih):
        return super().times_ih(x / 2, w_ih)


class DeadUnit(Net):
    """Unit 2 of the forward direction is stuck at zero from t = 2 on."""

    def scan(self, x, layer, direction):
        self.step_count, self.forward = 0, direction == 0
        super().scan(x, layer, direction)

    def step(self, x, state, weights):
        new = super().step(x, state, weights)
        dead = self.forward and self.step_count >= 2
        self.step_count += 1
        keep = torch.ones(UNITS)
        keep[2] = 0.0 if dead else 1.0
        return (new[0] * keep, *new[1:])


class EverySecond(Net):
    """Every second step is left out: the state stands."""

    def hold_in_padding(self, new, old, t):
        return old if t % 2 else new


class Zoneout(Net):
    """The first half of the units takes every step, the others every second one."""

    def hold_in_padding(self, new, old, t):
        if t % 2 == 0:
            return new
        half = UNITS // 2
        return tuple(
            torch.cat([a[:, :half], b[:, half:]], -1) for a, b in zip(new, old, strict=True)
        )


class Quantised(Net):
    """W_hh with one digit after the point."""

    def times_hh(self, h, w_hh):
        return super().times_hh(h, (w_hh * 10).round() / 10)


class Residual(Net):
    """Layers above the first add what they read."""

    def halves(self, layer):
        found = super().halves(layer)
        if layer == 0:
            return found
        return [one + below for one, below in zip(found, self.halves(layer - 1), strict=True)]


class Drift(Net):
    """The output grows with t."""

    def output(self):
        return super().output() + 0.01 * torch.arange(self.seq_len)[:, None, None]


# The kind of net, its layers, and the place of the first wrong number: layer, direction, t.
INVENTED = [
    (Leaky, "RNN", 1, (0, "forward", 0)),
    (Normed, "LSTM", 1, (0, "forward", 0)),
    (Clipped, "GRU", 1, (0, "forward", 0)),
    (HalfInput, "RNN", 1, (0, "forward", 0)),
    (DeadUnit, "RNN", 1, (0, "forward", 2)),
    (EverySecond, "RNN", 1, (0, "forward", 1)),
    (Zoneout, "GRU", 1, (0, "forward", 1)),
    (Quantised, "RNN", 1, (0, "forward", 0)),
    (Residual, "RNN", 2, (1, "forward", 0)),
    (Drift, "GRU", 1, (0, "forward", 1)),
]


@pytest.mark.parametrize(
    ("net", "kind", "layers", "place"), INVENTED, ids=[row[0].__name__ for row in INVENTED]
)
def test_invented_mistake_is_unknown_and_placed(net, kind, layers, place):
    torch.manual_seed(0)
    module = getattr(nn, kind)(SIZE, UNITS, layers, bidirectional=True)
    x, rows = torch.randn(STEPS, BATCH, SIZE) * 2, 2 * layers
    states = [torch.randn(rows, BATCH, UNITS) * 2 for _ in range(2)]
    hx = tuple(states) if kind == "LSTM" else states[0]
    wrong, right = net(module), Net(module)
    given = dict(zip(("output", "h_n", "c_n"), wrong(x, hx), strict=False))
    expected = right(x, hx)[0]
    found = rnnviz.diagnose(
        module,
        x,
        hx,
        **{name: np.round(value.double().numpy(), 4) for name, value in given.items()},
    )

    assert found.verdict == "none known"
    assert found.matches == ()
    first = found.first_difference
    assert (first.layer, first.direction, first.t) == place
    if layers == 1:
        column = first.unit + UNITS * (first.direction == "reverse")
        wanted = expected[first.t, first.sample, column].item()
        assert first.expected == pytest.approx(wanted, abs=1e-5)
    if net is DeadUnit:
        assert first.unit == 2
