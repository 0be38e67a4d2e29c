"""Packed sequences of different lengths: what they hold, padded, and packed again."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from rnnviz.engine.arrays import NumpyArrays, TorchArrays
from rnnviz.records import CellTrace


class Rows(NamedTuple):
    """Where each row of packed data belongs in a padded array, samples in their own order.

    Attributes:
        t: its timestep. Shape (sum of lengths,).
        sample: its sample. Shape (sum of lengths,).
    """

    t: Tensor
    sample: Tensor


def check_packed(packed: PackedSequence) -> None:
    """Refuse packed data that do not hang together; torch reads on, or past the end.

    Raises:
        ValueError: batch_sizes do not fit data, or the indices are no order of the samples.
    """
    sizes = packed.batch_sizes
    if sizes.dim() != 1 or len(sizes) == 0 or sizes.dtype != torch.int64:
        raise ValueError(
            "the PackedSequence's batch_sizes must be a vector of int64 with a number for each "
            f"timestep, got {tuple(sizes.shape)} of {sizes.dtype}."
        )
    got = sizes.tolist()
    if got[-1] < 1 or got != sorted(got, reverse=True):
        raise ValueError(
            "the PackedSequence's batch_sizes must never increase and be at least 1, "
            f"got {_short(got)}."
        )
    if sum(got) != len(packed.data):
        raise ValueError(
            f"the PackedSequence's data must have as many rows as batch_sizes sum up to, "
            f"{sum(got)}; got {len(packed.data)}."
        )
    if not _is_order(packed.sorted_indices, packed.unsorted_indices, got[0]):
        raise ValueError(
            f"the PackedSequence's sorted_indices must be an order of its {got[0]} samples, and "
            "unsorted_indices the inverse."
        )


def lengths_of(packed: PackedSequence) -> tuple[int, ...]:
    """The number of timesteps of each sample, in the samples' own order."""
    # Sample j is in the timesteps whose size is larger than j, and these come first.
    samples = torch.arange(int(packed.batch_sizes[0]))
    longest_first = torch.searchsorted(-packed.batch_sizes, -samples)
    if packed.unsorted_indices is not None:
        longest_first = longest_first[packed.unsorted_indices.cpu()]
    return tuple(longest_first.tolist())


def rows_of(packed: PackedSequence) -> Rows:
    """Where each row of its data belongs."""
    sizes = packed.batch_sizes
    t = torch.repeat_interleave(torch.arange(len(sizes)), sizes)
    sample = torch.arange(len(t)) - (sizes.cumsum(0) - sizes)[t]
    sample = sample.to(packed.data.device)
    if packed.sorted_indices is not None:
        sample = packed.sorted_indices[sample]
    return Rows(t.to(packed.data.device), sample)


def padded(data: Tensor, rows: Rows, out: Tensor) -> Tensor:
    """Packed data in an array of shape (seq_len, batch, ...), NaN past each sample's length."""
    out.fill_(math.nan)
    out[rows.t, rows.sample] = data
    return out


def repacked(
    arrays: NumpyArrays | TorchArrays, cells: list[CellTrace], packed: PackedSequence, rows: Rows
) -> PackedSequence:
    """The joined states of a layer, packed as the input was."""
    size = cells[0].state_size
    data = arrays.tensor(arrays.empty(len(rows.t), len(cells) * size))
    for cell, half in zip(cells, data.split(size, dim=1), strict=True):
        half.copy_(cell.h[rows.t, rows.sample])
    # Copies, as the record shares no memory with what was passed in.
    order = [None if indices is None else indices.clone() for indices in packed[2:]]
    return PackedSequence(data, packed.batch_sizes.clone(), *order)


def _is_order(order: Tensor | None, inverse: Tensor | None, batch: int) -> bool:
    if order is None or inverse is None:
        return order is inverse
    there, back, samples = order.tolist(), inverse.tolist(), list(range(batch))
    return sorted(there) == sorted(back) == samples == [there[k] for k in back]


def _short(numbers: list[int]) -> str:
    text = ", ".join(str(number) for number in numbers[:8])
    return f"[{text}, ...]" if len(numbers) > 8 else f"[{text}]"
