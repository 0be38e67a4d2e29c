"""The player's page as text: what stands in it, what may not, and what it refuses."""

import json
import re
from base64 import b64decode, b64encode
from dataclasses import replace
from hashlib import sha256
from urllib.parse import quote

import pytest
import torch

import rnnviz
from rnnviz.engine.mistakes import time_first
from rnnviz.exports import player_html as module
from rnnviz.exports.player_html import player_html

# What a page of a medium net may take, both orders in it.
MEDIUM_PAGE_BYTES = {"RNN": 860_000, "GRU": 1_860_000, "LSTM": 2_340_000}
# The same where it draws the weights itself; 1.5 MB are stated.
MEDIUM_DRAWN_PAGE_BYTES = {"RNN": 450_000, "GRU": 680_000, "LSTM": 775_000}

EVIL = '</script><img src="x" onerror="alert(1)"><!--'


def made(config, seq_len=4, batch=1):
    """(net, trace, comparison, wrong)."""
    net = rnnviz.build(config, 0)
    x = torch.randn(seq_len, batch, config.input_size, generator=torch.manual_seed(1))
    trace = rnnviz.trace(net, x)
    return net, trace, rnnviz.compare(trace, net), time_first(net, x)


@pytest.fixture(scope="module")
def run():
    return made(rnnviz.RNNConfig(input_size=3, hidden_size=4, num_layers=2, bidirectional=True))


def given(page):
    """What the page's script is given."""
    (text,) = re.findall(r'<script type="application/json" id="rnnviz-given">(.*?)</script>', page)
    return json.loads(text)


def test_the_page_needs_nothing_but_itself(run):
    _, trace, comparison, wrong = run
    page = player_html(trace, comparison=comparison, wrong=wrong)
    addresses = set(re.findall(r"https?://[^\s\"'`<)]*", page))

    assert page.startswith("<!doctype html>")
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<(link|iframe|object|embed|base|form)\b|<script[^>]*\bsrc=", page)
    assert not re.search(r"\b(plotly|streamlit)\b", page, flags=re.IGNORECASE)


