"""What would tell mistakes apart that give the same numbers, and whether chance could."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from rnnviz.config import TOLERANCE
from rnnviz.diagnosis.numbers import NAMES, apart, arrays, differences
from rnnviz.diagnosis.search import Evidence, Searched, Tried, changes_of
from rnnviz.engine.varied import Case, Varied, run_varied

# Numbers that fit by chance this often, over all runs that were tried, name no mistake.
_CHANCE = 0.01

# Runs that differ by so much are told apart by four digits after the point.
_TOLD_APART = 1e-3


def by_chance(one: Tried, right: Varied, evidence: Evidence, count: int) -> bool:
    """Whether so few numbers speak for a mistake that one of `count` could fit by chance."""
    share = float(count)
    results, torchs = arrays(one.run.returned), arrays(right.returned)
    for name, known in evidence.known.items():
        got, wanted = results[name], torchs[name]
        limit = np.broadcast_to(evidence.limits[name].max(initial=0.0), got.shape)
        if got.shape == wanted.shape:
            limit = np.broadcast_to(evidence.limits[name], got.shape)
            speaks = ~np.isnan(known.values) & (differences(got, wanted) > 2 * limit)
        else:
            speaks = ~np.isnan(known.values)
        # An infinity has no spread.
        spread = max(float(np.std(wanted[np.isfinite(wanted)])) if wanted.size else 0.0, 1e-6)
        odds = np.minimum(1.0, 2 * limit[speaks] / spread)
        share *= float(np.prod(odds))
    return share > _CHANCE


def telling(
    case: Case,
    right: Varied,
    evidence: Evidence,
    found: tuple[str, list[Tried], Searched],
    judged: Tried,
) -> tuple[str, ...]:
    """Sentences that go with a verdict."""
    verdict, fitting, searched = found
    notes: list[str] = []
    if case.drops:
        notes.append(
            "The module is in training mode with dropout, where torch's own result is random; "
            "compare in eval mode."
        )
    notes += [
        f"{name} came as {known.came} and is taken as {known.values.shape}."
        for name, known in evidence.known.items()
        if known.came is not None
    ]
    if verdict == "ambiguous":
        if len(fitting) == 1:
            notes.append("So few numbers speak for it that it could be chance; give more of them.")
        notes += [_what_tells(case, fitting[0], other, evidence) for other in fitting[1:]]
    if verdict == "none known":
        notes += _shapes(right, evidence)
        if searched.possible > searched.count:
            notes.append(
                f"Of two mistakes at once {searched.count} runs were tried, all that time allowed."
            )
        if np.isfinite(judged.distance):
            notes.append(
                f"{searched.count} runs with known mistakes were tried, and none gives these "
                "numbers."
            )
    return tuple(notes)


def _shapes(right: Varied, evidence: Evidence) -> list[str]:
    """The results whose shape is not torch's."""
    results, notes = arrays(right.returned), []
    for name, known in evidence.known.items():
        if known.values.shape != results[name].shape:
            notes.append(
                f"{name} is {known.values.shape}, torch's is {results[name].shape}; no known "
                "mistake gives it this shape and these numbers."
            )
    return notes


def _what_tells(case: Case, one: Tried, other: Tried, evidence: Evidence) -> str:
    """What would tell two runs apart that both give the known numbers."""
    names = " + ".join(mistake.id for mistake in one.mistakes)
    others = " + ".join(mistake.id for mistake in other.mistakes)
    both = f"{names} and {others}"
    results, theirs = arrays(one.run.returned), arrays(other.run.returned)
    for name in NAMES:
        if name in results and _apart(results[name], theirs[name], TOLERANCE[case.config.dtype]):
            if name in evidence.known:
                return f"More digits, or more numbers, of {name} would tell {both} apart."
            return f"{name} would tell {both} apart."
    changes = [changes_of(tried.mistakes) for tried in (one, other)]
    for words, probing in _probings(case):
        runs = [arrays(run_varied(probing, change).returned) for change in changes]
        if any(_apart(runs[0][name], runs[1][name], _TOLD_APART) for name in runs[0]):
            return f"The numbers of a run with {words} would tell {both} apart."
    return f"No numbers tell {both} apart: they compute the same."


def _apart(one: np.ndarray, other: np.ndarray, limit: float) -> bool:
    return one.shape != other.shape or bool(apart(one, other).max(initial=0.0) > limit)


def _probings(case: Case) -> list[tuple[str, Case]]:
    """Calls of the same net that show more: random states, then biases, then all else."""
    generator = torch.Generator().manual_seed(0)

    def drawn(like: Tensor) -> Tensor:
        return torch.randn(like.shape, generator=generator, dtype=torch.float64).to(like)

    c_0 = None if case.c_0 is None else drawn(case.c_0)
    states = case._replace(h_0=drawn(case.h_0), c_0=c_0, states_given=True)
    biases = tuple(
        {name: drawn(w) if name.startswith("bias") else w for name, w in cell.items()}
        for cell in case.weights
    )
    weights = tuple({name: drawn(w) for name, w in cell.items()} for cell in case.weights)
    x = torch.where(case.x.isnan(), case.x, drawn(case.x))
    return [
        ("a random h_0" if c_0 is None else "random h_0 and c_0", states),
        ("random biases and initial states", states._replace(weights=biases)),
        ("random weights, input and initial states", states._replace(weights=weights, x=x)),
    ]
