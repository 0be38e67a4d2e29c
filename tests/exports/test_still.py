"""Pictures for print, opened by programs that are not ours."""

import os
import re
import subprocess
from base64 import b64decode
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from rnnviz.exports import still as module
from rnnviz.exports.shot import Shot
from rnnviz.exports.still import still, still_bytes
from rnnviz.exports.svg import MAX_VECTOR_CELLS, mm_per_px, png_of, svg_group, type_of
from rnnviz.figures.presets import PRESETS
from rnnviz.figures.theme import BLACK, WHITE, SignedScale
from tests.exports.pictured import (
    by_poppler,
    by_rsvg,
    cell_middles,
    drawer_of,
    near,
    needs,
    pixels_of,
    rgb,
    told_of,
)

WIDTH = 1600
FREE = [name for name, preset in PRESETS.items() if preset.height_mm is None]
H = SignedScale(limit=1.0)


@pytest.fixture(scope="module")
def drawn():
    drawer, trace = drawer_of()
    yield drawer, trace
    drawer.close()


@pytest.fixture(scope="module")
def gated():
    drawer, trace = drawer_of("LSTM", hidden=8)
    yield drawer, trace
    drawer.close()


def sizes_of(svg):
    return [float(size) for size in re.findall(r'font-size="([\d.]+)"', svg)]


@pytest.mark.parametrize("kind", ["svg", "pdf", "png"])
def test_a_picture_shows_the_states_in_their_colours(drawn, tmp_path, kind):
    drawer, trace = drawn
    picture = still(drawer, Shot(view="map"), PRESETS["web"])
    data = still_bytes(picture, kind, dpi=150)
    if kind == "svg":
        image = by_rsvg(tmp_path, data.decode(), WIDTH)
    elif kind == "pdf":
        image = by_poppler(tmp_path, data, WIDTH)
    else:
        image = Image.open(BytesIO(data)).convert("RGB")
    scale = image.width / picture.drawing.width
    steps = trace.seq_len

    for lane, cell in enumerate(trace.cells):
        for t in range(steps):
            places = cell_middles(picture.drawing, steps + lane * (steps + 1) + t)
            for (x, y), h in zip(places, cell.h[t, 0], strict=True):
                found = image.getpixel((int(x * scale), int(y * scale)))
                assert near(found, rgb(H.color(float(h)))), (kind, lane, t)


@pytest.mark.parametrize("name", FREE)
def test_a_picture_has_the_width_of_its_place(drawn, tmp_path, name):
    drawer, _ = drawn
    preset = PRESETS[name]
    picture = still(drawer, Shot(view="whole"), preset)
    page = re.search(
        r"Page size: +([\d.]+) x", told_of(tmp_path, still_bytes(picture, "pdf"), "pdfinfo")
    )
    png = Image.open(BytesIO(still_bytes(picture, "png", dpi=100)))

    assert float(page[1]) == pytest.approx(preset.width_mm / 25.4 * 72, abs=0.1)
    assert f'width="{preset.width_mm:.2f}'.rstrip("0").rstrip(".") in picture.svg
    assert png.width == pytest.approx(pixels_of(preset.width_mm, 100), abs=1)
    assert png.height == pytest.approx(pixels_of(picture.height_mm, 100), abs=1)


@pytest.mark.parametrize("view", ["map", "anatomy", "step"])
@pytest.mark.parametrize("name", PRESETS)
def test_text_has_the_sizes_of_its_place(gated, name, view):
    drawer, _ = gated
    preset = PRESETS[name]
    if preset.height_mm is not None and view == "step":
        return
    svg = still(drawer, Shot(view=view), preset, title="A title").svg
    points = [size * mm_per_px(preset) / 25.4 * 72 for size in sizes_of(svg)]

    assert len(points) > 10
    assert min(points) >= preset.least_pt - 0.02
    assert max(points) <= preset.most_pt + 0.02


@pytest.mark.parametrize("name", ["column", "wide", "grey"])
def test_text_in_journals_has_no_colour(gated, name):
    drawer, _ = gated
    svg = still(drawer, Shot(view="whole"), PRESETS[name]).svg

    assert set(re.findall(r'<text [^>]*fill="([^"]+)"', svg)) <= {BLACK, WHITE}


