"""Whether the JSON in a session's file is what it must be, field by field."""

from __future__ import annotations

from collections.abc import Mapping

from rnnviz.files.errors import ModelFileError
from rnnviz.inputs.checks import excerpt
from rnnviz.limits import MAX_EDIT_SETS, MAX_EDITS_CHARS, MAX_SET_NAME_CHARS

# Of the format; files of later ones are refused, as what they mean is not known here.
VERSION = 1

# A line of text that is neither a set of edits nor a setting: names of files and pages, a moment.
_MAX_LINE_CHARS = 300

_NO_SCALAR = "settings must be numbers, words or true and false; got {} for {}."


def check_fields(header: Mapping[str, object]) -> None:
    """Nothing, if the fields have their types and bounds; settings are only seen to be scalars.

    Raises:
        ModelFileError: a field is missing or something else, or the version is not known.
    """
    if header.get("format") != "RNNviz session":
        raise ModelFileError(f"its format must be 'RNNviz session', got {_came(header, 'format')}.")
    version = header.get("version")
    if type(version) is not int or version < 1:
        raise ModelFileError(f"its version must be a number from 1, got {excerpt(version)}.")
    if version > VERSION:
        raise ModelFileError(
            f"a newer RNNviz wrote it: version {excerpt(version)}, and this one reads {VERSION}."
        )
    for name, value in _object(header, "settings").items():
        if not isinstance(value, str | int | float):
            raise ModelFileError(_NO_SCALAR.format(excerpt(value), excerpt(name)))
    page = header.get("page")
    if not isinstance(page, str) or len(page) > _MAX_LINE_CHARS:
        raise ModelFileError(f"page must be a short text, got {_came(header, 'page')}.")
    for field in ("place", "made_by", "files"):
        _lines(header, field, _MAX_LINE_CHARS)
    if not set(header["files"]) <= {"input", "net"}:
        raise ModelFileError(f"files must be input and net, got {_came(header, 'files')}.")
    sets = _lines(header, "edit_sets", MAX_EDITS_CHARS)
    if len(sets) > MAX_EDIT_SETS:
        raise ModelFileError(f"edit_sets must be at most {MAX_EDIT_SETS}, got {len(sets):,}.")
    for name in sets:
        if len(name) > MAX_SET_NAME_CHARS:
            raise ModelFileError(
                f"a set of edits must have a name of at most {MAX_SET_NAME_CHARS} characters, "
                f"got {excerpt(name)}."
            )


def _object(header: Mapping[str, object], field: str) -> dict[str, object]:
    found = header.get(field)
    if not isinstance(found, dict):
        raise ModelFileError(f"{field} must be a JSON object, got {_came(header, field)}.")
    return found


def _lines(header: Mapping[str, object], field: str, most: int) -> dict[str, object]:
    """The field, an object of texts of at most so many characters."""
    found = _object(header, field)
    for name, value in found.items():
        if not isinstance(value, str) or len(value) > most:
            raise ModelFileError(
                f"{field} must hold texts of at most {most:,} characters, got {excerpt(value)} "
                f"for {excerpt(name)}."
            )
    return found


def _came(header: Mapping[str, object], field: str) -> str:
    return excerpt(header[field]) if field in header else "nothing"
