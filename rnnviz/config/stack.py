"""Sizes and options of a stack of cells, and what it shares with those of a net."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TypeAlias

from rnnviz.config.names import Direction, Dtype
from rnnviz.config.net import RNNConfig


@dataclass(frozen=True, kw_only=True)
class StackConfig:
    """Sizes and options of a `CellStack`: a config for each layer, whose cells may differ.

    What it shares with `RNNConfig` has the same names.

    Raises:
        ValueError: there is no layer, one has layers or dropout of its own, does not read what the
            layer below hands on, or differs in dtype, bias, batch_first or directions.
    """

    layers: tuple[RNNConfig, ...]

    def __post_init__(self) -> None:
        if not self.layers:
            raise ValueError("a stack must have at least one layer, got none.")
        first = self.layers[0]
        for index, layer in enumerate(self.layers):
            if layer.num_layers != 1 or layer.dropout or layer.proj_size:
                raise ValueError(
                    f"layer {index} of a stack must be a plain cell, without layers, dropout or "
                    f"proj_size of its own; got {layer}."
                )
            for name in ("dtype", "bias", "batch_first", "bidirectional"):
                wanted, got = getattr(first, name), getattr(layer, name)
                if got != wanted:
                    raise ValueError(
                        f"{name} must be {wanted!r} in every layer, as in layer 0; got {got!r} in "
                        f"layer {index}."
                    )
            if layer.input_size != self.layer_input_size(index):
                below = "the input" if index == 0 else f"what layer {index - 1} hands on"
                raise ValueError(
                    f"layer {index} must read {below}, {self.layer_input_size(index)} numbers; "
                    f"got input_size={layer.input_size}."
                )

    @property
    def input_size(self) -> int:
        """How many numbers the stack reads at a timestep."""
        return self.layers[0].input_size

    @property
    def hidden_size(self) -> int:
        """The largest of the layers' hidden sizes."""
        return max(layer.hidden_size for layer in self.layers)

    @property
    def num_layers(self) -> int:
        """How many layers there are."""
        return len(self.layers)

    @property
    def dtype(self) -> Dtype:
        """The dtype of every layer."""
        return self.layers[0].dtype

    @property
    def bias(self) -> bool:
        """Whether the cells have biases: all, or none."""
        return self.layers[0].bias

    @property
    def batch_first(self) -> bool:
        """Whether the batch axis comes first in input and output."""
        return self.layers[0].batch_first

    @property
    def bidirectional(self) -> bool:
        """Whether every layer has a cell in each direction."""
        return self.layers[0].bidirectional

    @property
    def dropout(self) -> float:
        """A stack drops nothing."""
        return 0.0

    @property
    def num_directions(self) -> int:
        """2 when bidirectional, else 1."""
        return self.layers[0].num_directions

    @property
    def directions(self) -> tuple[Direction, ...]:
        """The directions in torch's order."""
        return self.layers[0].directions

    @property
    def lanes(self) -> tuple[tuple[int, Direction], ...]:
        """Every (layer, direction) in the order of computing; also that of h_n's entries."""
        return tuple((layer, way) for layer in range(self.num_layers) for way in self.directions)

    @property
    def has_c(self) -> bool:
        """Whether any cell has a cell state c beside h."""
        return any(layer.has_c for layer in self.layers)

    def layer_input_size(self, layer: int) -> int:
        """How many numbers a cell of this layer reads: input_size, or the joined states below."""
        if layer == 0:
            return self.input_size
        return self.num_directions * self.layers[layer - 1].hidden_size

    def cells_of(self, layer: int) -> RNNConfig:
        """What decides the cells of a layer."""
        return self.layers[layer]

    def to_json(self) -> str:
        """The config as one line of JSON, read back by `config_from_json`."""
        return json.dumps(asdict(self))


NetConfig: TypeAlias = RNNConfig | StackConfig


def config_from_json(text: str) -> NetConfig:
    """The config that `to_json` wrote, of a net or of a stack.

    Raises:
        ValueError: the text is not such a config.
    """
    try:
        fields = json.loads(text)
        if isinstance(fields, dict) and "layers" in fields:
            return StackConfig(layers=tuple(_net_config(layer) for layer in fields["layers"]))
        return _net_config(fields)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"the config must be a JSON object of RNNConfig: {error}") from error


def _net_config(fields: dict) -> RNNConfig:
    if not isinstance(fields, dict):
        raise TypeError(f"got {fields!r}")
    activations = fields.get("activations", ())
    if not all(isinstance(name, str) for name in activations):
        raise TypeError(f"activations must be names, got {activations!r}.")
    # JSON knows no tuples.
    return RNNConfig(**fields | {"activations": tuple(activations)})
