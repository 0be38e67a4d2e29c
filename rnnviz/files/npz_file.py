"""Archives of numpy arrays: weights under torch's names, or a trace that RNNviz wrote."""

from __future__ import annotations

import zipfile

import numpy as np
import torch

from rnnviz.exports.npz import load_trace
from rnnviz.files.budget import kept_tensors
from rnnviz.files.contents import Contents
from rnnviz.files.errors import ModelFileError
from rnnviz.inputs.checks import excerpt
from rnnviz.inputs.npy import npy_header

# Longer headers are of arrays with named fields.
HEADER_BYTES = 2_048

# What the archive of a trace holds and one of weights does not.
_OF_A_TRACE = {"config.npy", "output.npy", "wx_l0.npy"}


def read_npz(path: str, max_bytes: int) -> Contents:
    """The float arrays of a .npz. One that is a trace is read whole, to see that it is sound.

    Raises:
        ModelFileError: an array is not what its header says, or holds Python objects.
        ValueError: it is a broken trace.
    """
    with zipfile.ZipFile(path) as archive:
        if set(archive.namelist()) >= _OF_A_TRACE:
            return _of_trace(path, max_bytes)
        for member in archive.infolist():
            with archive.open(member) as stream:
                check_header(member, stream.read(HEADER_BYTES))
    with np.load(path, allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    floats = {
        name: torch.from_numpy(array.astype(array.dtype.newbyteorder("="), order="C"))
        for name, array in arrays.items()
        if array.dtype.kind == "f" and array.dtype.itemsize <= 8
    }
    return Contents("npz", kept_tensors(floats, max_bytes))


def _of_trace(path: str, max_bytes: int) -> Contents:
    try:
        load_trace(path, max_bytes=max_bytes)
    except ValueError as error:
        raise ModelFileError(str(error)) from error
    return Contents("trace", {})


def check_header(member: zipfile.ZipInfo, head: bytes) -> tuple[tuple[int, ...], np.dtype]:
    """The shape and dtype of an array, of which `head` are the first `HEADER_BYTES`.

    Raises:
        ModelFileError: the header promises other bytes than the archive's directory does.
    """
    name = excerpt(member.filename)
    try:
        shape, _, dtype, offset = npy_header(head)
    except ValueError as error:
        raise ModelFileError(f"{name}: {error}") from error
    if dtype.hasobject:
        raise ModelFileError(f"{name} holds Python objects, which are never read here.")
    needed = offset + dtype.itemsize * int(np.prod(shape, dtype=object))
    if member.file_size != needed:
        raise ModelFileError(
            f"{name} must have {needed:,} bytes for its shape {excerpt(shape)}, "
            f"got {member.file_size:,}."
        )
    return shape, dtype
