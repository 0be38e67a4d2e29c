"""JSON out of files from users, read without what Python's reader lets by."""

from __future__ import annotations

import json

from rnnviz.files.errors import ModelFileError
from rnnviz.inputs.checks import excerpt


def read_object(data: bytes) -> dict[str, object]:
    """The JSON object that these bytes hold, in UTF-8.

    Raises:
        ModelFileError: it names something twice.
        ValueError: it is no JSON object, or holds NaN, an infinity or half a character.
    """
    try:
        # The surrogates that JSON may spell are no text: nothing could show or send them.
        found = json.loads(data, object_pairs_hook=named_once, parse_constant=_refused)
        json.dumps(found, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def named_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The object of these pairs.

    Raises:
        ModelFileError: a name comes twice.
    """
    seen: dict[str, object] = {}
    for name, value in pairs:
        if name in seen:
            raise ModelFileError(f"it holds the name {excerpt(name)} twice.")
        seen[name] = value
    return seen


def _refused(constant: str) -> None:
    raise ValueError(constant)
