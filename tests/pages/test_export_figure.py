"""The section “Figure” of the page Export: what it draws, says and offers."""

import re

import pytest

from rnnviz.exports.ink import ink_of
from rnnviz.exports.shot import Shot
from rnnviz.figures.presets import PRESETS
from rnnviz.ui import figure_export
from tests.exports.pictured import packed, run_of

EXPORT = "../../pages/share/export.py"


@pytest.fixture
def figure(visit, monkeypatch):
    """Opens the section; gives the page, and by its name each file that is offered."""
    offered = {}
    monkeypatch.setattr(
        figure_export,
        "file_button",
        lambda _place, _label, make, name, _help: offered.update({name: make}),
    )

    def open_section(*changes, at=None, **settings):
        page = visit(**settings).at
        page.switch_page(EXPORT)
        if at:
            page.query_params["at"] = at
        page.run()
        for change in changes:
            offered.clear()
            change(page)
            page.run()
        assert not page.exception
        return page, offered

    return open_section


def choose(key, value):
    def change(page):
        widgets = [*page.selectbox, *page.text_input, *page.toggle, *page.number_input]
        next(one for one in widgets if (one.key or "").startswith(key)).set_value(value)

    return change


def errors(page):
    return " ".join(one.value.replace("\\", "") for one in page.main.error)


def caption(page):
    return page.main.code[0].value


def test_the_moment_of_the_link_is_drawn_for_a_column(figure):
    page, offered = figure(at="1.reverse.2.3")

    assert sorted(offered) == [f"rnnviz-map-column.{kind}" for kind in ("pdf", "png", "svg", "tex")]
    assert offered["rnnviz-map-column.pdf"]()[:5] == b"%PDF-"
    assert offered["rnnviz-map-column.png"]()[:4] == b"\x89PNG"
    assert 'width="89mm"' in offered["rnnviz-map-column.svg"]().decode()
    assert "tikzpicture" in offered["rnnviz-map-column.tex"]()
    assert caption(page).startswith("Unrolled map at layer 1, reverse, timestep 2. 2-layer")
    assert "Max |difference| to torch.nn" in caption(page)


def test_a_caption_names_the_sample(figure):
    page, _ = figure(input="random numbers", batch=3, sample=2)

    assert ", sample 2 of the batch. 2-layer" in caption(page)


def test_a_moment_that_the_run_has_not_is_said(figure):
    page, offered = figure(choose("_figure_at", "9.forward.0.0"))
    assert "The moment must be of a cell of this run" in errors(page)
    assert offered == {}

    page, _ = figure(choose("_figure_at", "<b>here</b>"))
    assert "The moment must read layer.direction.t.unit" in errors(page)


def test_a_moment_left_from_another_run_is_passed_over(figure):
    """A link to a net of three layers, whose settings then have two."""
    page, offered = figure(at="2.reverse.0.0")

    assert errors(page) == ""
    assert offered


@pytest.mark.parametrize("preset", ["slide", "web-dark", "grey"])
def test_every_place_has_its_picture(figure, preset):
    _, offered = figure(choose("_figure_preset", preset), kind="LSTM")
    svg = offered[f"rnnviz-map-{preset}.svg"]().decode()
    width = float(re.search(r'width="([\d.]+)mm"', svg)[1])

    assert width == pytest.approx(
        {"slide": 338.67, "web-dark": 317.5, "grey": 183}[preset], abs=0.01
    )


def test_what_does_not_fit_on_a_slide_is_said(figure):
    page, offered = figure(choose("_figure_preset", "slide"), choose("_figure_view", "whole"))

    assert "with text of 18 pt the view whole would be" in errors(page)
    assert offered == {}


def test_a_slide_bears_a_code_that_leads_to_the_moment(figure, monkeypatch):
    links = []
    draw = figure_export.still
    monkeypatch.setattr(
        figure_export,
        "still",
        lambda *given, **more: links.append(more["link"]) or draw(*given, **more),
    )
    figure(
        choose("_figure_preset", "slide"), choose("_figure_qr", True), at="0.forward.3.1", seed=91
    )

    assert "at=0.forward.3.1" in links[-1]
    assert "seed=91" in links[-1]


