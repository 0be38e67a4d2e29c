"""The layers of a stack as one line of text: `LSTM 30 g=hardtanh c=hardtanh, GRU 10`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from rnnviz.config import PLACES, Activation, Kind, RNNConfig, StackConfig
from rnnviz.inputs.checks import excerpt
from rnnviz.limits import MAX_HIDDEN_SIZE, MAX_LAYERS

_FORM = "a kind and a hidden size, such as LSTM 4 or GRU 3 z=hardsigmoid"


def read_layers(
    text: str, input_size: int, instead: Mapping[str, str], **options: object
) -> StackConfig:
    """The stack that a text describes, from the bottom up.

    Args:
        text: layers with commas between; each a kind, a hidden size, and where it differs, the
            activation at a place: "h" of an RNN, "i f g o c" of an LSTM, "r z n" of a GRU.
        input_size: how many numbers the first layer reads.
        instead: what stands at places that the text leaves alone, by torch's activation there.
        options: dtype, bias, batch_first and bidirectional of every layer.

    Raises:
        ValueError: the text is no such line, or asks for too much.
    """
    parts = [part.split() for part in text.split(",")]
    if parts == [[]]:
        raise ValueError(f"the stack must have at least one layer: {_FORM}; got nothing.")
    if len(parts) > MAX_LAYERS:
        raise ValueError(f"the stack must have at most {MAX_LAYERS} layers, got {len(parts)}.")
    directions = 2 if options.get("bidirectional") else 1
    layers, width = [], input_size
    for index, words in enumerate(parts):
        kind, hidden_size, given = _layer(f"layer {index} of the stack", words)
        sizes = {"input_size": width, "hidden_size": hidden_size}
        usual = RNNConfig(kind=kind, **sizes).activation_names
        activations = tuple(
            given.get(place, instead.get(name, name))
            for place, name in zip(PLACES[kind], usual, strict=True)
        )
        own = {} if activations == usual else {"activations": activations}
        layers.append(RNNConfig(kind=kind, **sizes, **own, **options))
        width = directions * hidden_size
    return StackConfig(layers=tuple(layers))


def _layer(which: str, words: list[str]) -> tuple[Kind, int, dict[str, str]]:
    """Kind, hidden size, and the activations that are named."""
    got = excerpt(" ".join(words))
    kinds = {kind.upper(): kind for kind in get_args(Kind)}
    if len(words) < 2 or words[0].upper() not in kinds:
        raise ValueError(f"{which} must be {_FORM}; got {got}.")
    kind, size = kinds[words[0].upper()], words[1]
    if not (size.isascii() and size.isdigit() and 1 <= int(size[:9]) <= MAX_HIDDEN_SIZE):
        raise ValueError(
            f"the hidden size of {which} must be a whole number from 1 to {MAX_HIDDEN_SIZE}; "
            f"got {excerpt(size)}."
        )
    given = {}
    for word in words[2:]:
        place, equals, name = word.partition("=")
        if not equals or place not in PLACES[kind] or place in given:
            places = ", ".join(f"{place}=" for place in PLACES[kind])
            raise ValueError(
                f"what follows the hidden size of {which} must be an activation at each of "
                f"{places} of {kind}, at most once; got {excerpt(word)}."
            )
        if name not in get_args(Activation):
            known = ", ".join(get_args(Activation))
            raise ValueError(
                f"the activation {place} of {which} must be one of {known}; got {excerpt(name)}."
            )
        given[place] = name
    return kind, int(size), given
