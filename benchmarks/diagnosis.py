"""How often `rnnviz.diagnose` names a planted mistake, and how long it takes.

Run as: python -m benchmarks.diagnosis [nets] > table.md. Mistakes are planted by the plain loops of
tests/diagnosis/planted; those that are not there by the engine itself.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from itertools import islice

import numpy as np
import torch
from torch import nn

import rnnviz
from rnnviz.diagnosis.case import case_of
from rnnviz.diagnosis.search import applicable
from rnnviz.engine.varied import run_varied
from tests.diagnosis.planted import PLANTED, planted

NETS = 20
PAIRS = 50
DECIMALS = 4
KINDS = ("RNN", "LSTM", "GRU")

# What rounding to four digits could hide; a mistake counts where it changes ten times as much.
ROUNDING = 0.5 * 10.0**-DECIMALS


def drawn(kind: str, seed: int, layers: int | None = None) -> tuple:
    """A random net with random input and states; both directions in half of them."""
    draw = random.Random(seed)
    torch.manual_seed(seed)
    layers = layers or draw.choice([1, 2, 3])
    both, hidden, size = draw.random() < 0.5, draw.randint(3, 8), draw.randint(2, 8)
    net = getattr(nn, kind)(size, hidden, layers, bidirectional=both or seed < 0)
    seq_len, batch, rows = draw.randint(3, 7), draw.randint(2, 4), layers * (1 + (both or seed < 0))
    states = [torch.randn(rows, batch, hidden) for _ in range(2)]
    x = torch.randn(seq_len, batch, size)
    return net, x, tuple(states) if kind == "LSTM" else states[0]


def results(given: tuple) -> dict[str, np.ndarray]:
    """Results as print shows them."""
    shown = [
        np.round(part.detach().double().numpy(), DECIMALS) for part in given if part is not None
    ]
    return dict(zip(("output", "h_n", "c_n"), shown, strict=False))


def shows(given: tuple, right: tuple) -> bool:
    """Whether results differ from torch's by ten times the rounding, or in shape."""
    pairs = [(a, b) for a, b in zip(given, right, strict=False) if a is not None]
    return any(a.shape != b.shape or (a - b).abs().max() > 10 * ROUNDING for a, b in pairs)


def singles(kind: str, nets: int) -> tuple[Counter, list[float], list[str]]:
    """Every mistake in so many nets: how it was answered, seconds each, and what was missed."""
    answers, seconds, missed = Counter(), [], []
    for seed in range(nets):
        net, x, hx = drawn(kind, seed)
        case = case_of(net, x, hx)
        right = run_varied(case).returned
        for one in applicable(case):
            given = tuple(run_varied(case, one.changes).returned)
            if one.id in PLANTED and one.id not in ("T1-batch-first-ignored",):
                given = planted(one.id, net, x, hx)
            if not shows(given, right):
                answers["hidden"] += 1
                continue
            begun = time.perf_counter()
            found = rnnviz.diagnose(net, x, hx, **results(given))
            seconds.append(time.perf_counter() - begun)
            ids = [match.id for match in found.matches]
            if found.verdict == "one mistake" and ids == [one.id]:
                answers["named alone"] += 1
            elif found.verdict == "ambiguous" and one.id in ids:
                answers["in its class"] += 1
            else:
                answers["missed"] += 1
                missed.append(f"{one.id} (seed {seed}): {found.verdict} {ids}")
    return answers, seconds, missed


def pairs(kind: str) -> tuple[Counter, list[float], list[str]]:
    """Two mistakes at once in nets of three layers and both directions."""
    answers, seconds, missed, draw = Counter(), [], [], random.Random(1)
    for seed in islice(range(-1, -10_000, -1), PAIRS * 4):
        if sum(answers.values()) == PAIRS // len(KINDS) + (kind == "LSTM") * (PAIRS % len(KINDS)):
            break
        net, x, hx = drawn(kind, seed, layers=3)
        case = case_of(net, x, hx)
        right = run_varied(case).returned
        one, two = draw.sample(applicable(case), 2)
        changes = one.changes.then(two.changes)
        try:
            given = changes and tuple(run_varied(case, changes).returned)
        except (RuntimeError, IndexError, ValueError):
            continue
        alone = [tuple(run_varied(case, each.changes).returned) for each in (one, two)]
        # Both must show: beside the right net, and beside each alone.
        if not given or not all(shows(given, other) for other in (tuple(right), *alone)):
            continue
        begun = time.perf_counter()
        found = rnnviz.diagnose(net, x, hx, **results(given))
        seconds.append(time.perf_counter() - begun)
        wanted = {one.id, two.id}
        named = [{mistake.id for mistake in match.mistakes} for match in found.matches]
        if wanted in named:
            answers["named" if len(named) == 1 else "in its class"] += 1
        elif found.matches:
            answers["another that gives the same"] += 1
        else:
            answers["missed"] += 1
        if wanted not in named:
            missed.append(f"{one.id} + {two.id}: {[match.id for match in found.matches]}")
    return answers, seconds, missed


def row(kind: str, answers: Counter, names: tuple[str, ...], seconds: list[float]) -> str:
    """A line of the table."""
    counts = " | ".join(str(answers[name]) for name in names)
    return f"| {kind} | {counts} | {np.median(seconds):.2f} | {max(seconds):.2f} |"


def main() -> None:
    """Print both tables."""
    torch.set_num_threads(1)
    nets = int(sys.argv[1]) if len(sys.argv) > 1 else NETS
    names = ("named alone", "in its class", "missed", "hidden")
    notes = []
    print(f"One mistake, {nets} nets of each kind, {DECIMALS} digits:\n")
    print(f"| net | {' | '.join(names)} | median s | most s |")
    print("|---|---|---|---|---|---|---|")
    for kind in KINDS:
        answers, seconds, missed = singles(kind, nets)
        notes += missed
        print(row(kind, answers, names, seconds), flush=True)
    names = ("named", "in its class", "another that gives the same", "missed")
    print(f"\nTwo mistakes at once, {PAIRS} pairs, three layers both ways:\n")
    print(
        "| net | named | in its class | another that gives the same | missed | median s | most s |"
    )
    print("|---|---|---|---|---|---|---|")
    for kind in KINDS:
        answers, seconds, missed = pairs(kind)
        notes += missed
        print(row(kind, answers, names, seconds), flush=True)
    print("\n" + "\n".join(notes))


if __name__ == "__main__":
    main()