def test_a_schematic_has_no_numbers_and_says_nothing_of_colours(figure):
    page, offered = figure(choose("_figure_blank", True))
    svg = offered["rnnviz-map-column.svg"]().decode()

    assert caption(page).startswith("Unrolled map. 2-layer")
    assert "negative" not in caption(page)
    assert svg.count("<circle") > 30


def test_a_title_is_text(figure):
    _, offered = figure(choose("_figure_title", "<b>$x$</b> & more"))

    assert "&lt;b&gt;$x$&lt;/b&gt; &amp; more" in offered["rnnviz-map-column.svg"]().decode()
    assert r"\& more" in offered["rnnviz-map-column.tex"]()


def test_one_layer_in_one_direction_has_a_picture_too(figure):
    page, offered = figure(
        choose("_figure_view", "whole"), layers=1, direction="forward only", hidden=1, kind="GRU"
    )

    assert errors(page) == ""
    assert offered["rnnviz-whole-column.pdf"]()[:5] == b"%PDF-"


def test_the_wrong_order_is_drawn_from_its_own_run(figure):
    _, right = figure(choose("_figure_all", True))
    svg = right["rnnviz-map-column.svg"]()
    _, wrong = figure(choose("_figure_all", True), choose("_figure_order", "time-first"))

    assert wrong["rnnviz-map-column.svg"]() != svg
    assert b"first wrong" in wrong["rnnviz-map-column.svg"]()


def test_more_than_one_moment_are_a_filmstrip(figure):
    page, offered = figure(choose("_figure_moments", 4))
    svg = offered["rnnviz-map-column.svg"]().decode()

    assert re.findall(r">update (\d+) of 20: layer", svg) == ["1", "7", "13", "20"]
    assert caption(page).startswith("Unrolled map, moments one after the other. 2-layer")
    assert sorted(offered) == [f"rnnviz-map-column.{kind}" for kind in ("pdf", "png", "svg")]


def test_a_drawer_that_others_push_out_draws_on_and_then_ends(monkeypatch):
    """Sessions share them: one must not take the picture from another that is drawing it."""
    _, trace = run_of()
    monkeypatch.setattr(figure_export, "packed", lambda *_: packed(trace))
    figure_export._drawer.clear()
    first = figure_export._drawer("first", 0, False, None)
    process = first._process
    for other in range(4):
        figure_export._drawer(f"other {other}", 0, False, None)

    assert first.draw(Shot(view="map"), ink_of(PRESETS["web"]), 400).items
    assert first._process is process
    assert process.poll() is None
    del first
    assert process.poll() is not None
    figure_export._drawer.clear()


def test_a_png_of_too_many_pixels_is_not_offered(figure):
    page, offered = figure(choose("_figure_preset", "poster"), choose("_figure_dpi_", 1200))

    assert "rnnviz-map-poster.png" not in offered
    assert "rnnviz-map-poster.pdf" in offered
    assert "No PNG: A PNG may have 36 million pixels" in " ".join(
        one.value.replace("\\", "") for one in page.main.caption
    )


def test_a_moment_past_the_end_of_a_padded_sample_is_passed_over(figure):
    """The player was left in a longer sample of the batch."""
    page, _ = figure(at="0.forward.5.0", input="random numbers", batch=2, lengths="6, 2")
    assert caption(page).startswith("Unrolled map at layer 0, forward, timestep 5")

    page.slider(key="sample").set_value(1).run()
    assert errors(page) == ""
    assert caption(page).startswith("Unrolled map at layer 1, reverse, timestep 0")


def test_the_gates_are_those_of_the_cell_in_the_light(figure):
    """Layers of a stack have other ones, or none."""
    anatomy = choose("_figure_view", "anatomy")

    def offered_at(at):
        page, _ = figure(anatomy, at=at, kind="stack", stack="RNN 3, LSTM 4, GRU 3")
        return [one.options for one in page.selectbox if one.label == "Gate"]

    assert offered_at("0.forward.0.0") == []
    assert offered_at("1.forward.0.0") == [["i", "f", "g", "o"]]
    assert offered_at(None) == [["r", "z", "n"]]
