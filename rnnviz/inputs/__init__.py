"""What goes into a net: typed text, made signals and the numbers of a file, each as a `Series`."""

from rnnviz.inputs.edits import Edit, read_edits, write_edits
from rnnviz.inputs.files import EXTENSIONS, PICTURES, is_picture, read_series
from rnnviz.inputs.layers import read_layers
from rnnviz.inputs.lengths import read_lengths
from rnnviz.inputs.pasted import Pasted, place, read_numbers
from rnnviz.inputs.series import Series, window
from rnnviz.inputs.signals import noise, sines
from rnnviz.inputs.text import UNKNOWN, characters, one_hot, rotated, vocabulary_of, widen

__all__ = [
    "EXTENSIONS",
    "PICTURES",
    "UNKNOWN",
    "Edit",
    "Pasted",
    "Series",
    "characters",
    "is_picture",
    "noise",
    "one_hot",
    "place",
    "read_edits",
    "read_layers",
    "read_lengths",
    "read_numbers",
    "read_series",
    "rotated",
    "sines",
    "vocabulary_of",
    "widen",
    "window",
    "write_edits",
]
