"""What stands where on a page: the picture, its title, the code that leads to it."""

import re
from dataclasses import replace

import numpy as np
import pytest
import segno

from rnnviz.exports.qr import QUIET_ZONE
from rnnviz.exports.shot import Shot
from rnnviz.exports.still import still
from rnnviz.exports.svg import mm_per_px
from rnnviz.figures.presets import PRESETS
from tests.exports.pictured import by_rsvg, drawer_of

WIDTH = 1600


@pytest.fixture(scope="module")
def drawn():
    drawer, trace = drawer_of()
    yield drawer, trace
    drawer.close()


def test_one_more_unit_would_not_fit_on_the_slide():
    """Those that a shot names are shown or refused, never others."""
    shot = Shot(view="anatomy", at="0.forward.1.9")
    with drawer_of(hidden=24, layers=1)[0] as drawer:
        first, end = still(drawer, shot, PRESETS["slide"]).units
        given = still(drawer, replace(shot, units=(first, end)), PRESETS["slide"])
        for units in ((first - 1, end), (0, 24)):
            with pytest.raises(ValueError, match="the view anatomy would be"):
                still(drawer, replace(shot, units=units), PRESETS["slide"])

    assert given.units is None
    assert end - first > 2


@pytest.mark.parametrize("height_mm", [120, 150, 190.5, 240])
def test_a_picture_stands_in_the_middle_of_what_a_page_has(drawn, height_mm):
    drawer, _ = drawn
    preset = replace(PRESETS["slide"], height_mm=height_mm)
    picture = still(drawer, Shot(view="map"), preset)
    top = float(re.search(r"translate\([\d.]+ ([\d.]+)\)", picture.svg)[1]) * mm_per_px(preset)
    below = height_mm - top - picture.drawing.height * mm_per_px(preset)

    assert top == pytest.approx(below, abs=0.02)
    assert top >= 18 / 72 * 25.4 - 0.02


def test_a_title_has_its_own_height_and_room_below(drawn):
    drawer, _ = drawn
    preset = PRESETS["wide"]
    plain = still(drawer, Shot(view="map"), preset)
    titled = still(drawer, Shot(view="map"), preset, title="A title")

    points = (titled.height_mm - plain.height_mm) / 25.4 * 72
    assert points == pytest.approx(preset.most_pt + 12)


def test_a_link_is_a_code_in_the_corner(drawn, tmp_path):
    drawer, _ = drawn
    link = "https://example.org/?at=1.reverse.4.3"
    coded = still(drawer, Shot(view="map"), PRESETS["slide"], link=link)
    place = r"translate\(([\d.]+) ([\d.]+)\) scale\(([\d.]+)\)"
    x, y, scale = (float(one) for one in re.search(place, coded.svg).groups())
    dark = np.pad(np.array(list(segno.make_qr(link, error="l").matrix), bool), QUIET_ZONE)
    image = np.array(by_rsvg(tmp_path, coded.svg, 2 * WIDTH).convert("L"))
    across = PRESETS["slide"].width_mm / mm_per_px(PRESETS["slide"])
    middles = (np.arange(len(dark)) + 0.5) * scale
    rows, columns = (((at + middles) * 2 * WIDTH / across).astype(int) for at in (y, x))

    np.testing.assert_array_equal(image[np.ix_(rows, columns)] < 128, dark)
    assert x + len(dark) * scale == pytest.approx(across - y, abs=0.1)
