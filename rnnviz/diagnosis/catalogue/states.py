"""Mistakes about initial states, and about the state that is carried along."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from rnnviz.diagnosis.mistake import (
    Mistake,
    batches,
    both_ways,
    given,
    of_one_length,
    stacked,
    unprojected,
)
from rnnviz.engine.steps import States, Steps, Update
from rnnviz.engine.varied import Case, Changes, Place, Ran
from rnnviz.records import Array


def _rows(row_of: Callable[[int, int, Case], int]) -> Changes:
    """Cell (layer, direction) starts from row `row_of(layer, direction, case)` of h_0 and c_0."""

    def case(case: Case) -> Case:
        directions, layers = case.config.num_directions, case.config.num_layers
        rows = [row_of(layer, d, case) for layer in range(layers) for d in range(directions)]
        c_0 = None if case.c_0 is None else case.c_0[rows]
        return case._replace(h_0=case.h_0[rows], c_0=c_0)

    return Changes(case=case)


def _h_0_ignored(case: Case) -> Case:
    return case._replace(h_0=torch.zeros_like(case.h_0))


def _c_0_ignored(case: Case) -> Case:
    return case._replace(c_0=torch.zeros_like(case.c_0))


def _both_ignored(case: Case) -> Case:
    return _c_0_ignored(_h_0_ignored(case))


def _swapped(case: Case) -> Case:
    return case._replace(h_0=case.c_0, c_0=case.h_0)


def _always_the_first(update: Update, part: list[Array], _states: States, start: States) -> States:
    return update(part, start)


def _always_zero(update: Update, part: list[Array], states: States, _start: States) -> States:
    return update(part, tuple(state * 0.0 for state in states))


def _from_sample_before(
    update: Update, part: list[Array], states: States, _start: States
) -> States:
    # All samples are updated at once, as often as there are samples: after k times the first k
    # have got the state of the one before them. An update adds to the pre-activations in place.
    before = tuple(state * 1.0 for state in states)
    sums, after = part[1] * 1.0, states
    for _ in range(part[1].shape[1]):
        fed = tuple(state * 1.0 for state in before)
        for one, new in zip(fed, after, strict=True):
            one[1:] = new[:-1]
        part[1][...] = sums
        after = update(part, fed)
    return after


def _from_layer_below(
    place: Place, states: tuple[Tensor, ...], done: list[Ran]
) -> tuple[Tensor, ...]:
    below = [one for one in done if one.place == (place[0] - 1, place[1])]
    return _finals(below[0]) if below else states


def _from_forward(place: Place, states: tuple[Tensor, ...], done: list[Ran]) -> tuple[Tensor, ...]:
    return _finals(done[-1]) if place[1] == "reverse" else states


def _finals(ran: Ran) -> tuple[Tensor, ...]:
    return (ran.h_last,) if ran.c_last is None else (ran.h_last, ran.c_last)


_ROW = "h = h_0[layer * num_directions + direction]"


def _row(
    id: str, sentence: str, wrong: str, changes: Changes, *needs: Callable[[Case], bool]
) -> Mistake:
    return Mistake(
        id=id,
        group="Initial states",
        sentence=sentence,
        wrong=wrong,
        right=_ROW,
        changes=changes,
        needs=(given, *needs),
    )


def _carried(
    id: str, sentence: str, code: tuple[str, str], changes: Changes, *needs: Callable[[Case], bool]
) -> Mistake:
    return Mistake(
        id=id,
        group="Initial states",
        sentence=sentence,
        wrong=code[0],
        right=code[1],
        changes=changes,
        needs=needs,
    )


_STEP = "h = cell(x_t, h)"

STATES = (
    _carried(
        "H1-state-never-updated",
        "Every step starts from h_0: the new state is never kept.",
        ("h_t = cell(x_t, h_0)", _STEP),
        Changes(steps=Steps(advance=_always_the_first)),
    ),
    _carried(
        "H2-state-zero-each-step",
        "The state is set to zero before every step.",
        ("h = cell(x_t, torch.zeros_like(h))", _STEP),
        Changes(steps=Steps(advance=_always_zero)),
    ),
    _row(
        "H3-h0-ignored",
        "The h_0 that is given is ignored: the net starts from zeros.",
        "h = torch.zeros(batch, hidden_size)",
        Changes(case=_h_0_ignored),
    ),
    _row(
        "H4-h0-of-layer0-for-all",
        "All layers start from the h_0 of layer 0.",
        "h = h_0[direction]",
        _rows(lambda _layer, direction, _case: direction),
        stacked,
    ),
    _row(
        "H5-h0-direction-major",
        "h_0 is read as if all layers of one direction came first.",
        "h = h_0[direction * num_layers + layer]",
        _rows(lambda layer, direction, case: direction * case.config.num_layers + layer),
        stacked,
        both_ways,
    ),
    _row(
        "H6-h0-slice-i",
        "Layer i takes rows i and i + 1 of h_0, where its rows are 2i and 2i + 1.",
        "h_f, h_r = h_0[i:i + 2]",
        _rows(lambda layer, direction, _case: layer + direction),
        stacked,
        both_ways,
    ),
    _row(
        "H7-h0-directions-swapped",
        "The two directions exchange their rows of h_0.",
        "h = h_0[2 * layer + 1 - direction]",
        _rows(lambda layer, direction, _case: 2 * layer + 1 - direction),
        both_ways,
    ),
    _row(
        "H8-h0-forward-for-both",
        "The reverse pass starts from the forward row of h_0.",
        "h = h_0[2 * layer]",
        _rows(lambda layer, _direction, _case: 2 * layer),
        both_ways,
    ),
    _row(
        "H9-h0-layers-reversed",
        "The layers take their rows of h_0 in the opposite order.",
        "h = h_0[(num_layers - 1 - layer) * num_directions + direction]",
        _rows(
            lambda layer, direction, case: (
                (case.config.num_layers - 1 - layer) * case.config.num_directions + direction
            )
        ),
        stacked,
    ),
    Mistake(
        id="H10-h0-c0-swapped",
        group="Initial states",
        kinds=("LSTM",),
        sentence="h_0 and c_0 are exchanged; other libraries carry (c, h).",
        wrong="c_0, h_0 = hx",
        right="h_0, c_0 = hx",
        changes=Changes(case=_swapped),
        needs=(given, unprojected),
    ),
    Mistake(
        id="H11-c0-ignored",
        group="Initial states",
        kinds=("LSTM",),
        sentence="The c_0 that is given is ignored.",
        wrong="c = torch.zeros_like(h)",
        right="c = c_0[layer * num_directions + direction]",
        changes=Changes(case=_c_0_ignored),
        needs=(given,),
    ),
    _carried(
        "H12-state-leaks-to-next-layer",
        "One variable holds the state of all layers: each starts where the one below ended.",
        ("h = h_0[0]  # before the loop over layers", _ROW),
        Changes(start=_from_layer_below),
        stacked,
    ),
    _carried(
        "H13-state-leaks-to-reverse",
        "One variable holds the state of both directions: the reverse pass starts where the "
        "forward pass ended.",
        ("h = h_0[2 * layer]  # before the loop over directions", _ROW),
        Changes(start=_from_forward),
        both_ways,
    ),
    _carried(
        "H14-state-leaks-over-batch",
        "Within a step the state of sample b comes from sample b - 1, in a loop over the batch.",
        ("for b in range(batch): h = cell(x_t[b], h)", "h = cell(x_t, h)  # all samples at once"),
        Changes(steps=Steps(advance=_from_sample_before)),
        batches,
        of_one_length,
    ),
    Mistake(
        id="H3-h0-ignored",
        group="Initial states",
        kinds=("LSTM",),
        sentence="Both h_0 and c_0 that are given are ignored.",
        wrong="h = c = torch.zeros(batch, hidden_size)",
        right="h_0, c_0 = hx",
        changes=Changes(case=_both_ignored),
        needs=(given,),
    ),
)
