"""A QR code: drawn by a renderer of SVG, its modules are those of the maker of codes."""

import io
import shutil
import subprocess

import numpy as np
import pytest
import segno
from PIL import Image

from rnnviz.exports.qr import QUIET_ZONE, qr_rects, qr_svg
from rnnviz.limits import TooLargeError

LINK = "http://localhost:8501/?kind=LSTM&text=h%C3%A9llo&at=1.reverse.4.3&order=time-first"
TEXTS = ["a", LINK, LINK * 8, "你好 שלום", '<&">']


def matrix(text):
    return np.array([list(row) for row in segno.make_qr(text, error="l").matrix], dtype=bool)


def painted(rects, side):
    drawn = np.zeros((side, side), dtype=int)
    for x, y, width, height in rects:
        drawn[y : y + height, x : x + width] += 1
    return drawn


@pytest.mark.parametrize("text", TEXTS, ids=["short", "link", "long", "scripts", "markup"])
def test_the_rectangles_are_the_dark_modules_once_each(text):
    dark = matrix(text)
    rects = qr_rects(text)

    np.testing.assert_array_equal(painted(rects, len(dark)), dark)
    assert max(x + width for x, _, width, _ in rects) == len(dark)
    assert len(rects) < dark.sum() / 2 + 10


@pytest.mark.skipif(shutil.which("rsvg-convert") is None, reason="no rsvg-convert")
@pytest.mark.parametrize("text", TEXTS[:3], ids=["short", "link", "long"])
def test_the_svg_is_rendered_as_the_code(text):
    dark = matrix(text)
    side = len(dark) + 2 * QUIET_ZONE
    command = ["rsvg-convert", "--width", str(5 * side), "--height", str(5 * side)]
    png = subprocess.run(
        command, input=qr_svg(text).encode(), stdout=subprocess.PIPE, check=True
    ).stdout
    grey = np.array(Image.open(io.BytesIO(png)).convert("L"))
    framed = np.pad(dark, QUIET_ZONE)

    assert grey.shape == (5 * side, 5 * side)
    np.testing.assert_array_equal(grey[2::5, 2::5] < 128, framed)
    assert set(np.unique(grey[2::5, 2::5])) == {0, 255}


def test_a_text_too_long_for_a_code_is_named():
    with pytest.raises(TooLargeError, match="2,954 characters, too many for a QR code"):
        qr_svg("x" * 2_954)
    assert qr_rects("x" * 2_953)


def test_no_text_is_no_code():
    with pytest.raises(ValueError, match="text must have a character"):
        qr_rects("")
