"""A display list as the text of an SVG picture, at its final size, its text as text."""

from __future__ import annotations

import re
import struct
import zlib
from base64 import b64encode
from collections.abc import Iterator
from html import escape
from typing import Any, NamedTuple

from rnnviz.exports.drawing import Drawing
from rnnviz.figures.presets import MM_PER_INCH, PT_PER_INCH, Preset
from rnnviz.figures.theme import BLACK, FONT_FAMILY, MATH_FONT, WHITE

# Pixels that text of the usual size has in the player.
USUAL_PX = 11

# Up to so many numbers a heat becomes editable rectangles; beyond, a picture in the picture.
MAX_VECTOR_CELLS = 4096

# How much smaller and lower what follows "_" is set, as shares of the size; as in paint.js.
LOWERED = 0.72
DOWN = 0.2

# Neighbours of one colour field overlap by so many pixels, lest paper shows between them.
_OVERLAP = 0.25

_PIECE = re.compile(r"(_\{[^}]*\}|_\w)")
# What XML has no way to write: https://www.w3.org/TR/xml/#charsets.
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Type(NamedTuple):
    """Sizes of text in pixels of the drawing, and its colour where it has but one.

    Attributes:
        least: no text is smaller.
        most: no text is larger.
        ink: of all text but the white on dark cells; None keeps each one's own.
    """

    least: float
    most: float
    ink: str | None


def mm_per_px(preset: Preset) -> float:
    """Millimetres of a pixel of the drawing: its usual text has the preset's usual size."""
    return preset.base_pt / PT_PER_INCH * MM_PER_INCH / USUAL_PX


def type_of(preset: Preset) -> Type:
    """The preset's sizes of text in pixels of the drawing."""
    per_pt = USUAL_PX / preset.base_pt
    ink = BLACK if preset.plain_text else None
    return Type(preset.least_pt * per_pt, preset.most_pt * per_pt, ink)


def svg_group(drawing: Drawing, type_: Type) -> str:
    """The items of a drawing, in its own pixels, without the picture around them."""
    return "\n".join(part for item in drawing.items for part in _parts(item, type_))


def svg_picture(
    body: str,
    size_mm: tuple[float, float],
    size_px: tuple[float, float],
    *,
    ground: str,
    title: str,
) -> str:
    """A whole picture of elements that are laid out in pixels."""
    (width, height), (across, down) = size_mm, size_px
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}mm" height="{_n(height)}mm" '
        f'viewBox="0 0 {_n(across)} {_n(down)}" font-family="{_xml(FONT_FAMILY)}">\n'
        f"<title>{_xml(title)}</title>\n"
        f'<rect width="{_n(across)}" height="{_n(down)}" fill="{ground}"/>\n{body}\n</svg>\n'
    )


def _parts(item: dict[str, Any], type_: Type) -> Iterator[str]:
    if item.get("opacity") == 0:
        return
    match item["kind"]:
        case "text":
            if item["text"]:
                yield text_element(item, type_)
        case "heat":
            yield _heat(item)
        case "rect":
            place = {"x": item["x"], "y": item["y"], "rx": item.get("radius")}
            yield f"<rect{_numbers(**place, **_size(item))}{_paint(item)}/>"
        case "circle":
            yield f"<circle{_numbers(cx=item['x'], cy=item['y'], r=item['r'])}{_paint(item)}/>"
        case "path":
            yield f'<path d="{_xml(item["d"])}"{_paint(item)}/>'


def _size(item: dict[str, Any]) -> dict[str, float]:
    return {"width": max(item["width"], 0), "height": max(item["height"], 0)}


def _numbers(**numbers: float | None) -> str:
    return "".join(f' {name}="{_n(one)}"' for name, one in numbers.items() if one is not None)


def _paint(item: dict[str, Any]) -> str:
    """Fill, outline and opacity as attributes."""
    found = f' fill="{item.get("fill") or "none"}"'
    if item.get("stroke"):
        found += f' stroke="{item["stroke"]}" stroke-width="{_n(item.get("line") or 1)}"'
        if item.get("cap"):
            found += f' stroke-linecap="{item["cap"]}"'
        if item.get("dash"):
            found += f' stroke-dasharray="{" ".join(map(_n, item["dash"]))}"'
    if item.get("opacity", 1) != 1:
        found += f' opacity="{_n(item["opacity"])}"'
    return found


