"""How large every export gets, and how long it takes, beside the bound that is stated for it.

Each net in a process of its own on one thread; medians of three calls, after one on a small net
that loads code. Run from the project's root: `python benchmarks/exports.py`, whose output is kept
in benchmarks/exports.md, or a part of it: `[--sizes small,large] [--exports "npz;workbook"]`.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import NamedTuple

import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
import rnnviz
from benchmarks.clock import in_child
from benchmarks.results import Row
from benchmarks.sizes import KINDS
from rnnviz.engine.mistakes import time_first
from rnnviz.exports.beside import needs_files
from rnnviz.exports.drawing import Drawer
from rnnviz.exports.moments import FilmPlan
from rnnviz.exports.moving import MIMES, FilmKind, film
from rnnviz.exports.player_html import player_html
from rnnviz.exports.script import torch_script
from rnnviz.exports.shot import Shot
from rnnviz.exports.tables import trace_csv, trace_parquet
from rnnviz.exports.tensors import trace_safetensors
from rnnviz.exports.workbook import workbook_xlsx
from rnnviz.files.script_zip import script_zip
from rnnviz.scene.blob import pack

CALLS = 3
MOST_INPUTS = 64
# Of a film; more take as many times longer.
FILM_UPDATES = 20


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


class Run(NamedTuple):
    """A run and what is made of its net besides, of one sample, as float32.

    Attributes:
        trace: the run.
        comparison: what torch says of it.
        wrong: the same in the wrong order.
    """

    trace: rnnviz.Trace
    comparison: rnnviz.Comparison
    wrong: rnnviz.Trace


class Export(NamedTuple):
    """A row of the tables.

    Attributes:
        name: of the format.
        bound: the most bytes that are stated for it, None where none are.
        make: the file of a run; refuses by a ValueError.
        bounded: the sizes that the bound is stated for.
    """

    name: str
    bound: int | None
    make: Callable[[Run], bytes]
    bounded: tuple[str, ...] = tuple(SIZES)


def script(run: Run) -> bytes:
    """A .py, or a .zip where the numbers are too many."""
    if needs_files(run.trace, seed=None):
        return script_zip(run.trace)
    return torch_script(run.trace, seed=None).encode()


def page(run: Run) -> bytes:
    """The player as one file."""
    return player_html(run.trace, comparison=run.comparison).encode()


def page_with_wrong_order(run: Run) -> bytes:
    """The same with the wrong order in it."""
    return player_html(run.trace, comparison=run.comparison, wrong=run.wrong).encode()


def film_of(run: Run, kind: FilmKind) -> bytes:
    """The map of the first updates, 960 pixels wide."""
    plan = FilmPlan(shot=Shot(view="map"), span=(0, FILM_UPDATES), grain="update")
    with Drawer(pack(run.trace, run.comparison.cells)) as drawer:
        return film(drawer, plan, kind)


# A format is added here. The bounds: of CSV that of `MAX_CSV_ROWS` in rnnviz/limits.py, of the
# workbook those of `MAX_FORMULAS` and `MAX_NUMBERS` beside its code; the page's is an aim.
PAGE_AIM = 1_500_000
EXPORTS = (
    Export("npz", None, lambda run: rnnviz.trace_npz(run.trace)),
    Export("safetensors", None, lambda run: trace_safetensors(run.trace)),
    Export("CSV", 60_000_000, lambda run: trace_csv(run.trace)),
    Export("Parquet", None, lambda run: trace_parquet(run.trace)),
    Export("script", None, script),
    Export("player HTML", PAGE_AIM, page, ("small", "medium")),
    Export("player HTML, wrong order", PAGE_AIM, page_with_wrong_order, ("small", "medium")),
    Export("workbook", 8_000_000, lambda run: workbook_xlsx(run.trace)),
    *(
        Export(f"{kind}, map, {FILM_UPDATES} updates", None, partial(film_of, kind=kind))
        for kind in MIMES
    ),
)


def run_of(kind: str, size: Size) -> Run:
    """A net with torch's own weights, run on random numbers."""
    torch.manual_seed(0)
    both = size.directions == 2
    make = getattr(torch.nn, kind)
    net = make(size.input_size, size.hidden_size, size.layers, bidirectional=both)
    x = torch.randn(size.seq_len, 1, size.input_size)
    trace = rnnviz.trace(net, x)
    return Run(trace.numpy(), rnnviz.compare(trace, net).numpy(), time_first(net, x).numpy())


