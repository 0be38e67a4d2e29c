"""`rnnviz.show`: what it runs by itself, what it returns, and what it refuses."""

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import torch

import rnnviz
from rnnviz.engine.mistakes import time_first
from rnnviz.exports.player_html import player_html
from rnnviz.notebook import HEIGHT, show
from tests.exports.test_player_html import EVIL, given

SIZES = {"input_size": 3, "hidden_size": 4, "num_layers": 2}


@pytest.fixture
def x():
    return torch.randn(5, 1, 3, generator=torch.manual_seed(0))


class Frames(HTMLParser):
    """Every element of a text, and its attributes."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def test_it_is_the_function_of_the_package():
    assert rnnviz.show is show
    assert "show" in rnnviz.__all__


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_a_net_is_run_compared_and_run_in_the_wrong_order(kind, x):
    """The very page that one makes by hand of the three records."""
    net = getattr(torch.nn, kind)(3, 4, 2, bidirectional=True)
    hx = torch.randn(4, 1, 4)
    hx = (hx, torch.randn(4, 1, 4)) if kind == "LSTM" else hx
    trace = rnnviz.trace(net, x, hx)
    comparison, wrong = rnnviz.compare(trace, net), time_first(net, x, hx)
    page = player_html(trace, comparison=comparison, wrong=wrong, labels="hello", theme="dark")

    assert show(net, x, hx, labels="hello", theme="dark").html == page


@pytest.mark.parametrize(
    ("make", "orders"),
    [
        (lambda x: (torch.nn.GRU(3, 4, 2), x), 1),
        (lambda x: (torch.nn.RNNCell(3, 4), x[0]), 1),
        (
            lambda x: (
                torch.nn.RNN(3, 4, 2, bidirectional=True),
                torch.nn.utils.rnn.pack_sequence([x[:, 0], x[:2, 0]]),
            ),
            1,
        ),
        (lambda x: (torch.nn.RNN(3, 4, 2, bidirectional=True), x[:, 0]), 2),
    ],
    ids=["one direction", "cell", "packed", "unbatched"],
)
def test_the_wrong_order_is_there_where_it_can_be(make, orders, x):
    data = given(show(*make(x)).html)

    assert len(data["runs"]["runs"]) == orders
    assert data["compared"] is True


def test_both_orders_have_the_same_masks_of_dropout(x):
    """All of layer 0 is the same in both orders, and the masks of what it hands on are of it."""
    net = torch.nn.RNN(3, 4, 2, bidirectional=True, dropout=0.5)
    torch.manual_seed(3)
    page, other = show(net, x).html, show(net, x).html
    torch.manual_seed(3)
    again = show(net, x).html
    same = given(page)["runs"]["runs"][1]["same"]

    # x; h_0, wx, wh, a, h, torch's h, mask, weights and biases of both lanes of layer 0; h_0,
    # torch's h, weights and biases of those of layer 1.
    assert len(same) == 1 + 2 * 11 + 2 * 6
    assert again == page
    assert other != page


def test_a_trace_is_shown_as_it_is(x):
    net = rnnviz.build(rnnviz.RNNConfig(**SIZES), 0)
    trace = rnnviz.trace(net, x)
    comparison = rnnviz.compare(trace, net)

    assert show(trace, start="0.forward.1.2").html == player_html(trace, start="0.forward.1.2")
    assert show(trace, comparison=comparison).html == player_html(trace, comparison=comparison)


def test_weights_of_a_seed_need_no_room(x):
    net = rnnviz.build(rnnviz.RNNConfig(**SIZES), 6)
    plain, drawn = show(net, x), show(net, x, seed=6)

    assert given(drawn.html)["runs"]["drawn"]["seed"] == 6
    assert len(drawn.html) < len(plain.html)


def test_the_frame_holds_the_page_and_keeps_it_apart(x):
    net = torch.nn.RNN(3, 4)
    player = show(net, x, height=500, title=EVIL)
    (frame,) = Frames(player._repr_html_()).found
    tag, attributes = frame

    assert tag == "iframe"
    assert attributes["srcdoc"] == player.html
    # Without allow-same-origin the page can touch nothing of the notebook.
    assert attributes["sandbox"] == "allow-scripts allow-downloads"
    assert "height:500px" in attributes["style"]
    assert f"height:{HEIGHT}px" in show(net, x)._repr_html_()
    assert repr(player).startswith("Player(0.")


@pytest.mark.parametrize(
    ("arguments", "options", "error", "words"),
    [
        ((0,), {}, TypeError, "input must be what RNN is to run on, got None"),
        ((1, 2), {}, TypeError, "input and hx must be None with a Trace"),
        ((0, 2), {"comparison": None}, TypeError, "comparison goes with a Trace"),
        ((0, 2), {"wrong": None}, TypeError, "wrong goes with a Trace"),
        ((0, 2), {"height": 0}, ValueError, "height must be at least 1 pixel, got 0"),
        ((0, 2), {"colour": "red"}, TypeError, "no option 'colour'"),
    ],
    ids=["no input", "input of a trace", "comparison", "wrong", "height", "option"],
)
def test_what_does_not_fit_is_refused(arguments, options, error, words, x):
    net = torch.nn.RNN(3, 4)
    given_ = (net, rnnviz.trace(net, x), x)

    with pytest.raises(error, match=words):
        show(*(given_[index] for index in arguments), **options)


def test_it_needs_neither_ipython_nor_plotly_nor_streamlit():
    """A figure says what it needs instead."""
    program = """
import sys
for name in ("IPython", "plotly", "streamlit"):
    sys.modules[name] = None
import torch, rnnviz
assert "rnnviz.notebook" not in sys.modules
assert "<iframe" in rnnviz.show(torch.nn.LSTM(3, 4), torch.zeros(2, 3))._repr_html_()
try:
    rnnviz.figures.hidden_heatmap
except ModuleNotFoundError as error:
    assert "pip install" in str(error) and error.name == "plotly"
else:
    raise AssertionError("a figure without plotly")
assert not hasattr(rnnviz.figures, "nothing")
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[1])