def test_the_policy_allows_the_script_of_the_page_alone(run):
    page = player_html(run[1])
    (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
    (code,) = re.findall(r'<script type="module">(.*?)</script>', page, flags=re.DOTALL)
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    digest = b64encode(sha256(code.encode()).digest()).decode()

    assert page.index("Content-Security-Policy") < page.index("<style>")
    assert rules == {
        "default-src": "'none'",
        "script-src": f"'sha256-{digest}'",
        "style-src": "'unsafe-inline'",
        "img-src": "data: blob:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_the_runs_are_those_of_both_orders(run):
    _, trace, comparison, wrong = run
    one, two = (
        given(player_html(trace, comparison=comparison, wrong=other)) for other in (None, wrong)
    )

    assert len(one["runs"]["runs"]) == 1
    assert len(two["runs"]["runs"]) == 2
    assert two["runs"]["item"] == 4
    b64decode(two["runs"]["data"], validate=True)
    assert two["compared"] is True
    assert given(player_html(trace))["compared"] is False


def test_words_are_text_wherever_they_stand(run):
    _, trace, *_ = run
    plain = player_html(trace, labels=["a"] * 4)
    page = player_html(trace, labels=[EVIL] * 4, title=EVIL, start=f"gate={quote(EVIL)}")
    escaped = "&lt;/script&gt;&lt;img src=&quot;x&quot; onerror=&quot;alert(1)&quot;&gt;&lt;!--"

    assert f"<title>{escaped}</title>" in page
    assert f"<h1>{escaped}</h1>" in page
    assert page.count("onerror") == 3
    assert given(page)["seed"]["gate"] == EVIL
    for tag in ("<", "</script", "<!--", "<img"):
        assert page.count(tag) == plain.count(tag)


@pytest.mark.parametrize(
    ("start", "seed"),
    [
        ("", {}),
        ("1.reverse.4.3", {"at": "1.reverse.4.3"}),
        ("?at=0.forward.1.0&walk=time&layers=3", {"at": "0.forward.1.0", "walk": "time"}),
        ("order=time-first&all=1&gate=f", {"order": "time-first", "all": "1", "gate": "f"}),
    ],
    ids=["nowhere", "moment", "link", "words"],
)
def test_the_page_begins_where_it_is_told_to(run, start, seed):
    assert given(player_html(run[1], start=start))["seed"] == seed


def test_the_page_has_the_theme_and_parts_it_is_asked_for(run):
    data = given(player_html(run[1], theme="dark", hide=["code", "strip"]))

    assert data["theme"] == "dark"
    assert data["hide"] == ["code", "strip"]
    assert given(player_html(run[1], hide="code"))["hide"] == ["code"]
    assert given(player_html(run[1]))["theme"] == "auto"


@pytest.mark.parametrize("kind", MEDIUM_PAGE_BYTES)
def test_the_page_of_a_medium_net_keeps_to_its_size(kind):
    sizes = {"input_size": 64, "hidden_size": 64, "num_layers": 4, "bidirectional": True}
    _, trace, comparison, wrong = made(rnnviz.RNNConfig(**sizes, kind=kind), seq_len=64)
    page = player_html(trace, comparison=comparison, wrong=wrong)

    drawn = player_html(trace, comparison=comparison, wrong=wrong, seed=0)

    assert len(page.encode()) < MEDIUM_PAGE_BYTES[kind]
    assert len(drawn.encode()) < MEDIUM_DRAWN_PAGE_BYTES[kind] < 1_500_000


@pytest.mark.parametrize("kind", MEDIUM_PAGE_BYTES)
def test_a_page_whose_weights_its_seed_did_not_give_is_the_ordinary_one(kind):
    config = rnnviz.RNNConfig(input_size=3, hidden_size=4, num_layers=2, kind=kind)
    net, trace, *_ = made(config)
    with torch.no_grad():
        net.bias_ih_l1[0] += 0.5
    edited = rnnviz.trace(net, torch.randn(4, 1, 3))

    assert given(player_html(trace, seed=0))["runs"]["drawn"]["seed"] == 0
    assert player_html(trace, seed=1) == player_html(trace)
    assert player_html(edited, seed=0) == player_html(edited)


def test_a_run_that_is_too_large_is_refused(run, monkeypatch):
    _, trace, comparison, wrong = run
    size = given(player_html(trace, comparison=comparison))["runs"]["runs"][0]["size"]
    monkeypatch.setattr(module, "PAGE_MAX_BYTES", size)
    player_html(trace, comparison=comparison)

    with pytest.raises(ValueError, match=r"^a page holds up to \S+ MiB of numbers, .* \S+ MiB"):
        player_html(trace, comparison=comparison, wrong=wrong)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"theme": "blue"}, ValueError, "theme must be one of auto, light, dark; got 'blue'"),
        ({"hide": ["maps"]}, ValueError, "hide must name parts among map, .*; got 'maps'"),
        ({"colour": "red"}, TypeError, "no option 'colour'; it has theme, hide, title, start"),
        (
            {"start": "1.backward.0.0"},
            ValueError,
            "start must be a moment .*; got '1.backward.0.0'",
        ),
        ({"start": "layers=2"}, ValueError, "start must be a moment .*; got 'layers=2'"),
        ({"sample": 1}, ValueError, "sample"),
        ({"labels": ["a"]}, ValueError, "labels"),
    ],
    ids=["theme", "hide", "unknown", "moment", "no moment", "sample", "labels"],
)
def test_what_does_not_fit_is_refused(run, options, error, words):
    with pytest.raises(error, match=words):
        player_html(run[1], **options)


def test_a_comparison_of_another_run_is_refused(run):
    other = made(run[1].config, seq_len=5)

    with pytest.raises(ValueError, match=r"comparison must be of this run, .*\(5, 1, 4\)"):
        player_html(run[1], comparison=other[2])


def test_a_wrong_order_that_does_not_fit_is_refused(run):
    _, trace, comparison, wrong = run
    cell = replace(wrong.cells[0], x=wrong.cells[0].x + 1)
    elsewhere = replace(wrong, cells=(cell, *wrong.cells[1:]))
    other = made(replace(trace.config, bias=False))[3]
    for run_in_it, truth, words in [
        (wrong, None, "needs the comparison"),
        (other, comparison, "wrong must be of the same net"),
        (elsewhere, comparison, "wrong must be a run on the same input"),
    ]:
        with pytest.raises(ValueError, match=words):
            player_html(trace, comparison=truth, wrong=run_in_it)


@pytest.mark.parametrize("kind", ["packed", "clamped"])
def test_a_run_without_a_wrong_order_refuses_one(run, kind):
    net, whole, _, wrong = run
    x = whole.cells[0].x
    if kind == "packed":
        trace = rnnviz.trace(net, torch.nn.utils.rnn.pack_sequence([x[:, 0], x[:2, 0]]))
    else:
        held = rnnviz.Clamp(quantity="h", layer=0, direction="forward", value=0.0)
        trace = rnnviz.trace(net, x, clamps=[held])
    comparison = rnnviz.compare(trace, net)

    with pytest.raises(ValueError, match="must be None for a run that is packed or has clamps"):
        player_html(trace, comparison=comparison, wrong=wrong)
    assert given(player_html(trace, comparison=comparison))["compared"] is True
