"""What a layer hands on to the next: its directions joined, some numbers dropped in training."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor

from rnnviz.config import Direction
from rnnviz.engine.arrays import NumpyArrays, TorchArrays
from rnnviz.engine.packing import Rows
from rnnviz.records import CellTrace


def joined(
    arrays: NumpyArrays | TorchArrays, cells: list[CellTrace], flipped: Direction | None = None
) -> Tensor:
    """What a layer hands on: forward | reverse, one of them from the other end if `flipped`.

    Shape (seq_len, batch, D * state_size).
    """
    if len(cells) == 1 and cells[0].dropout_mask is None:
        return cells[0].h
    seq_len, batch, size = cells[0].h.shape
    both = arrays.empty(seq_len, batch, len(cells) * size)
    for k, cell in enumerate(cells):
        half = both[..., k * size : (k + 1) * size]
        if cell.dropout_mask is None:
            half[...] = arrays.seen(cell.h)
        else:
            arrays.multiply(arrays.seen(cell.h), arrays.seen(cell.dropout_mask), half)
    both = arrays.tensor(both)
    if flipped is not None:
        states = both.chunk(2, dim=-1)[flipped == "reverse"]
        states.copy_(states.flip(0))
    return both


def with_dropout(
    arrays: NumpyArrays | TorchArrays,
    cells: list[CellTrace],
    p: float,
    rows: Rows | None,
    generator: torch.Generator | None,
) -> list[CellTrace]:
    """The cells of a layer with the masks of what they hand on, drawn as torch draws them.

    One mask of the joined states, each number 0 with probability p, else 1 / (1 - p); of a packed
    run it is drawn for the packed rows and NaN past each sample's length.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html
    """
    seq_len, batch, size = cells[0].h.shape
    mask = arrays.tensor(arrays.empty(seq_len, batch, len(cells) * size))
    if rows is None:
        _draw(mask, p, generator)
    else:
        mask.fill_(math.nan)
        mask[rows.t, rows.sample] = _draw(mask.new_empty(len(rows.t), mask.shape[2]), p, generator)
    halves = mask.split(size, dim=-1)
    return [replace(cell, dropout_mask=half) for cell, half in zip(cells, halves, strict=True)]


def _draw(mask: Tensor, p: float, generator: torch.Generator | None) -> Tensor:
    # At p = 1 torch draws nothing, and 1 / (1 - p) would be infinite.
    if p == 1:
        return mask.zero_()
    return mask.bernoulli_(1 - p, generator=generator).div_(1 - p)
