"""Films as Pillow and ffmpeg read them: their pictures, how long each stays, and their colours."""

import io
import os
import time
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
import torch
from PIL import Image

import rnnviz
from rnnviz.exports.drawing import Drawer
from rnnviz.exports.gif import Palette256
from rnnviz.exports.ink import ink_of
from rnnviz.exports.moments import FilmPlan, screen
from rnnviz.exports.moving import Cancelled, film, outline
from rnnviz.exports.mp4 import mp4_of
from rnnviz.exports.shot import Shot
from rnnviz.exports.svg import mm_per_px
from rnnviz.figures.presets import PRESETS
from rnnviz.figures.theme import PALETTES, SIGNED_STOPS, SignedScale
from rnnviz.scene.blob import pack

WIDTH = 480
# How far a colour of a cell may be off: the palette of a GIF, the losses of H.264.
OFF = {"gif": 5, "webp": 0, "mp4": 10}


def packed(net, timesteps=3):
    trace = rnnviz.trace(net, torch.randn(timesteps, 1, 2))
    return trace, pack(trace.numpy(), rnnviz.compare(trace, net).numpy().cells)


@pytest.fixture(scope="module")
def run():
    torch.manual_seed(3)
    trace, data = packed(torch.nn.GRU(2, 3, bidirectional=True))
    with Drawer(data) as drawer:
        yield trace, drawer


def decoded(data, kind, tmp_path):
    """Every picture as (height, width, 3), and the milliseconds that each one stays."""
    if kind == "mp4":
        path = tmp_path / "film.mp4"
        path.write_bytes(data)
        frames = imageio_ffmpeg.read_frames(str(path))
        meta = next(frames)
        width, height = meta["size"]
        found = [np.frombuffer(one, np.uint8).reshape(height, width, 3) for one in frames]
        return found, [1000 / meta["fps"]] * len(found), meta
    image = Image.open(io.BytesIO(data))
    pictures, stays = [], []
    for index in range(image.n_frames):
        image.seek(index)
        pictures.append(np.asarray(image.convert("RGB")))
        stays.append(image.info["duration"])
    return pictures, stays, image.info


def place_of(drawer, shot, preset, colors):
    """The middle of the cells whose colours these are, in pixels of a film of WIDTH."""
    across = preset.width_mm / mm_per_px(preset)
    drawing = drawer.draw(shot, ink_of(preset), across)
    wanted = "".join(color[1:] for color in colors)
    (heat,) = [one for one in drawing.items if one.get("colors") == wanted]
    scale, rows = WIDTH / across, len(colors)
    x = scale * (heat["x"] + heat["width"] / 2)
    # Off the middle, where the frame of the chosen unit may be.
    ys = [scale * (heat["y"] + heat["height"] * (row + 0.5) / rows) for row in range(rows)]
    return round(x), [round(y) for y in ys]


def rgb(color):
    return np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["gif", "webp", "mp4"])
def test_a_film_shows_each_state_from_when_it_is_computed(run, kind, theme, tmp_path):
    """The last forward state: white in the first picture, in the last of the scale's colours."""
    trace, drawer = run
    preset = screen(theme, WIDTH)
    plan = FilmPlan(
        shot=Shot(view="map"), preset=preset, width=WIDTH, grain="update", speed=4, rate=20
    )
    scale = SignedScale(limit=1)
    colors = [scale.color(float(value)) for value in trace.cell(0, "forward").h[2, 0]]
    end = Shot(view="map", tau=5.999999)
    x, ys = place_of(drawer, end, preset, colors)

    data = film(drawer, plan, kind)

    pictures, stays, info = decoded(data, kind, tmp_path)
    height = outline(drawer, plan).size[1]
    assert {picture.shape for picture in pictures} == {(height, WIDTH, 3)}
    assert height % 2 == 0
    # Six updates of 0.15 s, the last one for 2 s more.
    if kind == "mp4":
        assert len(pictures) == 20 * (6 * 0.15 + 2)
        assert (info["codec"], info["fps"]) == ("h264", 20)
        assert "yuv420p(tv, bt709" in info["pix_fmt"]
        assert data.index(b"moov") < data.index(b"mdat")
    else:
        assert stays == [150] * 5 + [2150]
        assert info["loop"] == 0
    surface = rgb(PALETTES[theme].surface)
    for y, color in zip(ys, colors, strict=True):
        assert np.abs(pictures[0][y, x] - surface).max() <= OFF[kind]
        assert np.abs(pictures[-1][y, x].astype(int) - rgb(color)).max() <= OFF[kind], color


def test_a_gif_has_colors_near_all_of_the_scale():
    """Each colour of the scale, as a picture of it would be drawn."""
    values = np.linspace(-1, 1, 4001)
    scale = SignedScale(limit=1)
    colors = np.array([rgb(scale.color(value)) for value in values])
    image = Image.fromarray(colors[None].astype(np.uint8), "RGB")

    for name in ("web", "web-dark", "grey", "slide"):
        ink = ink_of(PRESETS[name])._replace(stops=SIGNED_STOPS)
        palette = Palette256(ink)
        found = palette.colors[palette.cells(image)[0]].astype(int)

        assert len(palette.colors) <= 255
        assert np.linalg.norm(found - colors, axis=1).max() < 5, name


