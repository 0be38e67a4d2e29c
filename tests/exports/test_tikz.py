"""Pictures in TikZ: compiled by LaTeX, rendered by poppler, held against the record."""

import re
import subprocess
from itertools import pairwise

import numpy as np
import pytest
import torch

import rnnviz
from rnnviz.engine.mistakes import time_first
from rnnviz.exports import tikz as module
from rnnviz.exports.drawing import Drawer, Drawing
from rnnviz.exports.ink import ink_of
from rnnviz.exports.shot import Shot
from rnnviz.exports.svg import mm_per_px
from rnnviz.exports.tikz import tikz_picture
from rnnviz.figures.presets import PRESETS
from rnnviz.figures.theme import SignedScale
from rnnviz.limits import TooLargeError
from rnnviz.scene.blob import Words, pack
from tests.exports.tex import Page, compiled, fonts_of, log_of, size_mm, words_of

COLUMN = PRESETS["column"]
# What a colour of 8 bits may be off once a PDF's shares are painted.
NEAR = 2


def run(kind="RNN", layers=1, both=False, wrong=False, clamps=()):
    """A net and its run: 4 timesteps of 2 inputs, 3 units."""
    torch.manual_seed(3)
    net = getattr(torch.nn, kind)(2, 3, layers, bidirectional=both)
    x = torch.randn(4, 1, 2)
    return net, time_first(net, x) if wrong else rnnviz.trace(net, x, clamps=clamps)


def packed(net, trace, **options):
    return pack(trace.numpy(), rnnviz.compare(trace, net).numpy().cells, **options)


def drawn(blob, preset=COLUMN, **shot):
    with Drawer(blob) as drawer:
        return drawer.draw(Shot(**shot), ink_of(preset), preset.width_mm / mm_per_px(preset))


def typed(*items, height=100):
    """A drawing of 200 pixels, of which the column's millimetre has 2.247."""
    return Drawing(list(items), 200, height, "0.forward.0.0", 0)


def text(words, **options):
    return {
        "kind": "text",
        "x": 10,
        "y": 50,
        "text": words,
        "size": 11,
        "fill": "#5b6270",
    } | options


def rgb(color):
    return [int(color[at : at + 2], 16) for at in (1, 3, 5)]


def test_cells_have_the_colours_of_their_numbers(tmp_path):
    net, trace = run()
    drawing = drawn(packed(net, trace), view="map")
    page = Page(compiled(tikz_picture(drawing, COLUMN), tmp_path))
    heats = [item for item in drawing.items if item["kind"] == "heat" and item["rows"] == 3]
    states = sorted(heats, key=lambda item: item["x"])[-4:]
    scale, mm = SignedScale(limit=1), 89 / drawing.width

    for t, item in enumerate(states):
        for unit in range(3):
            y = item["y"] + (unit + 0.5) * item["height"] / 3
            color = page.at((item["x"] + item["width"] / 2) * mm, y * mm)
            wanted = rgb(scale.color(trace.cells[0].h[t, 0, unit].item()))
            assert np.abs(color - wanted).max() <= NEAR, (t, unit)


@pytest.mark.parametrize("name", ["column", "grey", "slide", "web-dark"])
def test_a_picture_has_the_width_of_its_preset(name, tmp_path):
    preset = PRESETS[name]
    net, trace = run("LSTM", both=True)
    drawing = drawn(packed(net, trace), preset, view="step")
    pages, width, height = size_mm(compiled(tikz_picture(drawing, preset), tmp_path))

    assert pages == 1
    assert width == pytest.approx(preset.width_mm, abs=0.1)
    assert height == pytest.approx(drawing.height * preset.width_mm / drawing.width, abs=0.1)


