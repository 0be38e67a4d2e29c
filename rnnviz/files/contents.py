"""What a reader of a file gives: tensors by name, and what their modules say of themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal, get_args

from torch import Tensor

from rnnviz.config import Nonlinearity

Format = Literal["torch", "safetensors", "npz", "trace"]

# How reading a file ended.
Outcome = Literal["read", "refused", "broken", "too long"]


@dataclass(frozen=True, kw_only=True)
class Hints:
    """Options that weights do not show; None where the file does not say."""

    nonlinearity: Nonlinearity | None = None
    batch_first: bool | None = None
    dropout: float | None = None

    @staticmethod
    def of(fields: Mapping[str, object]) -> Hints:
        """Those among a module's attributes that are of the right type."""
        named = fields.get("nonlinearity")
        modes = {"RNN_TANH": "tanh", "RNN_RELU": "relu"}
        mode = fields.get("mode")
        nonlinearity = modes.get(mode) if isinstance(mode, str) else named
        batch_first, dropout = fields.get("batch_first"), fields.get("dropout")
        return Hints(
            nonlinearity=nonlinearity if nonlinearity in get_args(Nonlinearity) else None,
            batch_first=batch_first if isinstance(batch_first, bool) else None,
            dropout=dropout if isinstance(dropout, float) and 0 <= dropout <= 1 else None,
        )


@dataclass(frozen=True)
class Contents:
    """The tensors of a file.

    Attributes:
        format: what the file is.
        tensors: vectors and matrices by their dotted names, in the file's order.
        hints: by the dotted name of a module, where the file holds whole modules.
        vocabularies: tokens in the order of their rows, by the dotted name of what holds them.
    """

    format: Format
    tensors: dict[str, Tensor]
    hints: dict[str, Hints] = field(default_factory=dict)
    vocabularies: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def header(self) -> str:
        """All but the numbers, as JSON."""
        hints = {name: asdict(hint) for name, hint in self.hints.items()}
        names = list(self.tensors)
        header = {"format": self.format, "names": names, "hints": hints}
        return json.dumps(header | {"vocabularies": self.vocabularies})
