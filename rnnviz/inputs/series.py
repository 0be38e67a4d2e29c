"""The record of one input: its numbers, and the words that stand beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from rnnviz.inputs.checks import check_size


@dataclass(frozen=True, kw_only=True)
class Series:
    """What a net reads, sample by sample.

    Attributes:
        values: finite numbers, float64. Shape (batch, seq_len, input_size).
        labels: what is written under each timestep, for sample 0; empty for numbers.
        columns: a name for each of the input_size columns.
        unknown: the timesteps of sample 0 whose character is outside the vocabulary, ascending.
        lengths: how many timesteps each sample has, zeros following after them; None if all.

    Raises:
        TypeError: values is no float64 array.
        ValueError: a size is 0, a value is not finite, or the words do not fit the values.
    """

    values: np.ndarray
    labels: tuple[str, ...] = ()
    columns: tuple[str, ...]
    unknown: tuple[int, ...] = ()
    lengths: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        """Refuses what the attributes above rule out."""
        self._check_values()
        for name, expected in (("labels", self.seq_len), ("columns", self.input_size)):
            came = len(getattr(self, name))
            if came != expected and (name, came) != ("labels", 0):
                raise ValueError(f"{name} must have {expected} entries, got {came}.")
        if list(self.unknown) != sorted(set(self.unknown) & set(range(self.seq_len))):
            raise ValueError(
                f"unknown must be ascending timesteps below seq_len={self.seq_len}, "
                f"got {self.unknown}."
            )

        if self.lengths is not None:
            self._check_lengths(self.lengths)

    @property
    def is_real(self) -> np.ndarray:
        """Which timesteps are no padding. Shape (batch, seq_len)."""
        lengths = self.lengths or (self.seq_len,) * self.batch
        return np.arange(self.seq_len) < np.array(lengths)[:, None]

    @property
    def batch(self) -> int:
        """Number of samples."""
        return self.values.shape[0]

    @property
    def seq_len(self) -> int:
        """Number of timesteps."""
        return self.values.shape[1]

    @property
    def input_size(self) -> int:
        """Numbers at each timestep."""
        return self.values.shape[2]

    def _check_lengths(self, lengths: tuple[int, ...]) -> None:
        fits = len(lengths) == self.batch and all(1 <= one <= self.seq_len for one in lengths)
        if not fits or max(lengths) != self.seq_len:
            raise ValueError(
                f"lengths must be {self.batch} numbers from 1 to seq_len={self.seq_len}, which one "
                f"of them reaches; got {lengths}."
            )

    def _check_values(self) -> None:
        if getattr(self.values, "dtype", None) != np.float64:
            came = getattr(self.values, "dtype", type(self.values).__name__)
            raise TypeError(f"values must be a float64 array, got {came}.")
        if self.values.ndim != 3 or 0 in self.values.shape:
            raise ValueError(
                "values must be (batch, seq_len, input_size), each at least 1; "
                f"got {self.values.shape}."
            )
        if not np.isfinite(self.values).all():
            index = np.argwhere(~np.isfinite(self.values))[0].tolist()
            raise ValueError(f"values must be finite, got {self.values[tuple(index)]} at {index}.")


def window(series: Series, start: int, seq_len: int) -> Series:
    """`seq_len` timesteps of the series from timestep `start` (counted from 0), as a view.

    Of samples of different lengths each keeps what it has there; if none has as many timesteps the
    window is shorter.

    Raises:
        TypeError: start or seq_len is no int.
        ValueError: the window does not lie within the series, or a sample ends before it.
    """
    check_size("start", start, series.seq_len - 1, least=0)
    check_size("seq_len", seq_len, series.seq_len - start)
    stop, lengths = start + seq_len, None
    if series.lengths is not None:
        shortest = min(series.lengths)
        if start >= shortest:
            sample = series.lengths.index(shortest)
            raise ValueError(
                f"sample {sample} has only {shortest} timesteps, so the first one shown must be at "
                f"most {shortest - 1}, counted from 0; got {start}."
            )
        lengths = tuple(min(one, stop) - start for one in series.lengths)
        stop = start + max(lengths)
    return replace(
        series,
        values=series.values[:, start:stop],  # (batch, seq_len, input_size)
        labels=series.labels[start:stop],
        unknown=tuple(t - start for t in series.unknown if start <= t < stop),
        lengths=lengths if lengths and len(set(lengths)) > 1 else None,
    )
