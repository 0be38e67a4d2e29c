"""Charts of words that are longer than their columns, as a browser and poppler see them."""

import re
from itertools import combinations

import pytest

from rnnviz.exports.browser import browser_path
from rnnviz.exports.chart_file import chart_for, chart_picture
from rnnviz.exports.chart_size import text_width
from rnnviz.figures import Look, animated_states, hidden_heatmap, index_map, product_heatmaps
from rnnviz.figures.presets import PRESETS
from tests.exports.pictured import run_of, told_of

needs_browser = pytest.mark.skipif(browser_path() is None, reason="no browser is installed")

WORDS = (
    "antidisestablishment",
    "the",
    "<b>&",
    "MMMMMMMMMMMMMM",
    "循环神经网络的长词",
    "comprehen%{x}",
)


@pytest.fixture(scope="module")
def drawn():
    _, trace = run_of("LSTM", steps=len(WORDS))
    look, cell = Look(labels=WORDS), (0, "forward")
    return {
        "hidden": hidden_heatmap(trace, *cell, look=look),
        "animated": animated_states(trace, look=look),
        "products": product_heatmaps(trace, *cell, look=look),
        "index": index_map(trace, look=look),
    }


def boxes_of(folder, figure, name):
    """(width, height) of the page, and of each word (text, left, top, right, bottom) in its ink."""
    pdf = chart_picture(figure, PRESETS[name], "pdf")
    told = told_of(folder, pdf, "pdftotext", "-bbox")
    size = re.search(r'<page width="(.*?)" height="(.*?)"', told).groups()
    found = re.findall(r'xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>', told)
    words = []
    for *edges, text in found:
        left, top, right, bottom = map(float, edges)
        # What letters leave free above and below them, which with upright ones is at their sides.
        if len(text) > 2 and bottom - top > 1.5 * (right - left):
            air = 0.22 * (right - left)
            words.append((text, left + air, top, right - air, bottom))
        else:
            air = 0.22 * (bottom - top)
            words.append((text, left, top + air, right, bottom - air))
    return tuple(map(float, size)), words


def overlap(one, other):
    """How deep two words lie in each other, in points."""
    _, left, top, right, bottom = one
    _, l2, t2, r2, b2 = other
    return min(right, r2) - max(left, l2), min(bottom, b2) - max(top, t2)


@pytest.mark.parametrize("place", ["column", "slide"])
@pytest.mark.parametrize("name", ["hidden", "animated", "products", "index"])
@needs_browser
def test_no_word_lies_on_another_or_leaves_the_page(drawn, tmp_path, name, place):
    (width, height), words = boxes_of(tmp_path, drawn[name], place)
    crossed = [
        (one[0], other[0]) for one, other in combinations(words, 2) if min(overlap(one, other)) > 1
    ]

    assert len(words) > 20
    assert crossed == []
    for _, left, top, right, bottom in words:
        assert -0.3 <= left < right <= width + 0.3
        assert -0.3 <= top < bottom <= height + 0.3


def test_a_picture_grows_by_what_upright_words_need_and_nothing_else_moves(drawn):
    """Plotly would shrink the cells instead, whose numbers would then run into each other."""
    preset = PRESETS["column"]
    _, trace = run_of("LSTM", steps=len(WORDS))
    letters = Look(labels=tuple("abcdef"))
    short = chart_for(hidden_heatmap(trace, 0, "forward", look=letters), preset)
    long = chart_for(drawn["hidden"], preset)
    more = long.layout.height - short.layout.height

    assert short.layout.xaxis.tickangle == 0
    assert long.layout.xaxis.tickangle == 90
    assert not long.layout.xaxis.automargin
    assert more == int(more) > 20
    assert more == pytest.approx(long.layout.margin.b - short.layout.margin.b)
    assert long.layout.margin.t == short.layout.margin.t
    above = [(1 - one.layout.title.y) * one.layout.height for one in (short, long)]
    assert above[0] == pytest.approx(above[1])


@pytest.mark.parametrize(
    ("name", "place", "axis"),
    [("hidden", "slide", "xaxis"), ("index", "column", "xaxis"), ("products", "slide", "xaxis7")],
    ids=["page", "between-panels", "columns"],
)
def test_words_without_room_below_are_cut_to_their_columns(drawn, name, place, axis):
    layout = chart_for(drawn[name], PRESETS[place]).layout
    low, high = layout[axis].domain or (0, 1)
    across = (layout.width - layout.margin.l - layout.margin.r) * (high - low)
    step = layout[axis].tickvals[1] - layout[axis].tickvals[0]
    size = layout.template.layout.xaxis.tickfont.size
    texts = layout[axis].ticktext

    assert layout[axis].tickangle == 0
    assert sum("…" in text for text in texts) >= 2
    assert max(text_width(text, size) for text in texts) < across / len(WORDS) * step
    # A sign that plotly would read is cut away as a whole.
    assert all(re.fullmatch(r"([^&]|&#?\w+;)*", text) for text in texts)
