"""How long a traced run takes beside torch.nn.RNN, which records nothing: ratios, in one process.

All in inference mode but for one column: nn.RNN as it is usually called builds a graph for
autograd, which takes it longer. Run from the project's root:
`python benchmarks/engine.py [--threads 1] [--device cpu] [--keep-memory]`.
"""

from __future__ import annotations

import os
import sys

# Freed memory stays with the process, so that what is measured is computing and not the kernel's
# handing out of fresh pages. Read by the C library when a process starts, hence started again.
if "--keep-memory" in sys.argv and "MALLOC_TRIM_THRESHOLD_" not in os.environ:
    keep = {"MALLOC_MMAP_THRESHOLD_": str(2**33), "MALLOC_TRIM_THRESHOLD_": str(2**34)}
    os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | keep)

THREADS = int(sys.argv[sys.argv.index("--threads") + 1]) if "--threads" in sys.argv else 1
# Read by the linear algebra libraries when they are loaded, so set before.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(THREADS)

import argparse  # noqa: E402
import statistics  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import NamedTuple  # noqa: E402

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import Tensor, nn  # noqa: E402

sys.path.insert(0, str(Path(__file__).parents[1]))
import rnnviz  # noqa: E402


class Size(NamedTuple):
    """One row of the table; `aim` is the ratio that a trial reached."""

    layers: int
    directions: int
    seq_len: int
    batch: int
    input_size: int
    hidden_size: int
    repeats: int
    aim: float


SIZES = (
    Size(2, 2, 12, 1, 8, 8, 400, 0.55),
    Size(2, 2, 50, 4, 32, 32, 150, 0.45),
    Size(4, 2, 128, 8, 128, 128, 25, 0.85),
    Size(4, 2, 512, 16, 512, 512, 5, 1.0),
    Size(1, 1, 10_000, 1, 64, 64, 9, 0.42),
)


KINDS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")

HEAD = (
    "| (L, D, T, B, I, H) | nn.RNN | **trace** | aim | trace, against nn.RNN that builds a graph "
    "| loop of nn.RNNCell | loop of F.linear |"
)


def loop(net: nn.RNN, x: Tensor, h_0: Tensor, step: Callable[..., Tensor]) -> Tensor:
    """The net as people write it by hand: a Python loop that appends each h to a list."""
    row = 0
    for layer in range(net.num_layers):
        ways = []
        for suffix in ("", "_reverse")[: 1 + net.bidirectional]:
            weights = [getattr(net, f"{kind}_l{layer}{suffix}") for kind in KINDS]
            h, states = h_0[row], []
            row += 1
            for t in range(len(x)) if not suffix else reversed(range(len(x))):
                h = step(x[t], h, *weights)
                states.append(h)
            ways.append(torch.stack(states if not suffix else states[::-1]))
        x = torch.cat(ways, dim=-1)
    return x


def cell_step(cells: dict[int, nn.RNNCell]) -> Callable[..., Tensor]:
    """One step by an nn.RNNCell that holds the same weights."""

    def step(x: Tensor, h: Tensor, *weights: Tensor) -> Tensor:
        cell = cells.get(id(weights[0]))
        if cell is None:
            cell = cells[id(weights[0])] = nn.RNNCell(x.shape[1], h.shape[1])
            for name, weight in zip(KINDS, weights, strict=True):
                setattr(cell, name, weight)
        return cell(x, h)

    return step


def linear_step(x: Tensor, h: Tensor, *weights: Tensor) -> Tensor:
    """One step by two F.linear."""
    w_ih, w_hh, b_ih, b_hh = weights
    return torch.tanh(F.linear(x, w_ih, b_ih) + F.linear(h, w_hh, b_hh))


def seconds(run: Callable[[], object], device: str) -> float:
    """The time of one call, its result freed within."""
    if device != "cpu":
        torch.cuda.synchronize()
    start = time.perf_counter()
    run()
    if device != "cpu":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def without_graph(run: Callable[[], object]) -> Callable[[], object]:
    """The same in inference mode, where autograd keeps nothing."""

    def quiet() -> object:
        with torch.inference_mode():
            return run()

    return quiet


def measure(size: Size, device: str) -> str:
    """One row of the table: medians of interleaved calls, as ratios."""
    torch.manual_seed(0)
    net = nn.RNN(
        size.input_size, size.hidden_size, size.layers, bidirectional=size.directions == 2
    ).to(device)
    x = torch.randn(size.seq_len, size.batch, size.input_size, device=device)
    h_0 = torch.randn(size.layers * size.directions, size.batch, size.hidden_size, device=device)
    cells: dict[int, nn.RNNCell] = {}
    runs = {
        "torch": without_graph(lambda: net(x, h_0)),
        "torch with a graph": lambda: net(x, h_0),
        "trace": lambda: rnnviz.trace(net, x, h_0),
        "RNNCell": without_graph(lambda: loop(net, x, h_0, cell_step(cells))),
        "F.linear": without_graph(lambda: loop(net, x, h_0, linear_step)),
    }
    times: dict[str, list[float]] = {name: [] for name in runs}
    for repeat in range(size.repeats + 1):
        for name, run in runs.items():
            taken = seconds(run, device)
            if repeat:  # The first round warms up.
                times[name].append(taken)
    median = {name: statistics.median(taken) for name, taken in times.items()}
    ratio = {name: taken / median["torch"] for name, taken in median.items()}
    usual = median["trace"] / median["torch with a graph"]
    sizes = ", ".join(str(number) for number in size[:6])
    return (
        f"| ({sizes}) | {median['torch'] * 1e3:.3g} ms | **{ratio['trace']:.2f}** | {size.aim:.2f} "
        f"| {usual:.2f} | {ratio['RNNCell']:.1f} | {ratio['F.linear']:.1f} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1, help="threads of torch and of BLAS")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--keep-memory", action="store_true", help="reuse freed memory")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"torch {torch.__version__}, numpy {np.__version__}, {options.device}, ", end="")
    print(f"{options.threads} thread(s), float32, medians", end="")
    print(", memory kept\n" if options.keep_memory else ", fresh memory\n")
    print(HEAD)
    print("|---" * HEAD.count(" | ") + "|---|")
    for size in SIZES:
        print(measure(size, options.device), flush=True)


if __name__ == "__main__":
    main()
