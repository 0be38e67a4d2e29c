"""Which numbers of a trace are wanted, and these quantity by quantity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import NamedTuple, get_args

import numpy as np

from rnnviz.config import Direction
from rnnviz.records import CellTrace, Packed, Trace

# Those with a block of rows for each gate; of a cell with gates `a_i` is the block of gate i.
STACKED = ("wx", "wh", "a")

# What torch returns, of the cells that return it.
RETURNED = ("output", "h_n", "c_n")


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Some of the numbers of a trace; None is all of them.

    Attributes:
        layers: counted from 0.
        directions: "forward", "reverse".
        timesteps: positions of the sequence, counted from 0. h_n and c_n stand at the position of
            the update that gave them.
        units: which numbers of a quantity, counted from 0; a quantity that has fewer is left short.
        samples: of the batch, counted from 0.
        quantities: x, wx, wh, a, the gates by torch's letters, r_hn, c, tanh_c, h, dropout_mask,
            output, h_n, c_n. Of a cell with gates "a" is a_i, a_f, ... and "a_i" one of them.

    Raises:
        TypeError: a number is no int, or a name no string.
        ValueError: a field is empty, or a number is below 0.
    """

    layers: tuple[int, ...] | None = None
    directions: tuple[Direction, ...] | None = None
    timesteps: tuple[int, ...] | None = None
    units: tuple[int, ...] | None = None
    samples: tuple[int, ...] | None = None
    quantities: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            given = getattr(self, field.name)
            if given is None:
                continue
            kind = str if field.name in ("directions", "quantities") else int
            if not isinstance(given, tuple):
                raise TypeError(f"{field.name} must be a tuple or None, got {given!r}.")
            if not given:
                raise ValueError(f"{field.name} must name at least one, or be None for all.")
            for one in given:
                if isinstance(one, bool) or not isinstance(one, kind):
                    raise TypeError(f"{field.name} must hold {kind.__name__}s, got {one!r}.")
                if kind is int and one < 0:
                    raise ValueError(f"{field.name} must be at least 0, got {one}.")
        for one in self.directions or ():
            if one not in get_args(Direction):
                raise ValueError(f"directions must be forward or reverse, got {one!r}.")

    def has(self, quantity: str) -> bool:
        """Whether a quantity is among those selected, `a_i` by "a" too."""
        if self.quantities is None:
            return True
        whole, _, gate = quantity.partition("_")
        return quantity in self.quantities or (
            bool(gate) and whole in STACKED and whole in self.quantities
        )


class Block(NamedTuple):
    """One quantity of one cell.

    Attributes:
        layer: counts from 0.
        direction: "forward" or "reverse".
        quantity: its name.
        t: the position of each row and sample. Shape (rows, batch).
        values: Shape (rows, batch, units).
    """

    layer: int
    direction: Direction
    quantity: str
    t: np.ndarray
    values: np.ndarray


def selected_blocks(trace: Trace, selection: Selection) -> list[Block]:
    """The quantities that are selected, whole, cell by cell; views wherever they can be.

    Args:
        trace: a run with numpy arrays.
        selection: what is wanted of it.

    Raises:
        ValueError: the trace has no such layer, direction, timestep, unit, sample or quantity; it
            says which there are.
    """
    config = trace.config
    _check("layers", selection.layers, range(config.num_layers))
    _check("directions", selection.directions, config.directions)
    _check("timesteps", selection.timesteps, range(trace.seq_len))
    _check("samples", selection.samples, range(trace.batch))
    blocks = [
        block
        for row, cell in enumerate(trace.cells)
        if _among(cell.layer, selection.layers) and _among(cell.direction, selection.directions)
        for block in _blocks(trace, row, cell)
    ]
    known = dict.fromkeys(block.quantity for block in blocks)
    whole = [name for name in STACKED if name not in known]
    _check("quantities", selection.quantities, [*known, *whole])
    blocks = [block for block in blocks if selection.has(block.quantity)]
    _check("units", selection.units, range(max(block.values.shape[2] for block in blocks)))
    return blocks


def _among(one: object, chosen: tuple | None) -> bool:
    return chosen is None or one in chosen


def _check(name: str, chosen: tuple | None, there: Iterable) -> None:
    there = there if isinstance(there, range) else list(there)
    missing = [one for one in chosen or () if one not in there]
    if missing:
        known = f"0 to {len(there) - 1}" if isinstance(there, range) else ", ".join(there)
        known = known if there else "none"
        raise ValueError(f"{name} must be among {known}; got {missing[0]!r}.")


def _blocks(trace: Trace, row: int, cell: CellTrace) -> Iterator[Block]:
    """All quantities of a cell, in the order of computing."""
    every = np.broadcast_to(np.arange(trace.seq_len)[:, None], (trace.seq_len, trace.batch))
    for name, values in _quantities(cell):
        yield Block(cell.layer, cell.direction, name, every, values)
    if cell.layer == trace.config.num_layers - 1:
        start = 0 if cell.direction == "forward" else trace.cells[row - 1].state_size
        values = _output(trace)[..., start : start + cell.state_size]
        yield Block(cell.layer, cell.direction, "output", every, values)
    last = np.zeros((1, trace.batch), dtype=int)
    if cell.direction == "forward":
        last = np.array([trace.lengths or [trace.seq_len] * trace.batch]) - 1
    for name, states in (("h_n", trace.h_n), ("c_n", trace.c_n)):
        state = states if trace.of_one_cell or states is None else states[row]
        if state is not None:
            values = state.reshape(1, trace.batch, state.shape[-1])
            yield Block(cell.layer, cell.direction, name, last, values)


def _quantities(cell: CellTrace) -> Iterator[tuple[str, np.ndarray]]:
    """Names, and arrays of shape (seq_len, batch, units)."""
    yield "x", cell.x
    for name in STACKED:
        stacked = getattr(cell, name)
        if not cell.gate_names:
            yield name, stacked
        for index, gate in enumerate(cell.gate_names):
            start = index * cell.hidden_size
            yield f"{name}_{gate}", stacked[..., start : start + cell.hidden_size]
    yield from ((gate, cell.gate(gate)) for gate in cell.gate_names)
    for name in ("r_hn", "c", "tanh_c", "h", "dropout_mask"):
        if getattr(cell, name) is not None:
            yield name, getattr(cell, name)


def _output(trace: Trace) -> np.ndarray:
    """What torch returns first. Shape (seq_len, batch, num_directions * state_size)."""
    if trace.is_packed:
        return _unpacked(trace, trace.output)
    if trace.config.batch_first and trace.batched and not trace.of_one_cell:
        return trace.output.transpose(1, 0, 2)
    return trace.output.reshape(trace.seq_len, trace.batch, trace.output.shape[-1])


def _unpacked(trace: Trace, output: Packed) -> np.ndarray:
    """The rows of a packed output at their timestep and sample, NaN past each length."""
    padded = np.full(
        (trace.seq_len, trace.batch, output.data.shape[1]), np.nan, dtype=output.data.dtype
    )
    order = np.arange(trace.batch) if output.sorted_indices is None else output.sorted_indices
    start = 0
    for t, count in enumerate(output.batch_sizes.tolist()):
        padded[t, order[:count]] = output.data[start : start + count]
        start += count
    return padded
