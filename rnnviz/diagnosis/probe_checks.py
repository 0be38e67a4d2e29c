"""The checks of one call against torch's: shapes, numbers, dtypes, and what was overwritten."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from rnnviz.config import TOLERANCE
from rnnviz.diagnosis.probe_calls import Called, Result
from rnnviz.diagnosis.probe_inputs import Arguments
from rnnviz.diagnosis.probe_report import Check, Probe

# Coarse enough for float32 inside of a float64 run, which has a check of its own.
_LEAST_TOLERANCE = TOLERANCE["float32"]

# Tensors that a sentence names; a net has dozens of gradients.
_MOST_NAMED = 3


def not_tried(name: str, reason: str) -> Check:
    """A check that something else stands in the way of."""
    return Check(name=name, verdict="not tried", sentence=reason)


def check_runs(called: Called) -> Check:
    """Whether fn gave something that can be read."""
    if called.error:
        return Check(
            name="runs",
            verdict="failed",
            sentence="expected output, (output, h_n) or (output, (h_n, c_n)) of tensors; fn "
            f"{called.error}.",
        )
    got = ", ".join(called.result.named())
    return Check(name="runs", verdict="passed", sentence=f"fn gave {got}.")


def check_shapes(arguments: Arguments, result: Result, expected: Result) -> Check:
    """Whether every tensor has torch's shape."""
    right, wrong = expected.named(), wrong_shapes(result, expected)
    verdict = "failed" if wrong else "passed"
    shapes = ", ".join(f"{name} {tuple(right[name].shape)}" for name in result.named())
    sentence = f"expected {shapes}; got {wrong}." if wrong else f"{shapes}, as torch.nn."
    probe = probe_of(arguments, result) if wrong else None
    return Check(name="shapes", verdict=verdict, sentence=sentence, probe=probe)


def check_kept(called: Called) -> Check:
    """Whether the call left its arguments as they were."""
    name = "arguments kept"
    if not called.overwritten:
        return Check(
            name=name, verdict="passed", sentence="input, hx and state_dict are as before the call."
        )
    return Check(
        name=name,
        verdict="failed",
        sentence="expected input, hx and state_dict as before the call; fn has overwritten "
        f"{', '.join(called.overwritten)}.",
    )


def check_twice(first: Called, again: Called, now: Called, expected: Result) -> Check:
    """Whether a second call with equal arguments gives equal numbers, and leaves the first's alone.

    `first` and `again` hold copies, made when the calls ended; `now` is the first call's result as
    it stands after others.
    """
    name = "same when called twice"
    verdict, given = "failed", first.result.named()
    if again.error:
        sentence = f"expected the first call's numbers from a second; it {again.error}."
    elif apart := difference(again.result.named(), given):
        right = not difference(given, expected.named())
        sentence = (
            "expected the first call's numbers from a second with the same arguments; "
            f"{apart}. The first call is {'right' if right else 'wrong too'}: does fn keep a state "
            "between calls, or draw numbers at random?"
        )
    elif difference(now.result.named(), given):
        sentence = (
            "expected the first call's result to stay as it was; a later call has overwritten it: "
            "does fn hand out one buffer again and again?"
        )
    else:
        verdict, sentence = "passed", "a second call with the same arguments gives the same."
    return Check(name=name, verdict=verdict, sentence=sentence)


def check_numbers(name: str, arguments: Arguments, called: Called, expected: Result) -> Check:
    """Whether a call gave torch's numbers, up to the rounding of its dtype or of float32."""
    tolerance = tolerance_of(arguments)
    if called.error:
        return Check(name=name, verdict="failed", sentence=f"{arguments.label}: fn {called.error}.")
    wrong = wrong_shapes(called.result, expected)
    apart = wrong or difference(called.result.named(), expected.named(), tolerance)
    if not apart:
        got = " and ".join(called.result.named())
        return Check(
            name=name,
            verdict="passed",
            sentence=f"{arguments.label}: {got} are torch.nn's to {tolerance:.0e}.",
        )
    return Check(
        name=name,
        verdict="failed",
        sentence=f"{arguments.label}: expected torch.nn's; {'got ' if wrong else ''}{apart}.",
        probe=probe_of(arguments, called.result),
    )


