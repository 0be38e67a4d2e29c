"""A text as a QR code: as rectangles for a picture of one's own, or as an SVG file."""

from __future__ import annotations

from itertools import groupby

from rnnviz.figures.theme import BLACK, WHITE
from rnnviz.limits import TooLargeError

# Modules around a code that stay light, so that it is found (ISO/IEC 18004, 6.3.8).
QUIET_ZONE = 4

# Width of the SVG unless it is scaled: a phone reads a full link from a page at arm's length.
_WIDTH_MM = 40

# x, y, width, height.
Rect = tuple[int, int, int, int]


def qr_rects(text: str) -> list[Rect]:
    """The dark modules of a QR code as rectangles (x, y, width, height), counted in modules.

    The code is the smallest that holds the text, and corrects as many errors as fit into it. It
    begins at (0, 0) and is as wide as it is high: max(x + width). `QUIET_ZONE` modules around it
    must stay light.

    Args:
        text: any text, such as a link; as UTF-8 where it is not Latin-1.

    Raises:
        ImportError: segno is not installed.
        ValueError: text is empty.
        TooLargeError: text is too long for a QR code, which holds at most 2,953 bytes.
    """
    import segno

    if not text:
        raise ValueError("text must have a character to stand in a QR code, got an empty one.")
    try:
        # Never a Micro QR code, which most phones do not read.
        code = segno.make_qr(text, error="l")
    except segno.DataOverflowError as error:
        raise TooLargeError(
            f"text has {len(text):,} characters, too many for a QR code, which holds 2,953 bytes: "
            "shorten it."
        ) from error
    rects: list[Rect] = []
    # Runs that stand in both of two rows are one rectangle: a seam shows where two of them touch.
    open_: dict[tuple[int, int], tuple[int, int]] = {}  # (x, width) -> (y, height)
    for y, row in enumerate([*code.matrix, ()]):
        runs = _runs(row)
        for run in [run for run in open_ if run not in runs]:
            top, height = open_.pop(run)
            rects.append((run[0], top, run[1], height))
        for run in runs:
            top, height = open_.get(run, (y, 0))
            open_[run] = (top, height + 1)
    return sorted(rects, key=lambda rect: (rect[1], rect[0]))


def _runs(row: tuple[int, ...] | bytearray) -> list[tuple[int, int]]:
    """(x, width) of the dark runs of a row."""
    runs, x = [], 0
    for dark, group in groupby(row):
        width = len(list(group))
        if dark:
            runs.append((x, width))
        x += width
    return runs


def qr_shapes(text: str) -> tuple[int, str]:
    """The width of a QR code with its quiet zone, in modules, and the SVG elements that draw it.

    Args:
        text: as of `qr_rects`.

    Raises:
        ImportError, ValueError, TooLargeError: as `qr_rects` does.
    """
    rects = qr_rects(text)
    side = max(x + width for x, _, width, _ in rects) + 2 * QUIET_ZONE
    path = "".join(
        f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h{width}v{height}h-{width}z"
        for x, y, width, height in rects
    )
    ground = f'<rect width="{side}" height="{side}" fill="{WHITE}"/>'
    return side, f'{ground}<path d="{path}" fill="{BLACK}"/>'


def qr_svg(text: str) -> str:
    """A QR code as an SVG file: black on white with its quiet zone, 40 mm wide until scaled.

    Args:
        text: as of `qr_rects`.

    Raises:
        ImportError, ValueError, TooLargeError: as `qr_rects` does.
    """
    side, shapes = qr_shapes(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH_MM}mm" height="{_WIDTH_MM}mm" '
        f'viewBox="0 0 {side} {side}" role="img" shape-rendering="crispEdges">'
        f"<title>QR code</title>{shapes}</svg>\n"
    )
