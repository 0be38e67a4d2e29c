"""How long a traced run takes beside torch.nn, which records nothing: ratios, in one process.

All in inference mode but for one column: a net of torch as it is usually called builds a graph for
autograd, which takes it longer. Run from the project's root:
`python benchmarks/engine.py [--kinds RNN,GRU,LSTM] [--threads 1] [--device cpu] [--keep-memory]`.
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
from typing import NamedTuple, TypeAlias  # noqa: E402

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import Tensor, nn  # noqa: E402

sys.path.insert(0, str(Path(__file__).parents[1]))
import rnnviz  # noqa: E402


class Size(NamedTuple):
    """One row of each table."""

    layers: int
    directions: int
    seq_len: int
    batch: int
    input_size: int
    hidden_size: int
    repeats: int


SIZES = (
    Size(2, 2, 12, 1, 8, 8, 400),
    Size(2, 2, 50, 4, 32, 32, 150),
    Size(4, 2, 128, 8, 128, 128, 25),
    Size(4, 2, 512, 16, 512, 512, 5),
    Size(1, 1, 10_000, 1, 64, 64, 9),
)

# The ratios that a trial reached, in the order of SIZES.
AIMS = {
    "RNN": (0.55, 0.45, 0.85, 1.0, 0.42),
    "GRU": (0.70, 0.75, 1.05, 1.1, 0.55),
    "LSTM": (1.5, 3.5, 2.8, 2.5, 4.0),
}

KINDS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")

HEAD = (
    "| kind | (L, D, T, B, I, H) | torch.nn | **trace** | aim | trace, against torch.nn that "
    "builds a graph | loop of nn.RNNCell, LSTMCell, GRUCell | loop of F.linear |"
)

State: TypeAlias = Tensor | tuple[Tensor, Tensor]


def loop(net: nn.Module, x: Tensor, hx: State, step: Callable[..., State]) -> Tensor:
    """The net as people write it by hand: a Python loop that appends each h to a list."""
    row = 0
    for layer in range(net.num_layers):
        ways = []
        for suffix in ("", "_reverse")[: 1 + net.bidirectional]:
            weights = [getattr(net, f"{kind}_l{layer}{suffix}") for kind in KINDS]
            state = (hx[0][row], hx[1][row]) if isinstance(hx, tuple) else hx[row]
            states = []
            row += 1
            for t in range(len(x)) if not suffix else reversed(range(len(x))):
                state = step(x[t], state, *weights)
                states.append(state[0] if isinstance(state, tuple) else state)
            ways.append(torch.stack(states if not suffix else states[::-1]))
        x = torch.cat(ways, dim=-1)
    return x


def cell_step(kind: str, cells: dict[int, nn.RNNCellBase]) -> Callable[..., State]:
    """One step by a cell of torch that holds the same weights."""

    def step(x: Tensor, state: State, *weights: Tensor) -> State:
        cell = cells.get(id(weights[0]))
        if cell is None:
            cell = getattr(nn, f"{kind}Cell")(x.shape[1], weights[1].shape[1])
            cells[id(weights[0])] = cell
            for name, weight in zip(KINDS, weights, strict=True):
                setattr(cell, name, weight)
        return cell(x, state)

    return step


def rnn_step(x: Tensor, h: Tensor, *weights: Tensor) -> Tensor:
    """One step of an RNN by two F.linear."""
    w_ih, w_hh, b_ih, b_hh = weights
    return torch.tanh(F.linear(x, w_ih, b_ih) + F.linear(h, w_hh, b_hh))


def gru_step(x: Tensor, h: Tensor, *weights: Tensor) -> Tensor:
    """One step of a GRU by two F.linear."""
    w_ih, w_hh, b_ih, b_hh = weights
    x_r, x_z, x_n = F.linear(x, w_ih, b_ih).chunk(3, dim=-1)
    h_r, h_z, h_n = F.linear(h, w_hh, b_hh).chunk(3, dim=-1)
    z = torch.sigmoid(x_z + h_z)
    n = torch.tanh(x_n + torch.sigmoid(x_r + h_r) * h_n)
    return (1 - z) * n + z * h


def lstm_step(x: Tensor, state: tuple[Tensor, Tensor], *weights: Tensor) -> State:
    """One step of an LSTM by two F.linear."""
    h, c = state
    w_ih, w_hh, b_ih, b_hh = weights
    i, f, g, o = (F.linear(x, w_ih, b_ih) + F.linear(h, w_hh, b_hh)).chunk(4, dim=-1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


STEPS = {"RNN": rnn_step, "GRU": gru_step, "LSTM": lstm_step}


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


def measure(kind: str, size: Size, aim: float, device: str) -> str:
    """One row of the table: medians of interleaved calls, as ratios."""
    torch.manual_seed(0)
    both = size.directions == 2
    make = getattr(nn, kind)
    net = make(size.input_size, size.hidden_size, size.layers, bidirectional=both).to(device)
    x = torch.randn(size.seq_len, size.batch, size.input_size, device=device)
    rows = size.layers * size.directions
    h_0, c_0 = torch.randn(2, rows, size.batch, size.hidden_size, device=device)
    hx = (h_0, c_0) if kind == "LSTM" else h_0
    cells: dict[int, nn.RNNCellBase] = {}
    runs = {
        "torch": without_graph(lambda: net(x, hx)),
        "torch with a graph": lambda: net(x, hx),
        "trace": lambda: rnnviz.trace(net, x, hx),
        "cell": without_graph(lambda: loop(net, x, hx, cell_step(kind, cells))),
        "F.linear": without_graph(lambda: loop(net, x, hx, STEPS[kind])),
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
        f"| {kind} | ({sizes}) | {median['torch'] * 1e3:.3g} ms | **{ratio['trace']:.2f}** "
        f"| {aim:.2f} | {usual:.2f} | {ratio['cell']:.1f} | {ratio['F.linear']:.1f} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", default="RNN,GRU,LSTM", help="which nets, with commas")
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
    for kind in options.kinds.split(","):
        for size, aim in zip(SIZES, AIMS[kind], strict=True):
            print(measure(kind, size, aim, options.device), flush=True)


if __name__ == "__main__":
    main()
