"""Numbers changed by hand, put into the tensors that they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

from rnnviz.engine.clamps import check_fits
from rnnviz.inputs.edits import Edit

# What an edit may be in; a stack has a state for each cell, None where a cell has no c.
Editable = Tensor | tuple[Tensor | None, ...]


def apply_edits(tensors: Mapping[str, Editable], edits: Iterable[Edit]) -> None:
    """Put each edit's number into the tensor of its name, in place, in the tensor's own dtype.

    All are checked before the first is made.

    Raises:
        ValueError: there is no such tensor, or no such place in it.
    """
    edits = tuple(edits)
    places = [_place(tensors, edit) for edit in edits]
    with torch.no_grad():
        for (tensor, index), edit in zip(places, edits, strict=True):
            tensor[index] = edit.value


def _place(tensors: Mapping[str, Editable], edit: Edit) -> tuple[Tensor, tuple[int, ...]]:
    """The tensor and the index in it."""
    if edit.name not in tensors:
        raise ValueError(f"the edit {edit} has no place here: there are {', '.join(tensors)}.")
    found, index = tensors[edit.name], edit.index
    if isinstance(found, tuple):
        # The first index is that of the cell.
        rows, index = found, index[1:]
        found = rows[edit.index[0]] if edit.index[0] < len(rows) else None
        if found is None:
            held = [row for row, one in enumerate(rows) if one is not None]
            raise ValueError(f"the edit {edit}: the first index must be one of {held}.")
    check_fits(edit, found.dtype)
    shape = tuple(found.shape)
    if len(index) != len(shape) or any(i >= size for i, size in zip(index, shape, strict=True)):
        raise ValueError(f"the edit {edit}: {edit.name} has the shape {shape}, counted from 0.")
    return found, index
