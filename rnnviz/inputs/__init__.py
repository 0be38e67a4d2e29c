"""What goes into a net: typed text, made signals and the numbers of a file, each as a `Series`."""

from importlib import import_module
from typing import TYPE_CHECKING

from rnnviz.inputs.edits import Edit, read_edits, write_edits
from rnnviz.inputs.files import EXTENSIONS, PICTURES, is_picture, read_series
from rnnviz.inputs.layers import read_layers
from rnnviz.inputs.lengths import read_lengths
from rnnviz.inputs.pasted import read_numbers
from rnnviz.inputs.scale import SCALES, scaled
from rnnviz.inputs.series import Series, window
from rnnviz.inputs.signals import noise, sines

if TYPE_CHECKING:
    from rnnviz.inputs.text import UNKNOWN, characters, rotated, vocabulary_of, widen
    from rnnviz.inputs.tokens import (
        UNITS,
        Unit,
        embedded_tokens,
        most_tokens,
        one_hot,
        one_hot_tokens,
        read_text,
        tokens_of,
        vocabulary_of_unit,
        widened,
    )

__all__ = [
    "EXTENSIONS",
    "PICTURES",
    "SCALES",
    "UNITS",
    "UNKNOWN",
    "Edit",
    "Series",
    "Unit",
    "characters",
    "embedded_tokens",
    "is_picture",
    "most_tokens",
    "noise",
    "one_hot",
    "one_hot_tokens",
    "read_edits",
    "read_layers",
    "read_lengths",
    "read_numbers",
    "read_series",
    "read_text",
    "rotated",
    "scaled",
    "sines",
    "tokens_of",
    "vocabulary_of",
    "vocabulary_of_unit",
    "widen",
    "widened",
    "window",
    "write_edits",
]

_OF_TEXT = {"UNKNOWN", "characters", "rotated", "vocabulary_of", "widen"}


def __getattr__(name: str) -> object:
    # Loaded when asked for: text needs regex, which files of numbers do not.
    if name in __all__:
        module = "text" if name in _OF_TEXT else "tokens"
        return getattr(import_module(f"rnnviz.inputs.{module}"), name)
    raise AttributeError(f"module 'rnnviz.inputs' has no attribute {name!r}")
