"""Numbers from numpy's .npz: one array, or several sequences with an array for each."""

from __future__ import annotations

import io
import zipfile
import zlib

import numpy as np

from rnnviz.inputs.checks import excerpt
from rnnviz.inputs.npy import read_npy
from rnnviz.inputs.sequences import padded_series
from rnnviz.inputs.series import Series
from rnnviz.limits import MAX_BATCH, MAX_FILE_VALUES

# Numbers of 8 bytes, and the headers.
_MAX_BYTES = 8 * MAX_FILE_VALUES + 4_096 * MAX_BATCH

# What zipfile and zlib raise for archives that are broken, encrypted or packed in a rare way.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


def read_npz_series(data: bytes) -> Series:
    """The numbers of a .npz of real arrays.

    One array is as in a .npy: (seq_len,), (seq_len, input_size) or (batch, seq_len, input_size).
    Several are as many sequences, (their seq_len, input_size), in the order of the archive; they
    may differ in length.

    Raises:
        ValueError: the bytes are no such file, or too many numbers.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = _checked(archive.infolist())
            found = {member.filename: archive.read(member) for member in members}
    except _BROKEN as error:
        raise ValueError("the .npz is broken, encrypted, or no archive of numpy.") from error
    parts = {name: _read(name, array) for name, array in found.items()}
    if len(parts) == 1:
        return next(iter(parts.values()))
    _check_alike(parts)
    columns = next(iter(parts.values())).columns
    return padded_series([part.values[0] for part in parts.values()], columns)


def _checked(members: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """The directory, before anything is unpacked."""
    if not 1 <= len(members) <= MAX_BATCH:
        raise ValueError(f"the .npz must hold 1 to {MAX_BATCH} arrays, got {len(members)}.")
    for member in members:
        if not member.filename.endswith(".npy"):
            raise ValueError(f"the .npz must hold arrays alone, got {excerpt(member.filename)}.")
    if len({member.filename for member in members}) < len(members):
        raise ValueError("the .npz holds a name twice.")
    total = sum(member.file_size for member in members)
    if total > _MAX_BYTES:
        raise ValueError(
            f"the .npz must take at most {_MAX_BYTES:,} bytes unpacked, its directory says "
            f"{total:,}."
        )
    return members


def _read(name: str, data: bytes) -> Series:
    try:
        return read_npy(data)
    except ValueError as error:
        raise ValueError(f"{excerpt(name.removesuffix('.npy'))}: {error}") from error


def _check_alike(parts: dict[str, Series]) -> None:
    (first, model), *others = parts.items()
    for name, part in parts.items():
        if part.batch != 1:
            raise ValueError(
                f"of several arrays each must be one sequence, (seq_len, input_size); "
                f"{excerpt(name.removesuffix('.npy'))} has {np.shape(part.values)}."
            )
    for name, part in others:
        if part.input_size != model.input_size:
            raise ValueError(
                f"all sequences must have as many columns: {excerpt(first.removesuffix('.npy'))} "
                f"has {model.input_size}, {excerpt(name.removesuffix('.npy'))} {part.input_size}."
            )
