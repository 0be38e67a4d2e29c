"""How much memory a traced run takes at its peak, beside the bytes of its record (Linux).

Run from the project's root: `python benchmarks/memory.py [--kinds RNN,GRU,LSTM]`. The numbers go to
benchmarks/results.json, the table to the terminal.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import rnnviz
from benchmarks import tables
from benchmarks.clock import in_child
from benchmarks.results import Row, keep
from benchmarks.sizes import SIZES, net_of

LARGER = SIZES[2:]
MIB = 2**20


def measure(kind: str, number: int) -> Row:
    """The peak of resident memory above what there was before the call, in a new process.

    Source: https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html (5 resets the peak).
    """
    net = net_of(kind, LARGER[number])
    # The first run loads code and lets BLAS take its buffers, which stay.
    rnnviz.trace(net.module, net.x[:16], net.hx)
    gc.collect()
    # What earlier frees left with the process would be used again, and so not be seen.
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    before = _resident("smaps_rollup", "Rss")
    trace = rnnviz.trace(net.module, net.x, net.hx)
    peak = _resident("status", "VmHWM") - before
    return {"record_mib": round(trace.nbytes / MIB, 2), "peak": round(peak / trace.nbytes, 4)}


def _resident(file: str, field: str) -> int:
    """Bytes, as Linux counts them for this process."""
    text = Path("/proc/self", file).read_text()
    return 1024 * int(re.search(rf"^{field}:\s+(\d+) kB", text, flags=re.MULTILINE).group(1))


def main() -> None:
    """Measure, keep and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", default="RNN,GRU,LSTM", help="which nets, with commas")
    options = parser.parse_args()
    print(tables.MEMORY_HEAD)
    for kind in options.kinds.split(","):
        for number, size in enumerate(LARGER):
            row = {"kind": kind, "size": list(size)} | in_child(measure, kind, number, threads=1)
            keep("memory", row)
            print(tables.memory_line(row), flush=True)


if __name__ == "__main__":
    main()
