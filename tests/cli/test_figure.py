"""`figure`: its pictures, opened by programs that are not ours, its captions, and bad calls."""

import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import nn

import rnnviz
from rnnviz.cli.main import main
from rnnviz.engine.mistakes import time_first
from rnnviz.exports import drawing
from rnnviz.exports.drawing import Drawer
from rnnviz.exports.shot import Shot
from rnnviz.exports.still import still
from rnnviz.figures.presets import PRESETS
from rnnviz.scene.blob import Words, pack
from rnnviz.scene.schedules import schedule
from rnnviz.scene.what_if import what_if
from tests.cli.conftest import make_lstm
from tests.cli.test_exports import dropped, held, of_python, one_cell, packed, wide
from tests.exports.pictured import by_poppler, told_of
from tests.exports.tex import compiled

TOKENS = list("abcdef")


def figure(*options):
    return main(["figure", "trace.npz", *options])


def svg_of(shot, preset="column", *, labels=None, wrong=False, **options):
    """The picture as Python makes it, of the net and the input themselves."""
    given = rnnviz.load_trace("trace.npz")
    net, x = make_lstm(), torch.from_numpy(given.cells[0].x[:, 0])
    trace = rnnviz.trace(net, x)
    truth, judged = rnnviz.compare(trace, net).numpy(), None
    if wrong:
        trace = time_first(net, x)
        order = schedule("time-first", trace.config.lanes, trace.seq_len)
        judged = what_if(trace.numpy(), truth, order)
    data = pack(trace.numpy(), truth.cells, words=Words(labels), what_if=judged)
    with Drawer(data) as drawer:
        return still(drawer, shot, PRESETS[preset], **options).svg


# What is typed, and the shot that it means.
SHOTS = {
    "nothing": ("", Shot(view="map")),
    "anatomy": ("--view anatomy", Shot(view="anatomy")),
    "whole": ("--view whole", Shot(view="whole")),
    "moment": ("--at 1.forward.2.3", Shot(view="map", at="1.forward.2.3")),
    "part of an update": (
        "--view step --at 0.reverse.2.1.wh",
        Shot(view="step", at="0.reverse.2.1.wh"),
    ),
    "after update 0": ("--step 0", Shot(view="map", tau=1 - 1e-6)),
    "after update 13": ("--step 13", Shot(view="map", tau=14 - 1e-6)),
    "order": ("--order both --step 13", Shot(view="map", tau=14 - 1e-6, order="both")),
    "all": ("--step 2 --all", Shot(view="map", tau=3 - 1e-6, all=True)),
    "gate": ("--view anatomy --gate o", Shot(view="anatomy", gate="o")),
    "biases": ("--view anatomy --apart", Shot(view="anatomy", apart=True)),
    "range": ("--fit", Shot(view="map", fit=True)),
    "blank": ("--blank", Shot(view="map", blank=True)),
    "no legend": ("--no-legend", Shot(view="map", legend=False)),
    "no frame": ("--no-frame", Shot(view="map", frame=False)),
    "layers": ("--layers 0:1", Shot(view="map", layers=(0, 1))),
    "one layer": ("--layers 1", Shot(view="map", layers=(1, 2))),
    "direction": ("--directions reverse", Shot(view="map", directions=("reverse",))),
    "units": ("--units 1:3", Shot(view="map", units=(1, 3))),
    "timesteps": ("--timesteps 2:5", Shot(view="map", timesteps=(2, 5))),
}


@pytest.mark.parametrize("name", SHOTS)
def test_every_option_shows_what_it_says(name):
    line, shot = SHOTS[name]
    assert figure("--out", "f.svg", *line.split()) == 0
    found, plain = Path("f.svg").read_text("utf-8"), svg_of(Shot(view="map"))

    assert found == svg_of(shot)
    assert (found == plain) is (name == "nothing")


# The same for what is no part of a shot: preset, labels, title, link.
LOOKS = {
    "preset": ("--preset web-dark", {"preset": "web-dark"}),
    "labels": ("--labels tokens.txt", {"labels": TOKENS}),
    "title": ("--title A_<title>", {"title": "A_<title>"}),
    "code": ("--link https://example.org", {"link": "https://example.org"}),
}


@pytest.mark.parametrize("name", LOOKS)
def test_every_look_is_the_one_of_python(name):
    line, options = LOOKS[name]
    Path("tokens.txt").write_text("\n".join(TOKENS), "utf-8")
    assert figure("--out", "f.svg", *line.split()) == 0

    assert Path("f.svg").read_text("utf-8") == svg_of(Shot(view="map"), **options)