def test_every_kind_of_item_is_where_it_was(tmp_path):
    """Each item at a place of its own, seen in its colour there and not beside it."""
    red, blue, mid = "#cc0000", "#0000cc", "#3a3e4b"
    drawing = typed(
        {"kind": "rect", "x": 10, "y": 10, "width": 20, "height": 20, "fill": red, "radius": 10},
        {"kind": "circle", "x": 60, "y": 20, "r": 10, "fill": blue, "stroke": red, "line": 4},
        {"kind": "path", "d": "M80 10h20v20L80 30Z", "fill": blue, "opacity": 0.5},
        {"kind": "path", "d": "M70 90a10 10 0 0 1 20 0z", "fill": red},
        {"kind": "path", "d": "M110 30C110 10 130 10 130 30", "stroke": red, "line": 3},
        {"kind": "path", "d": "M140 20H180", "stroke": blue, "line": 4, "dash": [10, 10]},
        {"kind": "rect", "x": 10, "y": 50, "width": 20, "height": 20, "fill": "rgba(204,0,0,0.5)"},
        {"kind": "rect", "x": 40, "y": 50, "width": 20, "height": 20, "stroke": red, "line": 4},
        {"kind": "rect", "x": 70, "y": 50, "width": 20, "height": 20, "fill": red, "opacity": 0},
        {"kind": "heat", "x": 100, "y": 50, "width": 30, "height": 20, "columns": 3, "rows": 2}
        | {"colors": "cc0000" + "0000cc" + "3a3e4b" + "0000cc" + "3a3e4b" + "cc0000"},
        {"kind": "heat", "x": 150, "y": 50, "width": 30, "height": 20, "columns": 1, "rows": 2}
        | {"colors": "cc0000" + "0000cc", "opacity": 0.5},
    )
    page = Page(compiled(tikz_picture(drawing, COLUMN), tmp_path))
    half = {red: "#e68080", blue: "#8080e6"}
    seen = {(20, 20): red, (12, 12): "#ffffff", (60, 20): blue, (70.5, 20): red}
    seen |= {(90, 20): half[blue], (120, 15): red, (120, 25): "#ffffff"}
    seen |= {(80, 85): red, (80, 92): "#ffffff"}
    seen |= {(145, 20): blue, (155, 20): "#ffffff", (165, 20): blue}
    seen |= {(20, 60): half[red], (50, 60): "#ffffff", (40, 60): red, (80, 60): "#ffffff"}
    seen |= {(105, 55): red, (115, 55): blue, (125, 55): mid}
    seen |= {
        (105, 65): blue,
        (115, 65): mid,
        (125, 65): red,
        (129.5, 65): red,
        (130.6, 65): "#ffffff",
    }
    seen |= {(165, 55): half[red], (165, 65): half[blue], (165, 71): "#ffffff"}

    for (x, y), color in seen.items():
        assert np.abs(page.at(x * 0.445, y * 0.445) - rgb(color)).max() <= NEAR, (x, y)


def test_no_paper_shows_between_cells(tmp_path):
    """Edges that fall between pixels are mixed with what lies below them."""
    heat = {"kind": "heat", "x": 10, "y": 10, "width": 150, "height": 70, "columns": 41, "rows": 37}
    drawing = typed(heat | {"colors": "02487f" * 41 * 37})
    page = Page(compiled(tikz_picture(drawing, COLUMN), tmp_path), "pdftocairo")
    inside = page.pixels[int(12 * 5.2558) : int(78 * 5.2558), int(12 * 5.2558) : int(158 * 5.2558)]

    assert np.abs(inside - rgb("#02487f")).max() <= NEAR


HOSTILE = ["\\def", "$", "%", "}", "#1", "^^M", "--", "<|&|>", "\\end{", '"', "é", "−0.5"]


def test_tokens_and_titles_are_text_and_no_commands(tmp_path):
    """Through the player's own labels, of a run with a timestep for each."""
    net, _ = run()
    trace = rnnviz.trace(net, torch.randn(len(HOSTILE), 1, 2))
    preset = PRESETS["poster"]
    drawing = drawn(packed(net, trace, words=Words(labels=HOSTILE)), preset, view="map")
    title = r"50% of $x$ \immediate\write18{id} {"
    found = words_of(compiled(tikz_picture(drawing, preset, title=title), tmp_path))

    # The oldest encoding has a dash in place of a minus, and an accent in place of ^.
    for word in HOSTILE:
        assert word.replace("−", "–").replace("^", "ˆ") in found
    assert r"50%of$x$\immediate\write18{id}{" in found


