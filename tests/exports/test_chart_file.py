"""Charts as files, opened by programs that are not ours."""

import io
import re
import shutil
import subprocess
from itertools import pairwise

import numpy as np
import pytest
import torch
from PIL import Image

import rnnviz
from rnnviz.exports.browser import browser_path
from rnnviz.exports.chart_file import chart_for, chart_picture
from rnnviz.figures import (
    Look,
    animated_states,
    comparison,
    gates,
    hidden_heatmap,
    index_map,
    product_heatmaps,
    stacked_blocks,
    unrolled_diagram,
    weight_heatmaps,
)
from rnnviz.figures.diagnosed import error_map
from rnnviz.figures.presets import PRESETS
from rnnviz.figures.theme import COLOR_MAPS, SIGNED_STOPS, mixed

needs_browser = pytest.mark.skipif(browser_path() is None, reason="no browser is installed")
PX_PER_MM = 96 / 25.4


def made(kind="LSTM", seq_len=5, hidden=4, layers=2, both=True):
    config = rnnviz.RNNConfig(
        input_size=3, hidden_size=hidden, num_layers=layers, bidirectional=both, kind=kind
    )
    net = rnnviz.build(config, 0)
    x = torch.randn(seq_len, 1, 3, generator=torch.manual_seed(1))
    trace = rnnviz.trace(net, x)
    return trace, rnnviz.compare(trace, net)


def charts(kind="LSTM", theme="light", **sizes):
    trace, result = made(kind, **sizes)
    look = Look(theme=theme, labels=tuple("hello") if trace.seq_len == 5 else None)
    cell, options = (0, "forward"), {"look": look}
    drawn = {
        "unrolled": unrolled_diagram(trace, **options),
        "animated": animated_states(trace, **options),
        "hidden": hidden_heatmap(trace, *cell, **options),
        "comparison": comparison(trace, result, **options),
        "products": product_heatmaps(trace, *cell, **options),
        "weights": weight_heatmaps(trace, *cell, **options),
        "gates": gates(trace, *cell, **options),
        "index": index_map(trace, **options),
    }
    return drawn if kind == "RNN" else {**drawn, "blocks": stacked_blocks(trace, *cell, **options)}


@pytest.fixture(scope="module")
def drawn():
    return charts()


@pytest.fixture(scope="module")
def of_every_kind(drawn):
    """The charts of a net of each kind; making a picture leaves them as they are."""
    return [*drawn.values(), *charts("GRU").values(), *charts("RNN").values()]


def as_png(svg, *options):
    """An SVG as librsvg draws it."""
    command = ["rsvg-convert", *options]
    run = subprocess.run(command, input=svg, capture_output=True, check=True, timeout=60)
    return Image.open(io.BytesIO(run.stdout)).convert("RGB")


def sizes_in_pt(svg):
    """The size of every text of an SVG, on paper."""
    width_mm = float(re.search(r'width="([\d.]+)mm"', svg)[1])
    view = float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1])
    pixels = []
    for style in re.findall(r"<text\b[^>]*style=\"([^\"]*)\"", svg):
        pixels.append(float(re.search(r"font-size: ([\d.]+)px", style)[1]))
    assert "%" not in "".join(re.findall(r"<tspan\b[^>]*font-size:([^;\"]*)", svg))
    return [size / view * width_mm / 25.4 * 72 for size in pixels]


@pytest.mark.parametrize("name", PRESETS)
def test_every_chart_fits_every_place(name, of_every_kind):
    """The layout alone, which no browser has to draw."""
    preset = PRESETS[name]
    for figure in of_every_kind:
        chart = chart_for(figure, preset)

        assert chart.layout.width == pytest.approx(preset.width_mm * PX_PER_MM)
        if preset.height_mm:
            assert chart.layout.height == pytest.approx(preset.height_mm * PX_PER_MM)


def test_the_original_stays_as_it_is(drawn):
    figure = drawn["gates"]
    before = figure.to_json()
    chart_for(figure, PRESETS["grey"], title="Mine")

    assert figure.to_json() == before


@pytest.mark.parametrize("name", ["column", "grey", "slide", "web-dark"])
@needs_browser
def test_text_is_within_the_points_of_its_place(drawn, name):
    preset = PRESETS[name]
    for figure in drawn.values():
        sizes = sizes_in_pt(chart_picture(figure, preset, "svg").decode())

        assert len(sizes) > 5
        assert min(sizes) >= preset.least_pt - 0.01
        assert max(sizes) <= preset.most_pt + 0.01


