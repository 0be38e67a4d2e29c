"""Sizes and options of nets and stacks, in torch's own words."""

from rnnviz.config.clamp import CLAMPABLE, HOLD, Clamp
from rnnviz.config.names import (
    GATE_NAMES,
    GATE_WORDS,
    ITEM_BYTES,
    PARAMETERS,
    PLACES,
    TOLERANCE,
    Activation,
    Direction,
    Dtype,
    Kind,
    Nonlinearity,
    parameter_suffix,
)
from rnnviz.config.net import RNNConfig
from rnnviz.config.stack import NetConfig, StackConfig, config_from_json

__all__ = [
    "CLAMPABLE",
    "GATE_NAMES",
    "GATE_WORDS",
    "HOLD",
    "ITEM_BYTES",
    "PARAMETERS",
    "PLACES",
    "TOLERANCE",
    "Activation",
    "Clamp",
    "Direction",
    "Dtype",
    "Kind",
    "NetConfig",
    "Nonlinearity",
    "RNNConfig",
    "StackConfig",
    "config_from_json",
    "parameter_suffix",
]
