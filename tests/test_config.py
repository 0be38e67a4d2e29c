"""Configs check themselves and say what torch would call things."""

import pytest

from rnnviz.config import RNNConfig, parameter_suffix


def test_derived_sizes():
    config = RNNConfig(input_size=3, hidden_size=4, num_layers=2, bidirectional=True)

    assert config.num_directions == 2
    assert config.lanes == ((0, "forward"), (0, "reverse"), (1, "forward"), (1, "reverse"))
    assert [config.layer_input_size(layer) for layer in (0, 1)] == [3, 8]
    assert RNNConfig(input_size=3, hidden_size=4, num_layers=2).layer_input_size(1) == 4
    assert parameter_suffix(1, "reverse") == "_l1_reverse"
    assert parameter_suffix(0, "forward") == "_l0"


def test_json_there_and_back():
    config = RNNConfig(input_size=3, hidden_size=4, nonlinearity="relu", dtype="float64")

    assert RNNConfig.from_json(config.to_json()) == config


@pytest.mark.parametrize("text", ["", "[]", '{"input_size": 3}', '{"input_size": 0}', "{"])
def test_other_json_is_refused(text):
    with pytest.raises(ValueError, match="JSON object of RNNConfig"):
        RNNConfig.from_json(text)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"hidden_size": 0}, ValueError, "hidden_size must be at least 1, got 0"),
        ({"num_layers": 1.5}, TypeError, "num_layers must be an int, got 1.5"),
        ({"num_layers": True}, TypeError, "num_layers must be an int, got True"),
        ({"bias": 1}, TypeError, "bias must be True or False, got 1"),
        ({"nonlinearity": "elu"}, ValueError, "nonlinearity must be one of tanh, relu; got 'elu'"),
        ({"dtype": "int8"}, ValueError, "dtype must be one of float32, .*; got 'int8'"),
    ],
    ids=["size", "fraction", "bool", "option", "name", "dtype"],
)
def test_wrong_values_are_refused(options, error, words):
    with pytest.raises(error, match=words):
        RNNConfig(**{"input_size": 3, "hidden_size": 4} | options)