def text_element(item: dict[str, Any], type_: Type) -> str:
    """One text, its size within bounds."""
    size = min(max(item["size"], type_.least), type_.most)
    ink = item["fill"] if type_.ink is None or item["fill"] == WHITE else type_.ink
    found = f'<text x="{_n(item["x"])}" y="{_n(item["y"])}" font-size="{_n(size)}" fill="{ink}"'
    if item.get("weight", 400) != 400:
        found += f' font-weight="{item["weight"]}"'
    if item.get("anchor", "start") != "start":
        found += f' text-anchor="{item["anchor"]}"'
    if item.get("opacity", 1) != 1:
        found += f' opacity="{_n(item["opacity"])}"'
    if not item.get("math"):
        return f"{found}>{_xml(item['text'])}</text>"
    found += f' font-family="{_xml(MATH_FONT)}" font-style="italic"'
    return f"{found}>{_formula(item['text'], size, type_.least)}</text>"


def pieces(text: str) -> list[tuple[str, bool]]:
    """The pieces of a formula, and of each whether it is set lower."""
    return [
        (re.sub(r"[{}]", "", piece[1:]), True) if piece[0] == "_" else (piece, False)
        for piece in _PIECE.split(text)
        if piece
    ]


def _formula(text: str, size: float, least: float) -> str:
    small = max(LOWERED * size, least)
    spans, before = [], False
    for piece, lower in pieces(text):
        shift = "" if lower == before else f' dy="{_n(DOWN * size * (1 if lower else -1))}"'
        own = f' font-size="{_n(small)}"' if lower else ""
        spans.append(f"<tspan{own}{shift}>{_xml(piece)}</tspan>")
        before = lower
    return "".join(spans)


def heat_colors(item: dict[str, Any]) -> list[str]:
    """The colours of a heat, row by row, as `#rrggbb`."""
    colors = item["colors"]
    return [f"#{colors[at : at + 6]}" for at in range(0, len(colors), 6)]


def _heat(item: dict[str, Any]) -> str:
    columns, rows = item["columns"], item["rows"]
    if columns < 1 or rows < 1 or item["width"] <= 0 or item["height"] <= 0:
        return ""
    opacity = "" if item.get("opacity", 1) == 1 else f' opacity="{_n(item["opacity"])}"'
    if columns * rows > MAX_VECTOR_CELLS:
        return _picture(item, opacity)
    width, height = item["width"] / columns, item["height"] / rows
    cells = []
    for at, color in enumerate(heat_colors(item)):
        row, column = divmod(at, columns)
        wide = width + (_OVERLAP if column < columns - 1 else 0)
        high = height + (_OVERLAP if row < rows - 1 else 0)
        x, y = item["x"] + column * width, item["y"] + row * height
        cells.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(wide)}" height="{_n(high)}" fill="{color}"/>'
        )
    return f'<g shape-rendering="crispEdges"{opacity}>{"".join(cells)}</g>'


def _picture(item: dict[str, Any], opacity: str) -> str:
    data = b64encode(png_of(item["colors"], item["columns"])).decode("ascii")
    return (
        f'<image x="{_n(item["x"])}" y="{_n(item["y"])}" width="{_n(item["width"])}" '
        f'height="{_n(item["height"])}" preserveAspectRatio="none" '
        f'style="image-rendering:pixelated"{opacity} href="data:image/png;base64,{data}"/>'
    )


def png_of(colors: str, columns: int) -> bytes:
    """A PNG with a pixel for every six hexadecimal digits.

    Source: https://www.w3.org/TR/png-3/ (8 bits, colour type 2, filter 0).
    """
    pixels = bytes.fromhex(colors)
    rows = len(pixels) // (3 * columns)
    lines = b"".join(
        b"\0" + pixels[3 * columns * row : 3 * columns * (row + 1)] for row in range(rows)
    )

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(lines, 9)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _n(number: float) -> str:
    """A number with as many digits as a hundredth of a pixel needs."""
    return f"{number:.2f}".rstrip("0").rstrip(".") or "0"


def _xml(text: str) -> str:
    return escape(_NO_XML.sub("\ufffd", text))
