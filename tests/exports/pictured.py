"""Runs to be drawn, and pictures as other programs see them."""

import os
import shutil
import subprocess
from io import BytesIO

import pytest
import torch
from PIL import Image

import rnnviz
from rnnviz.exports.drawing import Drawer
from rnnviz.figures.presets import MM_PER_INCH
from rnnviz.scene.blob import Words, pack


def run_of(kind="RNN", *, layers=2, both=True, steps=5, hidden=4, inputs=3):
    """(net, trace with numpy arrays), from a random h_0."""
    torch.manual_seed(5)
    net = getattr(torch.nn, kind)(inputs, hidden, layers, bidirectional=both)
    states = torch.randn(2, layers * (1 + both), 1, hidden)
    hx = tuple(states) if kind == "LSTM" else states[0]
    trace = rnnviz.trace(net, torch.randn(steps, 1, inputs), hx)
    return net, trace.numpy()


def packed(trace, labels=None):
    """Without torch's states, which no picture here shows."""
    return pack(trace, [cell.h for cell in trace.cells], words=Words(labels))


def drawer_of(kind="RNN", labels=None, **sizes):
    _, trace = run_of(kind, **sizes)
    return Drawer(packed(trace, labels)), trace


def heats(drawing):
    return [item for item in drawing.items if item["kind"] == "heat"]


def texts(drawing):
    return [item["text"] for item in drawing.items if item["kind"] == "text" and item["text"]]


def needs(program):
    """Skip where a program is not installed; on CI all are."""
    if shutil.which(program) is None and not os.environ.get("CI"):
        pytest.skip(f"needs {program}")


def by_rsvg(folder, svg, width):
    """An SVG as rsvg-convert paints it, `width` pixels wide."""
    needs("rsvg-convert")
    (folder / "picture.svg").write_text(svg, "utf-8")
    command = ["rsvg-convert", "-w", str(width), "picture.svg"]
    data = subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout
    return Image.open(BytesIO(data)).convert("RGB")


def by_poppler(folder, pdf, width):
    """The first page of a PDF as pdftoppm paints it."""
    needs("pdftoppm")
    (folder / "picture.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-png", "-scale-to-x", str(width), "-scale-to-y", "-1"]
    data = subprocess.run(
        [*command, "-singlefile", "picture.pdf"], cwd=folder, check=True, capture_output=True
    ).stdout
    return Image.open(BytesIO(data)).convert("RGB")


def told_of(folder, pdf, program, *options):
    """What pdffonts, pdfinfo or pdftotext says of a PDF."""
    needs(program)
    (folder / "picture.pdf").write_bytes(pdf)
    command = [program, *options, "picture.pdf", *(["-"] if program == "pdftotext" else [])]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def cell_middles(drawing, number):
    """The middles of the numbers of the columns on a map: of one column after the other."""
    item = heats(drawing)[number]
    high = item["height"] / item["rows"]
    x = item["x"] + item["width"] / 2
    return [(x, item["y"] + (row + 0.5) * high) for row in range(item["rows"])]


def rgb(color):
    return tuple(bytes.fromhex(color[1:]))


def near(one, other, most=6):
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= most


def pixels_of(mm, dpi):
    return mm / MM_PER_INCH * dpi
