"""Sentences about a run."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import rnnviz
from rnnviz.records import Step
from rnnviz.ui.settings import DEFAULTS, Settings
from rnnviz.ui.words import (
    difference_words,
    drawn_from,
    net_words,
    place_words,
    plain,
    scientific,
    settings_words,
    verdict,
    warning_words,
)

NET = rnnviz.build(rnnviz.RNNConfig(input_size=3, hidden_size=4, bias=False, nonlinearity="relu"))
TRACE = rnnviz.trace(NET, torch.zeros(5, 2, 3))
RESULT = rnnviz.compare(TRACE, NET)


def test_the_net_in_one_line():
    expected = "1-layer forward-only relu RNN · no bias · T = 5 · batch 2 · input 3 · hidden 4"
    assert net_words(TRACE) == f"{expected} · float32"


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        (0.0, "matches torch.nn exactly"),
        (1.2e-7, "matches torch.nn (1e-7: rounding)"),
        (0.5, "differs from torch.nn by 5.0e-1"),
    ],
)
def test_the_verdict_goes_with_the_difference(difference, words):
    result = replace(RESULT, output_difference=difference)

    assert verdict(result) == words
    assert difference_words(result) == f"max |RNNviz - torch.nn| = {scientific(difference, 3)}"


def test_a_place_is_named():
    assert place_words(Step(1, "reverse", 5)) == "layer 1, reverse, timestep 5"


@pytest.mark.parametrize(
    ("value", "digits", "words"),
    [
        (1.24e-7, 1, "1e-7"),
        (1.24e-7, 3, "1.24e-7"),
        (12345.0, 2, "1.2e4"),
        (np.inf, 1, "inf"),
        (0.0, 3, "0"),
    ],
)
def test_small_numbers_are_written_as_people_do(value, digits, words):
    assert scientific(value, digits) == words


def test_the_verdict_is_relative_where_values_are_large():
    result = replace(RESULT, output_difference=0.2, output_limit=1e-5 * 1e5)

    assert verdict(result) == "matches torch.nn (2e-6: rounding)"
    assert difference_words(result).endswith("= 2.00e-1")


def test_a_warning_names_the_place_or_what_else_is_wrong():
    wrong = replace(RESULT, output_difference=0.5)
    words = warning_words(replace(wrong, first=Step(1, "reverse", 5)))
    assert words.endswith(
        "= 5.00e-1. Up to 1e-5 counts as equal. First at layer 1, reverse, timestep 5."
    )
    assert "wrongly joined" in warning_words(wrong)
    assert "overflow" in warning_words(replace(RESULT, output_difference=np.inf))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>*x*</b>", r"\<b\>\*x\*\<\/b\>"),
        ("www.evil.com", "www\u2060\\.evil\\.com"),
        ("WWW.evil.com", "WWW\u2060\\.evil\\.com"),
        ("a@b.c", "a\\@\u2060b\\.c"),
        ("http://b.c", "http\\:\\/\u2060\\/b\\.c"),
        ("白日 é", "白日 é"),
    ],
    ids=["markup", "www", "capitals", "mail", "http", "letters"],
)
def test_plain_text_is_neither_markup_nor_link(text, shown):
    assert plain(text) == shown


@pytest.mark.parametrize(
    ("options", "training", "words"),
    [
        (
            {"kind": "LSTM", "proj_size": 2, "num_layers": 2, "bidirectional": True},
            False,
            "2-layer bidirectional LSTM · T = 5 · batch 2 · input 3 · hidden 4 · projected to 2 · "
            "float32",
        ),
        (
            {"kind": "GRU", "num_layers": 2, "dropout": 0.25},
            True,
            "2-layer forward-only GRU · T = 5 · batch 2 · input 3 · hidden 4 · float32 · "
            "dropout 0.25 (training)",
        ),
        (
            {"kind": "GRU", "num_layers": 2, "dropout": 0.25},
            False,
            "2-layer forward-only GRU · T = 5 · batch 2 · input 3 · hidden 4 · float32 · "
            "dropout 0.25 (not in training, so nothing is dropped)",
        ),
    ],
    ids=["projected", "dropout", "not in training"],
)
def test_a_net_with_gates_in_one_line(options, training, words):
    net = rnnviz.build(rnnviz.RNNConfig(input_size=3, hidden_size=4, **options)).train(training)

    assert net_words(rnnviz.trace(net, torch.zeros(5, 2, 3))) == words


def test_lengths_are_named():
    packed = torch.nn.utils.rnn.pack_padded_sequence(torch.zeros(5, 2, 3), [5, 2])

    assert net_words(rnnviz.trace(NET, packed)).endswith("float32 · lengths 5, 2")


@pytest.mark.parametrize(
    ("changes", "seed"),
    [
        ({}, 7),
        ({"weights": "xavier"}, 7),
        ({"weights": "zeros"}, None),
        ({"weights": "constant"}, None),
        ({"weights": "toggles"}, None),
        ({"edits": "weight_ih_l0[0,0]=1"}, None),
    ],
    ids=["default", "xavier", "zeros", "constant", "by formula", "edited"],
)
def test_a_caption_names_the_seed_where_it_decides_the_weights(changes, seed):
    known = {name: DEFAULTS[name] for name in Settings.__dataclass_fields__}

    assert drawn_from(Settings(**known | {"seed": 7} | changes)) == seed


def test_settings_that_are_empty_are_not_said():
    settings = Settings(**{name: DEFAULTS[name] for name in Settings.__dataclass_fields__})
    words = settings_words(replace(settings, radius=0.0, lengths="3, 5"))

    assert words.startswith("Settings: input = text, text = hello, vocab = helo, ")
    assert "radius = 0.0" in words
    assert "lengths = 3, 5" in words
    assert "file = " not in words
