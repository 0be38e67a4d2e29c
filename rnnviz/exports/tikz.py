"""A display list as TikZ, for papers: a picture in LaTeX's own type that one can edit by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rnnviz.exports.drawing import Drawing
from rnnviz.exports.ink import ink_of
from rnnviz.exports.tikz_parts import ALONG, DOWN, FONTS, HEAD, macros
from rnnviz.exports.tikz_path import number, tikz_path
from rnnviz.exports.tikz_styles import Styles
from rnnviz.exports.tikz_text import OTHER, tex_formula, tex_text
from rnnviz.exports.title import title_lines
from rnnviz.figures.presets import MM_PER_INCH, PT_PER_INCH, Preset
from rnnviz.figures.theme import BLACK, WHITE
from rnnviz.limits import TIKZ_MAX_BYTES, TIKZ_MAX_CELLS, TooLargeError

# TeX's own point is a little smaller than the one that journals and PDF count in.
_TEX_PT_PER_INCH = 72.27
_LEADING = 1.2
# The least that a sign lowered in a formula has of its size, as in `paint.js`.
_LOWERED = 0.72
# The room below a title, as a share of its size.
_TITLE_GAP = 0.8

_ANCHORS = {"start": "base west", "middle": "base", "end": "base east"}
# How much longer a cell is than its place: under the next one, lest paper shows between them.
_OVERLAP = 1.1
_RGBA = re.compile(r"rgba\((\d+), ?(\d+), ?(\d+), ?([\d.]+)\)")


class _Picture:
    """One drawing on its way into TikZ.

    Attributes:
        scale: millimetres of a pixel.
        formulas: the sizes of formulas, in points.
        palette: the colours of everything but numbers.
        roles: what they are for.
    """

    def __init__(self, drawing: Drawing, preset: Preset) -> None:
        self.drawing, self.preset = drawing, preset
        self.scale = preset.width_mm / drawing.width
        self.styles = Styles()
        self.formulas: set[float] = set()
        self.palette = ink_of(preset).palette
        self.roles = {color: role for role, color in reversed(vars(self.palette).items())}

    def mm(self, pixels: float) -> str:
        return number(pixels * self.scale)

    def at(self, x: float, y: float) -> str:
        return f"({self.mm(x)},{self.mm(y)})"

    def lines(self) -> Iterator[str]:
        write = {
            "rect": self._rect,
            "path": self._path,
            "circle": self._circle,
            "text": self._text,
            "heat": self._heat,
        }
        for item in self.drawing.items:
            if item.get("opacity", 1) != 0:
                yield from write[item["kind"]](item)

    def _paint(self, item: dict[str, Any], *, fill: bool = True) -> list[str]:
        """Fill, outline and opacity as options of TikZ."""
        found = []
        if item.get("stroke"):
            found += self._color("draw", item["stroke"])
            found.append(f"line width={self.mm(item.get('line') or 1)}mm")
            if item.get("cap", "butt") != "butt":
                found.append(f"line cap={item['cap'].replace('square', 'rect')}")
            if item.get("dash"):
                lengths = [f"{self.mm(one)}mm" for one in item["dash"]]
                words = ("on", "off") * len(lengths)
                pairs = zip(words, lengths * (1 + len(lengths) % 2), strict=False)
                found.append("dash pattern=" + " ".join(f"{word} {one}" for word, one in pairs))
        if fill and (item.get("fill") or "none") != "none":
            found += self._color("fill", item["fill"])
        return found + self._opacity(item)

    def _color(self, use: str, color: str) -> list[str]:
        see_through = _RGBA.fullmatch(color)
        if see_through is None:
            return [f"{use}={self.styles.color(color)}"]
        red, green, blue = (int(channel) for channel in see_through.groups()[:3])
        name = self.styles.color(f"#{red:02x}{green:02x}{blue:02x}")
        return [f"{use}={name}", f"{use} opacity={see_through[4]}"]

    def _opacity(self, item: dict[str, Any]) -> list[str]:
        opacity = item.get("opacity", 1)
        return [] if opacity == 1 else [f"opacity={number(opacity, 2)}"]

    def _rect(self, item: dict[str, Any]) -> Iterator[str]:
        x, y = item["x"], item["y"]
        width, height = max(item["width"], 0), max(item["height"], 0)
        # The colour of a lone area is most often a number's: it stands where the number does.
        lone = not item.get("stroke") and (item.get("fill") or "none")[0] == "#"
        paint = self._paint(item, fill=not lone)
        own = f", fill={self.styles.color(item['fill'])}" if lone else ""
        if not paint and not own:
            return
        radius = min(item.get("radius") or 0, width / 2, height / 2)
        if radius:
            paint.append(f"rounded corners={self.mm(radius)}mm")
        kind = "frame"
        if lone:
            kind = "area" if item["fill"] in self.roles else "cell"
        if kind == "cell":
            paint.insert(0, "rnnviz cell")
        name = self.styles.look(kind, ", ".join(paint))
        corners = f"{self.at(x, y)} rectangle {self.at(x + width, y + height)}"
        yield f"\\path[{name}{own}] {corners};"

    def _path(self, item: dict[str, Any]) -> Iterator[str]:
        if paint := self._paint(item):
            name = self.styles.look("line" if item.get("stroke") else "tip", ", ".join(paint))
            yield f"\\path[{name}] {tikz_path(item['d'], self.scale)};"

    def _circle(self, item: dict[str, Any]) -> Iterator[str]:
        if paint := self._paint(item):
            name = self.styles.look("dot", ", ".join(paint))
            center = self.at(item["x"], item["y"])
            yield f"\\path[{name}] {center} circle[radius={self.mm(item['r'])}];"

    def _text(self, item: dict[str, Any]) -> Iterator[str]:
        if not item["text"]:
            return
        preset, math_ = self.preset, bool(item.get("math"))
        points = item["size"] * self.scale / MM_PER_INCH * PT_PER_INCH
        points = round(min(max(points, preset.least_pt), preset.most_pt), 1)
        color = item["fill"]
        if preset.plain_text and color != WHITE:
            color = BLACK
        options = ["rnnviz text", *self._color("text", color), *self._opacity(item)]
        options.append(f"font={_font(points, bold=item.get('weight', 400) >= 600)}")
        if math_:
            self.formulas.add(points)
        name = self.styles.look("formula" if math_ else "text", ", ".join(options))
        anchor = _ANCHORS[item.get("anchor") or "start"]
        text = f"${tex_formula(item['text'])}$" if math_ else tex_text(item["text"])
        yield f"\\node[{name}, anchor={anchor}] at {self.at(item['x'], item['y'])} {{{text}}};"

    def _heat(self, item: dict[str, Any]) -> Iterator[str]:
        columns, rows, colors = item["columns"], item["rows"], item["colors"]
        if columns < 1 or rows < 1 or item["width"] <= 0 or item["height"] <= 0:
            return
        names = [
            self.styles.color(f"#{colors[at : at + 6]}").removeprefix("rnnviz")
            for at in range(0, len(colors), 6)
        ]
        wide, high = item["width"] * self.scale / columns, item["height"] * self.scale / rows
        x, y = item["x"] * self.scale, item["y"] * self.scale
        if opacity := self._opacity(item):
            yield f"\\begin{{scope}}[transparency group, {opacity[0]}]"
        if columns == 1:
            yield _cells(DOWN, (x, y), (wide, high), names)
        else:
            for row in range(rows):
                # Rows overlap as cells do, but for the last.
                size = (wide, high if row == rows - 1 else _OVERLAP * high)
                found = names[row * columns : (row + 1) * columns]
                yield _cells(ALONG, (x, y + row * high), size, found)
        if opacity:
            yield "\\end{scope}"


def _cells(macro: str, at: tuple[float, float], size: tuple[float, float], names: list[str]) -> str:
    numbers = "".join(f"{{{number(one, 5)}}}" for one in (*at, *size))
    return f"{macro}{numbers}{{{','.join(names)}}}"


def _font(points: float, *, bold: bool = False) -> str:
    size = points / PT_PER_INCH * _TEX_PT_PER_INCH
    weight = "\\bfseries\\boldmath" if bold else ""
    return f"\\fontsize{{{number(size, 2)}}}{{{number(_LEADING * size, 2)}}}\\rnnvizfamily{weight}"


def tikz_picture(drawing: Drawing, preset: Preset, *, title: str = "") -> str:
    """A picture as a LaTeX document, as wide as the preset says and as high as it has to be.

    Its tikzpicture can be copied out: it needs the package tikz, and iftex where a text has signs
    that pdflatex lacks. It defines its colours and styles within itself. Texts are data: no sign of
    them is a command.

    Args:
        drawing: what `Drawer.draw` made, best `width_mm / mm_per_px(preset)` pixels wide.
        preset: where the picture is going. Text stays within its sizes.
        title: above the picture, in the largest size; empty is none.

    Raises:
        TooLargeError: the picture has more than TIKZ_MAX_CELLS cells, or the text would have more
            than TIKZ_MAX_BYTES.
    """
    cells = sum(one["columns"] * one["rows"] for one in drawing.items if one["kind"] == "heat")
    if cells > TIKZ_MAX_CELLS:
        raise TooLargeError(
            f"a picture in TikZ may have {TIKZ_MAX_CELLS:,} cells, this one has {cells:,}: show "
            "fewer timesteps, units or layers, or save it as PDF."
        )
    picture = _Picture(drawing, preset)
    body, size = [], 0
    head, room = _title(picture, title)
    for line in (*head, *picture.lines()):
        body.append(line)
        size += len(line) + 1
        if size > TIKZ_MAX_BYTES:
            raise TooLargeError(
                f"a picture in TikZ may be at most {TIKZ_MAX_BYTES >> 20} MiB of text: show fewer "
                "timesteps, units or layers, or save it as PDF."
            )
    return _document(picture, body, room)


def _title(picture: _Picture, title: str) -> tuple[list[str], float]:
    """The lines of a title, and the millimetres that it takes above the picture."""
    preset = picture.preset
    size = preset.most_pt / PT_PER_INCH * MM_PER_INCH
    lines = title_lines(title, preset.width_mm, size)
    if not lines:
        return [], 0
    room = (len(lines) * _LEADING + _TITLE_GAP) * size
    color = BLACK if preset.plain_text else picture.palette.text
    look = f"rnnviz text, text={picture.styles.color(color)}, anchor=north west, align=left"
    look += f", text width={number(preset.width_mm)}mm, font={_font(preset.most_pt, bold=True)}"
    name = picture.styles.look("title", look)
    # The braces keep a line that begins with [ or * from being read as an option of the break.
    text = "\\\\{}".join(map(tex_text, lines))
    return [f"\\node[{name}] at (0,{number(-room)}) {{{text}}};"], room


def _document(picture: _Picture, body: list[str], room: float) -> str:
    preset, styles = picture.preset, picture.styles
    width, height = number(preset.width_mm), picture.drawing.height * picture.scale
    corners = f"(0,{number(-room)}) rectangle ({width},{number(height)})"
    ground = [f"\\useasboundingbox {corners};"]
    if picture.palette.surface != WHITE:
        ground.append(f"\\fill[{styles.color(picture.palette.surface)}] {corners};")
    other = any(OTHER in line for line in body)
    head = HEAD.format(
        about=f"A moment of a recurrent net: {picture.drawing.at}",
        more=" and \\usepackage{iftex}" if other else "",
        width=width,
        height=number(height + room),
        preamble=(FONTS if other else "") + _math_sizes(picture),
    )
    lines = [
        "\\begin{tikzpicture}[",
        "  x=1mm, y=-1mm,",
        "  rnnviz text/.style={inner sep=0pt, outer sep=0pt},",
        "  rnnviz cell/.style={},",
        *styles.options(),
        "]",
        "\\providecommand\\rnnvizfamily{\\sffamily}",
        *macros(body),
        *styles.definitions(picture.roles),
        *ground,
        *body,
        "\\end{tikzpicture}%",
        "\\end{document}",
    ]
    return head + "\n".join(lines) + "\n"


def _math_sizes(picture: _Picture) -> str:
    """Lines that keep lowered signs of formulas at a size that can be read."""
    per_pt, lines = _TEX_PT_PER_INCH / PT_PER_INCH, []
    for points in sorted(picture.formulas):
        low = number(max(_LOWERED * points, picture.preset.least_pt) * per_pt, 2)
        size = number(points * per_pt, 2)
        lines.append(f"\\DeclareMathSizes{{{size}}}{{{size}}}{{{low}}}{{{low}}}\n")
    return "".join(lines)