@pytest.mark.parametrize(
    "title",
    ["recurrence" * 8, "W" * 80, "a few words before " + "unbroken" * 8, "[" * 60 + "*" * 60],
    ids=["word", "wide", "last", "options"],
)
def test_a_long_word_of_a_title_is_broken_where_the_picture_ends(title, tmp_path):
    pdf = compiled(tikz_picture(typed(text("here", x=5, y=50)), COLUMN, title=title), tmp_path)
    told = subprocess.run(["pdftotext", "-bbox", pdf, "-"], capture_output=True, text=True).stdout
    width = float(re.search(r'<page width="(.*?)"', told)[1])
    boxes = re.findall(r'xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>', told)
    here = next(float(top) for _, top, _, _, word in boxes if word == "here")

    assert "".join(title.split()) in words_of(pdf)
    assert len({top for _, top, *_ in boxes}) > 2
    for left, top, right, bottom, word in boxes:
        assert 0 <= float(left) < float(right) <= width
        # Poppler's boxes reach up to an ascender, which not every line has.
        assert word == "here" or -2.5 < float(top) < float(bottom) < here


def test_what_pdflatex_lacks_is_a_box_and_a_warning(tmp_path):
    pdf = compiled(tikz_picture(typed(text("a 中文 b\ud800")), COLUMN), tmp_path)

    assert words_of(pdf) == "ab"
    assert "no glyph for U+4E2D: compile with lualatex" in log_of(pdf)


def test_lualatex_sets_other_scripts(tmp_path):
    words = ["Привет ψ", "עברית", "a--b\x00"]
    items = [text(word, y=20 + 20 * k) for k, word in enumerate(words)]
    pdf = compiled(tikz_picture(typed(*items), COLUMN, title="ё"), tmp_path, "lualatex")

    assert words_of(pdf) == "ёПриветψעבריתa--b\ufffd"
    assert "Missing character" not in log_of(pdf)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_every_view_becomes_tikz(kind):
    """All that the player draws is known here: kinds, outlines, colours."""
    net, trace = run(kind, layers=2, both=True)
    blobs = [packed(net, trace), packed(*run(kind, layers=2, both=True, wrong=True))]
    clamps = [rnnviz.Clamp(quantity="h", layer=0, start=0, stop=4, value=0.5)]
    blobs.append(packed(net, run(kind, layers=2, both=True, clamps=clamps)[1]))
    shots = [{"view": view} for view in ("map", "anatomy", "drill", "step", "whole")]
    shots += [{"view": "map", "blank": True}, {"view": "anatomy", "blank": True, "apart": True}]
    shots += [{"view": "whole", "tau": 4.4}, {"view": "step", "walk": "time"}]

    for blob in blobs:
        for shot in shots:
            assert tikz_picture(drawn(blob, **shot), COLUMN).count("\\path") > 5
    part = {"timesteps": (1, 3), "units": (0, 2)}
    assert tikz_picture(drawn(blobs[0], view="map", **part), COLUMN).count("\\path") > 5


def test_text_stays_within_the_sizes_of_its_preset(tmp_path):
    items = [text("tiny", size=1), text("5.5 $", size=4.36), text("large", size=90)]
    formula = text("W_{ih}", size=1, math=True, y=80)
    drawing = typed(*items, formula)
    found = tikz_picture(drawing, COLUMN)
    # TeX's point is 72.27 to the inch.
    sizes = {float(size) * 72 / 72.27 for size in re.findall(r"\\fontsize{([\d.]+)}", found)}
    (lowered,) = re.findall(r"\\DeclareMathSizes{5.02}{5.02}{([\d.]+)}", found)

    assert sorted(sizes) == pytest.approx([5, 5.5, 7], abs=0.01)
    assert float(lowered) == 5.02
    pdf = compiled(found, tmp_path)
    assert all("Type 1 " in font for font in fonts_of(pdf)), "bitmaps are no type for print"
    assert "Font Warning" not in log_of(pdf)


