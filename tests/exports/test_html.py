"""The view in one file: complete, and text stays text."""

import re

import plotly.graph_objects as go
import pytest

from rnnviz.exports.html import view_html
from rnnviz.figures.theme import PALETTES

FIGURE = go.Figure(go.Heatmap(z=[[1.25, 2.5]]), layout={"title": {"text": "h"}})


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_holds_every_figure_and_loads_nothing(theme):
    page = view_html("A view", ["one", "two"], [FIGURE, FIGURE], theme=theme)

    assert page.startswith("<!doctype html>")
    assert page.count("Plotly.newPlot(") == 2
    assert "[[1.25,2.5]]" in page
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", page)
    assert PALETTES[theme].surface in page
    assert "<p>one</p>\n<p>two</p>" in page


def test_text_is_never_markup():
    page = view_html("<i>title</i>", ["</p><script>alert(1)</script>"], [])

    assert "<h1>&lt;i&gt;title&lt;/i&gt;</h1>" in page
    assert "<script>alert" not in page
