"""What a linear head makes of the output, as a heatmap and as words."""

import json

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import linear

import rnnviz
from rnnviz.engine.head import head_output
from rnnviz.figures import head_logits, head_probabilities
from rnnviz.figures.head import MAX_ROWS, likeliest
from rnnviz.records import HeadOutput

LOGITS = np.array([[[2.0, -1.0, 0.5]], [[0.0, 3.0, 3.0]]])
HEAD = HeadOutput(name="fc", logits=LOGITS, tokens=("a", "<b>", " "))


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("lengths", [None, [2, 4]], ids=["full", "packed"])
def test_head_output_is_torch_linear_on_the_output(bidirectional, lengths):
    torch.manual_seed(0)
    net = nn.GRU(3, 5, 2, bidirectional=bidirectional)
    layer = nn.Linear(10 if bidirectional else 5, 7)
    x = torch.randn(4, 2, 3)
    given = x
    if lengths:
        given = nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
    with torch.no_grad():
        output = net(given)[0]
        if lengths:
            output, _ = nn.utils.rnn.pad_packed_sequence(output)
        expected = layer(output)
    trace = rnnviz.trace(net, given)
    weights = layer.weight.detach(), layer.bias.detach()
    head = head_output(trace, *weights, max_bytes=2**20)

    for sample, length in enumerate(lengths or [4, 4]):
        ours = torch.tensor(head.logits[:length, sample])
        torch.testing.assert_close(ours, expected[:length, sample])
        assert np.isnan(head.logits[length:, sample]).all()
    bare = head_output(trace, weights[0], None, max_bytes=2**20)
    torch.testing.assert_close(
        torch.tensor(bare.logits[0, 0]), expected[0, 0] - layer.bias.detach()
    )


@pytest.mark.parametrize(
    ("dtype", "computed"),
    [(torch.float64, torch.float64), (torch.float16, torch.float32)],
    ids=["double", "half"],
)
def test_head_output_is_computed_in_the_layers_precision(dtype, computed):
    net = nn.GRU(3, 5, dtype=torch.float64)
    weight, bias = torch.randn(7, 5).to(dtype), torch.randn(7).to(dtype)
    x = torch.randn(4, 2, 3, dtype=torch.float64)
    with torch.no_grad():
        output, _ = net(x)
    expected = linear(output.to(computed), weight.to(computed), bias.to(computed))
    needed = 4 * 2 * 7 * computed.itemsize
    trace = rnnviz.trace(net, x)
    head = head_output(trace, weight, bias, name="fc", tokens=tuple("abcdefg"), max_bytes=needed)

    torch.testing.assert_close(torch.tensor(head.logits), expected)
    assert head.name == "fc" and head.tokens == tuple("abcdefg")
    with pytest.raises(ValueError, match=f"would take {needed} bytes, more than"):
        head_output(trace, weight, bias, max_bytes=needed - 1)


def test_head_reads_the_projection_of_an_lstm():
    net = nn.LSTM(3, 5, proj_size=2)
    layer = nn.Linear(2, 4)
    x = torch.randn(4, 1, 3)
    head = head_output(
        rnnviz.trace(net, x), layer.weight.detach(), layer.bias.detach(), max_bytes=2**20
    )
    with torch.no_grad():
        expected = layer(net(x)[0])

    torch.testing.assert_close(torch.tensor(head.logits), expected)


@pytest.mark.parametrize(
    ("shape", "most", "words"),
    [
        ((7, 4), 2**20, r"must read 5 numbers, the net's output; its weight is \(7, 4\)"),
        ((7, 5, 1), 2**20, r"must read 5 numbers, .* its weight is \(7, 5, 1\)"),
        ((5,), 2**20, r"must read 5 numbers, .* its weight is \(5,\)"),
        ((7, 5), 100, "would take 112 bytes, more than the 100 allowed: lower seq_len=4"),
    ],
)
def test_head_output_refuses_what_does_not_fit(shape, most, words):
    trace = rnnviz.trace(nn.RNN(3, 5), torch.randn(4, 1, 3))
    with pytest.raises(ValueError, match=words):
        head_output(trace, torch.zeros(shape), None, max_bytes=most)


def test_probabilities_are_the_softmax():
    expected = torch.softmax(torch.tensor(LOGITS[:, 0]), dim=1).numpy()

    np.testing.assert_allclose(HEAD.probabilities(0), expected, rtol=1e-12)
    huge = HeadOutput(name="fc", logits=np.array([[[1e30, 0.0]]]))
    assert huge.probabilities(0).tolist() == [[1.0, 0.0]]


def test_probabilities_are_of_one_sample_in_double_precision():
    logits = np.array([[[2.0, -1.0], [0.1, 0.2]], [[0.0, 3.0], [0.3, 0.7]]], np.float32)
    expected = torch.softmax(torch.tensor(logits[:, 1], dtype=torch.float64), dim=1)
    ours = HeadOutput(name="fc", logits=logits).probabilities(1)

    assert ours.dtype == np.float64
    np.testing.assert_allclose(ours, expected.numpy(), rtol=1e-12)


def test_likeliest_are_named_in_order_and_absent_past_the_end():
    best = likeliest(HEAD, 0, 2)
    padded = HeadOutput(name="fc", logits=np.array([[[1.0, 2.0]], [[np.nan, np.nan]]]))

    assert [[token for token, _ in row] for row in best] == [["a", " "], ["<b>", " "]]
    assert best[0][0][1] == pytest.approx(HEAD.probabilities(0)[0, 0])
    assert [[name for name, _ in row] for row in likeliest(padded, 0, 3)] == [["1", "0"], []]


def test_figures_show_the_numbers_and_keep_markup_out():
    shares, logits = head_probabilities(HEAD), head_logits(HEAD)

    np.testing.assert_allclose(np.array(shares.data[0].z), HEAD.probabilities(0).T)
    np.testing.assert_array_equal(np.array(logits.data[0].z), LOGITS[:, 0].T)
    assert list(shares.layout.yaxis.ticktext) == ["a", "&lt;b&gt;", "␣"]
    assert "3 outputs" in json.loads(shares.to_json())["layout"]["title"]["subtitle"]["text"]


def test_of_many_outputs_those_that_reach_furthest_are_drawn():
    logits = np.zeros((3, 1, 100))
    logits[1, 0, 90], logits[2, 0, 5] = 9.0, 8.0
    figure = head_probabilities(HeadOutput(name="fc", logits=logits))

    shown = list(figure.layout.yaxis.ticktext)
    assert len(shown) == MAX_ROWS and {"5", "90"} <= set(shown)
    assert shown == sorted(shown, key=int)