@pytest.mark.parametrize("name", ["column", "slide", "web-dark"])
@needs_browser
def test_nothing_is_cut_at_the_edges(drawn, name):
    """The outermost pixels are ground, as librsvg draws them."""
    for figure in drawn.values():
        picture = as_png(chart_picture(figure, PRESETS[name], "svg"), "-w", "1200")
        # A height in mm is no whole number of pixels: the last row is covered in part.
        pixels = np.asarray(picture).astype(int)[:-1]
        ground = pixels[0, 0]
        rim = [pixels[:3], pixels[-3:], pixels[:, :3], pixels[:, -3:]]

        assert all((np.abs(side - ground) <= 3).all() for side in rim)


@needs_browser
def test_cells_have_the_colours_of_their_scale(drawn):
    """Middles of cells between number and edge, in an SVG, a PDF and a PNG."""
    trace, _ = made()
    h = trace.cell(0, "forward").h[:, 0].T  # (hidden_size, seq_len)
    for name, stops in (("web", SIGNED_STOPS), ("grey", COLOR_MAPS["grey"])):
        chart = chart_for(drawn["hidden"], PRESETS[name])
        svg = chart_picture(drawn["hidden"], PRESETS[name], "svg")
        png = Image.open(io.BytesIO(chart_picture(drawn["hidden"], PRESETS[name], "png")))
        for picture in (as_png(svg), png.convert("RGB"), pdf_page(drawn["hidden"], name)):
            scale = picture.width / chart.layout.width
            for (unit, t), value in np.ndenumerate(h):
                x, y = middle_of(chart, unit, t)
                got = picture.getpixel((int(x * scale), int(y * scale)))
                want = mixed(stops, (float(value) + 1) / 2)
                wanted = [int(want[place : place + 2], 16) for place in (1, 3, 5)]

                assert np.abs(np.subtract(got, wanted)).max() <= 3


def middle_of(chart, unit, t):
    """Pixels of a place in a cell that its number leaves free."""
    layout, margin = chart.layout, chart.layout.margin
    wide = (layout.width - margin.l - margin.r) / 5
    high = (layout.height - margin.t - margin.b) / 4
    return margin.l + (t + 0.06) * wide, margin.t + (unit + 0.5) * high


def pdf_page(figure, name):
    """A PDF as poppler draws it."""
    pdf = chart_picture(figure, PRESETS[name], "pdf")
    run = subprocess.run(
        ["pdftoppm", "-png", "-r", "150"], input=pdf, capture_output=True, check=True, timeout=60
    )
    return Image.open(io.BytesIO(run.stdout)).convert("RGB")


@needs_browser
def test_files_have_their_size_in_mm(drawn, tmp_path):
    preset = PRESETS["column"]
    svg = chart_picture(drawn["weights"], preset, "svg").decode()
    png = Image.open(io.BytesIO(chart_picture(drawn["weights"], preset, "png", dpi=300)))
    path = tmp_path / "chart.pdf"
    path.write_bytes(chart_picture(drawn["weights"], preset, "pdf"))
    told = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
    fonts = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout

    assert 'width="89.000mm"' in svg
    assert png.info["dpi"][0] == pytest.approx(300, abs=0.1)
    assert png.width / 300 * 25.4 == pytest.approx(89, abs=0.2)
    assert float(re.search(r"Page size: +([\d.]+)", told)[1]) / 72 * 25.4 == pytest.approx(
        89, abs=0.3
    )
    assert all(line.split()[-5] == "yes" for line in fonts.splitlines()[2:])


@needs_browser
def test_grey_paper_has_greys_only_and_a_minus_on_negative_cells():
    trace, _ = made("RNN", seq_len=30, hidden=20)
    figure = hidden_heatmap(trace, 0, "forward")
    svg = chart_picture(figure, PRESETS["grey"], "svg")
    pixels = np.asarray(as_png(svg, "-w", "1600")).astype(int)
    h = trace.cell(0, "forward").h

    assert (pixels.max(axis=2) - pixels.min(axis=2)).max() <= 1
    assert svg.decode().count(">−</text>") == int((h < 0).sum())
    assert chart_picture(figure, PRESETS["wide"], "svg").decode().count(">−</text>") == 0


