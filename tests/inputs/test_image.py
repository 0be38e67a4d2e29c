"""Pictures as input: a timestep per row of pixels."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from rnnviz.inputs.image import read_image


def saved(picture, kind="PNG", **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


GREY = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20


def test_rows_are_timesteps_and_black_is_0():
    series = read_image(saved(Image.fromarray(GREY)), 3, 4)

    np.testing.assert_allclose(series.values, GREY[None] / 255)
    assert series.columns == ("column 0", "column 1", "column 2", "column 3")
    assert series.labels == ()


def test_resizing_averages():
    series = read_image(saved(Image.fromarray(np.kron(GREY, np.ones((5, 7), np.uint8)))), 3, 4)
    np.testing.assert_allclose(series.values, GREY[None] / 255)
    halves = read_image(saved(Image.fromarray(np.array([[0, 255]], np.uint8))), 1, 1)
    assert halves.values[0, 0, 0] == pytest.approx(0.5, abs=0.005)


def test_transparent_is_white():
    pixels = np.zeros((2, 2, 4), np.uint8)
    pixels[0, :, 3] = 255
    pixels[1, 0, 3] = 128
    values = read_image(saved(Image.fromarray(pixels)), 2, 2).values[0]
    np.testing.assert_allclose(values, [[0, 0], [0.5, 1]], atol=0.005)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16", "CMYK"])
def test_every_kind_of_picture_is_read(mode):
    picture = Image.fromarray(np.array([[0, 255], [255, 0]], np.uint8))
    if mode == "I;16":
        data = saved(Image.fromarray(np.array([[0, 65535], [65535, 0]], np.uint16)))
    else:
        kind = {"kind": "JPEG", "quality": 100} if mode == "CMYK" else {}
        data = saved(picture.resize((16, 16), 0).convert(mode), **kind)
    values = read_image(data, 2, 2).values[0]
    np.testing.assert_allclose(values, [[0, 1], [1, 0]], atol=0.02)


def test_colours_become_luminance():
    pixels = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8)
    values = read_image(saved(Image.fromarray(pixels)), 1, 3).values[0, 0]
    np.testing.assert_allclose(values, [0.299, 0.587, 0.114], atol=0.005)


def test_picture_is_turned_as_its_exif_says():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter: the first row becomes the last column
    data = saved(Image.fromarray(GREY), "JPEG", exif=exif, quality=100)
    values = read_image(data, 4, 3).values[0]
    np.testing.assert_allclose(values, np.rot90(GREY, -1) / 255, atol=0.05)


def test_first_picture_of_an_animation_counts():
    frames = [Image.fromarray(np.full((2, 2), value, np.uint8)) for value in (0, 255)]
    data = saved(frames[0], save_all=True, append_images=frames[1:])
    assert not read_image(data, 2, 2).values.any()


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def huge_png(width, height):
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


GOOD = saved(Image.fromarray(GREY))


BROKEN = {
    "empty": b"",
    "text": b"hello",
    "cut": GOOD[:40],
    "cut within the pixels": GOOD[:-24],
    "magic alone": b"\x89PNG\r\n\x1a\n",
    "GIF": saved(Image.fromarray(GREY), "GIF"),
    "BMP": saved(Image.fromarray(GREY), "BMP"),
    "no width": huge_png(0, 5),
    "cut header": huge_png(40, 50)[:30],
    "too few pixels": huge_png(400, 500),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=list(BROKEN))
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(ValueError, match="must be a whole PNG or JPEG"):
        read_image(data, 3, 4)


@pytest.mark.parametrize("size", [(4097, 1), (1, 5000), (60_000, 60_000)])
def test_too_large_a_picture_is_refused_by_its_header(size):
    with pytest.raises(ValueError, match="at most 4096 x 4096 pixels, got "):
        read_image(huge_png(*size), 3, 4)


@pytest.mark.parametrize("bit", range(0, 8 * len(GOOD), 7))
def test_flipped_bits_are_read_or_refused(bit):
    data = bytearray(GOOD)
    data[bit // 8] ^= 1 << bit % 8
    try:
        assert read_image(bytes(data), 3, 4).values.shape == (1, 3, 4)
    except ValueError as error:
        assert "the picture must" in str(error)


@pytest.mark.parametrize(("height", "width"), [(0, 4), (257, 4), (4, 0), (4, 257)])
def test_size_out_of_range_is_refused(height, width):
    with pytest.raises(ValueError, match="must be from 1 to 256"):
        read_image(GOOD, height, width)
