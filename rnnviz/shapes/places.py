"""Where each number of output, h_n and c_n comes from, and what else is the same number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from rnnviz.config import Direction, StackConfig
from rnnviz.records import CellTrace, Packed, Trace
from rnnviz.records.arrays import on_host


class Place(NamedTuple):
    """One number of a returned tensor.

    Attributes:
        layer: its cell's layer.
        direction: its cell's direction.
        t: the timestep whose state it is.
        unit: its unit within the cell.
        sample: its sample.
        expression: what fetches it from what torch returned: `output[3, 0, 5]`.
        same: other expressions that are the same number.
    """

    layer: int
    direction: Direction
    t: int
    unit: int
    sample: int
    expression: str
    same: tuple[str, ...]


def places_of_output(trace: Trace, *, sample: int | None = None) -> Iterator[Place]:
    """Every number of output, or of one sample of it, timestep by timestep; padding left out.

    Raises:
        ValueError: the output is packed.
    """
    if trace.is_packed:
        raise ValueError("output is packed: places_of_packed(trace) says what lies where.")
    for t in range(trace.seq_len):
        for index in _samples(trace, sample):
            if t < _length(trace, index):
                yield from _features(trace, {}, t, index)


def places_of_packed(trace: Trace, *, rows: int | None = None) -> Iterator[Place]:
    """Every number of output.data, row by row, up to a number of rows.

    Raises:
        ValueError: the output is not packed.
    """
    if not trace.is_packed:
        raise ValueError("output is not packed: places_of_output(trace) says what lies where.")
    found = _found(trace)
    for t, index in list(found)[:rows]:
        yield from _features(trace, found, t, index)


def places_of_h_n(trace: Trace, *, sample: int | None = None) -> Iterator[Place]:
    """Every number of h_n, or of one sample of it, row by row."""
    found = _found(trace) if trace.is_packed else {}
    first = {row: start for row, _, start in top_lanes(trace)}
    for row, cell in enumerate(trace.cells):
        for index in _samples(trace, sample):
            t = last_t(trace, cell, index)
            for unit in range(cell.state_size):
                same = _negative(trace, "h_n", (row, index, unit))
                if row in first:
                    same += _of_output(trace, found, t, index, first[row] + unit)
                yield _of_state(trace, "h_n", (row, index, unit), same)


def places_of_c_n(trace: Trace, *, sample: int | None = None) -> Iterator[Place]:
    """Every number of c_n, or of one sample of it; no other returned tensor holds them.

    Raises:
        ValueError: the net is no LSTM, or none of its cells is one.
    """
    if trace.c_n is None:
        kinds = ", ".join(dict.fromkeys(cell.kind for cell in trace.cells))
        raise ValueError(f"only an LSTM has c_n, got {kinds}.")
    for row, cell in enumerate(trace.cells):
        if cell.c is None:
            continue
        for index in _samples(trace, sample):
            for unit in range(cell.hidden_size):
                place = (row, index, unit)
                yield _of_state(trace, "c_n", place, _negative(trace, "c_n", place))


def output_expression(trace: Trace, t: object, sample: object, feature: object) -> str:
    """What fetches a number from an output that is not packed: `output[3, 0, 5]`."""
    index = [t, sample, feature]
    if trace.config.batch_first and trace.batched and not trace.of_one_cell:
        index = [sample, t, feature]
    elif not trace.batched:
        index = [feature] if trace.of_one_cell else [t, feature]
    elif trace.of_one_cell:
        index = [sample, feature]
    return _indexed("output", index)


def state_expression(trace: Trace, name: str, row: object, sample: object, unit: object) -> str:
    """What fetches a number from h_n or c_n: `h_n[2, 0, 1]`, of a stack `h_n[2][0, 1]`."""
    if isinstance(trace.config, StackConfig):
        name, index = f"{name}[{row}]", [sample] if trace.batched else []
        return _indexed(name, [*index, unit])
    index = [] if trace.of_one_cell else [row]
    return _indexed(name, [*index, *([sample] if trace.batched else []), unit])


def packed_rows(trace: Trace) -> list[tuple[int, int]]:
    """The timestep and the sample of every row of packed data."""
    packed = Packed(*(None if part is None else on_host(part) for part in trace.output))
    order = packed.sorted_indices
    order = np.arange(trace.batch) if order is None else order
    return [
        (t, int(order[place]))
        for t, count in enumerate(packed.batch_sizes.tolist())
        for place in range(count)
    ]


def top_lanes(trace: Trace) -> Iterator[tuple[int, CellTrace, int]]:
    """Row of h_n, cell and first output feature of each direction of the last layer."""
    start = 0
    for row, cell in enumerate(trace.cells):
        if cell.layer == trace.cells[-1].layer:
            yield row, cell, start
            start += cell.state_size


def last_t(trace: Trace, cell: CellTrace, sample: int) -> int:
    """The timestep that a cell computes last: 0 in reverse."""
    return 0 if cell.direction == "reverse" else _length(trace, sample) - 1


def _samples(trace: Trace, sample: int | None) -> range:
    return range(trace.batch) if sample is None else range(sample, sample + 1)


def _length(trace: Trace, sample: int) -> int:
    return trace.seq_len if trace.lengths is None else trace.lengths[sample]


def _found(trace: Trace) -> dict[tuple[int, int], int]:
    """The row of packed data that holds a timestep of a sample, in the order of the rows."""
    return {place: row for row, place in enumerate(packed_rows(trace))}


def _features(
    trace: Trace, found: dict[tuple[int, int], int], t: int, sample: int
) -> Iterator[Place]:
    """Every feature of one sample at one timestep."""
    for row, cell, first in top_lanes(trace):
        ends = t == last_t(trace, cell, sample)
        for unit in range(cell.state_size):
            expression, *same = _of_output(trace, found, t, sample, first + unit)
            if ends:
                place = (row, sample, unit)
                same += [state_expression(trace, "h_n", *place), *_negative(trace, "h_n", place)]
            yield Place(cell.layer, cell.direction, t, unit, sample, expression, tuple(same))


def _of_output(
    trace: Trace, found: dict[tuple[int, int], int], t: int, sample: int, feature: int
) -> tuple[str, ...]:
    """Every expression that takes a state of the last layer out of output."""
    if trace.is_packed:
        padded = f"pad_packed_sequence(output)[0][{t}, {sample}, {feature}]"
        return f"output.data[{found[t, sample]}, {feature}]", padded
    plain = output_expression(trace, t, sample, feature)
    # A single cell's output has no axis of time to count from its end.
    if t < trace.seq_len - 1 or trace.of_one_cell:
        return (plain,)
    return plain, output_expression(trace, -1, sample, feature)


def _of_state(trace: Trace, name: str, place: tuple[int, int, int], same: tuple[str, ...]) -> Place:
    row, sample, unit = place
    cell = trace.cells[row]
    expression = state_expression(trace, name, *place)
    t = last_t(trace, cell, sample)
    return Place(cell.layer, cell.direction, t, unit, sample, expression, same)


def _negative(trace: Trace, name: str, place: tuple[int, int, int]) -> tuple[str, ...]:
    """The same row of h_n or c_n counted from the end, as the last layer's are often fetched."""
    row, sample, unit = place
    if trace.of_one_cell or trace.cells[row].layer != trace.cells[-1].layer:
        return ()
    return (state_expression(trace, name, row - len(trace.cells), sample, unit),)


def _indexed(name: str, index: list[object]) -> str:
    return f"{name}[{', '.join(str(part) for part in index)}]"