def check_dtype(called: dict[str, Called]) -> Check:
    """Whether each result has the dtype that the arguments had; called is by the dtype's name."""
    wrong = []
    for dtype, one in called.items():
        if one.error:
            wrong.append(f"of {dtype} arguments fn {one.error}")
            continue
        got = {
            name: str(tensor.dtype).removeprefix("torch.")
            for name, tensor in one.result.named().items()
        }
        wrong += [f"{name} is {came} of {dtype}" for name, came in got.items() if came != dtype]
    dtypes = " and ".join(called)
    return Check(
        name="dtype kept",
        verdict="failed" if wrong else "passed",
        sentence=f"expected {dtypes} as given; {', '.join(wrong)}." if wrong else f"{dtypes} stay.",
    )


def check_precision(called: Called, expected: Result) -> Check:
    """Whether float64 is computed in float64 throughout."""
    name, tolerance = "float64 precision", TOLERANCE["float64"]
    if called.error:
        return not_tried(name, f"in float64 fn {called.error}.")
    if any(tensor.dtype != torch.float64 for tensor in called.result.named().values()):
        return not_tried(name, "the results are not float64.")
    apart = difference(called.result.named(), expected.named(), tolerance)
    if not apart:
        return Check(
            name=name, verdict="passed", sentence=f"torch.nn's numbers to {tolerance:.0e}."
        )
    return Check(
        name=name,
        verdict="failed",
        sentence=f"expected torch.nn's float64 numbers to {tolerance:.0e}; {apart}: is a part of "
        "it computed in float32?",
    )


def tolerance_of(arguments: Arguments) -> float:
    """What counts as equal, relative to the largest number."""
    dtype = str(arguments.input.dtype).removeprefix("torch.")
    return max(_LEAST_TOLERANCE, TOLERANCE[dtype])


def wrong_shapes(result: Result, expected: Result) -> str:
    """The tensors whose shape is not torch's, in words; "" if there is none."""
    right = expected.named()
    return ", ".join(
        f"{name} {tuple(tensor.shape)}"
        for name, tensor in result.named().items()
        if tensor.shape != right[name].shape
    )


def difference(
    ours: dict[str, Tensor], theirs: dict[str, Tensor], tolerance: float = _LEAST_TOLERANCE
) -> str:
    """Where two results of the same shapes differ, in words; "" where they are equal.

    Both NaN, or the same infinity, count as equal.
    """
    found = []
    for name, our in ours.items():
        one, other = (tensor.detach().cpu().double() for tensor in (our, theirs[name]))
        if one.shape != other.shape:
            found.append(f"{name} has shape {tuple(one.shape)} for {tuple(other.shape)}")
            continue
        same = (one == other) | (one.isnan() & other.isnan())
        apart = (one - other).abs().masked_fill(same, 0.0)
        apart = apart.nan_to_num(nan=math.inf, posinf=math.inf)
        size = max([1.0, *other[other.isfinite()].abs().tolist()])
        wrong = apart > tolerance * size
        if wrong.any():
            place = torch.nonzero(wrong)[0].tolist()
            at = tuple(place)
            found.append(
                f"{name} is off by up to {float(apart.max()):.1e}, first at {place}: "
                f"{float(one[at]):.6g} for {float(other[at]):.6g}"
            )
    more = f"; {len(found) - _MOST_NAMED} more differ" if len(found) > _MOST_NAMED else ""
    return "; ".join(found[:_MOST_NAMED]) + more


def probe_of(arguments: Arguments, result: Result) -> Probe:
    """The call, without what would keep its graph alive."""
    kept = {name: tensor.detach().clone() for name, tensor in result.named().items()}
    return Probe(
        label=arguments.label,
        input=arguments.input,
        hx=arguments.hx,
        output=kept["output"],
        h_n=kept.get("h_n"),
        c_n=kept.get("c_n"),
    )
