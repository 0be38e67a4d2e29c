"""How the time of a traced run grows with the sequence, the layers and the hidden units.

Run from the project's root: `python benchmarks/growth.py [--kinds RNN,GRU,LSTM]`. One thread, in a
process that keeps freed memory. The numbers go to benchmarks/results.json, the table to the
terminal.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import rnnviz
from benchmarks import tables
from benchmarks.clock import in_child, medians, without_graph
from benchmarks.results import Row, keep
from benchmarks.sizes import Size, net_of

# One of its numbers at a time is replaced.
BASE = Size(layers=2, directions=1, seq_len=256, batch=8, input_size=64, hidden_size=64)
AXES = {
    "seq_len": (64, 128, 256, 512, 1024, 2048, 4096),
    "layers": (1, 2, 4, 8),
    "hidden_size": (16, 32, 64, 128, 256, 512),
}
ROUNDS = 15


def measure(kind: str, axis: str) -> Row:
    """The times along one axis, and the slopes of their logarithms."""
    values = AXES[axis]
    times: dict[str, list[float]] = {"trace": [], "torch": []}
    for value in values:
        module, x, hx = net_of(kind, BASE._replace(**{axis: value}))
        runs = {
            "trace": lambda m=module, x=x, hx=hx: rnnviz.trace(m, x, hx),
            "torch": without_graph(module, x, hx),
        }
        for name, taken in medians(runs, ROUNDS).items():
            times[name].append(taken)
    row: Row = {"values": list(values)}
    for name, taken in times.items():
        row[f"{name}_ms"] = [round(one * 1e3, 4) for one in taken]
        row[f"{name}_slope"] = round(slope(values, taken), 3)
        row[f"{name}_end"] = round(slope(values[-2:], taken[-2:]), 3)
    return row


def slope(values: Sequence[float], times: Sequence[float]) -> float:
    """The exponent p of times ~ values ** p, by least squares on the logarithms."""
    xs, ys = [math.log(value) for value in values], [math.log(time) for time in times]
    x_mean, y_mean = sum(xs) / len(xs), sum(ys) / len(ys)
    above = sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys, strict=True))
    return above / sum((x - x_mean) ** 2 for x in xs)


def main() -> None:
    """Measure, keep and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", default="RNN,GRU,LSTM", help="which nets, with commas")
    options = parser.parse_args()
    print(tables.GROWTH_HEAD, flush=True)
    for kind in options.kinds.split(","):
        for axis in AXES:
            row = {"kind": kind, "axis": axis, "base": list(BASE)}
            row |= in_child(measure, kind, axis, threads=1, keep=True)
            keep("growth", row)
            print(tables.growth_line(row), flush=True)


if __name__ == "__main__":
    main()
