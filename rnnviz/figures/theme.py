"""Every colour, font and size of the pictures, as plain data, and the scale that colours values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

from rnnviz.config import Direction

ThemeName = Literal["light", "dark"]

# Names that CSS takes without quotes: one that starts with a digit would void the whole list.
FONT_FAMILY = "Source Sans, Source Sans Pro, Segoe UI, Helvetica, Arial, sans-serif"
# Of formulas.
MATH_FONT = "STIX Two Text, Cambria Math, Times New Roman, Libertinus Serif, serif"

# Pixels.
FONT_SIZE = 12
SMALL_SIZE = 11
TITLE_SIZE = 16

# Negative to positive at 0, .1 ... 1 of the range. Measured on this scale: -v and +v stay apart in
# deuteranopic and protanopic sight, and black or white text reaches a contrast of 4.6 on each stop.
SIGNED_STOPS = (
    "#753408",
    "#a14a01",
    "#c97822",
    "#e0ad6b",
    "#efd6b5",
    "#f7f7f7",
    "#c0def2",
    "#81bde4",
    "#2c93cf",
    "#0068a1",
    "#02487f",
)

# From 0 to 1, for gates: one hue that no signed value and no direction has.
SHARE_STOPS = (
    "#f7f7f7",
    "#f5dfeb",
    "#efc1da",
    "#e59ec6",
    "#d678b0",
    "#bf5497",
    "#a1347d",
    "#7d1a62",
    "#560946",
)

# Stops from negative to positive, as `SIGNED_STOPS`. On paper without colour lightness alone has to
# tell the sign, so it falls from one end to the other; a minus marks negative cells besides.
COLOR_MAPS: dict[str, tuple[str, ...]] = {
    "brown-blue": SIGNED_STOPS,
    "purple-green": tuple(
        "#40004b #762a83 #9970ab #c2a5cf #e7d4e8 #f7f7f7 "
        "#d9f0d3 #a6dba0 #5aae61 #1b7837 #00441b".split()
    ),
    "red-blue": tuple(
        "#67001f #b2182b #d6604d #f4a582 #fddbc7 #f7f7f7 "
        "#d1e5f0 #92c5de #4393c3 #2166ac #053061".split()
    ),
    "grey": tuple(
        "#fafafa #ececec #dcdcdc #cbcbcb #b8b8b8 #a3a3a3 "
        "#8a8a8a #6f6f6f #525252 #343434 #141414".split()
    ),
}

# Gates, from 0 to 1, on paper without colour.
GREY_SHARE_STOPS = (
    "#ffffff",
    "#e6e6e6",
    "#cccccc",
    "#b0b0b0",
    "#939393",
    "#757575",
    "#575757",
    "#393939",
    "#1a1a1a",
)

BLACK = "#000000"
WHITE = "#ffffff"
TRANSPARENT = "rgba(0,0,0,0)"


@dataclass(frozen=True, kw_only=True)
class Palette:
    """The colours of one theme.

    Attributes:
        surface: behind everything; Streamlit's own page colour.
        band: the rounded ground of a layer, and what is not computed yet.
        hairline: outlines of cells and of bands.
        text: titles and numbers.
        muted: subtitles, ticks and axis titles.
        flow: arrows that carry an input.
        chosen: the frame around the chosen timestep.
        chosen_fill: its ground, translucent.
        absent: the ground of a cell that holds no number (NaN or infinite).
        alarm: the frame around the first wrong place.
        forward: the forward lane.
        reverse: the reverse lane.
        forward_soft: large areas and quiet lines of the forward lane.
        reverse_soft: large areas and quiet lines of the reverse lane.
    """

    surface: str
    band: str
    hairline: str
    text: str
    muted: str
    flow: str
    chosen: str
    chosen_fill: str
    absent: str
    alarm: str
    forward: str
    reverse: str
    forward_soft: str
    reverse_soft: str

    def lane(self, direction: Direction) -> str:
        """The colour of a direction's arrows and labels."""
        return self.forward if direction == "forward" else self.reverse

    def soft(self, direction: Direction) -> str:
        """The quiet colour of a direction, for areas and side lines."""
        return self.forward_soft if direction == "forward" else self.reverse_soft


