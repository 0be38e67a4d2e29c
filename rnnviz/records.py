"""What a run leaves behind: records of arrays, one field per thing computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from rnnviz.config import Direction, RNNConfig

if TYPE_CHECKING:
    import torch

# Fresh records hold torch tensors, on the net's device; `Trace.numpy()` gives numpy arrays.
Array: TypeAlias = "np.ndarray | torch.Tensor"


class Step(NamedTuple):
    """One update: one cell at one timestep. All three count from 0, as in torch."""

    layer: int
    direction: Direction
    t: int


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CellTrace:
    """Every intermediate of one layer in one direction.

    Row t is position t of the sequence, for the reverse direction too (it is merely computed
    from the last row to the first).

    Attributes:
        layer: counts from 0.
        direction: "forward" or "reverse".
        nonlinearity: the activation that was applied, "tanh" or "relu".
        x: what the cell read: x_t, or the joined h of the layer below.
            Shape (seq_len, batch, layer_input_size).
        wx: W_ih x_t. Shape (seq_len, batch, hidden_size).
        wh: W_hh h_{t-1}; in reverse W_hh h_{t+1}. Shape (seq_len, batch, hidden_size).
        a: pre-activation, wx + b_ih + wh + b_hh. Shape (seq_len, batch, hidden_size).
        h: what the cell hands on. Shape (seq_len, batch, hidden_size).
        h_0: the state it started from. Shape (batch, hidden_size).
        weight_ih: Shape (hidden_size, layer_input_size).
        weight_hh: Shape (hidden_size, hidden_size).
        bias_ih: Shape (hidden_size,), or None without bias.
        bias_hh: Shape (hidden_size,), or None without bias.
    """

    layer: int
    direction: Direction
    nonlinearity: str
    x: Array
    wx: Array
    wh: Array
    a: Array
    h: Array
    h_0: Array
    weight_ih: Array
    weight_hh: Array
    bias_ih: Array | None
    bias_hh: Array | None

    def __repr__(self) -> str:
        return (
            f"CellTrace(layer={self.layer}, direction={self.direction!r}, seq_len={self.seq_len}, "
            f"batch={self.batch}, hidden_size={self.hidden_size})"
        )

    @property
    def seq_len(self) -> int:
        """Number of timesteps."""
        return self.h.shape[0]

    @property
    def batch(self) -> int:
        """Number of samples."""
        return self.h.shape[1]

    @property
    def hidden_size(self) -> int:
        """Number of hidden units."""
        return self.h.shape[2]

    @property
    def input_size(self) -> int:
        """How many numbers this cell reads at a timestep."""
        return self.x.shape[2]

    @property
    def h_last(self) -> Array:
        """The state after the last update, a row of h_n. Shape (batch, hidden_size)."""
        return self.h[-1 if self.direction == "forward" else 0]

    def positions(self) -> range:
        """The timesteps in the order of computing: upwards, in reverse downwards."""
        forward = range(self.seq_len)
        return forward if self.direction == "forward" else forward[::-1]

    def arrays(self) -> Iterator[tuple[str, Array]]:
        """Every array of the record with its field name; what torch has not is left out."""
        for field in fields(self):
            value = getattr(self, field.name)
            if hasattr(value, "shape"):
                yield field.name, value

    def map_arrays(self, change: Callable[[Array], Array]) -> CellTrace:
        """The same record with every array changed."""
        return replace(self, **{name: change(array) for name, array in self.arrays()})


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Trace:
    """Everything a net computed on one input, cell by cell, and what torch.nn would return.

    Attributes:
        config: sizes and options of the net.
        batched: whether the input had a batch axis; without one it is a batch of 1.
        cells: layer 0 forward, layer 0 reverse, layer 1 forward, ...
        output: exactly what `module(input, hx)` returns first: (seq_len, batch, D * hidden_size),
            (batch, seq_len, D * hidden_size) with batch_first, without the batch axis if unbatched.
        h_n: exactly what it returns second: (num_layers * D, batch, hidden_size), without the
            batch axis if unbatched.
    """

    config: RNNConfig
    batched: bool
    cells: tuple[CellTrace, ...]
    output: Array
    h_n: Array

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
    def nbytes(self) -> int:
        """Bytes of all arrays, memory that several of them share counted once."""
        sizes = {_address(self.output): self.output.nbytes, _address(self.h_n): self.h_n.nbytes}
        for cell in self.cells:
            for _, array in cell.arrays():
                sizes[_address(array)] = max(sizes.get(_address(array), 0), array.nbytes)
        return sum(sizes.values())

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
        becomes float32 without loss.
        """
        return replace(
            self,
            cells=tuple(cell.map_arrays(_on_host) for cell in self.cells),
            output=_on_host(self.output),
            h_n=_on_host(self.h_n),
        )


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Comparison:
    """How far a trace lies from torch.nn, as a whole and cell by cell.

    Two values that are both NaN, or the same infinity, count as equal; one that is NaN alone is
    infinitely far.

    Attributes:
        output: torch's output, laid out as `Trace.output`.
        h_n: torch's h_n, laid out as `Trace.h_n`.
        cells: torch's h of every cell, run on that cell's own recorded input, in the order of
            `Trace.cells`. Each of shape (seq_len, batch, hidden_size).
        output_difference: max |difference| of output.
        h_n_difference: max |difference| of h_n.
        differences: max |difference| of h over batch and units, per cell and timestep.
            Shape (num_layers * num_directions, seq_len).
        tolerance: the relative tolerance of the dtype.
        output_limit: the largest difference of output that counts as equal: tolerance times
            max(1, max |torch's output|).
        h_n_limit: the same for h_n.
        cell_limits: the same for each cell by itself, so that large values in one layer hide no
            error in another. Shape (num_layers * num_directions,).
        reason: why the tolerance is what it is, in one sentence.
        first: the first update, in the order of computing, that is further off than its cell's
            limit. None also where the cells are right but wrongly joined into output or h_n.
    """

    output: Array
    h_n: Array
    cells: tuple[Array, ...]
    output_difference: float
    h_n_difference: float
    differences: np.ndarray
    tolerance: float
    output_limit: float
    h_n_limit: float
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
        return max(
            self.output_difference, self.h_n_difference, float(self.differences.max(initial=0.0))
        )

    @property
    def relative_difference(self) -> float:
        """The largest difference beside max(1, max |torch|) of the array it is in."""
        parts = [self.output_difference / self.output_limit, self.h_n_difference / self.h_n_limit]
        parts += (self.differences.max(axis=1, initial=0.0) / self.cell_limits).tolist()
        return max(parts) * self.tolerance

    @property
    def equal(self) -> bool:
        """Whether nothing is further off than its limit."""
        return bool(
            self.output_difference <= self.output_limit
            and self.h_n_difference <= self.h_n_limit
            and (self.differences.max(axis=1, initial=0.0) <= self.cell_limits).all()
        )

    def numpy(self) -> Comparison:
        """The same record with numpy arrays on the host."""
        return replace(
            self,
            output=_on_host(self.output),
            h_n=_on_host(self.h_n),
            cells=tuple(_on_host(h) for h in self.cells),
        )


def _on_host(array: Array) -> np.ndarray:
    if isinstance(array, np.ndarray):
        return array
    tensor = array.detach().cpu()
    # Numpy has no bfloat16; float32 holds every bfloat16 value exactly.
    return (tensor.float() if str(tensor.dtype) == "torch.bfloat16" else tensor).numpy()


def _address(array: Array) -> int:
    return array.ctypes.data if isinstance(array, np.ndarray) else array.data_ptr()