def test_the_wrong_order_is_run_anew_and_the_caption_says_so(capsys):
    assert figure("--out", "f.svg", "--order", "time-first") == 0
    found, shown = Path("f.svg").read_text("utf-8"), capsys.readouterr().out

    assert found == svg_of(Shot(view="map", order="time-first"), wrong=True)
    assert "first wrong" in found
    assert "timestep 0, in the wrong order: time first. 2-layer" in shown
    # Of what is shown, not of the right run, which the first line is about.
    first, *_, words = shown.splitlines()
    assert float(re.search(r"Max \|difference\| to torch\.nn: (\S+)\. ", words)[1]) > 1e-3
    assert float(re.search(r"torch\.nn: (\S+), equal", first)[1]) < 1e-6


def test_an_svg_is_xml_with_the_tokens_as_text():
    Path("tokens.txt").write_text("不\n要\n<b>\n&\nd\ne", "utf-8")
    assert figure("--out", "f.SVG", "--labels", "tokens.txt", "--preset", "wide") == 0
    root = ET.parse("f.SVG").getroot()
    texts = {"".join(node.itertext()) for node in root.findall(".//{*}text")}

    assert root.get("width") == "183mm"
    assert {"不", "要", "<b>", "&", "layer 1", "t = 5"} <= texts


def test_a_pdf_has_its_place_s_size_and_embedded_fonts(folder):
    assert figure("--out", "f.pdf", "--preset", "slide", "--title", "My net") == 0
    pdf = Path("f.pdf").read_bytes()
    size = re.search(r"Page size: +(\S+) x (\S+)", told_of(folder, pdf, "pdfinfo"))
    across, down = size.groups()
    fonts = told_of(folder, pdf, "pdffonts").splitlines()[2:]

    assert (float(across), float(down)) == (pytest.approx(960), pytest.approx(540))
    assert fonts and all(row.split()[-5] == "yes" for row in fonts)
    assert "My net" in told_of(folder, pdf, "pdftotext")


@pytest.mark.parametrize(("options", "dpi"), [((), 600), (("--dpi", "100"), 100)])
def test_a_png_has_the_pixels_that_were_asked_for(options, dpi):
    assert figure("--out", "f.png", *options) == 0

    assert Image.open("f.png").width == pytest.approx(89 / 25.4 * dpi, abs=1)


def test_other_colours_go_into_picture_and_caption(folder, capsys):
    """Without colours every pixel is a grey, as poppler paints it."""
    assert figure("--out", "f.pdf", "--colors", "grey") == 0
    image = by_poppler(folder, Path("f.pdf").read_bytes(), 600)

    assert all(max(color) - min(color) <= 2 for _, color in image.getcolors(10**6))
    assert "a minus marks negative numbers" in capsys.readouterr().out


def test_latex_sets_the_tikz_with_its_title(folder):
    assert figure("--out", "f.tex", "--title", r"50 % of \x") == 0
    pdf = compiled(Path("f.tex").read_text("utf-8"), folder).read_bytes()

    assert "50 % of" in told_of(folder, pdf, "pdftotext")
    width = float(re.search(r"Page size: +(\S+) x", told_of(folder, pdf, "pdfinfo"))[1])
    assert width == pytest.approx(89 / 25.4 * 72, abs=0.5)


def test_the_caption_is_printed_or_goes_into_a_file(capsys):
    assert figure("--out", "a.svg", "--view", "drill", "--at", "0.forward.3.2") == 0
    printed = capsys.readouterr().out.splitlines()
    at = ["--view", "drill", "--at", "0.forward.3.2"]
    assert figure("--out", "b.svg", *at, "--caption", "b.txt") == 0
    shown = capsys.readouterr().out

    assert printed[1].startswith("wrote a.svg, ")
    assert printed[2].startswith(
        "One unit's sum at layer 0, forward, timestep 3, unit 2. 2-layer bidirectional LSTM; "
        "input_size 3, hidden_size 4, seq_len 6, batch 1, float32; with weights of its own."
    )
    assert f"torch {torch.__version__}." in printed[2]
    assert Path("b.txt").read_text("utf-8") == printed[2] + "\n"
    assert printed[2] not in shown and "wrote b.txt, " in shown


