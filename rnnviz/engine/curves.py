"""Curves of activations that have no name, sampled, so that a record can show them anywhere."""

from __future__ import annotations

import torch
from torch import Tensor

from rnnviz.engine.activations import Given

# An odd number, so that 0 is one of them.
CURVE_POINTS = 257


def curves_of(activations: tuple[Given, ...], fields: dict[str, Tensor]) -> Tensor | None:
    """What each function without a name makes of numbers as far as this cell's go.

    Row 0 holds the numbers, evenly spaced around 0, the others what the activation at each place of
    the cell makes of them, NaN for those that have a name; None if all have one. Shape
    (1 + len(activations), CURVE_POINTS).
    """
    if all(isinstance(given, str) for given in activations):
        return None
    seen = [fields[name].abs() for name in ("a", "c") if name in fields]
    largest = [array[array.isfinite()].max() for array in seen if array.isfinite().any()]
    reach = max([1.0, *map(float, largest)])
    like = fields["a"]
    points = torch.linspace(-reach, reach, CURVE_POINTS, dtype=torch.float64).to(like)
    rows = [points]
    for given in activations:
        named = isinstance(given, str)
        rows.append(torch.full_like(points, torch.nan) if named else given(points.clone()))
    return torch.stack(rows)
