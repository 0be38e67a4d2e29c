"""The selected numbers of a trace as rows of one long table, counted before any is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rnnviz.exports.selection import Block, Selection, selected_blocks
from rnnviz.limits import TooLargeError
from rnnviz.records import Trace


class Rows(NamedTuple):
    """The selected numbers of one quantity of one cell, by t, then sample, then unit.

    Attributes:
        block: the quantity.
        t: int32. Shape (rows,), as that of all that follow.
        sample: int32.
        unit: int32.
        value: in the trace's dtype.
    """

    block: Block
    t: np.ndarray
    sample: np.ndarray
    unit: np.ndarray
    value: np.ndarray

    @property
    def labelled(self) -> np.ndarray:
        """The timestep of each row of sample 0, which is the one that has tokens; else -1."""
        return np.where(self.sample == 0, self.t, -1)


def long_form(trace: Trace, selection: Selection, most: int) -> list[Rows]:
    """The rows of the table, block by block in the order of computing.

    What lies past a sample's length is left out.

    Raises:
        ValueError: the selection names something that is not there, or nothing is left of it.
        TooLargeError: there are more than `most`; it says which field to narrow.
    """
    trace = trace.numpy()
    blocks = selected_blocks(trace, selection)
    kept = [_places(trace, block, selection) for block in blocks]
    units = [_units(block, selection) for block in blocks]
    count = sum(int(here.sum()) * len(own) for here, own in zip(kept, units, strict=True))
    if count > most:
        raise TooLargeError(
            f"the table would have {count:,} rows, more than the {most:,} allowed: narrow "
            f"{_largest(blocks, kept, units)}."
        )
    if count == 0:
        raise ValueError(
            "the selection must hold a number; of the timesteps, which count from 0, its samples "
            f"have none: there are {trace.batch} samples, their lengths are "
            f"{trace.lengths or trace.seq_len}."
        )
    return [_rows(*one) for one in zip(blocks, kept, units, strict=True)]


def checked_tokens(tokens: Sequence[str] | None, trace: Trace) -> list[str] | None:
    """The tokens as text that can be written.

    Raises:
        TypeError: one is no string.
        ValueError: there is not one for each timestep.
    """
    if tokens is None:
        return None
    for token in tokens:
        if not isinstance(token, str):
            raise TypeError(f"tokens must be strings, got {token!r}.")
    if len(tokens) != trace.seq_len:
        raise ValueError(
            f"tokens must be one for each of {trace.seq_len} timesteps, got {len(tokens)}."
        )
    # Halves of a surrogate pair have no place in UTF-8.
    return [token.encode("utf-8", "backslashreplace").decode() for token in tokens]


def _places(trace: Trace, block: Block, selection: Selection) -> np.ndarray:
    """Which rows and samples of a block are selected and no padding. Shape (rows, batch)."""
    kept = np.ones(block.t.shape, dtype=bool)
    if trace.lengths is not None:
        kept &= block.t < np.array(trace.lengths)
    if selection.timesteps is not None:
        kept &= np.isin(block.t, selection.timesteps)
    if selection.samples is not None:
        kept &= np.isin(np.arange(trace.batch), selection.samples)
    return kept


def _units(block: Block, selection: Selection) -> np.ndarray:
    """The selected units that a block has, ascending. Shape (units,)."""
    units = np.arange(block.values.shape[2], dtype=np.int32)
    return units if selection.units is None else units[np.isin(units, selection.units)]


def _largest(blocks: list[Block], kept: list[np.ndarray], units: list[np.ndarray]) -> str:
    """The fields of the selection that multiply the rows, the largest first."""
    sizes = {
        "layers": len({block.layer for block in blocks}),
        "timesteps": max(int(here.any(axis=1).sum()) for here in kept),
        "samples": max(int(here.any(axis=0).sum()) for here in kept),
        "units": max(len(own) for own in units),
        "quantities": len({block.quantity for block in blocks}),
    }
    ordered = sorted((name for name in sizes if sizes[name] > 1), key=sizes.get, reverse=True)
    words = [f"{name} (now {sizes[name]:,})" for name in ordered]
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def _rows(block: Block, kept: np.ndarray, units: np.ndarray) -> Rows:
    row, sample = np.nonzero(kept)
    values = block.values[row, sample][:, units]  # (places, units)
    return Rows(
        block=block,
        t=np.repeat(block.t[row, sample].astype(np.int32), len(units)),
        sample=np.repeat(sample.astype(np.int32), len(units)),
        unit=np.tile(units, len(row)),
        value=values.ravel(),
    )
