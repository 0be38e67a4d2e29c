"""Numbers from numpy's .npy format, read by its header; nothing is ever unpickled."""

from __future__ import annotations

import io
import math
import tokenize

import numpy as np

from rnnviz.inputs.checks import excerpt
from rnnviz.inputs.series import Series
from rnnviz.limits import MAX_BATCH, MAX_FILE_VALUES, MAX_INPUT_SIZE, TooLargeError

# The header of a plain array has 118 bytes; numpy evaluates it as a Python literal.
MAX_HEADER_CHARS = 1_000

_ZIP_MAGIC = b"PK\x03\x04"

_HEADER_READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}

# All that 150,000 broken headers were seen to raise inside numpy.
_HEADER_ERRORS = (
    ValueError,
    TypeError,
    IndexError,
    SyntaxError,
    RecursionError,
    tokenize.TokenError,
)


def read_npy(data: bytes) -> Series:
    """The numbers of a .npy file of real numbers.

    Shape (seq_len,), (seq_len, input_size) or (batch, seq_len, input_size).

    Raises:
        ValueError: the bytes are no such file, or too many numbers.
    """
    numbers = npy_array(data)
    if numbers.ndim == 1:
        numbers = numbers[:, None]  # (seq_len, 1)
    values = numbers if numbers.ndim == 3 else numbers[None]  # (batch, seq_len, input_size)
    columns = tuple(f"column {column + 1}" for column in range(values.shape[2]))
    return Series(values=values, columns=columns)


def npy_array(
    data: bytes, *, most_columns: int = MAX_INPUT_SIZE, most_samples: int = MAX_BATCH
) -> np.ndarray:
    """The array of a .npy file of one to three axes, in float64.

    Args:
        data: the file.
        most_columns: the largest last axis, but where it is the only one.
        most_samples: the largest first axis of three.

    Raises:
        TooLargeError: more than that, or than `MAX_FILE_VALUES` numbers.
        ValueError: the bytes are no such file, too many numbers, or some are not finite.
    """
    shape, order, dtype, offset = npy_header(data)
    _check_dtype(dtype)
    _check_axes(shape)
    _check_size(shape, most_columns, most_samples)
    # Before numpy makes anything of that size.
    needed, came = math.prod(shape) * dtype.itemsize, len(data) - offset
    if came != needed:
        raise ValueError(
            f"the .npy must have {needed} bytes of numbers for its shape {shape}, got {came}."
        )
    read = np.frombuffer(data, dtype, offset=offset).reshape(shape, order=order)
    # A long double may be too large for float64 and becomes an infinity, refused below.
    with np.errstate(over="ignore"):
        numbers = read.astype(np.float64, order="C")
    if not np.isfinite(numbers).all():
        index = np.argwhere(~np.isfinite(numbers))[0].tolist()
        raise ValueError(
            f"the .npy must hold finite numbers, got {numbers[tuple(index)]} at {index}."
        )
    return numbers


def npy_header(data: bytes) -> tuple[tuple[int, ...], str, np.dtype, int]:
    """Shape, order ("C" or "F"), dtype, and where the numbers begin."""
    if data.startswith(_ZIP_MAGIC):
        raise ValueError("expected a .npy with one array, got a zip archive such as .npz.")
    if not data.startswith(np.lib.format.MAGIC_PREFIX):
        raise ValueError("expected a .npy, but the file does not begin like one.")
    stream = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(stream)
        reader = _HEADER_READERS.get(version)
        if reader is not None:
            shape, fortran_order, dtype = reader(stream, max_header_size=MAX_HEADER_CHARS)
    except _HEADER_ERRORS as error:
        raise ValueError("the .npy is cut short, or its header is broken or too long.") from error
    if reader is None:
        raise ValueError(f"the .npy must be of version 1.0 or 2.0, got {version[0]}.{version[1]}.")
    # A header may say True for 1.
    shape = tuple(int(length) for length in shape)
    return shape, "F" if fortran_order else "C", dtype, stream.tell()


def _check_dtype(dtype: np.dtype) -> None:
    if dtype.hasobject:
        raise ValueError("the .npy must hold numbers, it holds Python objects, never read here.")
    if dtype.kind not in "fiub":
        raise ValueError(f"the .npy must hold real numbers, got {excerpt(str(dtype))}.")


def _check_axes(shape: tuple[int, ...]) -> None:
    if len(shape) not in (1, 2, 3) or min(shape) < 1:
        raise ValueError(
            "the .npy must be (seq_len,), (seq_len, input_size) or (batch, seq_len, input_size), "
            f"each at least 1; got {excerpt(shape)}."
        )


def _check_size(shape: tuple[int, ...], most_columns: int, most_samples: int) -> None:
    if len(shape) > 1 and shape[-1] > most_columns:
        raise TooLargeError(
            f"the .npy must have at most {most_columns} columns, got {excerpt(shape[-1])}."
        )
    if len(shape) == 3 and shape[0] > most_samples:
        raise TooLargeError(
            f"the .npy must have at most {most_samples} samples, got {excerpt(shape[0])}."
        )
    if math.prod(shape) > MAX_FILE_VALUES:
        raise TooLargeError(
            f"the .npy must hold at most {MAX_FILE_VALUES} numbers, got shape {excerpt(shape)}."
        )