def test_a_schematic_s_caption_says_nothing_of_colours(capsys):
    assert figure("--out", "a.svg", "--blank", "--no-frame") == 0

    assert "Unrolled map. 2-layer" in (shown := capsys.readouterr().out)
    assert "negative" not in shown


def test_units_that_have_no_room_are_said(capsys):
    assert figure("--out", "a.svg", "--view", "anatomy", "--preset", "slide") == 0

    assert "the page has room for 1 of the units, from 0\n" in capsys.readouterr().out


def test_a_batch_s_sample_and_nets_that_torch_has_not(capsys):
    packed()
    assert main(["figure", "t.npz", "--sample", "0", "--step", "11", "--out", "a.svg"]) == 0
    assert main(["figure", "t.npz", "--sample", "1", "--step", "19", "--out", "b.svg"]) == 0
    assert ", sample 1 of the batch. " in capsys.readouterr().out
    of_python()
    assert main(["figure", "t.npz", "--out", "c.svg"]) == 0
    texts = [Path(f"{name}.svg").read_text("utf-8") for name in "ab"]

    assert ["t = 4" in text for text in texts] == [False, True]
    assert "not held against torch.nn: " in capsys.readouterr().out


def test_the_exit_code_says_that_torch_differs(capsys, monkeypatch):
    def changed(trace, module):
        with torch.no_grad():
            module.weight_hh_l1_reverse[2, 1] += 0.5
        return rnnviz.compare(trace, module)

    monkeypatch.setattr("rnnviz.cli.again.compare", changed)

    assert figure("--out", "a.svg") == 1
    assert "NOT equal, first at Step(layer=1, direction='reverse'" in capsys.readouterr().out


def plain_rnn():
    Path("t.npz").write_bytes(rnnviz.trace_npz(rnnviz.trace(nn.RNN(3, 4), torch.ones(5, 3))))


