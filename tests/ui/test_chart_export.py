"""The section that makes files of charts, by itself on a page."""

import json

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

import rnnviz
from rnnviz.figures import index_map
from rnnviz.figures.diagnosed import Beside, results_beside
from rnnviz.figures.presets import PRESETS
from rnnviz.ui import chart_export
from rnnviz.ui.kept_charts import Kept
from rnnviz.ui.settings import DEFAULTS, Settings

AS_AT_FIRST = Settings(**{name: DEFAULTS[name] for name in Settings.__dataclass_fields__})


def page():
    """What AppTest runs: the app's settings as they are at first, and the section."""
    import streamlit as st

    from rnnviz.ui.cache import current_run
    from rnnviz.ui.chart_export import chart_section
    from rnnviz.ui.settings import start_settings

    start_settings()
    st.session_state["kind"] = st.session_state.get("kind_asked", "RNN")
    chart_section(current_run(), 0)


def visit(chart=None, kind="RNN", kept=None):
    at = AppTest.from_function(page, default_timeout=60)
    if kept:
        at.session_state["_kept_charts"] = kept
    if chart:
        at.query_params["chart"] = chart
    at.session_state["kind_asked"] = kind
    return at.run()


def shown(at):
    return json.loads(at.get("plotly_chart")[0].proto.spec)


def test_the_chart_of_the_address_is_shown_at_the_size_of_a_column():
    at = visit("hidden_1_reverse")

    assert not at.exception
    assert shown(at)["layout"]["title"]["text"] == "Hidden state h · layer 1, reverse"
    assert shown(at)["layout"]["width"] == pytest.approx(89 / 25.4 * 96)
    assert "weights drawn from seed 0" in at.code[0].value


def test_an_unknown_chart_of_the_address_is_the_first():
    assert visit("nothing").selectbox(key="chart_shown").value == "unrolled"


def test_a_chart_that_no_run_gives_is_taken_as_its_page_drew_it():
    """As that of a diagnosis; how far the run itself is from torch.nn says nothing of it."""
    numbers = np.array([[0.25, -0.5]])
    figure = results_beside(Beside("h_n", numbers, -numbers, None, ""), lanes=[(0, "forward")])
    at = visit("beside_h_n", kept={"beside_h_n": Kept(figure, AS_AT_FIRST, 1)})

    assert not at.exception
    assert at.selectbox(key="chart_shown").value == "beside_h_n"
    assert shown(at)["layout"]["title"]["text"] == "h_n: yours and torch.nn's"
    assert "as it was drawn last" in at.selectbox(key="chart_shown").options[-1]
    assert at.code[0].value.startswith("h_n: yours and torch.nn's. 2-layer")
    assert "Max |difference|" not in at.code[0].value
    at.session_state["seed"] = 7
    at.run()
    assert shown(at)["layout"]["title"]["text"] == "h_n: yours and torch.nn's"
    assert "as they were before" in at.caption[-1].value
    assert not at.code


@pytest.mark.parametrize("kind", ["RNN", "LSTM"])
def test_every_chart_is_drawn(kind):
    at = visit(kind=kind)
    titles = set()
    for name in at.selectbox(key="chart_shown").options:
        at.selectbox(key="chart_shown").select(name).run()
        titles.add(shown(at)["layout"]["title"]["text"])

        assert not at.exception
    # Of an RNN, which has no gates, two charts show h of the first cell.
    assert len(titles) >= len(at.selectbox(key="chart_shown").options) - 1


def test_every_place_and_title_is_drawn():
    at = visit("weights")
    for place in PRESETS:
        at.selectbox(key="chart_for").set_value(place).run()
        assert shown(at)["layout"]["width"] == pytest.approx(PRESETS[place].width_mm / 25.4 * 96)
    at.segmented_control(key="chart_title").set_value("none").run()

    assert not at.exception
    assert "title" not in shown(at)["layout"]


def test_without_a_browser_the_camera_is_named(monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", "/nowhere")
    at = visit()

    assert "no browser to draw a file with" in at.info[0].value
    assert not at.button


def test_a_file_is_made_and_then_saved(monkeypatch):
    monkeypatch.setattr(chart_export, "browser_path", lambda: "/bin/browser")
    monkeypatch.setattr(chart_export, "chart_picture", lambda *_, **__: b"<svg/>")
    at = visit()
    at.button(key="chart_make").click().run()

    assert not at.exception
    (saved,) = at.get("download_button")
    assert saved.proto.label.startswith("Save the SVG")


@pytest.mark.parametrize(("chart", "named"), [("unrolled", True), ("weights", False)])
def test_the_caption_names_the_sample_that_a_chart_shows(chart, named):
    at = visit(chart)
    at.session_state["input"], at.session_state["batch"] = "random numbers", 2
    at.run()

    assert (", sample 0 of the batch. " in at.code[0].value) is named


@pytest.mark.parametrize(
    ("chart", "kind", "named"),
    [
        ("gates", "LSTM", True),
        ("products", "GRU", True),
        ("products", "RNN", False),
        ("unrolled", "LSTM", False),
        ("weights", "LSTM", False),
    ],
)
def test_the_caption_explains_the_colours_of_gates_where_a_chart_shows_some(chart, kind, named):
    assert ("gates run from pale" in visit(chart, kind).code[0].value) is named


def test_a_wide_chart_keeps_its_size_on_a_narrow_page():
    """A slide is 1280 pixels wide; pressed into a phone's width its words lay upon each other."""
    at = visit("gates", "LSTM")
    at.selectbox(key="chart_for").set_value("slide").run()

    (style,) = at.get("html")
    assert ".st-key-chart_preview" in style.proto.body
    assert "{ min-width: 1280px; }" in style.proto.body
    assert shown(at)["layout"]["width"] == pytest.approx(1280)


def test_the_caption_of_places_names_no_sign():
    trace = rnnviz.trace(torch.nn.RNN(3, 2), torch.zeros(2, 1, 3)).numpy()
    figure = index_map(trace, by="place")
    at = visit("index_map_place", kept={"index_map_place": Kept(figure, AS_AT_FIRST, 1)})

    assert "is negative" not in at.code[0].value
