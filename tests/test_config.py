"""Configs check themselves and say what torch would call things."""

import pytest

from rnnviz.config import Clamp, RNNConfig, config_from_json, parameter_suffix


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

    assert config_from_json(config.to_json()) == config


def test_sizes_of_gated_cells():
    lstm = RNNConfig(kind="LSTM", input_size=3, hidden_size=4, num_layers=2, proj_size=2)
    gru = RNNConfig(kind="GRU", input_size=3, hidden_size=4, num_layers=2, bidirectional=True)
    rnn = RNNConfig(input_size=3, hidden_size=4)

    assert (lstm.num_gates, lstm.gate_names, lstm.state_size) == (4, ("i", "f", "g", "o"), 2)
    assert (gru.num_gates, gru.gate_names, gru.state_size) == (3, ("r", "z", "n"), 4)
    assert (rnn.num_gates, rnn.gate_names, rnn.state_size) == (1, (), 4)
    assert [lstm.layer_input_size(layer) for layer in (0, 1)] == [3, 2]
    assert [gru.layer_input_size(layer) for layer in (0, 1)] == [3, 8]
    assert config_from_json(lstm.to_json()) == lstm


def test_json_from_before_there_were_kinds_is_an_rnn():
    text = (
        '{"input_size": 3, "hidden_size": 4, "num_layers": 2, "nonlinearity": "relu", '
        '"bias": true, "batch_first": false, "bidirectional": true, "dtype": "float64"}'
    )
    expected = RNNConfig(
        input_size=3,
        hidden_size=4,
        num_layers=2,
        nonlinearity="relu",
        bidirectional=True,
        dtype="float64",
    )

    assert config_from_json(text) == expected
    assert (expected.kind, expected.proj_size, expected.dropout) == ("RNN", 0, 0.0)


@pytest.mark.parametrize("text", ["", "[]", '{"input_size": 3}', '{"input_size": 0}', "{"])
def test_other_json_is_refused(text):
    with pytest.raises(ValueError, match="JSON object of RNNConfig"):
        config_from_json(text)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"hidden_size": 0}, ValueError, "hidden_size must be at least 1, got 0"),
        ({"num_layers": 1.5}, TypeError, "num_layers must be an int, got 1.5"),
        ({"num_layers": True}, TypeError, "num_layers must be an int, got True"),
        ({"bias": 1}, TypeError, "bias must be True or False, got 1"),
        ({"nonlinearity": "elu"}, ValueError, "nonlinearity must be one of tanh, relu; got 'elu'"),
        ({"dtype": "int8"}, ValueError, "dtype must be one of float32, .*; got 'int8'"),
        ({"kind": "LMU"}, ValueError, "kind must be one of RNN, LSTM, GRU; got 'LMU'"),
        ({"proj_size": 2}, ValueError, "proj_size must be 0 but for an LSTM, got 2"),
        ({"kind": "LSTM", "proj_size": 4}, ValueError, "smaller than hidden_size=4, got 4"),
        ({"kind": "LSTM", "proj_size": -1}, ValueError, "proj_size must be at least 0, got -1"),
        ({"dropout": "0.5"}, TypeError, "dropout must be a number, got '0.5'"),
        ({"dropout": True}, TypeError, "dropout must be a number, got True"),
        ({"dropout": 1.5}, ValueError, "dropout must be between 0 and 1, got 1.5"),
        ({"dropout": float("nan")}, ValueError, "dropout must be between 0 and 1, got nan"),
    ],
    ids=[
        "size",
        "fraction",
        "bool",
        "option",
        "name",
        "dtype",
        "kind",
        "projected RNN",
        "wide projection",
        "negative projection",
        "text",
        "bool dropout",
        "dropout above 1",
        "nan",
    ],
)
def test_wrong_values_are_refused(options, error, words):
    with pytest.raises(error, match=words):
        RNNConfig(**{"input_size": 3, "hidden_size": 4} | options)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "h_l0[:,:]=0"),
        ({"start": 0, "stop": 0}, "h_l0[0:0,:]=0"),
        ({"start": 2, "unit": 0}, "h_l0[2:,0]=0"),
        ({"layer": 1, "direction": "reverse", "stop": 3, "unit": 1}, "h_l1_reverse[0:3,1]=0"),
        ({"value": 123_456.0}, "h_l0[:,:]=123456"),
        ({"value": -0.25}, "h_l0[:,:]=-0.25"),
        ({"value": 1e300}, "h_l0[:,:]=1e+300"),
        ({"value": "hold"}, "h_l0[:,:]=hold"),
    ],
)
def test_clamp_is_named_by_its_place_and_value(fields, text):
    assert str(Clamp(**{"quantity": "h", "layer": 0, "value": 0.0} | fields)) == text


@pytest.mark.parametrize(
    ("fields", "error", "words"),
    [
        ({"quantity": "q"}, ValueError, "quantity must be one of h, c, i"),
        ({"direction": "backward"}, ValueError, "direction must be forward or reverse"),
        ({"layer": -1}, ValueError, "layer must be at least 0"),
        ({"layer": True}, TypeError, "layer must be an int, got True"),
        ({"start": 1.5}, TypeError, "start must be an int"),
        ({"start": None}, TypeError, "start must be an int, got None"),
        ({"start": 3, "stop": 2}, ValueError, "stop must be at least start=3"),
        ({"value": float("nan")}, ValueError, "value must be finite"),
        ({"value": float("inf")}, ValueError, "value must be finite, got inf"),
        ({"value": True}, ValueError, "value must be a number or 'hold', got True"),
        ({"value": "held"}, ValueError, "value must be a number or 'hold'"),
        ({"quantity": "i", "value": "hold"}, ValueError, "hold is for h and c"),
    ],
)
def test_clamp_that_says_nothing_is_refused(fields, error, words):
    with pytest.raises(error, match=words):
        Clamp(**{"quantity": "h", "layer": 0, "value": 0.0} | fields)
