"""A picture of one moment for a preset: as SVG, as PDF with embedded fonts, as PNG."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple

from rnnviz.exports.drawing import Drawer, Drawing
from rnnviz.exports.ink import ink_of
from rnnviz.exports.qr import qr_shapes
from rnnviz.exports.shot import Shot, Span
from rnnviz.exports.svg import (
    Type,
    mm_per_px,
    svg_group,
    svg_picture,
    text_element,
    type_of,
)
from rnnviz.exports.title import title_lines
from rnnviz.figures.presets import MM_PER_INCH, PT_PER_INCH, Preset
from rnnviz.limits import MAX_PICTURE_PIXELS, TooLargeError

# Points around the picture on a page of fixed height, and between a title and what is below.
MARGIN_PT = 18
_TITLE_GAP_PT = 12
# Shares of a title's size: from its top to the foot of its first line, so that accents and signs of
# other scripts have room at the edge of a page without margins; and from line to line.
_TITLE_FOOT = 1.0
_TITLE_LINE = 1.2
# Of an anatomy, where not all have room.
_MOST_UNITS = 16
# Across a lecture hall a phone reads such a code from the screen.
_QR_MM = 26

StillFormat = Literal["svg", "pdf", "png"]


class Still(NamedTuple):
    """One picture at its final size.

    Attributes:
        svg: the picture.
        width_mm: of the page.
        height_mm: of the page.
        at: the moment shown, as in a link.
        units: those shown, where a page of fixed height has no room for all; else None.
        drawing: what is on it; None where it is several.
    """

    svg: str
    width_mm: float
    height_mm: float
    at: str
    units: Span | None
    drawing: Drawing | None = None


def still(drawer: Drawer, shot: Shot, preset: Preset, *, title: str = "", link: str = "") -> Still:
    """A moment of a run for a preset.

    On a page of fixed height the anatomy shows as many units around the one in the light as have
    room, unless the shot names them.

    Args:
        drawer: of the run.
        shot: what is shown.
        preset: where the picture is going.
        title: above it, in the largest size, in as many lines as it needs; empty is none.
        link: where a QR code in the upper right corner leads to; empty is none.

    Raises:
        ValueError: the shot does not fit the run, the picture the page, or the link a QR code.
    """
    unit = mm_per_px(preset)
    margin = 0 if preset.height_mm is None else MARGIN_PT / PT_PER_INCH * MM_PER_INCH / unit
    type_ = type_of(preset)
    width = preset.width_mm / unit - 2 * margin
    lines = title_lines(title, width - (_QR_MM / unit if link else 0), type_.most)
    head = _head_height(type_, preset, len(lines), link)
    room = None if preset.height_mm is None else preset.height_mm / unit - 2 * margin - head
    drawing, units = _drawn(drawer, shot, preset, width, room)
    body = svg_group(drawing, type_)
    palette = ink_of(preset).palette
    top = margin + head + (0 if room is None else max(room - drawing.height, 0) / 2)
    body = f'<g transform="translate({margin:.2f} {top:.2f})">\n{body}\n</g>'
    item = {"x": margin, "size": type_.most, "weight": 600, "fill": palette.text}
    for number, line in reversed([*enumerate(lines)]):
        y = margin + (_TITLE_FOOT + _TITLE_LINE * number) * type_.most
        body = text_element(item | {"text": line, "y": y}, type_) + "\n" + body
    across = width + 2 * margin
    if link:
        body += _qr(link, across - margin - _QR_MM / unit, margin, _QR_MM / unit)
    down = drawing.height + head if room is None else preset.height_mm / unit
    size = (preset.width_mm, down * unit)
    text = svg_picture(body, size, (across, down), ground=palette.surface, title=title or "RNNviz")
    return Still(text, *size, drawing.at, units, drawing)


def _head_height(type_: Type, preset: Preset, lines: int, link: str) -> float:
    """Pixels above the picture, for the lines of a title and a code."""
    title = (1 + _TITLE_LINE * (lines - 1)) * type_.most if lines else 0
    high = max(title, _QR_MM / mm_per_px(preset) if link else 0)
    return high + _TITLE_GAP_PT * type_.least / preset.least_pt if high else 0


def _qr(link: str, x: float, y: float, side: float) -> str:
    """A QR code with its quiet zone, `side` pixels wide."""
    modules, shapes = qr_shapes(link)
    place = f"translate({x:.2f} {y:.2f}) scale({side / modules:.5f})"
    return f'\n<g transform="{place}">{shapes}</g>'


def _drawn(
    drawer: Drawer, shot: Shot, preset: Preset, width: float, room: float | None
) -> tuple[Drawing, Span | None]:
    """The drawing, and the units that it shows where it cannot show all."""
    ink = ink_of(preset)
    drawing = drawer.draw(shot, ink, width, room)
    if room is None or drawing.height <= room:
        return drawing, None
    least = drawing
    if shot.units is None and shot.view in ("anatomy", "step"):
        unit, count = int(drawing.at.split(".")[3]), drawer.sizes.units
        fewer: dict[int, tuple[Drawing, Span]] = {}

        def is_too_high(shown: int) -> bool:
            start = min(max(unit - shown // 2, 0), count - shown)
            units = (start, start + shown)
            drawing = drawer.draw(replace(shot, units=units), ink, width, room)
            fewer[shown] = drawing, units
            return drawing.height > room

        # More units are higher: half of what is left is tried each time.
        most = bisect_left(range(1, min(count, _MOST_UNITS) + 1), True, key=is_too_high)
        if most:
            return fewer[most]
        least = fewer[1][0]
    unit = mm_per_px(preset)
    raise ValueError(
        f"{preset.words}: with text of {preset.base_pt:g} pt the view {shot.view} would be "
        f"{least.height * unit:.0f} mm high and has {room * unit:.0f} mm; choose a view that shows "
        "less, fewer layers or one direction, or a page whose height is free."
    )


def still_bytes(picture: Still, kind: StillFormat, *, dpi: int = 300) -> bytes:
    """A picture as a file.

    Args:
        picture: as `still` makes it.
        kind: svg, pdf (vectors, fonts embedded) or png.
        dpi: pixels per inch, of a PNG.

    Raises:
        ValueError: dpi is not positive; TooLargeError if the PNG would have more than
            MAX_PICTURE_PIXELS.
        ImportError: typst or the typeface is not installed; an svg needs neither.
    """
    if kind == "svg":
        return picture.svg.encode("utf-8")
    import typst

    if kind == "png":
        check_pixels(picture, dpi)
    with TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "picture.svg").write_text(picture.svg, "utf-8")
        (root / "page.typ").write_text(page_of(picture), "utf-8")
        return typst.compile(
            root / "page.typ",
            root=root,
            format=kind,
            ppi=float(dpi),
            font_paths=[font_folder()],
            pdf_tags=False,
        )


def page_of(picture: Still) -> str:
    """What the typesetter reads: a page that `picture.svg` beside it fills."""
    return (
        f"#set page(width: {picture.width_mm}mm, height: {picture.height_mm}mm, margin: 0pt)\n"
        '#image("picture.svg", width: 100%, height: 100%, fit: "stretch")\n'
    )


def check_pixels(picture: Still, dpi: int) -> None:
    """Refuse a PNG that `still_bytes` would not make.

    Raises:
        ValueError, TooLargeError: as `still_bytes` does.
    """
    if dpi < 1:
        raise ValueError(f"dpi must be at least 1, got {dpi}.")
    across, down = (side / MM_PER_INCH * dpi for side in (picture.width_mm, picture.height_mm))
    if across * down > MAX_PICTURE_PIXELS:
        raise TooLargeError(
            f"a PNG may have {MAX_PICTURE_PIXELS / 1e6:g} million pixels; at {dpi} dpi this one "
            f"has {across * down / 1e6:.0f}: lower the dpi."
        )


def font_folder() -> Path:
    """Where the typeface of the app lies."""
    return Path(str(resources.files("font_source_sans_pro"))) / "files"
