"""A file from a user as a `Series`; the bytes are data and never code."""

from __future__ import annotations

from rnnviz.inputs.checks import excerpt
from rnnviz.inputs.delimited import read_delimited
from rnnviz.inputs.npy import read_npy
from rnnviz.inputs.npz import read_npz_series
from rnnviz.inputs.series import Series
from rnnviz.limits import MAX_FILE_BYTES, TooLargeError

_READERS = {
    "csv": read_delimited,
    "tsv": read_delimited,
    "txt": read_delimited,
    "npy": read_npy,
    "npz": read_npz_series,
}

# What an uploader may offer.
EXTENSIONS = tuple(_READERS)


# Read by `inputs.image`, which needs Pillow.
PICTURES = ("png", "jpg", "jpeg")


def is_picture(name: str) -> bool:
    """Whether a file's name is that of a picture."""
    return name.lower().rpartition(".")[2] in PICTURES


def read_series(name: str, data: bytes) -> Series:
    """The numbers of a file, one row per timestep: (seq_len, input_size).

    Text (.csv, .tsv, .txt) is UTF-8 with commas, semicolons or tabs between the numbers, maybe a
    header, and blank lines between several sequences; a .npy may also be (seq_len,) or
    (batch, seq_len, input_size); a .npz holds such an array, or one for each of several sequences.
    There may be more rows than a run can take: `window` picks some.

    Raises:
        TooLargeError: the file has too many bytes.
        ValueError: the file is not such a file or too large; one line that says where and why.
    """
    reader = _READERS.get(name.lower().rpartition(".")[2])
    if reader is None:
        expected = ", ".join(f".{extension}" for extension in EXTENSIONS)
        raise ValueError(f"{excerpt(name)}: the name must end in one of {expected}.")
    if len(data) > MAX_FILE_BYTES:
        raise TooLargeError(
            f"{excerpt(name)}: the file must have at most {MAX_FILE_BYTES} bytes, got {len(data)}."
        )
    try:
        return reader(data)
    except ValueError as error:
        raise ValueError(f"{excerpt(name)}: {error}") from error
