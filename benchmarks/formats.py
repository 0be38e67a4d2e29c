"""The nets whose exports are measured, every export of them, and the bounds that are stated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import NamedTuple

import torch

import rnnviz
from benchmarks.sizes import KINDS
from rnnviz.engine.mistakes import time_first
from rnnviz.exports.beside import needs_files
from rnnviz.exports.drawing import Drawer
from rnnviz.exports.moments import FilmPlan, screen
from rnnviz.exports.moving import FilmKind, film
from rnnviz.exports.player_html import player_html
from rnnviz.exports.script import torch_script
from rnnviz.exports.shot import Shot, View
from rnnviz.exports.still import Still, StillFormat, still, still_bytes
from rnnviz.exports.tables import trace_csv, trace_parquet
from rnnviz.exports.tensors import trace_safetensors
from rnnviz.exports.tikz import tikz_picture
from rnnviz.exports.workbook import workbook_xlsx
from rnnviz.figures.presets import PRESETS
from rnnviz.files.script_zip import script_zip
from rnnviz.limits import FILM_MAX_SECONDS, PICTURE_MAX_BYTES, PICTURE_MAX_SECONDS, TIKZ_MAX_BYTES
from rnnviz.scene.blob import pack

MOST_INPUTS = 64

# Of the nets' weights.
WEIGHTS_SEED = 0


class Size(NamedTuple):
    """Layers, directions, timesteps and hidden units."""

    layers: int
    directions: int
    seq_len: int
    hidden_size: int

    @property
    def input_size(self) -> int:
        """How many columns the input has."""
        return min(self.hidden_size, MOST_INPUTS)


SIZES = {
    "small": Size(2, 2, 12, 8),
    "medium": Size(4, 2, 64, 64),
    "large": Size(4, 2, 256, 256),
}


@dataclass(frozen=True)
class Run:
    """A run and what is made of its net besides, of one sample, as float32.

    Attributes:
        trace: the run.
        comparison: what torch says of it.
        wrong: the same in the wrong order.
    """

    trace: rnnviz.Trace
    comparison: rnnviz.Comparison
    wrong: rnnviz.Trace

    def packed(self) -> bytes:
        """What pictures are drawn of."""
        return pack(self.trace, self.comparison.cells)

    @cached_property
    def drawer(self) -> Drawer:
        """Opened once for all pictures.

        Raises:
            ValueError: there are too many numbers for one.
        """
        return Drawer(self.packed())


class Export(NamedTuple):
    """A row of the tables.

    Attributes:
        name: of the format.
        bound: the most bytes that are stated for it, None where none are.
        make: the file of a run; refuses by a ValueError.
        bounded: sizes and kinds of nets that the bound is stated for.
        seconds: the most that are stated for one, None where none are.
        sizes: those that it is measured for.
        calls: whose median is taken.
    """

    name: str
    bound: int | None
    make: Callable[[Run], bytes]
    bounded: tuple[tuple[str, str], ...] = tuple(product(SIZES, KINDS))
    seconds: float | None = None
    sizes: tuple[str, ...] = tuple(SIZES)
    calls: int = 3


def script(run: Run) -> bytes:
    """A .py, or a .zip where the numbers are too many."""
    if needs_files(run.trace, seed=None):
        return script_zip(run.trace)
    return torch_script(run.trace, seed=None).encode()


def page(run: Run) -> bytes:
    """The player as one file, which draws the weights itself as the app's does."""
    return player_html(run.trace, comparison=run.comparison, seed=WEIGHTS_SEED).encode()


def page_with_wrong_order(run: Run) -> bytes:
    """The same with the wrong order in it."""
    given = {"comparison": run.comparison, "wrong": run.wrong}
    return player_html(run.trace, **given, seed=WEIGHTS_SEED).encode()


def page_with_own_weights(run: Run) -> bytes:
    """The same of a net whose weights come of no seed that is known."""
    return player_html(run.trace, comparison=run.comparison, wrong=run.wrong).encode()


