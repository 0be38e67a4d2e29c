"""What a stack refuses, each with one message that says what was expected and what came."""

import re

import pytest
import torch
from torch import nn

import rnnviz
from rnnviz.config import RNNConfig, StackConfig

TWICE = nn.RNNCell(4, 4)


def rnn(inputs=4, hidden=3, **options):
    return nn.RNNCell(inputs, hidden, **options)


def lstm_on_rnn(**options):
    return rnnviz.CellStack([rnn(), nn.LSTMCell(3, 2)], **options)


@pytest.mark.parametrize(
    ("cells", "reverse", "error", "message"),
    [
        ([], None, ValueError, "cells must be at least one, got none"),
        (
            [nn.RNN(4, 3)],
            None,
            TypeError,
            "must be torch.nn.RNNCell, LSTMCell or GRUCell, got RNN.",
        ),
        ([TWICE, TWICE], None, ValueError, "a cell must not stand twice"),
        (
            [rnn(), nn.GRUCell(4, 2)],
            None,
            ValueError,
            "layer 1 must read what layer 0 hands on, 3 numbers; got input_size=4.",
        ),
        (
            [rnn(), nn.GRUCell(3, 2)],
            [rnn(), nn.GRUCell(3, 2)],
            ValueError,
            "layer 1 must read what layer 0 hands on, 6 numbers; got input_size=3.",
        ),
        ([rnn()], [], ValueError, "reverse must hold 1 cells, as cells does; got 0."),
        (
            [rnn()],
            [nn.GRUCell(4, 3)],
            ValueError,
            "both cells of layer 0 must be alike: forward RNNCell(4, 3, bias=True, 'tanh'), "
            "reverse GRUCell(4, 3, bias=True).",
        ),
        ([rnn()], [rnn(nonlinearity="relu")], ValueError, "cells of layer 0 must be alike"),
        (
            [rnn(), rnn(3, bias=False)],
            None,
            ValueError,
            "bias must be True in every layer, as in layer 0; got False in layer 1.",
        ),
        (
            [rnn(), rnn(3).double()],
            None,
            ValueError,
            "dtype must be 'float32' in every layer, as in layer 0; got 'float64' in layer 1.",
        ),
    ],
)
def test_cells_that_make_no_stack_are_refused(cells, reverse, error, message):
    with pytest.raises(error, match=re.escape(message)):
        rnnviz.CellStack(cells, reverse)


@pytest.mark.parametrize(
    ("activations", "error", "message"),
    [
        ([{"h": "relu"}], ValueError, "must be one mapping, or one for each of 2 layers; got 1."),
        ([{"g": "relu"}, None], ValueError, "of layer 0, RNN must be at h; got 'g'."),
        ({"z": "relu"}, ValueError, "of any layer must be at c, f, g, h, i, o; got 'z'."),
        (
            {"h": "gelu"},
            ValueError,
            "activation h must be one of tanh, relu, sigmoid, hardtanh, hardsigmoid, "
            "hardsigmoid_0.2, softsign, identity; got 'gelu'.",
        ),
        ({"h": 3}, TypeError, "activation h must be a name or a function of a tensor, got int."),
        ({"g": lambda a: a.sum()}, TypeError, "for (2, 3) of torch.float32 it gave () of"),
        ({"g": lambda a: a.double()}, TypeError, "it gave (2, 3) of torch.float64."),
        ({"g": lambda _: None}, TypeError, "it gave NoneType."),
    ],
)
def test_activations_that_are_none_are_refused(activations, error, message):
    with pytest.raises(error, match=re.escape(message)):
        lstm_on_rnn(activations=activations)


H = (torch.zeros(2, 3), torch.zeros(2, 2))
C = (None, torch.zeros(2, 2))


@pytest.mark.parametrize(
    ("hx", "error", "message"),
    [
        (
            torch.zeros(2, 3),
            TypeError,
            "two tuples with an entry for each of 2 cells, or None; got",
        ),
        (H, TypeError, "an entry for each of 2 cells, or None; got Tensor."),
        ((H[:1], C), TypeError, "or None; h_0 has 1."),
        ((H, C[1:]), TypeError, "or None; c_0 has 1."),
        (((None, H[1]), C), TypeError, "h_0[0] must be a tensor, got NoneType."),
        (
            (H, (C[1], C[1])),
            TypeError,
            "c_0[0] must be None: layer 0, forward is a RNN cell, without c.",
        ),
        (
            ((H[0], torch.zeros(3, 2)), C),
            RuntimeError,
            "h_0[1] must be (2, 2) = (batch, hidden_size) of layer 1, forward; got (3, 2).",
        ),
        (
            ((H[0].double(), H[1]), C),
            RuntimeError,
            "h_0[0] must have the input's dtype, torch.float32, got torch.float64.",
        ),
    ],
)
def test_states_of_another_form_are_refused(hx, error, message):
    stack = lstm_on_rnn()
    for run in (stack, lambda *given: rnnviz.trace(stack, *given)):
        with pytest.raises(error, match=re.escape(message)):
            run(torch.zeros(5, 2, 4), hx)


def test_a_stack_without_c_takes_one_tuple():
    stack = rnnviz.CellStack([rnn()])

    with pytest.raises(TypeError, match="hx must be a tuple with an entry for each of 1 cells"):
        rnnviz.trace(stack, torch.zeros(5, 2, 4), torch.zeros(1, 2, 3))
    with pytest.raises(RuntimeError, match=r"\(hidden_size,\), the input being unbatched"):
        rnnviz.trace(stack, torch.zeros(5, 4), (torch.zeros(1, 3),))


@pytest.mark.parametrize(
    ("input", "error", "message"),
    [
        (torch.zeros(5, 2, 3), RuntimeError, "input_size=4 last; got (5, 2, 3)"),
        (torch.zeros(4), ValueError, "which has 1 dimensions"),
        (torch.zeros(5, 2, 4).double(), ValueError, "input must have the weights' dtype"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(input, error, message):
    with pytest.raises(error, match=re.escape(message)):
        rnnviz.trace(lstm_on_rnn(), input)


def test_cells_that_compute_something_else_are_refused():
    class Own(nn.RNNCell):
        def forward(self, input, hx=None):
            return super().forward(input, hx) * 2

    hooked = rnn()
    hooked.register_forward_pre_hook(lambda *_: None)

    with pytest.raises(TypeError, match=r"what torch.nn.RNNCell does, but has a forward"):
        rnnviz.trace(rnnviz.CellStack([Own(4, 3)]), torch.zeros(5, 4))
    with pytest.raises(NotImplementedError, match="hooks that run before each call"):
        rnnviz.trace(rnnviz.CellStack([hooked]), torch.zeros(5, 4))


def test_another_stack_is_no_judge():
    trace = rnnviz.trace(lstm_on_rnn(), torch.zeros(5, 4))

    with pytest.raises(ValueError, match="module must have the trace's sizes"):
        rnnviz.compare(trace, lstm_on_rnn(activations={"g": "hardtanh"}))


def test_a_config_without_its_function_cannot_be_built():
    layer = RNNConfig(input_size=3, hidden_size=2, activations=("wavy",))

    with pytest.raises(ValueError, match=r"activation h must be one of .* got 'wavy'"):
        rnnviz.build(StackConfig(layers=(layer,)))


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ((), "a stack must have at least one layer, got none."),
        ((RNNConfig(input_size=3, hidden_size=2, num_layers=2),), "must be a plain cell"),
    ],
    ids=["none", "of layers"],
)
def test_configs_check_themselves(layers, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        StackConfig(layers=layers)
