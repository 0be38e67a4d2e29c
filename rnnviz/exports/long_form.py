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


class Part(NamedTuple):
    """What is selected of one quantity of one cell, before any row of it is made.

    Attributes:
        block: the quantity.
        row: which rows of the block, one for each place. Shape (places,), as sample.
        sample: which samples.
        units: which units of each place, ascending. Shape (units,).
    """

    block: Block
    row: np.ndarray
    sample: np.ndarray
    units: np.ndarray

    @property
    def count(self) -> int:
        """How many rows of the table it makes."""
        return len(self.row) * len(self.units)

    def at(self, places: np.ndarray | slice) -> Part:
        """Only some of its places."""
        return self._replace(row=self.row[places], sample=self.sample[places])

    def rows(self) -> Rows:
        """Its rows, by t, then sample, then unit."""
        values = self.block.values[self.row, self.sample][:, self.units]  # (places, units)
        return Rows(
            block=self.block,
            t=np.repeat(self.block.t[self.row, self.sample].astype(np.int32), len(self.units)),
            sample=np.repeat(self.sample.astype(np.int32), len(self.units)),
            unit=np.tile(self.units, len(self.row)),
            value=values.ravel(),
        )


def long_form(trace: Trace, selection: Selection, most: int) -> list[Rows]:
    """The rows of the table, block by block in the order of computing.

    What lies past a sample's length is left out.

    Raises:
        ValueError: the selection names something that is not there, or nothing is left of it.
        TooLargeError: there are more than `most`; it says which field to narrow.
    """
    parts = parts_of(trace, selection)
    check_count(parts, most)
    return [part.rows() for part in parts]


def parts_of(trace: Trace, selection: Selection) -> list[Part]:
    """What the table will be made of, block by block in the order of computing.

    Raises:
        ValueError: the selection names something that is not there, or nothing is left of it.
    """
    trace = trace.numpy()
    parts = []
    for block in selected_blocks(trace, selection):
        row, sample = np.nonzero(_places(trace, block, selection))
        parts.append(Part(block, row, sample, _units(block, selection)))
    if not any(part.count for part in parts):
        raise ValueError(
            "the selection must hold a number; of the timesteps, which count from 0, its samples "
            f"have none: there are {trace.batch} samples, their lengths are "
            f"{trace.lengths or trace.seq_len}."
        )
    return parts


def check_count(parts: list[Part], most: int) -> None:
    """Refuses a table of more than `most` rows.

    Raises:
        TooLargeError: it says which field of the selection to narrow.
    """
    count = sum(part.count for part in parts)
    if count > most:
        raise TooLargeError(
            f"the table would have {count:,} rows, more than the {most:,} allowed: narrow "
            f"{_largest(parts)}."
        )


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


def _largest(parts: list[Part]) -> str:
    """The fields of the selection that multiply the rows, the largest first."""
    sizes = {
        "layers": len({part.block.layer for part in parts}),
        "timesteps": max(len(np.unique(part.row)) for part in parts),
        "samples": max(len(np.unique(part.sample)) for part in parts),
        "units": max(len(part.units) for part in parts),
        "quantities": len({part.block.quantity for part in parts}),
    }
    ordered = sorted((name for name in sizes if sizes[name] > 1), key=sizes.get, reverse=True)
    words = [f"{name} (now {sizes[name]:,})" for name in ordered]
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
