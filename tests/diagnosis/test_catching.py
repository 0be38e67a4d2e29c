"""The tests that the bug lab writes: they pass with torch's own net and fail with the mistake."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnviz.diagnosis.catalogue import CATALOGUE, mistake
from rnnviz.diagnosis.catching import catching_test
from tests.diagnosis.planted import PLANTED, planted

CASES = [
    (one.id, kind)
    for one in CATALOGUE
    for kind in one.kinds
    if one.id in PLANTED and one.code != "P2"
]


def ran(code, mine):
    """Runs a test as pytest would, with `mine` as the net under test."""
    names = {
        "torch": torch,
        "nn": nn,
        "pack_padded_sequence": pack_padded_sequence,
        "pad_packed_sequence": pad_packed_sequence,
        "mine": mine,
    }
    exec(code, names)
    (test,) = [value for name, value in names.items() if name.startswith("test_")]
    test()


class Mine:
    """torch's net, or one with a mistake, called as the written tests call it."""

    def __init__(self, kind, code, id=None):
        self.made = next(line for line in code.splitlines() if f"rnn = nn.{kind}" in line)
        self.id = id

    def __call__(self, state_dict, x, hx, lengths=None):
        names = {"nn": nn, "torch": torch}
        exec(self.made.strip(), names)
        net = names["rnn"]
        net.load_state_dict(state_dict)
        if self.id is None:
            given, first = x, net.batch_first
            if lengths is not None:
                given = pack_padded_sequence(x, lengths, first, enforce_sorted=False)
            output, finals = net(given, hx)
            if lengths is not None:
                output, _ = pad_packed_sequence(output, first)
            return output, finals
        output, *finals = planted(self.id, net, x, hx, lengths)
        return output, tuple(finals) if len(finals) == 2 else finals[0]


@pytest.mark.parametrize(("id", "kind"), CASES, ids=lambda value: value)
def test_written_test_fails_with_the_mistake_alone(id, kind):
    code = catching_test(mistake(id), kind)
    ran(code, Mine(kind, code))
    with pytest.raises(AssertionError):
        ran(code, Mine(kind, code, id))


@pytest.mark.parametrize("id", ["P1-dropout-after-last", "P4-dropout-in-eval", "F1-float32-inside"])
def test_what_one_call_cannot_show_has_a_test_of_its_own(id):
    code = catching_test(mistake(id), "RNN")
    if id.startswith("F1"):
        ran(code, lambda weights, x, _hx: double(weights)(x))
        with pytest.raises(AssertionError):
            ran(code, lambda weights, x, _hx: inside(weights)(x))
    else:
        compile(code, "test", "exec")
        assert "dropout" in code


def double(weights):
    net = nn.RNN(3, 5, dtype=torch.float64)
    net.load_state_dict(weights)
    return net


def inside(weights):
    net = nn.RNN(3, 5)
    net.load_state_dict({name: value.float() for name, value in weights.items()})
    return lambda x: tuple(part.double() for part in net(x.float()))


def test_gradients_that_are_cut_are_caught():
    code = catching_test(mistake("R1-detach-each-step"), "RNN")

    def right(weights, x, h_0):
        net = nn.RNN(3, 5)
        net.load_state_dict(weights)
        return net(x, h_0)

    def cut(weights, x, h_0):
        net = nn.RNN(3, 5)
        net.load_state_dict(weights)
        h, states = h_0, []
        for x_t in x:
            _, h = net(x_t[None], h.detach() if states else h)
            states.append(h[0])
        return torch.stack(states), h

    ran(code, right)
    with pytest.raises((AssertionError, RuntimeError)):
        ran(code, cut)


def test_what_torch_cannot_show_says_so():
    assert catching_test(mistake("G12-reset-after"), "GRU").startswith("# No test")
