"""What each setting may be, for settings that come out of a file and not from a control."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from rnnviz.config import Activation, Dtype, Nonlinearity
from rnnviz.diagnosis.catalogue import CATALOGUE
from rnnviz.inputs import SCALES, UNITS
from rnnviz.inputs.checks import excerpt
from rnnviz.limits import (
    MAX_BATCH,
    MAX_EDITS_CHARS,
    MAX_HIDDEN_SIZE,
    MAX_INPUT_SIZE,
    MAX_LAYERS,
    MAX_LENGTHS_CHARS,
    MAX_SEED,
    MAX_SEQ_LEN,
    MAX_STACK_CHARS,
    MAX_TEXT_CHARS,
    MAX_VOCABULARY_TEXT,
)
from rnnviz.ui.nets import devices
from rnnviz.ui.presets import PRESETS
from rnnviz.ui.settings import (
    CELLS,
    DEFAULTS,
    DIRECTIONS,
    DRAWN_WEIGHTS,
    EXAMPLE_WEIGHTS,
    FROM_FILE,
    HEAD_VIEWS,
    INPUTS,
    OF_OPENED_RUN,
    VIEW_DEFAULTS,
    VOCABULARIES,
)


@dataclass(frozen=True)
class OneOf:
    """One of these words."""

    options: tuple[str, ...]

    def takes(self, value: object) -> bool:
        """Whether the setting may be this."""
        return isinstance(value, str) and value in self.options

    def __str__(self) -> str:
        return "one of " + ", ".join(self.options)


@dataclass(frozen=True)
class Number:
    """A number within bounds, whole where these are."""

    least: float
    most: float

    def takes(self, value: object) -> bool:
        """Whether the setting may be this."""
        kinds = int if isinstance(self.least, int) else int | float
        number = isinstance(value, kinds) and not isinstance(value, bool)
        return number and self.least <= value <= self.most

    def __str__(self) -> str:
        whole = "whole " if isinstance(self.least, int) else ""
        return f"a {whole}number from {self.least} to {self.most}"


@dataclass(frozen=True)
class Line:
    """A text of at most so many characters."""

    most: int

    def takes(self, value: object) -> bool:
        """Whether the setting may be this."""
        return isinstance(value, str) and len(value) <= self.most

    def __str__(self) -> str:
        return f"a text of at most {self.most:,} characters"


@dataclass(frozen=True)
class Switch:
    """On or off."""

    def takes(self, value: object) -> bool:
        """Whether the setting may be this."""
        return isinstance(value, bool)

    def __str__(self) -> str:
        return "true or false"


ALLOWED: dict[str, OneOf | Number | Line | Switch] = {
    "preset": OneOf(tuple(PRESETS)),
    "input": OneOf(INPUTS),
    "text": Line(MAX_TEXT_CHARS),
    "vocab": Line(MAX_VOCABULARY_TEXT),
    "unit": OneOf(UNITS),
    "vocab_is": OneOf(VOCABULARIES),
    "scale": OneOf(SCALES),
    "read_as": OneOf(("text", "numbers")),
    "layers": Number(1, MAX_LAYERS),
    "direction": OneOf(DIRECTIONS),
    "hidden": Number(1, MAX_HIDDEN_SIZE),
    "inputs": Number(1, MAX_INPUT_SIZE),
    "steps": Number(1, MAX_SEQ_LEN),
    "batch": Number(1, MAX_BATCH),
    # The page brings it down to the batch.
    "sample": Number(0, MAX_BATCH - 1),
    "start": Number(0, 10**6),
    "carry": Switch(),
    "rows": Number(1, MAX_SEQ_LEN),
    "columns": Number(1, MAX_INPUT_SIZE),
    "activation": OneOf(get_args(Nonlinearity)),
    "bias": Switch(),
    "batch_first": Switch(),
    "h0": OneOf(("random", "zeros", OF_OPENED_RUN)),
    "weights": OneOf((*DRAWN_WEIGHTS, FROM_FILE, *EXAMPLE_WEIGHTS)),
    "radius": Number(0.0, 2.0),
    "constant": Number(-2.0, 2.0),
    "seed": Number(0, MAX_SEED),
    "dtype": OneOf(get_args(Dtype)),
    "device": OneOf(devices()),
    "file": Line(16),
    "kind": OneOf(CELLS),
    # The sidebar brings it down to the hidden size.
    "proj": Number(0, MAX_HIDDEN_SIZE - 1),
    "dropout": Number(0.0, 1.0),
    "training": Switch(),
    "lengths": Line(MAX_LENGTHS_CHARS),
    "stack": Line(MAX_STACK_CHARS),
    "sigmoid": OneOf(get_args(Activation)),
    "tanh": OneOf(get_args(Activation)),
    "net": Line(200),
    "net_name": Line(200),
    "embedding": Line(200),
    "head": Line(200),
    "edits": Line(MAX_EDITS_CHARS),
    # Which cells there are depends on the run; the page takes the first in place of others.
    "cell": Line(40),
    "range": OneOf(("full", "this run")),
    "picture": OneOf(("SVG", "PNG")),
    "width": OneOf(("as on screen", "89 mm", "183 mm", "slide", "poster", "web")),
    "edit_view": OneOf(("after", "before", "difference")),
    "head_view": OneOf(HEAD_VIEWS),
    "mistake": OneOf(tuple(dict.fromkeys(one.id for one in CATALOGUE))),
}

_DEFAULTS = DEFAULTS | VIEW_DEFAULTS | {"preset": next(iter(PRESETS))}


def checked(settings: Mapping[str, object]) -> tuple[dict[str, object], list[str]]:
    """Every setting there is, and a line for each that was not taken as it came.

    What may not be is at its default, as is what is missing; what is no setting is left out.
    """
    values, notes = dict(_DEFAULTS), []
    for name, value in settings.items():
        allowed = ALLOWED.get(name)
        if allowed is None:
            notes.append(f"{excerpt(name)} is no setting here and was left out.")
        elif not allowed.takes(value):
            came, used = excerpt(value), excerpt(_DEFAULTS[name])
            notes.append(f"{name} must be {allowed}; got {came}, so it is {used}.")
        else:
            # JSON may write a whole number where any is meant.
            values[name] = type(_DEFAULTS[name])(value)
    return values, notes
