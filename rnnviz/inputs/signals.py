"""Inputs made of a formula or of random numbers."""

from __future__ import annotations

import numpy as np

from rnnviz.inputs.checks import check_size
from rnnviz.inputs.series import Series
from rnnviz.limits import MAX_BATCH, MAX_NET_INPUT_SIZE, MAX_SEED, MAX_SEQ_LEN

# Fewer timesteps in a period no longer look like a wave (2 are the bound of aliasing).
LEAST_TIMESTEPS_PER_PERIOD = 4


def sines(seq_len: int, input_size: int, batch: int = 1) -> Series:
    r"""Sine waves, slow in the first column and faster in each next one.

    $$x_{b,t,k} = \sin\left(2\pi f_k \frac{t + 1}{T} + \pi\frac{b}{B}\right),\qquad
    f_k = (k + 1)\min\left(1, \frac{T}{4 I}\right)$$

    with T = seq_len, I = input_size, B = batch. Column k has k + 1 periods over the sequence where
    its T timesteps can show them; else all are slowed alike until the fastest has 4 timesteps in
    a period. So the columns differ, and the samples, which differ in phase, do too, for every size.

    Raises:
        TypeError: a size is no int.
        ValueError: a size is out of its range in `rnnviz.limits`.
    """
    _check_sizes(seq_len, input_size, batch)
    slowed = min(1.0, seq_len / (LEAST_TIMESTEPS_PER_PERIOD * input_size))
    periods = np.arange(1, input_size + 1) * slowed  # (input_size,)
    time = np.arange(1, seq_len + 1)[:, None] / seq_len  # (seq_len, 1)
    phase = np.pi * np.arange(batch)[:, None, None] / batch  # (batch, 1, 1)
    return Series(
        values=np.sin(2 * np.pi * periods * time + phase),  # (batch, seq_len, input_size)
        columns=tuple(f"sin {k + 1}" for k in range(input_size)),
    )


def noise(seq_len: int, input_size: int, batch: int = 1, *, seed: int) -> Series:
    """Independent standard normal numbers, the same for the same seed and sizes everywhere.

    Raises:
        TypeError: a size or the seed is no int.
        ValueError: one of them is out of its range in `rnnviz.limits`.
    """
    _check_sizes(seq_len, input_size, batch)
    check_size("seed", seed, MAX_SEED, least=0)
    # A named bit generator: `default_rng` may become another one in a later numpy.
    generator = np.random.Generator(np.random.PCG64(seed))
    return Series(
        values=generator.standard_normal((batch, seq_len, input_size)),
        columns=tuple(f"noise {k + 1}" for k in range(input_size)),
    )


def _check_sizes(seq_len: int, input_size: int, batch: int) -> None:
    check_size("seq_len", seq_len, MAX_SEQ_LEN)
    check_size("input_size", input_size, MAX_NET_INPUT_SIZE)
    check_size("batch", batch, MAX_BATCH)
