"""What a visitor can set: names, options and defaults, which are also the parameters of a link."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

# A link holds an option as it is shown, so these words are at once labels and addresses.
INPUTS = ("text", "sine waves", "random numbers", "a drawn 7", "file")

DRAWN_WEIGHTS = ("default", "zeros", "identity", "orthogonal", "blackboard")

# Nets built by formula, under the names of their functions in `rnnviz.examples`.
EXAMPLE_WEIGHTS: dict[str, str] = {
    "remembers the first token": "remember_first",
    "delays by 3 steps": "delay",
    "counts brackets": "count_brackets",
    "toggles": "toggle",
    "oscillates": "oscillator",
}

DIRECTIONS = ("forward only", "bidirectional")

# A link leaves out what is at its default: once published, a default is frozen.
DEFAULTS: dict[str, object] = {
    "input": "text",
    "text": "hello",
    "vocab": "helo",
    "layers": 2,
    "direction": "bidirectional",
    "hidden": 4,
    "inputs": 3,
    "steps": 6,
    "batch": 1,
    "sample": 0,
    "start": 0,
    "activation": "tanh",
    "bias": True,
    "batch_first": False,
    "h0": "random",
    "weights": "default",
    "radius": 1.0,
    "seed": 0,
    "dtype": "float32",
    "device": "cpu",
    "file": "",
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that decides the numbers of a run; equal settings give equal numbers."""

    input: str
    text: str
    vocab: str
    layers: int
    direction: str
    hidden: int
    inputs: int
    steps: int
    batch: int
    start: int
    activation: str
    bias: bool
    batch_first: bool
    h0: str
    weights: str
    radius: float
    seed: int
    dtype: str
    device: str
    file: str

    @property
    def is_example(self) -> bool:
        """Whether the net is one built by formula, which decides its own sizes."""
        return self.weights in EXAMPLE_WEIGHTS


def current_settings() -> Settings:
    """The settings as the sidebar has them now."""
    names = Settings.__dataclass_fields__
    return Settings(**{name: st.session_state.get(name, DEFAULTS[name]) for name in names})
