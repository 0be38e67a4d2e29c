"""What a visitor can set: names, options and defaults, which are also the parameters of a link."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from rnnviz.inputs.scale import AS_THEY_ARE

# The weights of a net out of a file, opened on its page.
FROM_FILE = "from a file"

# The input and the initial states of a run out of a file.
OF_OPENED_RUN = "the opened run's"

# A link holds an option as it is shown, so these words are at once labels and addresses.
INPUTS = ("text", "sine waves", "random numbers", "a drawn 7", "file", OF_OPENED_RUN)

DRAWN_WEIGHTS = (
    "default",
    "zeros",
    "identity",
    "orthogonal",
    "blackboard",
    "xavier",
    "he",
    "constant",
)

# Of these, the ones that are the same for every seed.
SEEDLESS_WEIGHTS = ("zeros", "identity", "constant")

# Nets built by formula, under the names of their functions in `rnnviz.examples`.
EXAMPLE_WEIGHTS: dict[str, str] = {
    "remembers the first token": "remember_first",
    "delays by 3 steps": "delay",
    "counts brackets": "count_brackets",
    "toggles": "toggle",
    "oscillates": "oscillator",
    "LSTM counts brackets": "lstm_count_brackets",
    "LSTM remembers a flag": "lstm_remember_flag",
}

CELLS = ("RNN", "LSTM", "GRU", "stack")

DIRECTIONS = ("forward only", "bidirectional")

# Whence the vocabulary comes.
TYPED, SORTED_TEXT, OF_NET_FILE = "typed", "the text's own, sorted", "the net's file"
VOCABULARIES = (TYPED, SORTED_TEXT, OF_NET_FILE)

# What is shown of a head's output.
HEAD_VIEWS = ("probabilities", "logits")

# A link leaves out what is at its default: once published, a default is frozen.
DEFAULTS: dict[str, object] = {
    "input": "text",
    "text": "hello",
    "vocab": "helo",
    "unit": "characters",
    "vocab_is": TYPED,
    # What becomes of a file's numbers.
    "scale": AS_THEY_ARE,
    # What a .txt holds.
    "read_as": "text",
    "layers": 2,
    "direction": "bidirectional",
    "hidden": 4,
    "inputs": 3,
    "steps": 6,
    "batch": 1,
    "sample": 0,
    "start": 0,
    # Whether a window starts from the states that the timesteps before it lead to.
    "carry": True,
    # What an uploaded picture is resized to.
    "rows": 28,
    "columns": 28,
    "activation": "tanh",
    "bias": True,
    "batch_first": False,
    "h0": "random",
    "weights": "default",
    "radius": 1.0,
    "constant": 0.5,
    "seed": 0,
    "dtype": "float32",
    "device": "cpu",
    "file": "",
    # Not "cell", under which links hold the cell that is shown in detail.
    "kind": "RNN",
    "proj": 0,
    "dropout": 0.0,
    "training": False,
    "lengths": "",
    "stack": "LSTM 4, GRU 3",
    # What a stack has where torch's cells have these.
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    # The fingerprint of the file of a net, and the net's name in it.
    "net": "",
    "net_name": "",
    # In that file: what a text goes in through, and what reads the output.
    "embedding": "",
    "head": "",
    # Numbers changed by hand.
    "edits": "",
}

# Where the session holds the sample that the page before has shown.
SAMPLE_KEPT = "_sample_kept"

# Where it holds which page was run last.
_PAGE_KEPT = "_page_kept"

# What is shown of a run, not what is run: presets leave it alone.
VIEW_DEFAULTS: dict[str, object] = {
    "cell": "layer 0, forward",
    "range": "full",
    "picture": "SVG",
    "width": "as on screen",
    "edit_view": "after",
    "head_view": "probabilities",
    "mistake": "D13-time-first-loop",
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that decides the numbers of a run; equal settings give equal numbers."""

    input: str
    text: str
    vocab: str
    unit: str
    vocab_is: str
    scale: str
    read_as: str
    layers: int
    direction: str
    hidden: int
    inputs: int
    steps: int
    batch: int
    start: int
    carry: bool
    rows: int
    columns: int
    activation: str
    bias: bool
    batch_first: bool
    h0: str
    weights: str
    radius: float
    constant: float
    seed: int
    dtype: str
    device: str
    file: str
    kind: str
    proj: int
    dropout: float
    training: bool
    lengths: str
    stack: str
    sigmoid: str
    tanh: str
    net: str
    net_name: str
    embedding: str
    head: str
    edits: str

    @property
    def is_opened(self) -> bool:
        """Whether the net comes out of a file, which decides its kind and sizes."""
        return self.weights == FROM_FILE

    @property
    def is_example(self) -> bool:
        """Whether the net is one built by formula, which decides its own sizes."""
        return self.weights in EXAMPLE_WEIGHTS

    @property
    def is_stack(self) -> bool:
        """Whether the net is a stack of cells that may differ, which torch has not."""
        return self.kind == "stack" and not self.is_example and not self.is_opened

    @property
    def default_seed(self) -> int | None:
        """The seed whose default initialisation gives the weights; None where it alone does not."""
        return self.seed if self.weights == "default" and not self.edits else None

    @property
    def drops(self) -> bool:
        """Whether numbers are dropped between layers, of which there must be two."""
        able = self.layers > 1 and not (self.is_example or self.is_stack or self.is_opened)
        return self.training and self.dropout > 0 and able


def current_settings() -> Settings:
    """The settings as the sidebar has them now."""
    return Settings(**{name: st.session_state[name] for name in Settings.__dataclass_fields__})


def start_settings() -> None:
    """Give every setting a value before any control is drawn.

    A control that is not on the page yet, such as the sequence length while a text decides it,
    then has a value that a preset can set and a link will hold.
    """
    kept = {"sample": st.session_state.get(SAMPLE_KEPT, DEFAULTS["sample"])}
    for name, value in (DEFAULTS | kept | VIEW_DEFAULTS).items():
        st.session_state.setdefault(name, value)


def keep_address(page: str) -> None:
    """Where the page is not the one that was run last, let the address have every setting.

    Whoever turns the page before it has drawn its controls leaves the settings out of the address.
    Streamlit writes one there when the script sets it, to the very value that it has.
    """
    if st.session_state.get(_PAGE_KEPT) == page:
        return
    st.session_state[_PAGE_KEPT] = page
    for name, value in DEFAULTS.items():
        if st.session_state[name] != value:
            st.session_state[name] = st.session_state[name]
