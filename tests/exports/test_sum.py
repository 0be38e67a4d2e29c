"""One unit's sum as a picture of its own: every bar has the name of what is weighed."""

from itertools import pairwise

import numpy as np
import pytest

from rnnviz.exports.ink import ink_of
from rnnviz.exports.shot import Shot
from rnnviz.figures.presets import PRESETS
from tests.exports.pictured import drawer_of, texts

INK = ink_of(PRESETS["web"])


def names_of(drawing):
    """(name, middle) of every bar from left to right, and of the sum."""
    items = [item for item in drawing.items if item.get("math")]
    return sorted(((item["text"], item["x"]) for item in items), key=lambda named: named[1])


def bars_of(drawing):
    """The middles of the bars and of the sum, without the two colours of the legend."""
    rects = [item for item in drawing.items if item["kind"] == "rect" and item.get("radius")]
    return [item["x"] + item["width"] / 2 for item in rects]


@pytest.mark.parametrize(
    "kind, biases", [("RNN", ["b"]), ("LSTM", ["b"]), ("GRU", ["b_{ih}", "b_{hh}"])]
)
def test_every_term_is_named_below_its_bar(kind, biases):
    drawer, _ = drawer_of(kind, inputs=3, hidden=4)
    with drawer:
        drawing = drawer.draw(Shot(view="drill", at="1.reverse.2.1"), INK, 800)
        step = drawer.draw(Shot(view="step", at="1.reverse.2.1"), INK, 1400)
    names = names_of(drawing)
    wanted = [f"x_{{{k}}}" for k in range(8)] + [f"h_{{{k}}}" for k in range(4)]

    assert [name for name, _ in names] == [*wanted, *biases, "a"]
    np.testing.assert_allclose([x for _, x in names], bars_of(drawing), atol=2)
    # Below the weights, whose columns name the bars, there is no second name.
    assert "x_{0}" not in texts(step)


def test_of_many_terms_the_largest_are_named():
    """Names that would run into each other stand in further rows."""
    drawer, trace = drawer_of("RNN", inputs=40, hidden=30)
    with drawer:
        drawing = drawer.draw(Shot(view="drill", at="0.forward.3.7"), INK, 400)
    cell = trace.cell(0, "forward")
    w_ih, w_hh, x, h = cell.weight_ih[7], cell.weight_hh[7], cell.x[3, 0], cell.h[2, 0]
    products = {f"x_{{{k}}}": product for k, product in enumerate(w_ih * x)}
    products |= {f"h_{{{k}}}": product for k, product in enumerate(w_hh * h)}
    products["b"] = cell.bias_ih[7] + cell.bias_hh[7]
    ranked = sorted(products, key=lambda name: -abs(products[name]))
    *names, rest, total = [name for name, _ in names_of(drawing)]

    assert len(names) > 15
    assert names == ranked[: len(names)]
    assert (rest, total) == (f"{71 - len(names)} more", "a")
    rows = {item["y"] for item in drawing.items if item.get("math")}
    assert len(rows) > 1
    for row in rows:
        middles = sorted(i["x"] for i in drawing.items if i.get("math") and i["y"] == row)
        assert all(right - left > 20 for left, right in pairwise(middles))


@pytest.mark.parametrize("room", [3000, None], ids=["too narrow", "in two rows"])
def test_weights_that_stand_elsewhere_than_the_bars_do_not_name_them(room):
    """All terms have room here, so that none are summed up as the rest."""
    drawer, _ = drawer_of("RNN", inputs=3, hidden=4)
    with drawer:
        drawing = drawer.draw(Shot(view="step", at="0.forward.2.1", legend=False), INK, 300, room)
    items = [item for item in drawing.items if item.get("math")]
    names = {item["text"] for item in items if item["text"].startswith(("x_", "h_"))}

    assert ("largest" in texts(drawing)) is (room is not None)
    assert names == {*(f"x_{{{k}}}" for k in range(3)), *(f"h_{{{k}}}" for k in range(4))}
    assert not any(text.endswith(" more") for text in texts(drawing))


@pytest.mark.parametrize("width, lines", [(800, 1), (220, 2)])
def test_it_says_which_unit_it_is_and_what_becomes_of_it(width, lines):
    drawer, trace = drawer_of("LSTM")
    with drawer:
        drawing = drawer.draw(Shot(view="drill", at="1.reverse.2.1", gate="o"), INK, width)
    cell = trace.cell(1, "reverse")
    a, o = cell.a[2, 0, 13], cell.gate("o")[2, 0, 1]
    words = f"o[2][1] ≈ sigmoid({a:.2f}) ≈ {o:.2f}".replace("-", "−")

    found = texts(drawing)[:lines]
    assert found == ([f"layer 1, reverse: {words}"] if lines == 1 else ["layer 1, reverse", words])


def test_its_legend_has_the_two_colours_of_its_bars():
    drawer, _ = drawer_of("LSTM")
    with drawer:
        shot = Shot(view="drill", at="1.reverse.2.1")
        drawing, legend = drawer.draw(shot, INK, 800), drawer.legend(shot, INK, 800)
    rects = [item for item in drawing.items if item["kind"] == "rect"]
    bars = {item["fill"] for item in rects[: len(bars_of(drawing)) - 1]}
    explained = [item["fill"] for item in legend.items if item["kind"] == "rect"]

    assert set(explained) == bars and len(explained) == 2
    assert "gates" not in " ".join(texts(legend))
