"""Files of the safetensors format (https://huggingface.co/docs/safetensors)."""

from __future__ import annotations

import json

from safetensors import SafetensorError, safe_open

from rnnviz.files.budget import kept_tensors
from rnnviz.files.contents import Contents
from rnnviz.files.errors import ModelFileError
from rnnviz.files.strict_json import named_once

# The header says how long it is in the first 8 bytes, little-endian.
_LENGTH_BYTES = 8

# A name, a shape and two offsets are about 100 bytes: 80,000 tensors.
MAX_HEADER_BYTES = 8 * 2**20


def read_safetensors(path: str, max_bytes: int) -> Contents:
    """The float tensors of the file.

    Raises:
        ModelFileError: it is no such file, is cut short, or names a tensor twice.
    """
    _check_names(path)
    try:
        with safe_open(path, framework="pt") as file:
            # Loading one tensor copies it; the whole file is not larger than the budget.
            tensors = {name: file.get_tensor(name) for name in file.keys()}
    except SafetensorError as error:
        raise ModelFileError(
            "it is a broken safetensors file: its header does not fit its numbers."
        ) from error
    return Contents("safetensors", kept_tensors(tensors, max_bytes))


def _check_names(path: str) -> None:
    """Refuse a header that is no JSON object or names a tensor twice, which the reader lets by."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
        if length > MAX_HEADER_BYTES:
            raise ModelFileError(
                f"its header must have at most {MAX_HEADER_BYTES:,} bytes, got {length:,}."
            )
        header = file.read(length)
    if len(header) < length:
        raise ModelFileError("it is cut short within the header.")
    try:
        json.loads(header, object_pairs_hook=named_once)
    except ModelFileError:
        raise
    except (ValueError, RecursionError) as error:
        raise ModelFileError("its header is no JSON, so it is no safetensors file.") from error