def test_text_of_journals_is_black_but_on_dark_cells():
    drawing = typed(text("green", fill="#0b6e4f"), text("number", fill="#ffffff"))
    plain, coloured = (tikz_picture(drawing, PRESETS[name]) for name in ("column", "web"))

    assert re.findall(r"{HTML}{(\w+)}", plain) == ["000000", "FFFFFF"]
    assert re.findall(r"{HTML}{(\w+)}", coloured) == ["0B6E4F", "FFFFFF"]


def test_pictures_copied_into_a_paper_keep_their_names_to_themselves(tmp_path):
    items = [text("a ±1 中"), {"kind": "circle", "x": 20, "y": 20, "r": 9, "fill": "#cc0000"}]
    items.append(
        {"kind": "heat", "x": 50, "y": 9, "width": 9, "height": 9, "columns": 1, "rows": 1}
    )
    items[-1]["colors"] = "cc0000"
    found = tikz_picture(typed(*items), COLUMN)
    copied = re.search(r"\\begin{tikzpicture}.*\\end{tikzpicture}", found, flags=re.DOTALL)[0]
    names = set(re.findall(r"\\(rnnviz[A-Za-z]+)", copied))
    leaks = [rf"\ifcsname {name}\endcsname LEAK \fi" for name in names]
    leaks.append(r"\makeatletter\@ifundefinedcolor{rnnvizA}{}{LEAK}")
    leaks.append(r"\pgfkeysifdefined{/tikz/rnnviz text/.@cmd}{LEAK}{}")
    paper = [r"\documentclass{article}\usepackage{fix-cm,iftex,tikz}\begin{document}", copied]
    paper = "\n".join([*paper, "between", *leaks, copied, r"\end{document}"])
    words = words_of(compiled(paper, tmp_path))

    assert len(names) > 5
    assert words.count("between") == 1 and words.count("a±1") == 2
    assert "LEAK" not in words


def test_lines_share_styles_with_names():
    line = {"kind": "path", "d": "M0 0H9", "stroke": "#0b6e4f", "line": 2}
    found = tikz_picture(typed(line, line, line | {"line": 1}), COLUMN)

    assert found.count("rnnviz line 1/.style") == 1
    assert found.count("\\path[rnnviz line 1] (0,0) -- (4.005,0);") == 2
    assert found.count("\\path[rnnviz line 2] (0,0) -- (4.005,0);") == 1
    assert "\\definecolor{rnnvizA}{HTML}{0B6E4F} % forward" in found


def test_colours_never_run_out_of_names():
    """Beyond Z follow AA, AB ...; every one is defined before it is used."""
    colors = [f"{k:06x}" for k in range(0, 800 * 7919, 7919)]
    heat = {"kind": "heat", "x": 0, "y": 0, "width": 200, "height": 99, "columns": 40, "rows": 20}
    found = tikz_picture(typed(heat | {"colors": "".join(colors)}), COLUMN)
    names = re.findall(r"definecolor{rnnviz(\w+)}", found)

    assert len(set(names)) == 800
    assert [names[k] for k in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert all(len(one) <= len(other) for one, other in pairwise(names))


def test_too_much_for_latex_is_refused(monkeypatch):
    heat = {"kind": "heat", "x": 0, "y": 0, "width": 9, "height": 9, "columns": 201, "rows": 100}
    with pytest.raises(TooLargeError, match=r"20,000 cells, this one has 20,100: show fewer"):
        tikz_picture(typed(heat | {"colors": "cc0000" * 20_100}), COLUMN)
    monkeypatch.setattr(module, "TIKZ_MAX_BYTES", 2**20)
    with pytest.raises(TooLargeError, match="at most 1 MiB of text"):
        tikz_picture(typed(text("x" * 2**20)), COLUMN)
