"""What a traced run spends its time on: the run again with parts of the engine left out.

Run from the project's root: `python benchmarks/parts.py [--kinds RNN,GRU,LSTM] [--sizes
1,2,3,4,5]`. One thread. The numbers go to benchmarks/results.json, the table to the terminal.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
import rnnviz
from benchmarks import tables
from benchmarks.clock import KEPT_ANYWAY_MIB, in_child, medians, seconds
from benchmarks.results import Row, keep
from benchmarks.sizes import SIZES, Net, net_of
from rnnviz.config import Direction
from rnnviz.engine import run_cell
from rnnviz.engine.activations import Given
from rnnviz.engine.arrays import NumpyArrays
from rnnviz.records import Array

# Rounds of calls, in the order of SIZES.
ROUNDS = (400, 100, 15, 2, 7)


def measure_first_touch(kind: str, number: int) -> float:
    """Seconds by which it takes longer to fill a record's memory the first time than the second."""
    net = net_of(kind, SIZES[number])
    size = rnnviz.trace(net.module, net.x, net.hx).nbytes
    if size < KEPT_ANYWAY_MIB * 2**20:
        return 0.0
    extra = []
    for _ in range(5):
        memory = np.empty(size, np.uint8)
        first = seconds(lambda memory=memory: memory.fill(0))
        extra.append(first - seconds(lambda memory=memory: memory.fill(0)))
    return statistics.median(extra)


def measure_left_out(kind: str, number: int) -> dict[str, float]:
    """Seconds of a trace, and of one that leaves out more and more, in memory that was kept."""
    net = net_of(kind, SIZES[number])
    runs = {
        "all": _traced(net, {}),
        "products": _traced(net, {"_scan": _scan_of_products}),
        "no steps": _traced(net, {"_scan": _no_scan}),
        "once": _traced(net, {"_scan": _no_scan, "_read_input": _no_reading}),
    }
    return medians(runs, ROUNDS[number])


def _traced(net: Net, replaced: dict[str, Callable[..., object]]) -> Callable[[], object]:
    """A trace with functions of the engine replaced."""
    originals = {name: getattr(run_cell, name) for name in replaced}

    def run() -> object:
        for name, other in replaced.items():
            setattr(run_cell, name, other)
        try:
            return rnnviz.trace(net.module, net.x, net.hx)
        finally:
            for name, original in originals.items():
                setattr(run_cell, name, original)

    return run


def _scan_of_products(
    arrays: NumpyArrays,
    cell: tuple[str, Direction, tuple[Given, ...]],
    seen: dict[str, Array],
    _written: Sequence[Array],
) -> run_cell.Scan:
    """A scan that multiplies the first state by W_hh at every step, and no more."""
    _, direction, _ = cell
    weight_hh_t = arrays.for_products(seen["weight_hh"].T)

    def scan(buffers: list[Array], start: tuple[Array, ...]) -> None:
        for wh_t in arrays.rows(buffers[0], direction):
            arrays.product(start[0], weight_hh_t, wh_t)

    return scan


def _no_scan(*_given: object) -> run_cell.Scan:
    return lambda _buffers, _start: None


def _no_reading(*_given: object) -> None:
    """In place of the products with the input."""


def measure(kind: str, number: int) -> Row:
    """The parts of a trace in microseconds. Differences of medians, so that some may be below 0."""
    touch = in_child(measure_first_touch, kind, number, threads=1)
    left = in_child(measure_left_out, kind, number, threads=1, keep=True)
    parts = {
        "once": left["once"],
        "input products": left["no steps"] - left["once"],
        "recurrent products": left["products"] - left["no steps"],
        "rest of the steps": left["all"] - left["products"],
        "fresh memory": touch,
    }
    micros = {name: round(one * 1e6, 1) for name, one in parts.items()}
    total = round(sum(micros.values()), 1)
    return {"kind": kind, "size": list(SIZES[number]), "all_us": total, "parts": micros}


def main() -> None:
    """Measure, keep and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", default="RNN,GRU,LSTM", help="which nets, with commas")
    parser.add_argument("--sizes", default="1,2,3,4,5", help="which rows of SIZES, with commas")
    options = parser.parse_args()
    print(tables.PARTS_HEAD, flush=True)
    for kind in options.kinds.split(","):
        for number in options.sizes.split(","):
            row = measure(kind, int(number) - 1)
            keep("parts", row)
            print(tables.parts_line(row), flush=True)


if __name__ == "__main__":
    main()
