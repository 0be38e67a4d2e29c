"""The caption that is copied below a picture."""

import pytest
import torch

import rnnviz
from rnnviz.exports.caption import caption, of_sample

VERSIONS = ("RNNviz 0.1.0", "torch 2.13.0")


def traced(lengths=None, batch=1, clamps=(), **options):
    config = rnnviz.RNNConfig(input_size=3, hidden_size=4, **options)
    x = torch.zeros(5, batch, 3, dtype=getattr(torch, config.dtype))
    if lengths:
        x = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
    return rnnviz.trace(rnnviz.build(config, 0), x, clamps=clamps)


def test_caption_says_what_and_of_which_net():
    trace = traced(num_layers=2, bidirectional=True, dtype="float64")
    words = caption(
        trace, what="h_t of layer 0, forward", seed=7, apart=1.23e-16, versions=VERSIONS
    )

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
    words = caption(traced(), what="Map.", seed=None, apart=None, versions=(), colors=None)

    assert words == (
        "Map. 1-layer forward-only tanh RNN; input_size 3, hidden_size 4, seq_len 5, batch 1, "
        "float32; with weights of its own."
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"kind": "LSTM", "proj_size": 2}, "hidden_size 4, proj_size 2, seq_len 5"),
        ({"kind": "GRU"}, "near white is 0; gates run from pale, 0, to deep, 1."),
        ({"bias": False}, "forward-only tanh RNN without bias;"),
        ({"lengths": [2, 5], "batch": 2}, "batch 2, lengths from 2 to 5, float32"),
        (
            {"clamps": [rnnviz.Clamp(quantity="h", layer=0, value=0.5)]},
            "difference| to plain torch: 0.",
        ),
    ],
    ids=["projection", "gates", "no-bias", "packed", "held"],
)
def test_caption_names_what_is_unusual(options, expected):
    assert expected in caption(traced(**options), what="h", seed=0, apart=0.0, versions=VERSIONS)


@pytest.mark.parametrize(
    ("colors", "expected"),
    [
        ("purple-green", "Purple is negative, green is positive"),
        ("grey", "Pale is negative, dark is positive; a minus marks negative numbers"),
    ],
)
def test_caption_says_what_the_colours_mean(colors, expected):
    words = caption(traced(), what="h", seed=0, apart=None, versions=VERSIONS, colors=colors)

    assert expected in words


def test_caption_refuses_an_unknown_map():
    with pytest.raises(ValueError, match=r"colors must be one of brown-blue.*, got 'rainbow'"):
        caption(traced(), what="h", seed=0, apart=0, versions=VERSIONS, colors="rainbow")
