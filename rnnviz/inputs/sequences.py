"""Several sequences, which may differ in length, as one padded batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnviz.inputs.series import Series
from rnnviz.limits import MAX_BATCH, MAX_FILE_VALUES


def padded_series(parts: Sequence[np.ndarray], columns: tuple[str, ...]) -> Series:
    """The parts as the samples of a batch, each with its own length; zeros follow after its end.

    Args:
        parts: float64, each (its seq_len, input_size).
        columns: a name for each column.

    Raises:
        ValueError: there are none or too many, or the padding would take too much memory.
    """
    if not 1 <= len(parts) <= MAX_BATCH:
        raise ValueError(f"there may be 1 to {MAX_BATCH} sequences, got {len(parts)}.")
    lengths = tuple(len(part) for part in parts)
    count = len(parts) * max(lengths) * len(columns)
    if count > MAX_FILE_VALUES * 2:
        raise ValueError(
            f"{len(parts)} sequences of up to {max(lengths):,} timesteps would be {count:,} "
            f"numbers with their padding, more than {2 * MAX_FILE_VALUES:,}."
        )
    values = np.zeros((len(parts), max(lengths), len(columns)))
    for sample, part in enumerate(parts):
        values[sample, : len(part)] = part
    return Series(
        values=values,
        columns=columns,
        lengths=lengths if len(set(lengths)) > 1 else None,
    )
