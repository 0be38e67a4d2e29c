"""The record of a run: every cell, and what torch.nn would return."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rnnviz.config import Clamp, Direction, NetConfig
from rnnviz.records.arrays import Array, address, on_host
from rnnviz.records.cell import CellTrace

if TYPE_CHECKING:
    from torch.nn.utils.rnn import PackedSequence


class Step(NamedTuple):
    """One update: one cell at one timestep. All three count from 0, as in torch."""

    layer: int
    direction: Direction
    t: int


class Packed(NamedTuple):
    """A torch PackedSequence as numpy arrays, under torch's names.

    Attributes:
        data: the rows of timestep 0, then those of timestep 1, ... Shape (sum of lengths, ...).
        batch_sizes: how many samples each timestep has. Shape (seq_len,).
        sorted_indices: which sample stands where in `data`, the longest first, or None if in
            their own order. Shape (batch,).
        unsorted_indices: the inverse, or None.
    """

    data: np.ndarray
    batch_sizes: np.ndarray
    sorted_indices: np.ndarray | None
    unsorted_indices: np.ndarray | None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Trace:
    """Everything a net computed on one input, cell by cell, and what torch.nn would return.

    Attributes:
        config: sizes and options of the net.
        batched: whether the input had a batch axis; without one it is a batch of 1.
        cells: layer 0 forward, layer 0 reverse, layer 1 forward, ...
        output: exactly what `module(input, hx)` returns first: (seq_len, batch, D * hidden_size),
            (batch, seq_len, D * hidden_size) with batch_first, without the batch axis if unbatched.
            A PackedSequence if the input was one. With proj_size, that takes hidden_size's place.
        h_n: exactly what it returns second: (num_layers * D, batch, hidden_size), without the
            batch axis if unbatched. Of a module that is one cell, the h that it returns, and
            `output` the same.
            Of a `CellStack` a tuple, one entry per cell: their sizes may differ.
        c_n: the cell state that an LSTM returns beside h_n, else None. Of a `CellStack` that has
            LSTM cells a tuple too, None for the other cells.
        lengths: the number of timesteps of each sample, if the input was packed; else None.
    """

    config: NetConfig
    batched: bool
    cells: tuple[CellTrace, ...]
    output: Array | PackedSequence | Packed
    h_n: Array | tuple[Array, ...]
    c_n: Array | tuple[Array | None, ...] | None = None
    lengths: tuple[int, ...] | None = None

    def __repr__(self) -> str:
        return f"Trace({self.config}, seq_len={self.seq_len}, batch={self.batch})"

    @property
    def seq_len(self) -> int:
        """Number of timesteps."""
        return self.cells[0].seq_len

    @property
    def batch(self) -> int:
        """Number of samples."""
        return self.cells[0].batch

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every update in the order of computing.

        A layer finishes the whole sequence, in both directions, before the next one starts: the
        reverse state at t depends on inputs that come after t, and the layer above reads both.
        """
        return tuple(
            Step(cell.layer, cell.direction, t) for cell in self.cells for t in cell.positions()
        )

    @property
    def clamps(self) -> tuple[Clamp, ...]:
        """All that was held, cell by cell; empty where the run is the net's own."""
        return tuple(clamp for cell in self.cells for clamp in cell.clamps)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays, memory that several of them share counted once."""
        results = []
        for result in (self.h_n, self.c_n, self.output):
            results += result if isinstance(result, tuple) else [result]
        arrays = [array for cell in self.cells for _, array in cell.arrays()]
        sizes: dict[int, int] = {}
        for array in [*arrays, *(result for result in results if result is not None)]:
            sizes[address(array)] = max(sizes.get(address(array), 0), array.nbytes)
        return sum(sizes.values())

    @property
    def of_one_cell(self) -> bool:
        """Whether the module was a single cell, such as nn.LSTMCell, which has no time axis."""
        return not self.is_packed and self.output.ndim == 1 + self.batched

    @property
    def is_packed(self) -> bool:
        """Whether the input, and hence `output`, was a PackedSequence."""
        return isinstance(self.output, tuple)

    def cell(self, layer: int, direction: Direction = "forward") -> CellTrace:
        """The record of one layer in one direction.

        Raises:
            ValueError: the net has no such layer or direction.
        """
        for cell in self.cells:
            if (cell.layer, cell.direction) == (layer, direction):
                return cell
        known = ", ".join(f"({cell.layer}, {cell.direction!r})" for cell in self.cells)
        raise ValueError(f"no cell ({layer!r}, {direction!r}); this net has {known}.")

    def numpy(self) -> Trace:
        """The same record with numpy arrays on the host.

        Tensors on the CPU are not copied but seen through numpy; bfloat16, which numpy has not,
        becomes float32 without loss. A PackedSequence becomes a `Packed`.
        """
        return replace(
            self,
            cells=tuple(cell.map_arrays(on_host) for cell in self.cells),
            output=output_on_host(self.output),
            h_n=states_on_host(self.h_n),
            c_n=states_on_host(self.c_n),
        )


def output_on_host(output: Array | PackedSequence | Packed) -> np.ndarray | Packed:
    """The output with numpy arrays."""
    if not isinstance(output, tuple):
        return on_host(output)
    return Packed(*(None if array is None else on_host(array) for array in output))


def states_on_host(
    states: Array | tuple[Array | None, ...] | None,
) -> np.ndarray | tuple[np.ndarray | None, ...] | None:
    """h_n or c_n with numpy arrays."""
    if isinstance(states, tuple):
        return tuple(states_on_host(state) for state in states)
    return None if states is None else on_host(states)