F = "figure trace.npz --out f.svg"
T = "figure t.npz --out f.svg"
CALLS = {
    "no trace": ("figure no.npz --out f.svg", 3, "no.npz: No such file", None),
    "no run": ("figure x.npy --out f.svg", 3, "x.npy: the file must be a .npz", None),
    "no out": ("figure trace.npz", 2, "required: --out; see", None),
    "ending": ("figure trace.npz --out f.jpg", 2, "end in one of .svg, .pdf, .png, .tex", None),
    "no ending": ("figure trace.npz --out f", 2, "must end in one of", None),
    "folder": ("figure trace.npz --out no/f.svg", 3, "no/f.svg: its folder", None),
    "caption is there": (f"{F} --caption x.csv", 2, "x.csv is there already", None),
    "caption is out": (f"{F} --caption ./f.svg", 2, "another file than f.svg", None),
    "view": (f"{F} --view photo", 2, "invalid choice: 'photo' (choose from 'map'", None),
    "preset": (f"{F} --preset book", 2, "invalid choice: 'book' (choose from 'column'", None),
    "colors": (f"{F} --colors pink", 2, "invalid choice: 'pink' (choose from 'brown-blue'", None),
    "order": (f"{F} --order last", 2, "invalid choice: 'last'", None),
    "direction": (f"{F} --directions up", 2, "invalid choice: 'up'", None),
    "moment": (f"{F} --at 1.backward.0.0", 2, "the moment must read layer.direction.t.unit", None),
    "no such cell": (
        f"{F} --at 2.forward.0.0",
        2,
        "the moment must be of a cell of this run",
        None,
    ),
    "no such unit": (
        f"{F} --at 0.forward.0.4",
        2,
        "the moment must be of a cell of this run",
        None,
    ),
    "no such part": (
        f"{F} --at 0.forward.0.0.b",
        2,
        "one of wx, wh, a, gates, c, h; got 'b'",
        None,
    ),
    "at and step": (f"{F} --at 0.forward.0.0 --step 1", 2, "not allowed with argument", None),
    "step": (f"{F} --step 24", 2, "--step must be between 0 and 23, got 24", None),
    "step before 0": (f"{F} --step -1", 2, "--step must be between 0 and 23, got -1", None),
    "no step": (f"{F} --step two", 2, "argument --step: invalid int value: 'two'", None),
    "gate": (f"{F} --gate r", 2, "--gate must be one of i, f, g, o; got 'r'", None),
    "no gates": (f"{T} --gate r", 2, "the net has no gates; got 'r'", plain_rnn),
    "layers": (f"{F} --layers 0:3", 2, "layers must be among 0 to 1, got 2", None),
    "units": (f"{F} --units 4", 2, "units must be among 0 to 3, got 4", None),
    "timesteps": (f"{F} --timesteps 3:9", 2, "timesteps must be among 0 to 5, got 8", None),
    "span": (f"{F} --units 3:1", 2, "argument --units: it must be numbers up to", None),
    "several": (f"{F} --units 1,3", 2, "such as 3 or 0:10; got '1,3'", None),
    "directions": (f"{T} --directions reverse", 2, "must be among forward", plain_rnn),
    "sample": (f"{F} --sample 1", 2, "sample must be between 0 and 0, got 1", None),
    "step of a short sample": (f"{T} --step 12", 2, "between 0 and 11, got 12", packed),
    "labels": (f"{F} --labels abc", 2, "one text per timestep, 6 in all, got 1", None),
    "no labels": (f"{F} --labels no.txt", 3, "no.txt: No such file", None),
    "blank": (f"{F} --view drill --blank", 2, "blank goes with the views map and", None),
    "dpi of an svg": (f"{F} --dpi 90", 2, "--dpi is of a .png, and --out is a .svg", None),
    "dpi": ("figure trace.npz --out f.png --dpi 0", 2, "from 1 to 9600, got 0", None),
    "endless dpi": (f"figure trace.npz --out f.png --dpi {10**400}", 2, "from 1 to 9600", None),
    "pixels": ("figure trace.npz --out f.png --dpi 9000", 4, "36 million pixels", None),
    "code of tikz": ("figure trace.npz --out f.tex --link a", 2, "--link is of .svg", None),
    "long code": (f"{F} --link {'a' * 3000}", 4, "too many for a QR code", None),
    "no room": (f"{F} --view whole --preset slide", 2, "view whole would be", None),
    "part of the wrong order": (f"{F} --order time-first --units 0", 2, "as a whole, got a", None),
    "one direction": (f"{T} --order time-first", 2, "first cannot be shown: t.npz has", one_cell),
    "lengths": (f"{T} --order time-first", 2, "has samples of different lengths", packed),
    "held": (f"{T} --order time-first", 2, "t.npz has something held", held),
    "dropout": (f"{T} --order time-first", 2, "t.npz was made with dropout", dropped),
    "too large": (T, 4, "drawn of at most 64 MiB of a run", wide),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_bad_call_says_why_in_one_line(name, assert_refused):
    line, code, message, maker = CALLS[name]
    if maker:
        maker()

    assert_refused(line, code, message)


def test_sizes_are_checked_before_anything_is_computed(monkeypatch):
    def computed(*_):
        raise AssertionError("computed")

    monkeypatch.setattr("rnnviz.cli.again.compare", computed)
    monkeypatch.setattr(drawing, "PICTURE_MAX_BYTES", 1000)

    assert figure("--out", "f.svg") == 4


MISSING = {
    "mini-racer": ("py_mini_racer", "f.svg", "pictures need mini-racer"),
    "typst": ("typst", "f.pdf", "this needs typst"),
    "typeface": ("font_source_sans_pro", "f.png", "this needs font-source-sans-pro"),
    "segno": ("segno", "f.svg", "this needs segno"),
}


@pytest.mark.parametrize("name", MISSING)
def test_a_missing_package_is_named_with_what_to_install(name, monkeypatch, capsys):
    module, out, words = MISSING[name]
    monkeypatch.setitem(sys.modules, module, None)
    options = ["--link", "https://example.org"] if name == "segno" else []

    assert figure("--out", out, *options) == 2
    assert capsys.readouterr().err == f"rnnviz: {words}: pip install 'rnnviz[pictures]'.\n"
    assert not Path(out).exists()


def test_an_svg_needs_neither_typst_nor_segno(monkeypatch):
    for name in ("typst", "segno", "font_source_sans_pro"):
        monkeypatch.setitem(sys.modules, name, None)

    assert figure("--out", "f.svg") == 0
    assert figure("--out", "f.tex") == 0


def test_help_lists_the_presets_with_their_words(capsys):
    assert main(["figure", "--help"]) == 0
    shown = capsys.readouterr().out

    for name, preset in PRESETS.items():
        assert f"  {name:10}{preset.words}, {preset.dpi}\n" in shown
    assert shown.count("python -m rnnviz figure trace.npz") >= 5
