"""LaTeX, and poppler to look at what it made."""

import os
import re
import shutil
import subprocess
import unicodedata

import numpy as np
import pytest
from PIL import Image

DPI = 300


def compiled(text, folder, engine="pdflatex"):
    """A document as PDF; its log lies beside it."""
    need(engine)
    (folder / "picture.tex").write_text(text, "utf-8")
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape"]
    # The first run of lualatex reads every font there is.
    done = subprocess.run(
        [*command, "picture.tex"], cwd=folder, capture_output=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:].decode("utf-8", "replace")
    return folder / "picture.pdf"


def need(engine):
    """Skips where LaTeX is missing, but for the server that runs the tests."""
    missing = shutil.which(engine) is None or shutil.which("pdftoppm") is None
    if not missing and engine == "lualatex":
        found = subprocess.run(["kpsewhich", "luaotfload.sty"], capture_output=True, check=False)
        missing = found.returncode != 0
    if missing and not os.environ.get("CI"):
        pytest.skip(f"{engine} or poppler is not installed")


def log_of(pdf):
    return pdf.with_suffix(".log").read_text("utf-8", "replace").replace("\n", "")


def words_of(pdf):
    """The text of a PDF, without spaces and line ends."""
    done = subprocess.run(["pdftotext", pdf, "-"], check=True, capture_output=True, timeout=60)
    found = unicodedata.normalize("NFC", done.stdout.decode("utf-8"))
    # Poppler marks what reads from the right.
    return re.sub(r"[\s\u202a-\u202e]", "", found)


def size_mm(pdf):
    """Pages, width and height."""
    done = subprocess.run(["pdfinfo", pdf], check=True, capture_output=True, timeout=60, text=True)
    pages = re.search(r"Pages: +(\d+)", done.stdout)[1]
    across, down = re.search(r"Page size: +([\d.]+) x ([\d.]+) pts", done.stdout).groups()
    return int(pages), float(across) / 72 * 25.4, float(down) / 72 * 25.4


def fonts_of(pdf):
    """The lines of pdffonts, one a font."""
    done = subprocess.run(["pdffonts", pdf], check=True, capture_output=True, timeout=60, text=True)
    return done.stdout.splitlines()[2:]


class Page:
    """The first page of a PDF, as pixels.

    pdftoppm moves edges onto pixels; pdftocairo mixes those between two.
    """

    def __init__(self, pdf, program="pdftoppm"):
        command = [program, "-r", str(DPI), "-singlefile", "-png", pdf, pdf.with_suffix("")]
        subprocess.run(command, check=True, timeout=60)
        with Image.open(pdf.with_suffix(".png")) as picture:
            self.pixels = np.asarray(picture.convert("RGB")).astype(int)

    def at(self, x, y):
        """The colour at a place in millimetres."""
        return self.pixels[int(y / 25.4 * DPI), int(x / 25.4 * DPI)]
