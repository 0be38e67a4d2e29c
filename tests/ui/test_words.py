"""Sentences about a run."""

from dataclasses import replace

import pytest
import torch

import rnnviz
from rnnviz.records import Step
from rnnviz.ui.words import difference_words, net_words, place_words, verdict

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
        (1.2e-7, "matches torch.nn (1e-07: rounding)"),
        (0.5, "differs from torch.nn by 5.0e-01"),
    ],
)
def test_the_verdict_goes_with_the_difference(difference, words):
    result = replace(RESULT, output_difference=difference)

    assert verdict(result) == words
    assert f"{difference:.2e}" in difference_words(result)


def test_a_place_is_named():
    assert place_words(Step(1, "reverse", 5)) == "layer 1, reverse, timestep 5"