PALETTES: dict[ThemeName, Palette] = {
    "light": Palette(
        surface="#ffffff",
        band="#f3f5f9",
        hairline="#cfd5df",
        text="#1f2430",
        muted="#5b6270",
        flow="#9aa3b3",
        chosen="#1f2430",
        chosen_fill="rgba(31,36,48,0.07)",
        absent="#dde1e9",
        alarm="#c8102e",
        forward="#0b6e4f",
        reverse="#8a3ffc",
        forward_soft="#a9d3c3",
        reverse_soft="#d3b9fd",
    ),
    "dark": Palette(
        surface="#0e1117",
        band="#1b1e28",
        hairline="#454957",
        text="#fafafa",
        muted="#a9afbc",
        flow="#747b8a",
        chosen="#fafafa",
        chosen_fill="rgba(250,250,250,0.09)",
        absent="#3a3e4b",
        alarm="#ff6b6b",
        forward="#43c59e",
        reverse="#b794ff",
        forward_soft="#1f5f4c",
        reverse_soft="#553a8a",
    ),
}


@dataclass(frozen=True, kw_only=True)
class SignedScale:
    """Colours for values between -limit and +limit: brown negative, blue positive.

    The legend (`colorscale`) and single cells (`color`) are read from the same stops.

    Raises:
        ValueError: limit is not a positive, finite number.
    """

    limit: float

    def __post_init__(self) -> None:
        """Refuses a range that cannot be drawn."""
        if not (math.isfinite(self.limit) and self.limit > 0):
            raise ValueError(f"limit must be positive and finite, got {self.limit!r}.")

    @property
    def colorscale(self) -> list[tuple[float, str]]:
        """The stops as plotly wants them: pairs of a position in 0..1 and a colour."""
        return stop_pairs(SIGNED_STOPS)

    @property
    def label(self) -> str:
        """The range in words: `±1`."""
        return f"±{self.limit:.3g}"

    def color(self, value: float) -> str:
        """The colour of a number; what lies past the range has the colour of its end."""
        return mixed(SIGNED_STOPS, (min(max(value / self.limit, -1.0), 1.0) + 1) / 2)

    def text(self, value: float) -> str:
        """Black or white, whichever reads better on the colour of this value."""
        return text_on(self.color(value))


@dataclass(frozen=True, kw_only=True)
class ShareScale:
    """Colours for values between 0 and 1, such as gates: pale closed, deep open."""

    limit: ClassVar[float] = 1.0

    @property
    def colorscale(self) -> list[tuple[float, str]]:
        """The stops as plotly wants them: pairs of a position in 0..1 and a colour."""
        return stop_pairs(SHARE_STOPS)

    @property
    def label(self) -> str:
        """The range in words."""
        return "0 to 1"

    def color(self, value: float) -> str:
        """The colour of a number; what lies past the range has the colour of its end."""
        return mixed(SHARE_STOPS, min(max(value, 0.0), 1.0))

    def text(self, value: float) -> str:
        """Black or white, whichever reads better on the colour of this value."""
        return text_on(self.color(value))


def text_on(color: str) -> str:
    """Black or white, whichever has the higher contrast on a `#rrggbb` ground."""
    return max((BLACK, WHITE), key=lambda ink: contrast(ink, color))


def contrast(first: str, second: str) -> float:
    """Contrast of two `#rrggbb` colours, 1 to 21.

    Source: https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio
    """
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def grey_of(color: str) -> str:
    """The grey as light as a `#rrggbb` or `rgba(...)` colour, as transparent as that."""
    if color.startswith("rgba"):
        red, green, blue, alpha = color[5:-1].split(",")
        tone = f"#{int(red):02x}{int(green):02x}{int(blue):02x}"
        level = int(grey_of(tone)[1:3], 16)
        return f"rgba({level},{level},{level},{alpha.strip()})"
    luminance = _luminance(color)
    share = 12.92 * luminance if luminance <= 0.0031308 else 1.055 * luminance ** (1 / 2.4) - 0.055
    return f"#{round(255 * share):02x}" + 2 * f"{round(255 * share):02x}"


def stop_pairs(stops: tuple[str, ...]) -> list[tuple[float, str]]:
    """Stops at equal distances as plotly wants them: pairs of a position in 0..1 and a colour."""
    return [(index / (len(stops) - 1), stop) for index, stop in enumerate(stops)]


def mixed(stops: tuple[str, ...], share: float) -> str:
    """The colour at a share of the way along the stops."""
    place = share * (len(stops) - 1)
    index = min(int(place), len(stops) - 2)
    below, above = _channels(stops[index]), _channels(stops[index + 1])
    mixed = (a + (b - a) * (place - index) for a, b in zip(below, above, strict=True))
    return "#" + "".join(f"{round(channel):02x}" for channel in mixed)


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _luminance(color: str) -> float:
    """Source: https://www.w3.org/TR/WCAG21/#dfn-relative-luminance."""
    shares = (channel / 255 for channel in _channels(color))
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
