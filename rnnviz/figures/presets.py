"""Where a picture is going: its size, its type and its colours, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from rnnviz.figures.theme import ThemeName

MM_PER_INCH = 25.4
PT_PER_INCH = 72


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A place for a picture.

    Attributes:
        words: what it is called on the page.
        width_mm: how wide the picture is.
        height_mm: how high the page is that holds it; None where the picture decides.
        most_height_mm: what a printed page holds; a chart that would be higher is laid out anew.
        least_pt: no text is smaller; numbers that would be are left out.
        base_pt: the usual size of text.
        most_pt: no text is larger but titles of slides.
        theme: whose colours it has.
        colors: a key of `theme.COLOR_MAPS`; "grey" makes every colour a grey and marks negative
            cells.
        plain_text: whether text is black, as journals ask.
        dpi: pixels per inch of its PNG, unless another is chosen.
    """

    words: str
    width_mm: float
    height_mm: float | None = None
    most_height_mm: float | None = None
    least_pt: float
    base_pt: float
    most_pt: float
    theme: ThemeName = "light"
    colors: str = "brown-blue"
    plain_text: bool = False
    dpi: int = 300

    @property
    def grey(self) -> bool:
        """Whether it has no colours."""
        return self.colors == "grey"


# Journals ask for 5 to 7 pt at final size: Nature's "Preparing figures", 89 and 183 mm, of a page
# that is 247 mm high, https://www.nature.com/documents/natrev-artworkguide-PDF.pdf.
_JOURNAL = {
    "most_height_mm": 247,
    "least_pt": 5,
    "base_pt": 6,
    "most_pt": 7,
    "plain_text": True,
    "dpi": 600,
}
# A screen has 96 pixels per inch in CSS; 1200 of them are the width of a blog's picture.
_WEB = {
    "width_mm": 1200 / 96 * MM_PER_INCH,
    "least_pt": 6.5,
    "base_pt": 9,
    "most_pt": 11,
    "dpi": 192,
}

# By the word that stands in links and on the command line.
PRESETS: dict[str, Preset] = {
    "column": Preset(words="Journal, one column (89 mm)", width_mm=89, **_JOURNAL),
    "wide": Preset(words="Journal, full width (183 mm)", width_mm=183, **_JOURNAL),
    "grey": Preset(words="Greyscale print (183 mm)", width_mm=183, colors="grey", **_JOURNAL),
    "slide": Preset(
        words="Slide 16:9 (13.3 in wide)",
        width_mm=40 / 3 * MM_PER_INCH,
        height_mm=7.5 * MM_PER_INCH,
        least_pt=18,
        base_pt=18,
        most_pt=28,
        dpi=144,
    ),
    "poster": Preset(
        words="Poster (400 mm)", width_mm=400, least_pt=16, base_pt=20, most_pt=28, dpi=200
    ),
    "web": Preset(words="Web, light (1200 px)", **_WEB),
    "web-dark": Preset(words="Web, dark (1200 px)", theme="dark", **_WEB),
}
DEFAULT_PRESET = "column"
