"""The caption that is copied below a picture."""

import pytest
import torch

import rnnviz
from rnnviz.exports.caption import caption, color_words, of_sample
from rnnviz.exports.shot import Shot

VERSIONS = ("RNNviz 0.1.0", "torch 2.13.0")
SIGNED = "Brown is negative, blue is positive, near white is 0"


def traced(lengths=None, batch=1, clamps=(), **options):
    config = rnnviz.RNNConfig(input_size=3, hidden_size=4, **options)
    x = torch.zeros(5, batch, 3, dtype=getattr(torch, config.dtype))
    if lengths:
        x = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
    return rnnviz.trace(rnnviz.build(config, 0), x, clamps=clamps)


def test_caption_says_what_and_of_which_net():
    trace = traced(num_layers=2, bidirectional=True, dtype="float64")
    what = "h_t of layer 0, forward"
    words = caption(trace, what=what, seed=7, apart=1.23e-16, versions=VERSIONS, colors=SIGNED)

    assert words == (
        "h_t of layer 0, forward. 2-layer bidirectional tanh RNN; input_size 3, hidden_size 4, "
        "seq_len 5, batch 1, float64; with weights drawn from seed 7. Brown is negative, blue is "
        "positive, near white is 0. Max |difference| to torch.nn: 1.2e-16. Made with RNNviz 0.1.0 "
        "and torch 2.13.0."
    )


def test_of_several_samples_the_one_is_named():
    assert of_sample("Map", traced(batch=3), 0) == "Map, sample 0 of the batch"
    assert of_sample("Map", traced(), 0) == "Map"


def test_caption_leaves_out_what_is_not_known():
    words = caption(traced(), what="Map.", seed=None, apart=None, versions=(), colors="")

    assert words == (
        "Map. 1-layer forward-only tanh RNN; input_size 3, hidden_size 4, seq_len 5, batch 1, "
        "float32; with weights of its own."
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"kind": "LSTM", "proj_size": 2}, "hidden_size 4, proj_size 2, seq_len 5"),
        ({"bias": False}, "forward-only tanh RNN without bias;"),
        ({"lengths": [2, 5], "batch": 2}, "batch 2, lengths from 2 to 5, float32"),
        (
            {"clamps": [rnnviz.Clamp(quantity="h", layer=0, value=0.5)]},
            "difference| to plain torch: 0.",
        ),
    ],
    ids=["projection", "no-bias", "packed", "held"],
)
def test_caption_names_what_is_unusual(options, expected):
    trace = traced(**options)
    assert expected in caption(trace, what="h", seed=0, apart=0, versions=VERSIONS, colors="")


@pytest.mark.parametrize(
    ("colors", "expected"),
    [
        ("purple-green", "Purple is negative, green is positive, near white is 0"),
        ("grey", "Pale is negative, dark is positive; a minus marks negative numbers"),
    ],
)
def test_caption_says_what_the_colours_mean(colors, expected):
    assert color_words(colors) == expected


def test_bars_have_the_colour_of_their_sign_alone():
    assert color_words("grey", shaded=False) == "Pale is negative, dark is positive"


def test_what_runs_from_0_to_1_has_colours_of_its_own():
    assert color_words("brown-blue", shares="gates") == (
        f"{SIGNED}; gates run from pale, 0, to deep, 1"
    )
    assert color_words("brown-blue", signed=False, shares="probabilities") == (
        "Probabilities run from pale, 0, to deep, 1"
    )


@pytest.mark.parametrize(
    ("options", "shot", "expected"),
    [
        ({"kind": "GRU"}, Shot(view="map"), SIGNED),
        ({"kind": "GRU"}, Shot(view="anatomy"), f"{SIGNED}; gates run from pale, 0, to deep, 1"),
        ({}, Shot(view="anatomy"), SIGNED),
        ({"kind": "GRU"}, Shot(view="anatomy", blank=True), ""),
        ({"kind": "GRU"}, Shot(view="drill"), "Brown is negative, blue is positive"),
    ],
    ids=["map", "anatomy", "no-gates", "blank", "sum"],
)
def test_colours_are_named_as_far_as_a_picture_has_them(options, shot, expected):
    assert shot.colors("brown-blue", traced(**options)) == expected


def test_caption_refuses_an_unknown_map():
    with pytest.raises(ValueError, match=r"colors must be one of brown-blue.*, got 'rainbow'"):
        color_words("rainbow")