def test_fonts_of_a_pdf_are_embedded_and_its_text_is_text(gated, tmp_path):
    drawer, _ = gated
    pdf = still_bytes(still(drawer, Shot(view="whole"), PRESETS["wide"]), "pdf")
    rows = told_of(tmp_path, pdf, "pdffonts").splitlines()[2:]
    words = told_of(tmp_path, pdf, "pdftotext", "-layout")
    pictures = told_of(tmp_path, pdf, "pdfimages", "-list").splitlines()[2:]

    assert len(rows) >= 2
    assert all(row.split()[-5:-2] == ["yes", "yes", "yes"] for row in rows)
    assert any("SourceSansPro" in row for row in rows)
    for word in ("layer 1", "forward", "input x", "sigmoid", "unit 0"):
        assert word in words
    assert pictures == []


@pytest.mark.parametrize("view", ["map", "anatomy", "drill"])
@pytest.mark.parametrize("name", PRESETS)
def test_no_word_leaves_the_page(gated, tmp_path, name, view):
    """As poppler measures them."""
    drawer, _ = gated
    picture = still(drawer, Shot(view=view), PRESETS[name], title="An LSTM, unit by unit")
    told = told_of(tmp_path, still_bytes(picture, "pdf"), "pdftotext", "-bbox")
    width, height = (
        float(one) for one in re.search(r'<page width="(.*?)" height="(.*?)"', told).groups()
    )
    boxes = re.findall(r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">', told)

    assert len(boxes) > 5
    for box in boxes:
        left, top, right, bottom = map(float, box)
        assert -0.3 <= left < right <= width + 0.3
        assert -1 <= top < bottom <= height + 1


def test_a_slide_is_sixteen_to_nine_and_shows_as_many_units_as_fit(gated):
    drawer, _ = gated
    picture = still(
        drawer, Shot(view="anatomy", at="0.forward.1.5"), PRESETS["slide"], title="LSTM"
    )
    png = Image.open(BytesIO(still_bytes(picture, "png", dpi=144)))
    first, end = picture.units

    assert png.size == (1920, 1080)
    assert first <= 5 < end
    assert end - first < 8


def test_what_does_not_fit_on_a_slide_is_said(gated):
    drawer, _ = gated
    with pytest.raises(ValueError, match=r"with text of 18 pt the view whole would be \d+ mm high"):
        still(drawer, Shot(view="whole"), PRESETS["slide"])


def test_tokens_in_any_script_and_hostile_ones_are_text(tmp_path):
    tokens = ["不", "要", "</text>", '"&<b>', "\x07é"]
    drawer, _ = drawer_of(labels=tokens)
    with drawer:
        picture = still(
            drawer, Shot(view="map"), PRESETS["wide"], title="<script>alert(1)</script>"
        )
    words = told_of(tmp_path, still_bytes(picture, "pdf"), "pdftotext", "-layout")
    by_rsvg(tmp_path, picture.svg, 400)

    for token in ("不", "要", "</text>", '"&<b>', "é", "<script>alert(1)</script>"):
        assert token in words
    assert "<script" not in picture.svg


def test_chinese_tokens_have_a_font(tmp_path):
    """On CI there is one."""
    needs("fc-list")
    found = subprocess.run(["fc-list", ":lang=zh"], capture_output=True).stdout
    if not found and not os.environ.get("CI"):
        pytest.skip("needs a font for Chinese")
    drawer, _ = drawer_of(labels=["不", "要", "把", "它", "好"])
    with drawer:
        pdf = still_bytes(still(drawer, Shot(view="map"), PRESETS["wide"]), "pdf")

    assert len(told_of(tmp_path, pdf, "pdffonts").splitlines()) >= 4


def test_many_numbers_are_a_picture_in_the_picture(tmp_path):
    """A pixel for each number; the whole is still painted by others."""
    drawer, trace = drawer_of(hidden=96, steps=64, layers=1)
    with drawer:
        picture = still(drawer, Shot(view="map"), PRESETS["web"])
    data = re.findall(r'<image [^>]*href="data:image/png;base64,([^"]+)"', picture.svg)
    image = Image.open(BytesIO(b64decode(data[0])))
    cell = trace.cells[0]
    start = trace.seq_len - image.width

    assert len(data) == 2
    assert image.width * image.height > MAX_VECTOR_CELLS
    for t in range(start, trace.seq_len):
        column = [image.getpixel((t - start, unit)) for unit in range(96)]
        assert column == [rgb(H.color(float(h))) for h in cell.h[t, 0]]
    assert len(by_rsvg(tmp_path, picture.svg, WIDTH).getcolors(10**6)) > 100


def test_a_png_is_read_by_others():
    image = Image.open(BytesIO(png_of("ff000000ff000000ffffffff", 2)))

    assert image.size == (2, 2)
    assert [image.getpixel((x, y)) for y in (0, 1) for x in (0, 1)] == [
        (255, 0, 0),
        (0, 255, 0),
        (0, 0, 255),
        (255, 255, 255),
    ]


def test_too_many_pixels_are_refused(drawn):
    drawer, _ = drawn
    picture = still(drawer, Shot(view="map"), PRESETS["poster"])

    count = pixels_of(picture.width_mm, 1200) * pixels_of(picture.height_mm, 1200) / 1e6
    words = f"a PNG may have 36 million pixels; at 1200 dpi this one has {count:.0f}: lower"
    with pytest.raises(ValueError, match=words):
        still_bytes(picture, "png", dpi=1200)
    with pytest.raises(ValueError, match="dpi must be at least 1, got 0"):
        still_bytes(picture, "png", dpi=0)


def test_numbers_that_would_be_too_small_are_left_out(drawn):
    drawer, _ = drawn
    drawing = still(drawer, Shot(view="anatomy"), PRESETS["column"]).drawing
    roomy = still(drawer, Shot(view="anatomy"), replace(PRESETS["web"], least_pt=1)).drawing
    type_ = type_of(PRESETS["column"])
    numbers = [
        one
        for one in drawing.items
        if one["kind"] == "text" and re.fullmatch(r"−?\d+\.\d+", one["text"])
    ]

    assert numbers
    assert all(one["size"] >= type_.least for one in numbers)
    assert svg_group(roomy, type_of(PRESETS["web"]))


def test_the_typeface_lies_beside_the_program():
    assert (module.font_folder() / "SourceSansPro-Regular.ttf").is_file()


@pytest.mark.parametrize(("name", "link", "free"), [("column", "", 0), ("slide", "http://a", 26)])
def test_a_long_title_has_lines_that_fit(drawn, tmp_path, name, link, free):
    """Beside the code of a slide too, which is 26 mm wide."""
    drawer, _ = drawn
    title = "How a bidirectional recurrent net reads a sentence from both of its ends " * 2
    picture = still(drawer, Shot(view="map"), PRESETS[name], title=title, link=link)
    told = told_of(tmp_path, still_bytes(picture, "pdf"), "pdftotext", "-bbox")
    words = re.findall(r'xMax="([\d.]+)" yMax="[\d.]+">([^<]+)<', told)[: len(title.split())]

    assert [word for _, word in words] == title.split()
    assert max(float(right) for right, _ in words) <= (picture.width_mm - free) / 25.4 * 72


def test_the_first_line_of_a_title_is_whole(drawn):
    """Accents on capitals, at the very top of a page without margins."""
    drawer, _ = drawn
    picture = still(drawer, Shot(view="map"), PRESETS["column"], title="ÄÅÊ 题")
    png = Image.open(BytesIO(still_bytes(picture, "png", dpi=600))).convert("L")

    assert png.crop((0, 0, png.width, 3)).getextrema()[0] == 255
    assert png.crop((0, 0, png.width, 80)).getextrema()[0] < 50


def test_a_title_without_blanks_is_broken_anywhere(drawn):
    drawer, _ = drawn
    svg = still(drawer, Shot(view="map"), PRESETS["column"], title="双向循环网络" * 12).svg
    lines = re.findall(r'font-weight="600">([双向循环网络]+)<', svg)

    assert "".join(lines) == "双向循环网络" * 12
    assert len(lines) > 1
