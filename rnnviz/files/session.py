"""A session of the app as one file: settings, files, edits, weights and where one was."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from rnnviz.exports.npz import NOT_AN_ARCHIVE
from rnnviz.files.archive import check_archive
from rnnviz.files.errors import ModelFileError
from rnnviz.files.npz_file import HEADER_BYTES, check_header
from rnnviz.files.session_json import VERSION, check_fields
from rnnviz.files.strict_json import read_object
from rnnviz.inputs.checks import excerpt
from rnnviz.limits import MAX_FILE_BYTES, MAX_SESSION_JSON_BYTES

# What is said of the session itself: a JSON object in UTF-8, as bytes.
_HEADER = "session"

# A file that the settings need, as its bytes, under its part in the session.
_FILE = "file_{}"

# What the directory of an archive and the header of an array take, for each member.
MEMBER_BYTES = 1_000


@dataclass(frozen=True, kw_only=True, eq=False)
class SessionFile:
    """What one needs to see the same again.

    Attributes:
        settings: by their names; as they came, so that whoever uses them checks them.
        page: the last part of its address, empty for the first page.
        place: where one was in the player, as in a link: at, walk, order, all, gate.
        edit_sets: texts of edits by the names under which they were kept.
        files: (name, bytes) of what the settings need: "input", "net".
        weights: every parameter under torch's name, bfloat16 as float32. They are there to be
            compared: it is settings and files that make the net.
        made_by: which versions of rnnviz and torch wrote the file.
    """

    settings: Mapping[str, object]
    page: str = ""
    place: Mapping[str, str] = field(default_factory=dict)
    edit_sets: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    weights: Mapping[str, np.ndarray] = field(default_factory=dict)
    made_by: Mapping[str, str] = field(default_factory=dict)


def write_session(session: SessionFile) -> bytes:
    """The session as the bytes of a `.npz`, which `numpy.load` opens without pickle.

    The weights lie there as arrays under torch's names, so that `rnnviz.load` finds the net.
    """
    header = {
        "format": "RNNviz session",
        "version": VERSION,
        "made_by": dict(session.made_by),
        "settings": dict(session.settings),
        "page": session.page,
        "place": dict(session.place),
        "edit_sets": dict(session.edit_sets),
        # A name may hold bytes that are no text.
        "files": {part: _text(name) for part, (name, _) in session.files.items()},
    }
    arrays = {_HEADER: _bytes(json.dumps(header).encode())}
    arrays |= {_FILE.format(part): _bytes(data) for part, (_, data) in session.files.items()}
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays, **session.weights)
    return file.getvalue()


def read_session(data: bytes, *, max_bytes: int = MAX_FILE_BYTES) -> SessionFile:
    """The session that `write_session` wrote. Nothing in the file is executed.

    Args:
        data: the file.
        max_bytes: of the file, and of all its arrays unpacked, checked before any is read.

    Raises:
        ValueError: it is no such file, is broken, too large, or holds something else.
    """
    try:
        if len(data) > max_bytes:
            raise ModelFileError(f"it must have at most {max_bytes:,} bytes, got {len(data):,}.")
        if not data.startswith(b"PK\x03\x04"):
            raise ModelFileError("it is no .npz that “Save session” wrote.")
        _check(data, max_bytes)
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            return _session({name: archive[name] for name in archive.files})
    except ModelFileError as error:
        raise ModelFileError(f"the session's file: {error}") from error
    except (*NOT_AN_ARCHIVE, ValueError, OSError) as error:
        raise ModelFileError("the session's file: it is broken or cut short.") from error


def _check(data: bytes, max_bytes: int) -> None:
    """Refuse what the directory and the arrays' own headers say, before an array is made."""
    if check_archive(io.BytesIO(data), max_bytes) != "npz":
        raise ModelFileError("it is a checkpoint of torch; the page “Open a net” reads those.")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if f"{_HEADER}.npy" not in archive.namelist():
            raise ModelFileError("it is a .npz of something else: it has no array named session.")
        for member in archive.infolist():
            with archive.open(member) as stream:
                shape, dtype = check_header(member, stream.read(HEADER_BYTES))
            _check_array(member.filename.removesuffix(".npy"), shape, dtype)


def _check_array(name: str, shape: tuple[int, ...], dtype: np.dtype) -> None:
    if name == _HEADER or name in (_FILE.format("input"), _FILE.format("net")):
        if len(shape) != 1 or dtype != np.uint8:
            raise ModelFileError(f"{name} must be a row of bytes, got {excerpt(shape)} of {dtype}.")
        if name == _HEADER and shape[0] > MAX_SESSION_JSON_BYTES:
            raise ModelFileError(
                f"{name} must have at most {MAX_SESSION_JSON_BYTES:,} bytes, got {shape[0]:,}."
            )
    elif dtype.kind != "f" or dtype.itemsize > 8 or len(shape) not in (1, 2):
        raise ModelFileError(
            f"{excerpt(name)} must be a weight, a vector or matrix of floating numbers; got "
            f"{excerpt(shape)} of {excerpt(str(dtype))}."
        )


def _session(arrays: dict[str, np.ndarray]) -> SessionFile:
    try:
        header = read_object(arrays.pop(_HEADER).tobytes())
    except ModelFileError:
        raise
    except ValueError as error:
        raise ModelFileError("its array named session holds no JSON object.") from error
    check_fields(header)
    files = {}
    for part, name in header["files"].items():
        if _FILE.format(part) not in arrays:
            raise ModelFileError(f"it names the file {excerpt(name)}, but does not hold it.")
        files[part] = (name, arrays.pop(_FILE.format(part)).tobytes())
    named = {name: header[name] for name in ("settings", "page", "place", "edit_sets", "made_by")}
    # A file that is not named is nobody's.
    weights = {name: array for name, array in arrays.items() if array.dtype.kind == "f"}
    return SessionFile(**named, files=files, weights=weights)


def _bytes(data: bytes) -> np.ndarray:
    return np.frombuffer(data, np.uint8)


def _text(name: str) -> str:
    return name.encode("utf-8", "replace").decode()
