"""`film`: films read by Pillow and ffmpeg, how far they are, Ctrl+C, and bad calls."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
import pytest
from PIL import Image

import rnnviz
from rnnviz.cli.main import main
from rnnviz.exports.drawing import Drawer
from rnnviz.exports.moments import FilmPlan, screen
from rnnviz.exports.moving import film
from rnnviz.exports.shot import Shot
from rnnviz.scene.blob import pack
from tests.cli.test_cli import ROOT
from tests.cli.test_exports import one_cell, wide
from tests.cli.test_figure import plain_rnn

OPTIONS = ["--view", "map", "--span", "2:4", "--size", "480", "--speed", "8", "--theme", "dark"]


def plan(**more):
    given = {"shot": Shot(view="map"), "span": (2, 4), "speed": 8, "width": 480}
    return FilmPlan(**given | {"preset": screen("dark", 480)} | more)


def made(planned, kind):
    trace = rnnviz.load_trace("trace.npz")
    with Drawer(pack(trace, [cell.h for cell in trace.cells])) as drawer:
        return film(drawer, planned, kind)


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_a_film_is_the_one_of_python_and_pillow_reads_it(kind, capsys):
    assert main(["film", "trace.npz", "--out", f"f.{kind}", *OPTIONS]) == 0
    shown = capsys.readouterr()
    image = Image.open(f"f.{kind}")

    assert Path(f"f.{kind}").read_bytes() == made(plan(), kind)
    assert image.width == 480 and image.n_frames > 1
    assert shown.out.startswith("max |difference| to torch.nn: ")
    assert f"wrote f.{kind}, " in shown.out
    lines = shown.err.splitlines()
    assert 2 < len(lines) <= 11
    last = lines[-1].split()
    assert last[0] == "picture" and last[1] == last[3]


def test_ffmpeg_reads_an_mp4_along_time():
    options = ["--walk", "time", "--size", "480", "--span", "0:2", "--order", "both"]
    assert main(["film", "trace.npz", "--out", "f.mp4", *options]) == 0
    frames = imageio_ffmpeg.read_frames("f.mp4")

    assert next(frames)["size"][0] == 480
    assert len(list(frames)) > 20
    shot = Shot(view="map", walk="time", order="both")
    planned = plan(shot=shot, span=(0, 2), speed=1, preset=screen("light", 480))
    assert abs(Path("f.mp4").stat().st_size - len(made(planned, "mp4"))) < 100


@pytest.mark.parametrize("kind", ["gif", "mp4"])
def test_ctrl_c_ends_it_in_one_line_and_leaves_nothing(kind, folder):
    before = sorted(folder.iterdir())
    # A session of its own, so that the signal reaches all that a terminal would send it to.
    process = subprocess.Popen(
        [sys.executable, "-m", "rnnviz", "film", "trace.npz", "--out", f"f.{kind}"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Where the tests run in the background, their shell has them ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    first = process.stderr.readline()
    second = process.stderr.readline()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)

    assert first.startswith("picture 0 of ") and second.startswith("picture ")
    assert process.returncode == 130
    assert out == ""
    lines = [line for line in err.splitlines() if not line.startswith("picture ")]
    assert lines == ["rnnviz: stopped; nothing was written."]
    assert sorted(folder.iterdir()) == before


F = "film trace.npz --out f.gif"
T = "film t.npz --out f.gif"
CALLS = {
    "ending": ("film trace.npz --out f.avi", 2, "end in one of .gif, .webp, .mp4; got f.avi", None),
    "no trace": ("film no.npz --out f.gif", 3, "no.npz: No such file", None),
    "out is there": ("film trace.npz --out x.csv", 2, "must end in one of", None),
    "view": (f"{F} --view photo", 2, "invalid choice: 'photo'", None),
    "speed": (f"{F} --speed 3", 2, "invalid choice: 3.0", None),
    "size": (f"{F} --size 333", 2, "width must be even, from 480 to 1920; got 333", None),
    "endless size": (f"{F} --size {10**400}", 2, "width must be even", None),
    "span": (f"{F} --span 20:30", 2, "span must be among the updates 0 to 23, got 29", None),
    "no span": (f"{F} --span a", 2, "argument --span: it must be numbers", None),
    "sample": (f"{F} --sample 1", 2, "sample must be between 0 and 0, got 1", None),
    "labels": (f"{F} --labels abc", 2, "6 in all, got 1", None),
    "order": (f"{T} --order time-first", 2, "first cannot be shown: t.npz has", plain_rnn),
    "one cell": (f"{T} --walk time --span 0:2", 2, "among the timesteps 0 to 0, got 1", one_cell),
    "too large": (T, 4, "drawn of at most 64 MiB of a run", wide),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_bad_call_says_why_in_one_line(name, assert_refused):
    line, code, message, maker = CALLS[name]
    if maker:
        maker()

    assert_refused(line, code, message)


@pytest.mark.parametrize("module", ["PIL", "imageio_ffmpeg"])
def test_a_missing_package_is_named_with_what_to_install(module, monkeypatch, capsys):
    for name in list(sys.modules):
        if name.startswith(("rnnviz.exports.moving", "rnnviz.exports.mp4")):
            monkeypatch.delitem(sys.modules, name)
        if name.startswith(("rnnviz.exports.gif", "rnnviz.exports.raster")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)

    assert main(F.split()) == 2
    assert capsys.readouterr().err.endswith("pip install 'rnnviz[films]'.\n")
