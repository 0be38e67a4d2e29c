"""How large every export gets, and how long it takes, beside the bound that is stated for it.

Each net in a process of its own on one thread; medians of three calls, after one on a small net
that loads code. Run from the project's root: `python benchmarks/exports.py`, whose output is kept
in benchmarks/exports.md, or a part of it: `[--sizes small,large] [--exports "npz;workbook"]`.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.clock import in_child
from benchmarks.formats import EXPORTS, MOST_INPUTS, PAGE_AIM, SIZES, Export, net_of, run_of
from benchmarks.results import Row
from benchmarks.sizes import KINDS

# What of a float32 drawn at random nothing tells but its seed: all but most of its exponent. Text
# holds 6 a sign.
WEIGHT_BITS = 25


def measure(kind: str, name: str, only: str) -> dict[str, Row]:
    """Bytes and seconds of every export of one net, or seconds and words of its refusal."""
    first, run = run_of(kind, SIZES["small"]), run_of(kind, SIZES[name])
    rows = {}
    for export in chosen(only, name):
        kept: Row = {}

        def call(export: Export = export, kept: Row = kept) -> None:
            try:
                kept["bytes"] = len(export.make(run))
            except ValueError as error:
                kept["refused"] = str(error)

        for opened in (first, run):
            with suppress(ValueError):
                _ = opened.drawer
        export.make(first)
        times = [spent(call) for _ in range(export.calls)]
        rows[export.name] = kept | {"seconds": statistics.median(times)}
        print(f"{name} {kind}: {export.name} {rows[export.name]}", file=sys.stderr, flush=True)
    return rows


def spent(call: Callable[[], None]) -> float:
    """Seconds of the processor that a call takes, in this process and in those that it started.

    On one thread those of a clock on the wall, were the cores not shared with others.
    """

    def now() -> float:
        children = getrusage(RUSAGE_CHILDREN)
        ended = children.ru_utime + children.ru_stime
        return time.process_time() + ended + sum(map(clock_of, living()))

    start = now()
    call()
    return now() - start


def living() -> list[int]:
    """Processes of this one that run, such as the one that draws."""
    tasks = Path("/proc/self/task").glob("*/children")
    return [int(word) for children in tasks for word in children.read_text().split()]


def clock_of(process: int) -> float:
    """Seconds that another process has had of the processor.

    Source: CPUCLOCK_SCHED in the kernel's include/linux/posix-timers_types.h.
    """
    return time.clock_gettime(~process << 3 | 2)


def chosen(names: str, size: str) -> list[Export]:
    """The exports of these names, with semicolons between, for a size; all if there are none."""
    found = [export for export in EXPORTS if not names or export.name in names.split(";")]
    return [export for export in found if size in export.sizes]


def table(name: str, only: str) -> str:
    """The table of one size, and below it what was refused and why."""
    kinds = {kind: in_child(measure, kind, name, only, threads=1) for kind in KINDS}
    lines = [
        f"## {name.capitalize()}: {tuple(SIZES[name])}\n",
        f"| export | {' | '.join(f'{kind}: size | time' for kind in KINDS)} | bound | holds |",
        f"|---|{'---|' * (2 * len(KINDS))}---|---|",
    ]
    refused: dict[str, list[str]] = {}
    for export in chosen(only, name):
        rows = {kind: kinds[kind][export.name] for kind in KINDS}
        cells = [cell for row in rows.values() for cell in (_bytes(row), _time(row["seconds"]))]
        cells += [_bound(export, name), _holds(rows, export, name)]
        lines.append(f"| {export.name} | {' | '.join(cells)} |")
        for kind, row in rows.items():
            if "refused" in row:
                refused.setdefault(f"{export.name}: {row['refused']}", []).append(kind)
    notes = [_page_words()] if name == "medium" else []
    notes += [f"- {', '.join(kinds)}, {words}" for words, kinds in refused.items()]
    return "\n".join([*lines, *([""] if notes else []), *notes])


def _page_words() -> str:
    """Which weights a page's bound is for."""
    weights = {}
    for kind in KINDS:
        with torch.device("meta"):
            numbers = sum(part.numel() for part in net_of(kind, SIZES["medium"]).parameters())
        weights[kind] = f"{numbers * WEIGHT_BITS / 6 / 1e6:.2f} MB"
    return (
        f"- The {PAGE_AIM / 1e6:g} MB of a page are stated for weights that come of a seed, which "
        f"the page draws itself. Own ones, {WEIGHT_BITS} random bits each, take as text alone "
        f"{weights['GRU']} of a GRU's page and {weights['LSTM']} of an LSTM's ({weights['RNN']} of "
        "an RNN's)."
    )


def _bound(export: Export, size: str) -> str:
    """The bytes and seconds that are stated, and for which nets where not for all."""
    kinds = [kind for kind in KINDS if (size, kind) in export.bounded]
    found = [f"{export.bound / 1e6:.3g} MB"] if export.bound and kinds else []
    found += [f"for {', '.join(kinds)}"] if found and len(kinds) < len(KINDS) else []
    words = " ".join(found)
    return ", ".join(filter(None, [words, f"{export.seconds} s" if export.seconds else ""]))


def _holds(rows: dict[str, Row], export: Export, size: str) -> str:
    """For which kinds of net the bounds hold; a refusal keeps them."""
    if not _bound(export, size):
        return ""
    over = [
        kind
        for kind, row in rows.items()
        if (row.get("bytes", 0) > (export.bound or math.inf) and (size, kind) in export.bounded)
        or row["seconds"] > (export.seconds or math.inf)
    ]
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
    packages = ("torch", "numpy", "pyarrow", "safetensors", "xlsxwriter", "mini-racer", "typst")
    print(
        "# Exports\n\n`python benchmarks/exports.py > benchmarks/exports.md`: size and time of "
        "every export of one sample, (L, D, T, H) layers, directions, timesteps and hidden units, "
        f"input_size = min(H, {MOST_INPUTS}), float32, torch's own random weights. Medians of "
        "three calls (films: one call) on one thread, in seconds of the processor, since the cores "
        "are shared. What is refused gives the time of refusing. A run is opened once for all its "
        "pictures, which are of its last moment; opening has the size of what is drawn of.\n\n"
        f"{', '.join(f'{name} {version(name)}' for name in packages)}; "
        f"{os.cpu_count()} x {(cores or ['unknown'])[0]}, load {os.getloadavg()[0]:.1f}."
    )
    for name in options.sizes.split(","):
        print(f"\n{table(name, options.exports)}", flush=True)


if __name__ == "__main__":
    main()
