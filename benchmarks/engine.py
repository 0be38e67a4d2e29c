"""How long a traced run takes beside torch.nn, which records nothing, and beside other recorders.

Ratios to torch.nn in inference mode, in which the loops run too. Run from the project's root:
`python benchmarks/engine.py [--kinds RNN,GRU,LSTM] [--sizes 1,2,3,4,5] [--threads 1,2]
[--device cpu]`. The numbers go to benchmarks/results.json, the table to the terminal.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import rnnviz
from benchmarks import tables
from benchmarks.clock import KEPT_ANYWAY_MIB, in_child, medians, without_graph
from benchmarks.peers import TORCHLENS_MOST_STEPS, CellLoop, hooked, linear_loop, torchlens_of
from benchmarks.results import Row, keep
from benchmarks.sizes import AIMS, SIZES, Net, net_of

# Rounds of calls, in the order of SIZES; a row that takes long has fewer.
ROUNDS = (400, 150, 25, 5, 9)
TORCHLENS_ROUNDS = 3


def measure_all(kind: str, number: int, device: str) -> Row:
    """Medians of torch.nn, of the trace and of all peers, as ratios to the first."""
    net = net_of(kind, SIZES[number], device)
    module, x, hx = net
    runs = {
        "torch": without_graph(module, x, hx),
        "graph": lambda: module(x, hx),
        "trace": lambda: rnnviz.trace(module, x, hx),
        "cells": without_graph(CellLoop(module), x, hx),
        "hooks": without_graph(hooked(module), x, hx),
        "linear": without_graph(linear_loop(module), x, hx),
    }
    taken = medians(runs, ROUNDS[number], device)
    ratios: Row = {name: round(one / taken["torch"], 3) for name, one in taken.items()}
    ratios["kept"] = "-"
    record_mib = round(rnnviz.trace(module, x, hx).nbytes / 2**20, 3)
    ratios["torchlens"] = _torchlens(net, number, device, taken["torch"])
    return {"record_mib": record_mib, "ms": round(taken["torch"] * 1e3, 4), "ratios": ratios}


def measure_kept(kind: str, number: int, device: str) -> float:
    """The ratio of the trace to torch.nn, in a process that keeps freed memory."""
    module, x, hx = net_of(kind, SIZES[number], device)
    runs = {"torch": without_graph(module, x, hx), "trace": lambda: rnnviz.trace(module, x, hx)}
    taken = medians(runs, ROUNDS[number], device)
    return round(taken["trace"] / taken["torch"], 3)


def _torchlens(net: Net, number: int, device: str, reference: float) -> float | str:
    """The ratio of torchlens tracing the loop of cells, or why there is none."""
    run = torchlens_of(net.module)
    if run is None:
        return "not installed"
    if SIZES[number].steps > TORCHLENS_MOST_STEPS:
        return "-"
    taken = medians({"torchlens": without_graph(run, net.x, net.hx)}, TORCHLENS_ROUNDS, device)
    return round(taken["torchlens"] / reference, 1)


def measure(kind: str, number: int, threads: int, device: str) -> Row:
    """One row of the table, measured in two processes."""
    row: Row = {"kind": kind, "size": list(SIZES[number]), "threads": threads, "device": device}
    row |= in_child(measure_all, kind, number, device, threads=threads)
    if row["record_mib"] > KEPT_ANYWAY_MIB:
        kept = in_child(measure_kept, kind, number, device, threads=threads, keep=True)
        row["ratios"]["kept"] = kept
    return row | {"aim": AIMS[kind][number]}


def main() -> None:
    """Measure, keep and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", default="RNN,GRU,LSTM", help="which nets, with commas")
    parser.add_argument("--sizes", default="1,2,3,4,5", help="which rows of SIZES, with commas")
    parser.add_argument("--threads", default="1,2", help="threads of torch and BLAS, with commas")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    options = parser.parse_args()
    print(tables.RATIOS_HEAD, flush=True)
    for kind in options.kinds.split(","):
        for number in options.sizes.split(","):
            for threads in options.threads.split(","):
                row = measure(kind, int(number) - 1, int(threads), options.device)
                keep("ratios", row)
                print(tables.ratios_line(row), flush=True)


if __name__ == "__main__":
    main()
