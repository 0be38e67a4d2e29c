"""Sizes and options of a recurrent net, in torch's own words."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import get_args

from rnnviz.config.names import GATE_NAMES, PLACES, Direction, Dtype, Kind, Nonlinearity


@dataclass(frozen=True, kw_only=True)
class RNNConfig:
    """Sizes and options of a recurrent net, spelled as in `torch.nn.RNN`, `LSTM` and `GRU`.

    `nonlinearity` matters only to an RNN, `proj_size` only to an LSTM; `dropout` is the share of
    numbers that training drops on the way from one layer to the next. `activations` are those of a
    layer of a `CellStack`, one name for each of its `PLACES`; empty where they are torch's own.

    Raises:
        TypeError: a size is no int, an option no bool, or dropout no number.
        ValueError: a size is below 1, or an option is none of torch's.
    """

    input_size: int
    hidden_size: int
    num_layers: int = 1
    nonlinearity: Nonlinearity = "tanh"
    bias: bool = True
    batch_first: bool = False
    bidirectional: bool = False
    dtype: Dtype = "float32"
    kind: Kind = "RNN"
    proj_size: int = 0
    dropout: float = 0.0
    activations: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("input_size", "hidden_size", "num_layers", "proj_size"):
            value, least = getattr(self, name), 0 if name == "proj_size" else 1
            if isinstance(value, bool) or not isinstance(value, int):
                raise TypeError(f"{name} must be an int, got {value!r}.")
            if value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}.")
        for name in ("bias", "batch_first", "bidirectional"):
            if not isinstance(getattr(self, name), bool):
                raise TypeError(f"{name} must be True or False, got {getattr(self, name)!r}.")
        allowed = {"nonlinearity": Nonlinearity, "dtype": Dtype, "kind": Kind}
        for name, values in allowed.items():
            if getattr(self, name) not in get_args(values):
                options = ", ".join(get_args(values))
                raise ValueError(f"{name} must be one of {options}; got {getattr(self, name)!r}.")
        self._check_projection()
        self._check_dropout()
        if self.activations and len(self.activations) != len(PLACES[self.kind]):
            places = ", ".join(PLACES[self.kind])
            raise ValueError(
                f"activations must be one for each of {places}; got {self.activations!r}."
            )

    def _check_projection(self) -> None:
        if self.proj_size and self.kind != "LSTM":
            raise ValueError(f"proj_size must be 0 but for an LSTM, got {self.proj_size}.")
        if self.proj_size >= self.hidden_size:
            raise ValueError(
                f"proj_size must be smaller than hidden_size={self.hidden_size}, "
                f"got {self.proj_size}."
            )

    def _check_dropout(self) -> None:
        if isinstance(self.dropout, bool) or not isinstance(self.dropout, int | float):
            raise TypeError(f"dropout must be a number, got {self.dropout!r}.")
        if not (math.isfinite(self.dropout) and 0 <= self.dropout <= 1):
            raise ValueError(f"dropout must be between 0 and 1, got {self.dropout}.")

    @property
    def num_gates(self) -> int:
        """How many blocks of hidden_size rows W_ih has: 4 in an LSTM, 3 in a GRU, else 1."""
        return len(self.gate_names) or 1

    @property
    def gate_names(self) -> tuple[str, ...]:
        """The gates in torch's order of stacking; an RNN has none."""
        return GATE_NAMES[self.kind]

    @property
    def activation_names(self) -> tuple[str, ...]:
        """The activation at each of the kind's `PLACES`."""
        if self.activations:
            return self.activations
        if self.kind == "RNN":
            return (self.nonlinearity,)
        return tuple("tanh" if place in "gnc" else "sigmoid" for place in PLACES[self.kind])

    @property
    def has_c(self) -> bool:
        """Whether there is a cell state c beside h."""
        return self.kind == "LSTM"

    @property
    def state_size(self) -> int:
        """How many numbers h has: hidden_size, or proj_size where an LSTM projects it."""
        return self.proj_size or self.hidden_size

    @property
    def num_directions(self) -> int:
        """2 when bidirectional, else 1."""
        return 2 if self.bidirectional else 1

    @property
    def directions(self) -> tuple[Direction, ...]:
        """The directions in torch's order."""
        return ("forward", "reverse") if self.bidirectional else ("forward",)

    @property
    def lanes(self) -> tuple[tuple[int, Direction], ...]:
        """Every (layer, direction) in the order of computing; also the order of the rows of h_n."""
        return tuple((layer, way) for layer in range(self.num_layers) for way in self.directions)

    def layer_input_size(self, layer: int) -> int:
        """How many numbers a cell of this layer reads: input_size, or the joined states below."""
        return self.input_size if layer == 0 else self.num_directions * self.state_size

    def cells_of(self, layer: int) -> RNNConfig:  # noqa: ARG002
        """What decides the cells of a layer, all but what they read: in a net, the net itself."""
        return self

    def to_json(self) -> str:
        """The config as one line of JSON, read back by `config_from_json`."""
        return json.dumps(asdict(self))