def opening(run: Run) -> bytes:
    """What has to be done once before the first picture."""
    packed = run.packed()
    Drawer(packed).close()
    return packed


def picture(run: Run, view: View, preset: str) -> Still:
    """A picture of the last moment, at its final size."""
    return still(run.drawer, Shot(view=view), PRESETS[preset])


def of_picture(view: View, preset: str, kind: StillFormat) -> Callable[[Run], bytes]:
    """Draws it and makes a file of it."""
    dpi = PRESETS[preset].dpi
    return lambda run: still_bytes(picture(run, view, preset), kind, dpi=dpi)


def of_film(kind: FilmKind) -> Callable[[Run], bytes]:
    """The map, update by update, 720 pixels wide."""
    plan = FilmPlan(shot=Shot(view="map"), preset=screen("light", 720), width=720)
    return lambda run: film(run.drawer, plan, kind)


def tikz(run: Run) -> bytes:
    """The map for LaTeX."""
    return tikz_picture(picture(run, "map", "wide").drawing, PRESETS["wide"]).encode()


# A format is added here. The bounds: of CSV that of `MAX_CSV_ROWS` in rnnviz/limits.py, of the
# workbook those of `MAX_FORMULAS` and `MAX_NUMBERS` beside its code, of pictures those of
# rnnviz/limits.py; the page's is an aim.
PAGE_AIM = 1_500_000
PAGE_BOUNDED = tuple(product(["small", "medium"], KINDS))
PICTURES = {
    f"{kind.upper()}, {view}, {preset}": (view, preset, kind)
    for view, preset in (("whole", "wide"), ("map", "slide"))
    for kind in ("svg", "pdf", "png")
}
EXPORTS = (
    Export("npz", None, lambda run: rnnviz.trace_npz(run.trace)),
    Export("safetensors", None, lambda run: trace_safetensors(run.trace)),
    Export("CSV", 60_000_000, lambda run: trace_csv(run.trace)),
    Export("Parquet", None, lambda run: trace_parquet(run.trace)),
    Export("script", None, script),
    Export("player HTML", PAGE_AIM, page, PAGE_BOUNDED),
    Export("player HTML, wrong order", PAGE_AIM, page_with_wrong_order, PAGE_BOUNDED),
    Export("player HTML, wrong order, own weights", None, page_with_own_weights),
    Export("workbook", 8_000_000, lambda run: workbook_xlsx(run.trace)),
    Export("opening", PICTURE_MAX_BYTES, opening, seconds=PICTURE_MAX_SECONDS),
    *(
        Export(name, None, of_picture(*asked), seconds=PICTURE_MAX_SECONDS)
        for name, asked in PICTURES.items()
    ),
    Export("TikZ, map, wide", TIKZ_MAX_BYTES, tikz, seconds=PICTURE_MAX_SECONDS),
    *(
        Export(
            f"{name}, map, 720 px",
            None,
            of_film(kind),
            seconds=FILM_MAX_SECONDS,
            sizes=("small", "medium"),
            calls=1,
        )
        for name, kind in (("GIF", "gif"), ("WebP", "webp"), ("MP4", "mp4"))
    ),
)


def net_of(kind: str, size: Size) -> torch.nn.Module:
    """A net with torch's own weights."""
    make, both = getattr(torch.nn, kind), size.directions == 2
    return make(size.input_size, size.hidden_size, size.layers, bidirectional=both)


def run_of(kind: str, size: Size) -> Run:
    """A net with torch's own weights, run on random numbers."""
    torch.manual_seed(WEIGHTS_SEED)
    net = net_of(kind, size)
    x = torch.randn(size.seq_len, 1, size.input_size)
    trace = rnnviz.trace(net, x)
    return Run(trace.numpy(), rnnviz.compare(trace, net).numpy(), time_first(net, x).numpy())