def measure(kind: str, name: str, only: str) -> dict[str, Row]:
    """Bytes and seconds of every export of one net, or seconds and words of its refusal."""
    first, run = run_of(kind, SIZES["small"]), run_of(kind, SIZES[name])
    rows = {}
    for export in chosen(only):
        kept: Row = {}

        def call(export: Export = export, kept: Row = kept) -> None:
            try:
                kept["bytes"] = len(export.make(run))
            except ValueError as error:
                kept["refused"] = str(error)

        export.make(first)
        times = [spent(call) for _ in range(CALLS)]
        rows[export.name] = kept | {"seconds": statistics.median(times)}
        print(f"{name} {kind}: {export.name} {rows[export.name]}", file=sys.stderr, flush=True)
    return rows


def spent(call: Callable[[], None]) -> float:
    """Seconds of the processor that a call takes, its own processes included.

    On one thread those of a clock on the wall, were the cores not shared with others.
    """

    def now() -> float:
        children = getrusage(RUSAGE_CHILDREN)
        return time.process_time() + children.ru_utime + children.ru_stime

    start = now()
    call()
    return now() - start


def chosen(names: str) -> list[Export]:
    """The exports of these names, with semicolons between; all if there are none."""
    return [export for export in EXPORTS if not names or export.name in names.split(";")]


def table(name: str, only: str) -> str:
    """The table of one size, and below it what was refused and why."""
    kinds = {kind: in_child(measure, kind, name, only, threads=1) for kind in KINDS}
    lines = [
        f"## {name.capitalize()}: {tuple(SIZES[name])}\n",
        f"| export | {' | '.join(f'{kind}: size | time' for kind in KINDS)} | bound | holds |",
        f"|---|{'---|' * (2 * len(KINDS))}---|---|",
    ]
    refused: dict[str, list[str]] = {}
    for export in chosen(only):
        rows = {kind: kinds[kind][export.name] for kind in KINDS}
        cells = [cell for row in rows.values() for cell in (_bytes(row), _time(row["seconds"]))]
        bound = export.bound if name in export.bounded else None
        cells += [f"{bound / 1e6:g} MB" if bound else "", _holds(rows, bound)]
        lines.append(f"| {export.name} | {' | '.join(cells)} |")
        for kind, row in rows.items():
            if "refused" in row:
                refused.setdefault(f"{export.name}: {row['refused']}", []).append(kind)
    lines += [""] if refused else []
    lines += [f"- {', '.join(kinds)}, {words}" for words, kinds in refused.items()]
    return "\n".join(lines)


def _holds(rows: dict[str, Row], bound: int | None) -> str:
    """For which kinds of net the bound holds; a refusal keeps it."""
    if bound is None:
        return ""
    over = [kind for kind, row in rows.items() if row.get("bytes", 0) > bound]
    return f"not for {', '.join(over)}" if over else "yes"


def _bytes(row: Row) -> str:
    if "refused" in row:
        return "refused"
    size = row["bytes"]
    return f"{size / 1e6:,.2f} MB" if size >= 1e6 else f"{size / 1e3:,.1f} kB"


def _time(taken: float) -> str:
    return f"{taken:.2f} s" if taken >= 1 else f"{taken * 1e3:.3g} ms"


def main() -> None:
    """Print the document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=",".join(SIZES), help="with commas")
    parser.add_argument("--exports", default="", help="names of rows, with semicolons")
    options = parser.parse_args()
    cores = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    packages = ("torch", "numpy", "pyarrow", "safetensors", "xlsxwriter")
    print(
        "# Exports\n\n`python benchmarks/exports.py > benchmarks/exports.md`: size and time of "
        "every export of one sample, (L, D, T, H) layers, directions, timesteps and hidden units, "
        f"input_size = min(H, {MOST_INPUTS}), float32, torch's own random weights. Medians of "
        f"{CALLS} calls on one thread, in seconds of the processor, since the cores are shared. "
        "What is refused gives the time of refusing.\n\n"
        f"{', '.join(f'{name} {version(name)}' for name in packages)}; "
        f"{os.cpu_count()} x {(cores or ['unknown'])[0]}, load {os.getloadavg()[0]:.1f}."
    )
    for name in options.sizes.split(","):
        print(f"\n{table(name, options.exports)}", flush=True)


if __name__ == "__main__":
    main()
