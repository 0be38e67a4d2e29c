"""How a run compares with torch.nn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from rnnviz.records.arrays import Array, on_host
from rnnviz.records.trace import Packed, Step, output_on_host, states_on_host

if TYPE_CHECKING:
    from torch.nn.utils.rnn import PackedSequence


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Comparison:
    """How far a trace lies from torch.nn, as a whole and cell by cell.

    Two values that are both NaN, or the same infinity, count as equal; one that is NaN alone is
    infinitely far.

    Attributes:
        output: torch's output, laid out as `Trace.output`.
        h_n: torch's h_n, laid out as `Trace.h_n`.
        c_n: torch's c_n, laid out as `Trace.c_n`; None unless an LSTM.
        cells: torch's h of every cell, run on that cell's own recorded input, in the order of
            `Trace.cells`. Each of shape (seq_len, batch, state_size).
        output_difference: max |difference| of output.
        h_n_difference: max |difference| of h_n.
        c_n_difference: max |difference| of c_n, or None.
        differences: max |difference| of h, and of an LSTM's c, over batch and units, per cell and
            timestep. Shape (num_layers * num_directions, seq_len).
        tolerance: the relative tolerance of the dtype.
        output_limit: the largest difference of output that counts as equal: tolerance times
            max(1, max |torch's output|).
        h_n_limit: the same for h_n.
        c_n_limit: the same for c_n, or None.
        cell_limits: the same for each cell by itself, so that large values in one layer hide no
            error in another. Shape (num_layers * num_directions,).
        reason: why the tolerance is what it is, in one sentence.
        first: the first update, in the order of computing, that is further off than its cell's
            limit. None also where the cells are right but wrongly joined into output or h_n.
    """

    output: Array | PackedSequence | Packed
    h_n: Array | tuple[Array, ...]
    c_n: Array | tuple[Array | None, ...] | None = None
    cells: tuple[Array, ...]
    output_difference: float
    h_n_difference: float
    c_n_difference: float | None = None
    differences: np.ndarray
    tolerance: float
    output_limit: float
    h_n_limit: float
    c_n_limit: float | None = None
    cell_limits: np.ndarray
    reason: str
    first: Step | None

    def __repr__(self) -> str:
        return (
            f"Comparison(equal={self.equal}, max_difference={self.max_difference:.3g}, "
            f"first={self.first})"
        )

    @property
    def max_difference(self) -> float:
        """The largest difference anywhere."""
        return max(difference for difference, _ in self._parts())

    @property
    def relative_difference(self) -> float:
        """The largest difference beside max(1, max |torch|) of the array it is in."""
        return max(difference / limit for difference, limit in self._parts()) * self.tolerance

    @property
    def equal(self) -> bool:
        """Whether nothing is further off than its limit."""
        return all(difference <= limit for difference, limit in self._parts())

    def numpy(self) -> Comparison:
        """The same record with numpy arrays on the host."""
        return replace(
            self,
            output=output_on_host(self.output),
            h_n=states_on_host(self.h_n),
            c_n=states_on_host(self.c_n),
            cells=tuple(on_host(h) for h in self.cells),
        )

    def _parts(self) -> list[tuple[float, float]]:
        """(difference, limit) of every result and every cell."""
        cells = self.differences.max(axis=1, initial=0.0).tolist()
        parts = [(self.output_difference, self.output_limit), (self.h_n_difference, self.h_n_limit)]
        parts += zip(cells, self.cell_limits.tolist(), strict=True)
        if self.c_n_difference is not None and self.c_n_limit is not None:
            parts.append((self.c_n_difference, self.c_n_limit))
        return parts