@needs_browser
def test_cells_are_shapes_that_lie_beside_each_other(drawn):
    """No bitmap is left; the widths of the columns are equal to a hundredth of a pixel."""
    svg = chart_picture(drawn["hidden"], PRESETS["column"], "svg").decode()
    starts = sorted({float(x) for x in re.findall(r"M([\d.]+),[\d.]+h", svg)})

    assert "<image" not in svg
    assert len(starts) == 5
    widths = [right - left for left, right in pairwise(starts)]
    assert max(widths) - min(widths) <= 0.02


def test_black_text_where_journals_ask_for_it(drawn):
    chart = chart_for(drawn["unrolled"], PRESETS["column"])

    assert {note.font.color for note in chart.layout.annotations} == {"#000000"}
    assert chart.layout.template.layout.font.color == "#000000"


def test_what_holds_no_number_is_marked_in_black_there_too():
    figure = error_map(np.array([[0.5, np.nan]]), [(0, "forward")])
    marks = [one for one in chart_for(figure, PRESETS["column"]).data if one.name == "marks"]

    assert [(one.text, one.textfont.color) for one in marks] == [(("×",), ("#000000",))]


def test_a_dark_figure_becomes_light_and_a_light_one_dark():
    light, dark = charts("RNN"), charts("RNN", theme="dark")
    for name in light:
        for place in ("web", "web-dark"):
            from_light, from_dark = (chart_for(one[name], PRESETS[place]) for one in (light, dark))
            assert from_light.to_json() == from_dark.to_json()


@pytest.mark.parametrize(
    ("title", "shown"),
    [(None, "Hidden state h"), ("Mine & <b>yours", "Mine &amp; &lt;b&gt;yours"), ("", None)],
    ids=["own", "mine", "none"],
)
def test_a_title_of_ones_own_or_none(drawn, title, shown):
    chart = chart_for(drawn["hidden"], PRESETS["column"], title=title)

    assert (chart.layout.title.text or "").startswith(shown or "")
    assert bool(chart.layout.title.text) == bool(shown)


@pytest.mark.parametrize("words", [3, 40], ids=["a-line", "many"])
def test_a_title_of_many_lines_begins_at_the_top_and_ends_above_the_chart(drawn, words):
    """In the file itself: plotly decides where the lines of a title hang."""
    svg = chart_picture(drawn["hidden"], PRESETS["column"], "svg", title="word " * words).decode()
    chart = chart_for(drawn["hidden"], PRESETS["column"], title="word " * words)
    first = float(re.search(r'class="gtitle"[^>]* y="([\d.]+)"', svg)[1])
    last = float(re.search(r'class="gtitle-subtitle"[^>]* y="([\d.]+)"', svg)[1])

    # The 26 pixels of the screen are 18 here.
    assert first < 19
    assert last < chart.layout.margin.t


def test_what_does_not_fit_a_slide_is_said():
    trace, _ = made(layers=5)

    with pytest.raises(ValueError, match=r"339 x 190 mm with text of at least 18 pt"):
        chart_for(unrolled_diagram(trace), PRESETS["slide"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kind": "gif"}, "kind must be one of svg, pdf, png, got 'gif'"),
        ({"kind": "png", "dpi": 5000}, "dpi must be between 36 and 1200, got 5000"),
        ({"kind": "png", "dpi": 1200}, "at 1200 dpi it would have 18,898 x"),
    ],
    ids=["kind", "dpi", "pixels"],
)
def test_bad_wishes_are_refused(drawn, options, words):
    with pytest.raises(ValueError, match=words):
        chart_picture(drawn["hidden"], PRESETS["poster"], **options)


def test_programs_that_open_the_files_are_here():
    assert all(map(shutil.which, ("rsvg-convert", "pdftoppm", "pdfinfo", "pdffonts")))


def test_a_title_is_not_broken_within_an_escaped_sign():
    figure = charts()["hidden"]
    text = chart_for(figure, PRESETS["column"], title="&" * 150).layout.title.text

    assert "<br>" in text
    assert set(text.replace("<br>", "").split("&amp;")) == {""}
    assert all(line.count("&amp;") * 5 == len(line) for line in text.split("<br>"))
