"""Mistakes about the reverse direction: what is flipped, when, and how the two are joined."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from rnnviz.diagnosis.mistake import Mistake, batches, both_ways, described, of_one_length, stacked
from rnnviz.engine.varied import Case, Changes, Place, Ran, Returned, flipped


def _not_flipped_back(ran: Ran, _done: list[Ran]) -> Ran:
    return ran._replace(h=ran.cell.h) if ran.backwards else ran


def _last_not_flipped_back(returned: Returned, ran: list[Ran], case: Case) -> Returned:
    half = ran[-1].cell.h
    if case.lengths is not None:
        half = half.nan_to_num(0.0)
    output = torch.cat([returned.output[..., : -half.shape[-1]], half], dim=-1)
    return returned._replace(output=output)


def _around(axis: int) -> Changes:
    """The reverse pass runs forwards, over rows flipped on another axis, and is flipped back."""

    def reads(place: Place, x: Tensor, _case: Case, _done: list[Ran]) -> Tensor:
        return x.flip(axis) if place[1] == "reverse" else x

    def leaves(ran: Ran, _done: list[Ran]) -> Ran:
        return ran._replace(h=ran.h.flip(axis)) if ran.place[1] == "reverse" else ran

    return Changes(backwards=lambda _place: False, reads=reads, leaves=leaves)


def _forward_copied(ran: Ran, done: list[Ran]) -> Ran:
    return ran._replace(h=done[-1].h) if ran.place[1] == "reverse" else ran


def _time_first(place: Place, x: Tensor, case: Case, done: list[Ran]) -> Tensor:
    layer, direction = place
    if layer == 0:
        return x
    below = [one.h for one in done if one.place[0] == layer - 1]
    other = 1 if direction == "forward" else 0
    below[other] = flipped(below[other], case.lengths)
    return torch.cat(below, dim=-1)


def _interleaved(halves: list[Tensor], _last: bool) -> Tensor:
    return torch.stack(halves, dim=-1).flatten(-2)


def _last_interleaved(halves: list[Tensor], last: bool) -> Tensor:
    return _interleaved(halves, last) if last else torch.cat(halves, dim=-1)


def _turned(halves: list[Tensor], _last: bool) -> Tensor:
    return torch.cat(halves[::-1], dim=-1)


def _last_turned(halves: list[Tensor], last: bool) -> Tensor:
    return torch.cat(halves[::-1] if last else halves, dim=-1)


def _last_summed(halves: list[Tensor], last: bool) -> Tensor:
    return halves[0] + halves[1] if last else torch.cat(halves, dim=-1)


def _last_averaged(halves: list[Tensor], last: bool) -> Tensor:
    return (halves[0] + halves[1]) / 2 if last else torch.cat(halves, dim=-1)


_LOOP = "for t in range(T - 1, -1, -1): h = cell(x[t], h)  # the reverse pass"
_FLIP_BACK = "h_reverse = scan(x.flip(0)).flip(0)"
_CAT = "x = torch.cat([h_forward, h_reverse], dim=-1)"


def _wrong(
    id: str,
    sentence: str,
    code: tuple[str, str],
    changes: Changes,
    *needs: Callable[[Case], bool],
) -> Mistake:
    return described("Directions", id, sentence, code, changes, both_ways, *needs)


DIRECTIONS = (
    _wrong(
        "D1-no-flip-back",
        "The states of the reverse pass are not put back in the order of time, in any layer.",
        ("h_reverse = scan(x.flip(0))", _FLIP_BACK),
        Changes(leaves=_not_flipped_back),
    ),
    _wrong(
        "D2-no-flip-back-last",
        "The states of the last layer's reverse pass are not put back in the order of time.",
        ("output = torch.cat([h_forward, scan(x.flip(0))], dim=-1)", _FLIP_BACK),
        Changes(returns=_last_not_flipped_back),
    ),
    _wrong(
        "D3-not-reversed",
        "The reverse pass runs from t = 0 upwards, as the forward one does.",
        ("for t in range(T): h = cell(x[t], h)  # the reverse pass", _LOOP),
        Changes(backwards=lambda _place: False),
    ),
    _wrong(
        "D4-flip-batch-axis",
        "The flip is on the batch axis, not on time.",
        ("h_reverse = scan(x.flip(1)).flip(1)", _FLIP_BACK),
        _around(1),
        batches,
        of_one_length,
    ),
    _wrong(
        "D5-flip-feature-axis",
        "The flip is on the feature axis, not on time.",
        ("h_reverse = scan(x.flip(-1)).flip(-1)", _FLIP_BACK),
        _around(2),
    ),
    _wrong(
        "D6-flip-only-first-layer",
        "The input is flipped once, before the stack: above layer 0 the reverse pass runs upwards.",
        ("x_reverse = x.flip(0)  # once, before the loop over layers", _FLIP_BACK),
        Changes(backwards=lambda place: place == (0, "reverse")),
        stacked,
    ),
    _wrong(
        "D7-concat-order",
        "Every layer joins the directions as reverse | forward.",
        ("x = torch.cat([h_reverse, h_forward], dim=-1)", _CAT),
        Changes(join=_turned),
    ),
    _wrong(
        "D8-concat-order-last",
        "The last layer joins the directions as reverse | forward.",
        (
            "output = torch.cat([h_reverse, h_forward], dim=-1)",
            "output = torch.cat([h_forward, h_reverse], dim=-1)",
        ),
        Changes(join=_last_turned),
    ),
    _wrong(
        "D9-interleaved",
        "The directions are interleaved unit by unit: stacked on the last axis, then flattened.",
        ("x = torch.stack([h_forward, h_reverse], dim=-1).flatten(-2)", _CAT),
        Changes(join=_interleaved),
    ),
    _wrong(
        "D9-interleaved",
        "The directions of the last layer are interleaved unit by unit.",
        (
            "output = torch.stack([h_forward, h_reverse], dim=-1).flatten(-2)",
            "output = torch.cat([h_forward, h_reverse], dim=-1)",
        ),
        Changes(join=_last_interleaved),
        stacked,
    ),
    _wrong(
        "D10-forward-twice",
        "The reverse half is a copy of the forward half.",
        ("x = torch.cat([h_forward, h_forward], dim=-1)", _CAT),
        Changes(leaves=_forward_copied),
    ),
    _wrong(
        "D11-sum-directions",
        "The directions are added to each other, so that output is half as wide.",
        ("output = h_forward + h_reverse", "output = torch.cat([h_forward, h_reverse], dim=-1)"),
        Changes(join=_last_summed),
    ),
    _wrong(
        "D12-mean-directions",
        "The directions are averaged, so that output is half as wide.",
        (
            "output = (h_forward + h_reverse) / 2",
            "output = torch.cat([h_forward, h_reverse], dim=-1)",
        ),
        Changes(join=_last_averaged),
    ),
    _wrong(
        "D13-time-first-loop",
        "The loop over time stands outside the loop over layers: at step s a layer above joins "
        "forward at t = s with reverse at T - 1 - s, before the layer below has been everywhere.",
        (
            "for s in range(T):\n    for layer in range(num_layers): ...",
            "for layer in range(num_layers):\n    for t in range(T): ...",
        ),
        Changes(reads=_time_first),
        stacked,
        of_one_length,
    ),
)
