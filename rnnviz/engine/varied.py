"""Runs that differ from torch's in one point or two: the plan, with a place for every change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import torch
from torch import Tensor

from rnnviz.config import Direction, RNNConfig, parameter_suffix
from rnnviz.engine.activations import Given
from rnnviz.engine.arrays import arrays_like
from rnnviz.engine.plan import Lane, buffer_numbers
from rnnviz.engine.run_cell import run_cell
from rnnviz.engine.steps import AS_TORCH, Steps
from rnnviz.records import CellTrace

# (layer, direction).
Place: TypeAlias = tuple[int, Direction]


class Case(NamedTuple):
    """A net and what it is called with, in the engine's layout.

    Attributes:
        config: sizes and options.
        weights: the parameters of each cell, in the order of h_n's rows, named as in a record.
        activations: likewise, one at each of the kind's places.
        x: NaN past each sample's length. Shape (seq_len, batch, input_size).
        h_0: shape (num_layers * D, batch, state_size).
        c_0: of an LSTM, shape (num_layers * D, batch, hidden_size); else None.
        lengths: of each sample, if the input was packed.
        shown: the lengths past which output is set to 0; None where nothing is.
        batched: whether the input had a batch axis.
        states_given: whether the caller gave initial states.
        drops: whether torch would drop numbers at random.
    """

    config: RNNConfig
    weights: tuple[dict[str, Tensor], ...]
    activations: tuple[tuple[Given, ...], ...]
    x: Tensor
    h_0: Tensor
    c_0: Tensor | None
    lengths: tuple[int, ...] | None
    shown: tuple[int, ...] | None
    batched: bool
    states_given: bool
    drops: bool


class Ran(NamedTuple):
    """One cell after its run.

    Attributes:
        place: its layer and direction.
        cell: the record, its rows in the order of computing, from which the scan began at row 0.
        h: what it hands on, by position. Shape (seq_len, batch, state_size).
        h_last: what it leaves in h_n. Shape (batch, state_size).
        c_last: what an LSTM leaves in c_n. Shape (batch, hidden_size).
        backwards: whether the scan began at the end of the sequence.
    """

    place: Place
    cell: CellTrace
    h: Tensor
    h_last: Tensor
    c_last: Tensor | None
    backwards: bool


class Returned(NamedTuple):
    """What a net returns: output, h_n and, of an LSTM, c_n."""

    output: Tensor
    h_n: Tensor
    c_n: Tensor | None


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Where a run departs from torch's; None where it does not.

    Attributes:
        case: the net and its arguments before the run: parameters, activations, initial states.
        start: the states a cell starts from; called with its place, those states, the cells done.
        backwards: whether a cell scans from the end.
        reads: what a cell reads, by position; called with its place, that, the case and the cells
            done.
        steps: its updates.
        leaves: a cell after its run, and the cells done.
        join: what a layer hands on; called with its directions' h and whether it is the last one.
        returns: what is returned, time first; called with that, the cells and the case.
        laid_out: what is returned, laid out as the module's options say.
    """

    case: Callable[[Case], Case] | None = None
    start: Callable[[Place, tuple[Tensor, ...], list[Ran]], tuple[Tensor, ...]] | None = None
    backwards: Callable[[Place], bool] | None = None
    reads: Callable[[Place, Tensor, Case, list[Ran]], Tensor] | None = None
    steps: Steps = AS_TORCH
    leaves: Callable[[Ran, list[Ran]], Ran] | None = None
    join: Callable[[list[Tensor], bool], Tensor] | None = None
    returns: Callable[[Returned, list[Ran], Case], Returned] | None = None
    laid_out: Callable[[Returned, Case], Returned] | None = None

    def then(self, other: Changes) -> Changes | None:
        """Both changes, the other after this one; None where both say how one thing is done."""
        for name in ("backwards", "join"):
            if getattr(self, name) is not None and getattr(other, name) is not None:
                return None
        steps = self.steps.merged(other.steps)
        if steps is None:
            return None
        return Changes(
            case=_in_turn(self.case, other.case),
            start=_passed_on(self.start, other.start),
            backwards=self.backwards or other.backwards,
            reads=_passed_on(self.reads, other.reads),
            steps=steps,
            leaves=_in_turn(self.leaves, other.leaves),
            join=self.join or other.join,
            returns=_in_turn(self.returns, other.returns),
            laid_out=_in_turn(self.laid_out, other.laid_out),
        )


def _in_turn(first: Callable | None, second: Callable | None) -> Callable | None:
    """Both functions, the second called with what the first makes of the leading argument."""
    if first is None or second is None:
        return first or second
    return lambda value, *rest: second(first(value, *rest), *rest)


def _passed_on(first: Callable | None, second: Callable | None) -> Callable | None:
    """Likewise, the value that is changed being the second argument, after a place."""
    if first is None or second is None:
        return first or second
    return lambda place, value, *rest: second(place, first(place, value, *rest), *rest)


