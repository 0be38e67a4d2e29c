"""The weights that torch draws for a seed, told without torch.

`mersenne.js` draws the very same, bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

# Of 32 random bits torch takes the lower ones, as many as a float32 holds.
_BITS = 24


def bound(hidden_size: int) -> float:
    """torch draws from [-bound, bound), 1 / sqrt(hidden_size) as a float32."""
    return float(np.float32(1 / math.sqrt(hidden_size)))


def drawn(seed: int, wanted: Sequence[tuple[int, float]]) -> Iterator[np.ndarray]:
    """What torch draws one after the other, after `torch.manual_seed(seed)`.

    torch and numpy start the Mersenne twister alike, from the lower 32 bits of a seed. The numbers
    are scaled in float64 and rounded once: the product is exact, so that a machine which fuses it
    with the sum gets the same.

    Args:
        seed: of the generator.
        wanted: how many numbers, and their bound, each.

    Yields:
        Of float32, shape (count,).

    Source: uniform_real in
        https://github.com/pytorch/pytorch/blob/main/aten/src/ATen/core/TransformationHelper.h
    """
    twister = np.random.RandomState(seed % 2**32)
    for count, limit in wanted:
        words = np.frombuffer(twister.bytes(4 * count), "<u4") % 2**_BITS
        yield (words * 2.0**-_BITS * (2 * limit) - limit).astype("<f4")
