"""Timing: calls side by side in one process, and processes with their own threads and memory."""

from __future__ import annotations

import inspect
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

# Smaller blocks glibc hands out of memory that it keeps anyway.
# Source: https://man7.org/linux/man-pages/man3/mallopt.3.html (M_MMAP_THRESHOLD grows up to this)
KEPT_ANYWAY_MIB = 32

# A call that takes fewer seconds is made twice in a row, and the second one counts: the caches hold
# what it needs, and no other library's threads still wait for work on its cores.
SHORT = 0.5

# Seconds after which no further round of calls begins, once there are three.
ENOUGH = 45
FEWEST_ROUNDS = 3


def in_child(function: Callable[..., Any], *given: object, threads: int, keep: bool = False) -> Any:
    """What the function returns in a new process of so many threads.

    The linear algebra libraries read their threads when they are loaded, the C library its limits
    when a process starts, so neither can be changed later. Not by multiprocessing, in whose
    processes torchlens does not trace.

    Args:
        function: of the top level of a file in this folder; returns what JSON can hold.
        given: its arguments, numbers and strings.
        threads: of torch and of numpy's BLAS.
        keep: freed memory stays with the process, so that what is measured is computing and not
            the kernel's handing out of fresh pages.
    """
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    environment = os.environ | dict.fromkeys(names, str(threads))
    if keep:
        environment["MALLOC_MMAP_THRESHOLD_"] = str(2**33)
        environment["MALLOC_TRIM_THRESHOLD_"] = str(2**34)
    # A script's own functions are those of __main__, so the module is named by its file.
    module, name = Path(inspect.getfile(function)).stem, function.__name__
    program = (
        f"import json; from benchmarks.{module} import {name}; print(json.dumps({name}(*{given})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[1],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def seconds(run: Callable[[], object], device: str = "cpu") -> float:
    """The time of one call, its result freed within."""
    if device != "cpu":
        torch.cuda.synchronize()
    start = time.perf_counter()
    run()
    if device != "cpu":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def medians(
    runs: Mapping[str, Callable[[], object]], rounds: int, device: str = "cpu"
) -> dict[str, float]:
    """The median seconds of each run, all called in turn, after a round that warms up."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    begun = time.perf_counter()
    for number in range(rounds + 1):
        for name, run in runs.items():
            taken = seconds(run, device)
            if taken < SHORT:
                taken = seconds(run, device)
            if number:
                times[name].append(taken)
        if number >= FEWEST_ROUNDS and time.perf_counter() - begun > ENOUGH:
            break
    return {name: statistics.median(taken) for name, taken in times.items()}


def without_graph(run: Callable[..., object], *given: object) -> Callable[[], object]:
    """The call in inference mode, where autograd keeps nothing."""

    def quiet() -> object:
        with torch.inference_mode():
            return run(*given)

    return quiet