class Varied(NamedTuple):
    """A run with changes: what it returns, its cells, and the case as it was changed."""

    returned: Returned
    ran: list[Ran]
    case: Case


RIGHT = Changes()


class Stopped(Exception):
    """A run was given up on the way."""


def run_varied(
    case: Case, changes: Changes = RIGHT, after_cell: Callable[[Ran, int], None] | None = None
) -> Varied:
    """Run a net with changes; without any it gives what torch gives, padding 0.

    Nothing of the case is written to. `after_cell` is called with every cell and its row of h_n.

    Raises:
        Stopped: `after_cell` did.
        RuntimeError, IndexError, ValueError: sizes do not fit under these changes.
    """
    with torch.inference_mode(False), torch.no_grad(), np.errstate(all="ignore"):
        if changes.case is not None:
            case = changes.case(case)
        ran: list[Ran] = []
        x, halves = case.x, []
        for row, place in enumerate(case.config.lanes):
            read = x if changes.reads is None else changes.reads(place, x, case, ran)
            ran.append(_run_cell(case, changes, (row, place), read, ran))
            if after_cell is not None:
                after_cell(ran[-1], row)
            halves.append(ran[-1].h)
            if len(halves) == case.config.num_directions:
                last = len(ran) == len(case.config.lanes)
                x = _joined(halves, last) if changes.join is None else changes.join(halves, last)
                halves = []
        return Varied(_returned(case, changes, ran, x), ran, case)


def flipped(rows: Tensor, lengths: tuple[int, ...] | None) -> Tensor:
    """The rows from the last to the first, of each sample within its own length.

    Shape (seq_len, batch, ...), as given.
    """
    if lengths is None:
        return rows.flip(0)
    t = torch.arange(len(rows))[:, None]
    sizes = torch.tensor(lengths)[None, :]
    order = torch.where(t < sizes, sizes - 1 - t, t).to(rows.device)  # (seq_len, batch)
    return rows[order, torch.arange(len(lengths), device=rows.device)]


def _run_cell(
    case: Case, changes: Changes, at: tuple[int, Place], x: Tensor, done: list[Ran]
) -> Ran:
    """One cell, always scanned from row 0: a reverse one gets its rows the other way round."""
    row, (layer, direction) = at
    backwards = direction == "reverse"
    if changes.backwards is not None:
        backwards = changes.backwards((layer, direction))
    states = (case.h_0[row],) if case.c_0 is None else (case.h_0[row], case.c_0[row])
    if changes.start is not None:
        states = changes.start((layer, direction), states, done)
    given = case.weights[row] | dict(zip(("h_0", "c_0"), states, strict=False))
    given = {name: value.contiguous() for name, value in given.items()}
    steps = None if changes.steps == AS_TORCH else changes.steps
    lane = Lane(layer, "forward", parameter_suffix(layer, direction), row, steps=steps)
    x = (flipped(x, case.lengths) if backwards else x).contiguous()
    arrays = arrays_like(x, buffer_numbers(case.config, *x.shape[:2]))
    config = case.config.cells_of(layer)
    cell = run_cell(arrays, config, lane, x, given, (None, case.activations[row], ()))
    h = flipped(cell.h, case.lengths) if backwards else cell.h
    c_last = None if cell.c is None else _last(cell.c, case.lengths)
    ran = Ran((layer, direction), cell, h, _last(cell.h, case.lengths), c_last, backwards)
    return ran if changes.leaves is None else changes.leaves(ran, done)


def _last(rows: Tensor, lengths: tuple[int, ...] | None) -> Tensor:
    """The rows after the last update of each sample, in the order of computing."""
    if lengths is None:
        return rows[-1]
    return rows[[length - 1 for length in lengths], list(range(len(lengths)))]


def _joined(halves: list[Tensor], _last: bool) -> Tensor:
    return halves[0] if len(halves) == 1 else torch.cat(halves, dim=-1)


def _returned(case: Case, changes: Changes, ran: list[Ran], output: Tensor) -> Returned:
    """The results as the module lays them out."""
    if case.shown is not None:
        output = masked(output, case.shown)
    h_n = torch.stack([one.h_last for one in ran])
    c_n = torch.stack([one.c_last for one in ran]) if case.config.has_c else None
    returned = Returned(output, h_n, c_n)
    if changes.returns is not None:
        returned = changes.returns(returned, ran, case)
    if not case.batched:
        returned = Returned(*(None if one is None else one.squeeze(1) for one in returned))
    elif case.config.batch_first:
        returned = returned._replace(output=returned.output.transpose(0, 1))
    return returned if changes.laid_out is None else changes.laid_out(returned, case)


def masked(rows: Tensor, lengths: tuple[int, ...], value: float = 0.0) -> Tensor:
    """The rows with a value past each sample's length, 0 as torch pads. Shape as given."""
    t = torch.arange(len(rows), device=rows.device)[:, None]
    outside = t >= torch.tensor(lengths, device=rows.device)[None, :]
    return rows.masked_fill(outside[..., None], value)
