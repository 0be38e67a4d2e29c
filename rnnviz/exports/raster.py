"""Stills as pixels, one after the other, by one typesetter that keeps its fonts."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

import typst
from PIL import Image

from rnnviz.exports.still import Still, font_folder, page_of
from rnnviz.figures.presets import MM_PER_INCH


class Raster:
    """Paints stills; looking for fonts takes as long as painting, so they are kept."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="rnnviz-")
        root = Path(self._folder.name)
        self._picture, self._page = root / "picture.svg", root / "page.typ"
        self._page.touch()
        fonts = typst.Fonts(font_paths=[font_folder()])
        self._compiler = typst.Compiler(self._page, root=root, font_paths=fonts)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._folder.cleanup()

    def image(self, still: Still, width: int) -> Image.Image:
        """A still as RGB, so many pixels wide; rounding may make it a pixel more or less."""
        self._picture.write_text(still.svg, "utf-8")
        self._page.write_text(page_of(still), "utf-8")
        ppi = width / still.width_mm * MM_PER_INCH
        data = self._compiler.compile(input=self._page, format="png", ppi=ppi)
        return Image.open(BytesIO(data)).convert("RGB")
