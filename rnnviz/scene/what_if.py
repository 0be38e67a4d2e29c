"""What a run in the wrong order got wrong: how far it is off, and where that began."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rnnviz.records import Comparison, Step, Trace


class WhatIf(NamedTuple):
    """The verdict on a run in the wrong order.

    Attributes:
        difference: max |output - torch.nn's output|, over the whole batch.
        limit: what would still count as equal.
        first: the first wrong update of each direction, in the wrong order itself.
        wrong: per lane a string of "0" and "1", one character per timestep: 1 where h is wrong.
        mistake: the name of the mistake, where it is not the wrong order.
    """

    difference: float
    limit: float
    first: list[Step]
    wrong: list[str]
    mistake: str = ""


def what_if(trace: Trace, truth: Comparison, order: tuple[Step, ...], mistake: str = "") -> WhatIf:
    """Judge a run against torch.nn's states.

    Args:
        trace: the run in the wrong order, or with a mistake.
        truth: the comparison of the right run, which holds torch's states of every cell.
        order: the updates as the wrong run computes them.
        mistake: its name, where it is not the wrong order.
    """
    rows = [
        _distance(cell.h, h).reshape(len(h), -1).max(axis=1) > limit
        for cell, h, limit in zip(trace.cells, truth.cells, truth.cell_limits, strict=True)
    ]
    places = dict(zip(trace.config.lanes, rows, strict=True))
    first: dict[str, Step] = {}
    for step in order:
        if places[step.layer, step.direction][step.t]:
            first.setdefault(step.direction, step)
    return WhatIf(
        difference=float(_distance(trace.output, truth.output).max()),
        limit=truth.output_limit,
        first=list(first.values()),
        wrong=["".join("01"[int(wrong)] for wrong in row) for row in rows],
        mistake=mistake,
    )


def _distance(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """|ours - theirs|; 0 where both are NaN or the same infinity, infinite where one alone is.

    Infinite too where the shapes differ.
    """
    if ours.shape != theirs.shape:
        return np.array(np.inf)
    with np.errstate(invalid="ignore"):
        distance = np.abs(ours.astype(np.float64) - theirs)
    same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    return np.where(same, 0.0, np.nan_to_num(distance, nan=np.inf, posinf=np.inf))