@pytest.mark.parametrize("color", ["#753408", "#0068a1", "#560946", "#8a3ffc"])
def test_an_mp4_keeps_colors_where_they_are_flat(color, tmp_path):
    """By the matrix that it names: another one would be off by 10 and more."""
    image = Image.new("RGB", (64, 64), color)

    data = mp4_of(iter([(image, 5)]), image.size, (10, 20), lambda: None)

    pictures, _, _ = decoded(data, "mp4", tmp_path)
    assert len(pictures) == 10
    assert np.abs(pictures[-1].astype(int) - rgb(color)).max() <= 3


def test_pictures_that_look_alike_are_one_that_stays_longer(run):
    """The map changes with the parts of an update only when h comes: 2 of 5 stops."""
    _, drawer = run
    plan = FilmPlan(shot=Shot(view="map"), preset=screen("light", WIDTH), width=WIDTH, span=(0, 1))

    data = film(drawer, plan, "gif")

    _, stays, _ = decoded(data, "gif", None)
    assert stays == [2000, 2500]


def test_progress_counts_every_picture(run):
    _, drawer = run
    told = []
    plan = FilmPlan(shot=Shot(view="drill"), preset=screen("dark", WIDTH), width=WIDTH, span=(1, 3))

    film(drawer, plan, "webp", progress=lambda done, count: told.append((done, count)))

    assert told == [(done, 10) for done in range(11)]


def test_pictures_of_different_heights_begin_at_the_top():
    """The anatomy of an LSTM is higher than that of an RNN: below the lower one is ground."""
    torch.manual_seed(0)
    stack = rnnviz.CellStack([torch.nn.LSTMCell(2, 3), torch.nn.RNNCell(3, 3)])
    _, data = packed(stack, 2)
    preset = screen("light", WIDTH)
    plan = FilmPlan(
        shot=Shot(view="anatomy", legend=False), preset=preset, width=WIDTH, grain="update"
    )
    with Drawer(data) as drawer:
        pictures, _, _ = decoded(film(drawer, plan, "webp"), "webp", None)

    used = [np.flatnonzero((picture != 255).any((1, 2))) for picture in pictures]
    assert len(pictures) == 4
    assert used[0][-1] > 1.5 * used[3][-1]
    assert used[0][0] == used[3][0]


def children():
    """Commands of this process's children, by Linux's own table."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        name, rest = text[text.index("(") + 1 :].rsplit(")", 1)
        if int(rest.split()[1]) == os.getpid():
            found.append(name)
    return found


@pytest.mark.parametrize("kind", ["gif", "webp", "mp4"])
def test_a_film_that_is_stopped_ends_within_a_second_and_leaves_no_process(run, kind):
    _, drawer = run
    stopped = []

    def progress(done, _count):
        if done == 3:
            stopped.append(time.perf_counter())

    plan = FilmPlan(preset=screen("light", WIDTH), width=WIDTH)
    with pytest.raises(Cancelled, match="stopped"):
        film(drawer, plan, kind, progress=progress, stop=lambda: bool(stopped))

    assert time.perf_counter() - stopped[0] < 1
    assert not any(name.startswith("ffmpeg") for name in children())


def test_an_error_on_the_way_leaves_no_process(run):
    _, drawer = run

    def progress(done, _count):
        if done == 2:
            raise OSError("no space left")

    plan = FilmPlan(preset=screen("light", WIDTH), width=WIDTH)
    with pytest.raises(OSError, match="no space left"):
        film(drawer, plan, "mp4", progress=progress)

    assert not any(name.startswith("ffmpeg") for name in children())


def test_what_ffmpeg_says_is_told(run, monkeypatch):
    _, drawer = run
    monkeypatch.setattr("rnnviz.exports.mp4._ENCODED", ("-c:v", "none-such"))
    plan = FilmPlan(shot=Shot(view="map"), preset=screen("light", WIDTH), width=WIDTH, span=(0, 1))

    with pytest.raises(ValueError, match=r"ffmpeg made no film: .*none-such|Error opening output"):
        film(drawer, plan, "mp4")


def test_a_film_of_too_many_pixels_is_refused(run, monkeypatch):
    _, drawer = run
    monkeypatch.setattr("rnnviz.exports.moving.MAX_FILM_PIXELS", 10_000_000)
    plan = FilmPlan(width=1920)

    with pytest.raises(ValueError, match=r"at most 10 million pixels .* choose a smaller width"):
        film(drawer, plan, "gif")


def test_a_kind_that_is_none_is_refused(run):
    _, drawer = run

    with pytest.raises(ValueError, match="kind must be one of gif, webp, mp4; got 'avi'"):
        film(drawer, FilmPlan(span=(0, 1)), "avi")
