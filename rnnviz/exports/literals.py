"""Arrays as Python that makes tensors of them, for scripts that need nothing but torch."""

from __future__ import annotations

import textwrap

import numpy as np

from rnnviz.config import NetConfig

_LINE_CHARS = 88


def literal(array: np.ndarray, config: NetConfig) -> str:
    """An array as a tensor of the net's dtype, written out in as few lines as hold it."""
    text = f"torch.tensor({_nested(array)}{dtype(config)})"
    return "\n".join(
        textwrap.wrap(
            text,
            _LINE_CHARS,
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def _nested(array: np.ndarray) -> str:
    """Lists in lists, each number as the shortest decimal that reads back as the same."""
    parts = map(_number, array) if array.ndim == 1 else map(_nested, array)
    return f"[{', '.join(parts)}]"


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
