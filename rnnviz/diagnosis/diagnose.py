"""Why numbers differ from torch.nn's: the mistake of the catalogue that makes exactly these."""

from __future__ import annotations

import math

import numpy as np
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnviz.config import TOLERANCE
from rnnviz.diagnosis.case import case_of
from rnnviz.diagnosis.mistake import Mistake
from rnnviz.diagnosis.numbers import Known, apart, arrays, known, reference
from rnnviz.diagnosis.pattern import Wrong, wrong_numbers, wrong_states
from rnnviz.diagnosis.report import Diagnosis, Match, Verdict
from rnnviz.diagnosis.search import (
    Evidence,
    Progress,
    Searched,
    Tried,
    changes_of,
    judge,
    pairs,
    singles,
)
from rnnviz.diagnosis.tell import by_chance, telling
from rnnviz.engine.varied import Case, Varied, run_varied

# What the user hands over: a tensor, an array, lists, a PackedSequence or a text that was read.
Given = object


def diagnose(
    module: nn.RNN | nn.LSTM | nn.GRU,
    input: Tensor | PackedSequence,
    hx: Tensor | tuple[Tensor, Tensor] | None = None,
    *,
    output: Given = None,
    h_n: Given = None,
    c_n: Given = None,
) -> Diagnosis:
    """Find the mistake that makes exactly somebody's numbers out of a net and its input.

    Every mistake of the catalogue that can be made with this net is made, on these weights and
    this input; if none gives the numbers, two at a time are, for some seconds.

    Args:
        module: the net that the numbers should come from.
        input: what it is called with.
        hx: likewise.
        output: somebody's output, laid out as the module lays it out, padded where the input is
            packed; what is not known is NaN. A tensor, an array, nested lists, a PackedSequence or
            what `rnnviz.inputs.pasted.read_numbers` gives. Numbers with few digits after the point
            are taken as rounded to so many. None if it is not known.
        h_n: likewise.
        c_n: likewise, of an LSTM.

    Raises:
        TypeError: module is no torch.nn.RNN, LSTM or GRU, or a result holds no numbers.
        ValueError: no result is given, or a c_n of a net that has none.
        RuntimeError, NotImplementedError: module, input or hx cannot be run; as for
            `rnnviz.trace`.
    """
    case = case_of(module, input, hx)
    return diagnose_case(case, {"output": output, "h_n": h_n, "c_n": c_n}, _unseen)


def _unseen(_at_a_time: int, _share: float) -> None:
    """Nobody watches."""


def diagnose_case(
    case: Case, given: dict[str, Given], progress: Progress, *, pairs_too: bool = True
) -> Diagnosis:
    """What `diagnose` does, with the share that is done reported on the way.

    Two mistakes at a time are tried only if `pairs_too`.

    Raises:
        TypeError, ValueError: as for `diagnose`.
    """
    right = run_varied(case)
    evidence = _evidence(case, right, given)
    judged = judge((), right, evidence)
    alone = singles(case, evidence, progress)
    fitting = _distinct([one for one in alone.tried if one.fits])
    if judged.fits and not case.drops:
        hidden = tuple(one.mistakes[0] for one in fitting if _differs(one.run, right, case))
        return _report(case, (right, judged), evidence, ("equal", [], alone), hidden)
    if case.drops:
        # torch's own result is random here; what ignores the dropout is not.
        fitting = [one for one in fitting if one.mistakes[0].id.startswith("P2-")]
    searched = alone
    if not fitting and not case.drops and pairs_too:
        searched = pairs(case, evidence, alone, progress)
        fitting = _distinct(searched.tried)
    verdict: Verdict = "none known"
    if fitting:
        # What ignores the dropout equals the run in eval mode, from which numbers cannot speak.
        alike = len(fitting) > 1 or (
            not case.drops and by_chance(fitting[0], right, evidence, searched.count)
        )
        names = {1: "one mistake", 2: "two mistakes"}
        verdict = "ambiguous" if alike else names[len(fitting[0].mistakes)]
    found = (verdict, fitting, searched._replace(tried=alone.tried))
    return _report(case, (right, judged), evidence, found, ())


def _evidence(case: Case, right: Varied, given: dict[str, Given]) -> Evidence:
    """The results that are given, and what counts as equal to them."""
    shapes = {name: array.shape for name, array in arrays(right.returned).items()}
    results: dict[str, Known] = {}
    for name, one in given.items():
        if one is None:
            continue
        if name not in shapes:
            raise ValueError(f"{name} must be None, as a {case.config.kind} has none.")
        results[name] = known(name, one, shapes[name], batch_first=case.config.batch_first)
    if not results:
        raise ValueError("output, h_n or c_n must be given; got none of them.")
    return Evidence(results, reference(case, right.returned, results))


def _differs(run: Varied, right: Varied, case: Case) -> bool:
    """Whether a run's results are other ones than torch's, seen with all their digits."""
    limit, results = TOLERANCE[case.config.dtype], arrays(right.returned)
    return any(
        array.shape != results[name].shape or apart(array, results[name]).max(initial=0.0) > limit
        for name, array in arrays(run.returned).items()
    )


def _distinct(tried: list[Tried]) -> list[Tried]:
    """Without those that bear the names of one before: another form, or the other order."""
    found: dict[frozenset[str], Tried] = {}
    for one in tried:
        found.setdefault(frozenset(mistake.id for mistake in one.mistakes), one)
    return list(found.values())


def _report(
    case: Case,
    right: tuple[Varied, Tried],
    evidence: Evidence,
    found: tuple[Verdict, list[Tried], Searched],
    hidden: tuple[Mistake, ...],
) -> Diagnosis:
    run, judged = right
    verdict, fitting, searched = found
    if fitting:
        again = run_varied(case, changes_of(fitting[0].mistakes))
        fitting = [fitting[0]._replace(run=again), *fitting[1:]]
    matches = tuple(_match(one, searched) for one in fitting)
    wrong = _where(case, run, evidence, fitting)
    return Diagnosis(
        verdict=verdict,
        matches=matches,
        difference=judged.distance,
        first_difference=wrong.first,
        first_differences=wrong.firsts,
        pattern=wrong.pattern,
        notes=telling(case, run, evidence, found, judged),
        hidden=hidden,
        right=run,
        known=evidence.known,
        limits=evidence.limits,
        tried=searched.count,
    )


def _match(one: Tried, searched: Searched) -> Match:
    others = [other for other in searched.tried if not other.fits]
    nearest = min(others, key=lambda other: other.distance, default=None)
    return Match(
        mistakes=one.mistakes,
        distance=one.distance,
        runner_up="" if nearest is None else nearest.mistakes[0].id,
        runner_up_distance=math.inf if nearest is None else nearest.distance,
        run=one.run,
    )


def _where(case: Case, right: Varied, evidence: Evidence, fitting: list[Tried]) -> Wrong:
    """Where the error begins: in the states of what fits, else in the known numbers."""
    if fitting:
        states = wrong_states(fitting[0].run, right, TOLERANCE[case.config.dtype])
        if states is not None:
            return states
    limits = {name: np.asarray(limit) for name, limit in evidence.limits.items()}
    return wrong_numbers(evidence.known, right, limits)
