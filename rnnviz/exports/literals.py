"""Arrays as Python that makes tensors of them, for scripts that need nothing but torch."""

from __future__ import annotations

import numpy as np

from rnnviz.config import NetConfig


def literal(array: np.ndarray, config: NetConfig) -> str:
    """An array as a tensor of the net's dtype, written out."""
    # The shortest decimal that reads back as the same number.
    text = np.array2string(
        array,
        separator=", ",
        threshold=array.size + 1,
        max_line_width=96,
        formatter={"float_kind": _number},
    )
    return f"torch.tensor({text}{dtype(config)})"


def _number(value: np.floating) -> str:
    if not np.isfinite(value):
        return f'float("{value}")'
    if 1e-4 <= abs(float(value)) < 1e6 or value == 0:
        return np.format_float_positional(value, unique=True, trim="0")
    return np.format_float_scientific(value, unique=True, trim="0")


def dtype(config: NetConfig) -> str:
    """The argument that a tensor needs for the net's dtype; none for float32."""
    # The archive and numpy's decimals lack bfloat16, and Python's floats are float32 in torch.
    return "" if config.dtype == "float32" else f", dtype=torch.{config.dtype}"
