"""Several moments as one picture, as rsvg-convert and pdftoppm paint it."""

import re
import shutil
import subprocess
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from PIL import Image

import rnnviz
from rnnviz.exports.drawing import Drawer
from rnnviz.exports.filmstrip import filmstrip
from rnnviz.exports.moments import evenly
from rnnviz.exports.shot import Shot
from rnnviz.exports.still import still_bytes
from rnnviz.exports.svg import mm_per_px
from rnnviz.figures.presets import PRESETS
from rnnviz.figures.theme import SignedScale
from rnnviz.scene.blob import pack

DPI = 200
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def run():
    torch.manual_seed(5)
    net = torch.nn.RNN(2, 3, bidirectional=True)
    trace = rnnviz.trace(net, torch.randn(4, 1, 2))
    data = pack(trace.numpy(), rnnviz.compare(trace, net).numpy().cells)
    with Drawer(data) as drawer:
        yield trace, drawer


def painted(strip, how, tmp_path):
    """The strip as another program paints it. Shape (height, width, 3)."""
    name = {"rsvg": "rsvg-convert", "pdf": "pdftoppm"}[how]
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    if how == "rsvg":
        (tmp_path / "strip.svg").write_bytes(still_bytes(strip, "svg"))
        zoom = ["-d", str(DPI), "-p", str(DPI)]
        command = ["rsvg-convert", *zoom, "-o", "strip.png", "strip.svg"]
    else:
        (tmp_path / "strip.pdf").write_bytes(still_bytes(strip, "pdf"))
        command = ["pdftoppm", "-png", "-r", str(DPI), "-singlefile", "strip.pdf", "strip"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=60)
    return np.asarray(Image.open(tmp_path / "strip.png").convert("RGB"))


def column_of(strip, color, preset):
    """Where cells of a colour lie: the middles, in pixels of the painted strip, left to right."""
    scale = mm_per_px(preset) / 25.4 * DPI
    root = ElementTree.fromstring(strip.svg)
    found = []

    def walk(element, x, y):
        moved = re.match(r"translate\(([\d.]+) ([\d.]+)\)", element.get("transform", ""))
        if moved:
            x, y = x + float(moved[1]), y + float(moved[2])
        if element.tag == f"{SVG}rect" and element.get("fill") == color:
            size = [float(element.get(name, 0)) for name in ("x", "y", "width", "height")]
            found.append((x + size[0] + size[2] / 2, y + size[1] + size[3] / 2))
        for child in element:
            walk(child, x, y)

    walk(root, 0.0, 0.0)
    return [(round(x * scale), round(y * scale)) for x, y in sorted(found)]


@pytest.mark.parametrize("how", ["rsvg", "pdf"])
def test_a_state_is_in_every_moment_since_it_is_computed(run, how, tmp_path):
    """h[1] forward is update 1: of updates 0, 3 and 7 the last two show it."""
    trace, drawer = run
    preset = PRESETS["web"]
    moments = evenly(drawer.sizes, Shot(view="map"), 3)
    color = SignedScale(limit=1).color(float(trace.cell(0, "forward").h[1, 0, 2]))

    strip = filmstrip(drawer, moments, preset)

    image = painted(strip, how, tmp_path)
    wide, high = (round(side / 25.4 * DPI) for side in (strip.width_mm, strip.height_mm))
    assert image.shape[1] == pytest.approx(wide, abs=2)
    assert image.shape[0] == pytest.approx(high, abs=2)
    places = column_of(strip, color, preset)
    assert len(places) == 2
    expected = [int(color[at : at + 2], 16) for at in (1, 3, 5)]
    for x, y in places:
        assert np.abs(image[y, x].astype(int) - expected).max() <= 3
    # All three side by side, the same cell one column further to the right each time.
    assert places[1][0] - places[0][0] > image.shape[1] / 3 + 5
    before = 2 * places[0][0] - places[1][0]
    assert np.abs(image[places[0][1], before].astype(int) - 255).max() <= 3


@pytest.mark.parametrize("preset", ["column", "wide", "grey", "web-dark", "poster"])
@pytest.mark.parametrize("view", ["map", "whole"])
def test_words_stand_above_each_moment_and_the_legend_once(run, preset, view):
    _, drawer = run
    place = PRESETS[preset]
    moments = evenly(drawer.sizes, Shot(view=view), 5)

    strip = filmstrip(drawer, moments, place)

    root = ElementTree.fromstring(strip.svg)
    texts = ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]
    assert [text for text in texts if text.startswith("update")] == [
        "update 1 of 8: layer 0, forward, t = 0",
        "update 2 of 8: layer 0, forward, t = 1",
        "update 4 of 8: layer 0, forward, t = 3",
        "update 6 of 8: layer 0, reverse, t = 2",
        "update 8 of 8: layer 0, reverse, t = 0",
    ]
    assert sum("full colour at" in text for text in texts) == 1
    assert strip.width_mm == place.width_mm
    point = mm_per_px(place) / 25.4 * 72
    sizes = [point * float(one.get("font-size")) for one in root.iter(f"{SVG}text")]
    assert min(sizes) >= place.least_pt - 0.05
    assert max(sizes) <= place.most_pt + 0.05


def test_nothing_is_wider_than_its_column(run):
    """On 89 mm there is room for one map beside another only where both stay legible."""
    _, drawer = run
    moments = evenly(drawer.sizes, Shot(view="map"), 4)

    narrow = filmstrip(drawer, moments, PRESETS["column"])
    wide = filmstrip(drawer, moments, PRESETS["web"])

    assert narrow.height_mm > narrow.width_mm
    assert wide.height_mm < wide.width_mm


@pytest.mark.parametrize("count", [1, 13])
def test_too_few_or_too_many_moments_are_refused(run, count):
    _, drawer = run
    moments = [(Shot(view="map", tau=0.5), "one")] * count

    with pytest.raises(ValueError, match=f"from 2 to 12 moments, got {count}"):
        filmstrip(drawer, moments, PRESETS["wide"])


def test_a_page_of_fixed_height_that_is_too_small_is_said(run):
    _, drawer = run
    moments = evenly(drawer.sizes, Shot(view="whole"), 4)

    with pytest.raises(ValueError, match=r"Slide 16:9.*: 4 moments .* times as high as the page"):
        filmstrip(drawer, moments, PRESETS["slide"])


def test_a_strip_fits_a_slide_where_it_can(run):
    _, drawer = run
    moments = evenly(drawer.sizes, Shot(view="drill"), 2)

    strip = filmstrip(drawer, moments, PRESETS["slide"])

    assert strip.height_mm == pytest.approx(PRESETS["slide"].height_mm)


def test_a_schematic_has_no_legend(run):
    _, drawer = run
    moments = evenly(drawer.sizes, Shot(view="map", blank=True), 2)

    assert "full colour at" not in filmstrip(drawer, moments, PRESETS["wide"]).svg
