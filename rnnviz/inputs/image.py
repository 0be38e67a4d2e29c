"""Pictures from users, read row by row as images of digits often are."""

from __future__ import annotations

import io
import struct
import warnings
import zlib

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from rnnviz.inputs.checks import check_size
from rnnviz.inputs.series import Series
from rnnviz.limits import MAX_IMAGE_SIDE, MAX_INPUT_SIZE, MAX_SEQ_LEN

_FORMATS = ("PNG", "JPEG")

_NO_PICTURE = "the picture must be a whole PNG or JPEG; it is broken or none."

# What Pillow raises for files that are broken or something else.
_BROKEN = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    OverflowError,
    EOFError,
    struct.error,
    zlib.error,
)


def read_image(data: bytes, height: int, width: int) -> Series:
    """A PNG or JPEG as grey values from 0, black, to 1, white: a timestep per row of pixels.

    It is turned as its EXIF says, laid on white where it is transparent, and resized to
    (height, width) by averaging. Of an animation the first picture counts.

    Raises:
        TypeError: height or width is no int.
        ValueError: these are out of range, or the bytes are no such picture, or too large a one.
    """
    check_size("height", height, MAX_SEQ_LEN)
    check_size("width", width, MAX_INPUT_SIZE)
    try:
        # Pillow warns of large pictures, which are refused below by their header.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(io.BytesIO(data), formats=_FORMATS)
            _check_sides(*picture.size)
            grey = _grey(picture).resize((width, height), Image.Resampling.BOX)
    except Image.DecompressionBombError as error:
        raise ValueError(_too_large("more pixels than any screen has")) from error
    except _TooLargeError:
        raise
    except _BROKEN as error:
        raise ValueError(
            "the picture must be a whole PNG or JPEG; it is broken or none."
        ) from error
    values = np.asarray(grey, dtype=np.float64)[None] / 255.0  # (1, height, width)
    return Series(values=values, columns=tuple(f"column {k}" for k in range(width)))


class _TooLargeError(ValueError):
    """A picture of too many pixels."""


def _check_sides(width: int, height: int) -> None:
    if max(width, height) > MAX_IMAGE_SIDE:
        raise _TooLargeError(_too_large(f"{width} x {height}"))


def _too_large(came: str) -> str:
    return f"the picture must have at most {MAX_IMAGE_SIDE} x {MAX_IMAGE_SIDE} pixels, got {came}."


def _grey(picture: Image.Image) -> Image.Image:
    """Luminance from 0 to 255, on white where the picture is transparent."""
    if picture.mode.startswith("I;16") or picture.mode == "I":
        # 16 bits a pixel, which Pillow would cut off at 255.
        return Image.fromarray((np.asarray(picture) / 257.0).round().clip(0, 255).astype(np.uint8))
    turned = ImageOps.exif_transpose(picture).convert("RGBA")
    white = Image.new("RGBA", turned.size, "white")
    return Image.alpha_composite(white, turned).convert("L")
