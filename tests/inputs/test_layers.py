"""A stack as a line of text."""

import re

import pytest

from rnnviz.inputs import read_layers


def test_a_line_names_kinds_sizes_and_activations():
    config = read_layers(
        "RNN 30,  lstm 4 f=identity c=relu , GRU 3", 5, {"sigmoid": "hardsigmoid"}, bias=False
    )
    rnn, lstm, gru = config.layers

    assert [layer.hidden_size for layer in config.layers] == [30, 4, 3]
    assert [layer.input_size for layer in config.layers] == [5, 30, 4]
    assert (rnn.kind, rnn.activations) == ("RNN", ())
    assert lstm.activations == ("hardsigmoid", "identity", "tanh", "hardsigmoid", "relu")
    assert gru.activations == ("hardsigmoid", "hardsigmoid", "tanh")
    assert not config.bias


def test_both_directions_are_read_by_the_next_layer():
    config = read_layers("GRU 3, RNN 2", 5, {}, bidirectional=True)

    assert config.layers[1].input_size == 6
    assert config.layers[0].activations == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must have at least one layer"),
        ("LTSM 4", "layer 0 of the stack must be a kind and a hidden size, such as LSTM 4"),
        ("RNN 4, GRU", "layer 1 of the stack must be a kind"),
        ("RNN 4,", "layer 1 of the stack must be a kind"),
        ("RNN 0", "of layer 0 of the stack must be a whole number from 1 to 256; got '0'."),
        ("RNN 99999999999999999999", "from 1 to 256; got '99999999999999999999'."),
        ("RNN ٣", "from 1 to 256; got '٣'."),
        ("GRU 3 f=relu", "activation at each of r=, z=, n= of GRU, at most once; got 'f=relu'."),
        ("GRU 3 r=relu r=tanh", "at most once; got 'r=tanh'."),
        ("GRU 3 relu", "at most once; got 'relu'."),
        ("RNN 3 h=<b>", "activation h of layer 0 of the stack must be one of tanh, relu"),
        ("RNN 1," * 7 + "RNN 1", "at most 6 layers, got 8."),
    ],
)
def test_what_is_no_stack_is_refused(text, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        read_layers(text, 5, {})
