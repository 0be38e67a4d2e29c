"""What is said of the colours below a picture."""

import re

import numpy as np
import pytest

from rnnviz.exports.ink import ink_of
from rnnviz.exports.shot import Shot
from rnnviz.figures.presets import PRESETS
from tests.exports.pictured import drawer_of, texts

INK = ink_of(PRESETS["web"])


@pytest.fixture(scope="module", params=["RNN", "LSTM"])
def drawn(request):
    drawer, trace = drawer_of(request.param)
    yield drawer, trace
    drawer.close()


def words_of(drawing):
    return " ".join(texts(drawing))


def test_a_legend_has_a_scale_for_what_there_is(drawn):
    """Gates run from 0 to 1, on a scale of their own."""
    drawer, trace = drawn
    legend = drawer.legend(Shot(view="step", legend=False), INK, 900)
    gated = len(trace.cells[0].gate_names) > 1
    colors = [one["fill"] for one in legend.items if one["kind"] == "rect"]

    assert colors == [*INK.stops, *(INK.share_stops if gated else ())]
    assert ("gates" in words_of(legend)) == gated
    assert (", c ±" in words_of(legend)) == gated


def test_a_map_explains_what_stands_on_one(drawn):
    drawer, _ = drawn
    words = words_of(drawer.legend(Shot(view="map"), INK, 900))
    whole = words_of(drawer.draw(Shot(view="map"), INK, 900))

    assert re.search(r"\+  full colour at h ±1, x ±[\d.]+$", words)
    for name in ("weights", "sums", "gates"):
        assert name not in whole


def test_fitted_colours_name_the_largest_number(drawn):
    drawer, trace = drawn
    full, fitted = (words_of(drawer.legend(Shot(fit=fit), INK, 900)) for fit in (False, True))
    largest = max(np.abs(cell.h).max() for cell in trace.cells)

    assert "full colour at h ±1, " in full
    found = re.search(r"full colour at h ±([\d.]+), ", fitted)
    assert float(found[1]) == pytest.approx(largest, rel=5e-3)


@pytest.mark.parametrize("width", [250, 400, 900])
def test_a_legend_wraps_where_it_must(drawn, width):
    drawer, _ = drawn
    legend = drawer.legend(Shot(), INK, width)
    lines = [one for one in legend.items if one["kind"] == "text"]
    places = [(one["x"], one["y"]) for one in lines]

    assert len(set(places)) == len(places)
    assert all(0 <= one["y"] <= legend.height for one in lines)
    for one in legend.items:
        wide = 5.3 * len(one["text"]) if one["kind"] == "text" else one["width"]
        assert one["x"] + wide <= width


def test_a_map_leaves_its_legend_room_on_a_page(drawn):
    drawer, _ = drawn

    assert drawer.draw(Shot(view="map"), INK, 400, 240).height <= 240


def test_a_schematic_needs_none(drawn):
    drawer, _ = drawn

    assert "colour" not in words_of(drawer.draw(Shot(view="map", blank=True), INK, 900))
