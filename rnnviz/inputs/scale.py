"""Numbers brought to a common scale, column by column, as nets are often trained on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rnnviz.inputs.series import Series

AS_THEY_ARE, STANDARD, WITHIN_ONE = "as they are", "mean 0, spread 1", "-1 to 1"
SCALES = (AS_THEY_ARE, STANDARD, WITHIN_ONE)


def scaled(series: Series, how: str) -> Series:
    """The series with each column shifted and scaled over all samples and timesteps.

    Args:
        series: padding, which holds zeros, has no part in it and stays as it is.
        how: "as they are"; "mean 0, spread 1", the spread being the standard deviation of all the
            numbers of the column; or "-1 to 1", the lowest and the highest. A column of one and
            the same number becomes 0.

    Raises:
        ValueError: how is none of these.
    """
    if how not in SCALES:
        raise ValueError(f"scale must be one of {', '.join(SCALES)}; got {how!r}.")
    if how == AS_THEY_ARE:
        return series
    real = series.is_real  # (batch, seq_len)
    numbers = series.values[real]  # (timesteps, input_size)
    if how == STANDARD:
        middle, size = numbers.mean(axis=0), numbers.std(axis=0)
    else:
        low, high = numbers.min(axis=0), numbers.max(axis=0)
        # Halved first: the sum of two of the largest floats would be infinite.
        middle, size = low / 2 + high / 2, high / 2 - low / 2
    even = (numbers == numbers[0]).all(axis=0) | (size == 0)
    values = np.zeros_like(series.values)
    values[real] = np.where(even, 0.0, (numbers - middle) / np.where(even, 1.0, size))
    return replace(series, values=values)
