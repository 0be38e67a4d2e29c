"""The sidebar: what to run. Every control is bound to the link under its key."""

from __future__ import annotations

from typing import get_args

import streamlit as st
import torch

from rnnviz.config import Activation
from rnnviz.inputs import one_hot, widen
from rnnviz.inputs.picture import SIDE
from rnnviz.limits import (
    MAX_BATCH,
    MAX_HIDDEN_SIZE,
    MAX_INPUT_SIZE,
    MAX_LAYERS,
    MAX_LENGTHS_CHARS,
    MAX_SEED,
    MAX_SEQ_LEN,
    MAX_STACK_CHARS,
    MAX_TEXT_CHARS,
    MAX_VOCABULARY_CHARS,
)
from rnnviz.ui.cache import example_net
from rnnviz.ui.presets import PRESETS
from rnnviz.ui.settings import (
    CELLS,
    DEFAULTS,
    DIRECTIONS,
    DRAWN_WEIGHTS,
    EXAMPLE_WEIGHTS,
    INPUTS,
    Settings,
    current_settings,
)
from rnnviz.ui.uploads import uploader
from rnnviz.ui.widgets import choice, decided, menu, number, slider, text, toggle

# The settings from before a preset, and the preset that the menu showed in the last run.
_BEFORE = "_before_preset"
_APPLIED = "_applied_preset"

_WEIGHTS_HELP = (
    "default: as torch draws them for the seed. identity: ones on the diagonal. orthogonal: W_hh "
    "keeps lengths, times its spectral radius. blackboard: one decimal, to compute along by hand. "
    "The rest are nets built by formula that do what their name says."
)


_CELL_HELP = "stack: layers of different cells and sizes, and other activations than torch's."

_STACK_HELP = (
    "A kind and a hidden size for each layer, commas between: RNN 30, RNN 10. After them other "
    "activations: “LSTM 4 f=hardsigmoid c=identity”, at i, f, g, o, c of an LSTM, r, z, n of a "
    "GRU, h of an RNN. Known are " + ", ".join(get_args(Activation)) + "."
)


def sidebar() -> None:
    """Draw the controls of the run.

    A link's settings are known once their controls are drawn, so what depends on a setting is
    drawn after its control, in a place kept for it.
    """
    with st.sidebar:
        _preset_menu()
        story = st.container()
        menu("Input", "input", INPUTS)
        with st.container():
            _input()
        net = st.container()
        with st.expander("More", icon=":material/tune:"):
            _weights()
            more = st.container()
        with net:
            _net(current_settings())
        with more:
            _more()
        with story:
            _preset_story()


def _preset_menu() -> None:
    st.selectbox(
        "Preset",
        list(PRESETS),
        key="preset",
        bind="query-params",
        on_change=_apply_preset,
        help="Sets every control at once.",
    )


def _preset_story() -> None:
    preset = PRESETS[st.session_state["preset"]]
    wanted = DEFAULTS | preset.settings
    changed = any(st.session_state[name] != value for name, value in wanted.items())
    st.caption(preset.story)
    left, right = st.columns(2)
    left.button(
        "Reset",
        on_click=_apply_preset,
        disabled=not changed,
        help="Back to the preset's settings.",
        width="stretch",
    )
    right.button(
        "Undo",
        on_click=_undo_preset,
        disabled=_BEFORE not in st.session_state,
        help="Back to the settings from before the preset or the reset.",
        width="stretch",
    )
    st.session_state[_APPLIED] = st.session_state["preset"]


def _apply_preset() -> None:
    state = st.session_state
    state[_BEFORE] = {name: state[name] for name in DEFAULTS} | {"preset": state[_APPLIED]}
    state.update(DEFAULTS | PRESETS[state["preset"]].settings)


def _undo_preset() -> None:
    st.session_state.update(st.session_state.pop(_BEFORE))


def _input() -> None:
    match current_settings().input:
        case "text":
            _text()
        case "sine waves" | "random numbers":
            slider("Sequence length", "steps", 1, MAX_SEQ_LEN)
            slider("Input size", "inputs", 1, MAX_INPUT_SIZE)
        case "file":
            uploader()
            number("First row", "start", 0, 10**6, "Which timestep of the file comes first.")


def _text() -> None:
    text("Text", "text", MAX_TEXT_CHARS, "Any script. One timestep per character.")
    text(
        "Vocabulary",
        "vocab",
        MAX_VOCABULARY_CHARS,
        "One input column per letter, and a last one for every letter that is not listed. The text "
        "never changes the weights; the vocabulary does, as it decides the input size.",
    )
    settings = current_settings()
    try:
        series = one_hot(settings.text, settings.vocab)
    except ValueError:
        return  # The page says what is wrong.
    unknown = dict.fromkeys(series.labels[t] for t in series.unknown)
    if unknown:
        shown = " ".join(list(unknown)[:12]) + (" …" if len(unknown) > 12 else "")
        st.text(f"Unknown, in one shared column: {shown}")
        st.button(
            "Widen the vocabulary",
            on_click=_widen,
            help="Adds these letters as columns of their own. The weights are drawn anew.",
            width="stretch",
        )


def _widen() -> None:
    st.session_state["vocab"] = widen(st.session_state["vocab"], st.session_state["text"])


def _net(settings: Settings) -> None:
    if settings.is_example:
        why = f"“{settings.weights}” is built by formula and decides its sizes."
        decided("Layers", example_net(settings.weights).num_layers, why)
        columns = _input_columns(settings)
        if columns is not None:
            net = example_net(settings.weights, input_size=max(2, columns))
            decided("Hidden size", net.hidden_size, why)
        return
    menu("Cell", "kind", CELLS, _CELL_HELP)
    if current_settings().is_stack:
        text("Layers, from below", "stack", MAX_STACK_CHARS, _STACK_HELP)
        choice("Direction", "direction", DIRECTIONS)
        return
    slider("Layers", "layers", 1, MAX_LAYERS)
    choice("Direction", "direction", DIRECTIONS)
    slider("Hidden size", "hidden", 1, MAX_HIDDEN_SIZE)


def _input_columns(settings: Settings) -> int | None:
    """The input size, as far as the settings alone tell it."""
    match settings.input:
        case "text":
            try:
                return one_hot(settings.text, settings.vocab).input_size
            except ValueError:
                return None  # The page says what is wrong.
        case "sine waves" | "random numbers":
            return settings.inputs
        case "a drawn 7":
            return SIDE
    return None


def _weights() -> None:
    menu("Weights", "weights", (*DRAWN_WEIGHTS, *EXAMPLE_WEIGHTS), _WEIGHTS_HELP)
    if current_settings().weights == "orthogonal":
        slider("Spectral radius", "radius", 0.0, 2.0)
    number("Seed", "seed", 0, MAX_SEED, "Of weights, of random states and input, of dropout.")


def _more() -> None:
    settings = current_settings()
    with_c = settings.kind == "LSTM" or (settings.is_stack and "LSTM" in settings.stack.upper())
    state = "Initial states h_0, c_0" if with_c else "Initial state h_0"
    menu(state, "h0", ("random", "zeros"))
    if not settings.is_example:
        _options(settings)
    menu("Number type", "dtype", ["float32", "float64", "bfloat16", "float16"])
    menu("Device", "device", _devices())
    match settings.input:
        case "file":
            st.caption("The file decides the batch, the sequence length and the input size.")
        case "text":
            slider("Batch", "batch", 1, MAX_BATCH)
            _decided_by_text(settings)
        case "a drawn 7":
            slider("Batch", "batch", 1, MAX_BATCH)
            decided("Sequence length", SIDE, "The picture decides: a timestep per row.")
            decided("Input size", SIDE, "The picture decides: an input per column.")
        case _:
            slider("Batch", "batch", 1, MAX_BATCH)
    _lengths()


def _options(settings: Settings) -> None:
    """The options of torch's constructor, as far as the kind of cell has them."""
    if settings.is_stack:
        known = get_args(Activation)
        menu("In place of sigmoid", "sigmoid", known, "Wherever the layers name no other.")
        menu("In place of tanh", "tanh", known, "Wherever the layers name no other.")
    if settings.kind == "RNN":
        menu("Activation", "activation", ["tanh", "relu"])
    if settings.kind == "LSTM" and settings.hidden > 1:
        if settings.proj >= settings.hidden:
            # A smaller hidden size takes the projection with it.
            st.session_state["proj"] = settings.hidden - 1
        slider("Projection (proj_size)", "proj", 0, settings.hidden - 1)
    toggle("Bias", "bias", "b_ih and b_hh.")
    toggle("batch_first", "batch_first", "Input and output as (batch, seq_len, ...).")
    if settings.layers > 1 and not settings.is_stack:
        slider("Dropout", "dropout", 0.0, 1.0)
        if st.session_state["dropout"] > 0:
            why = "Dropout acts only then: each number on its way to the next layer may be dropped."
            toggle("Training mode", "training", why)


def _lengths() -> None:
    """Where a batch may have samples of different lengths, how long each is."""
    settings = current_settings()
    if settings.batch > 1 or settings.input == "file" or settings.lengths:
        why = "One per sample, such as “5, 3, 4”; empty if all are full. The net reads the batch "
        why += "packed: past its length a sample has no numbers."
        text("Lengths", "lengths", MAX_LENGTHS_CHARS, why)


def _decided_by_text(settings: Settings) -> None:
    try:
        series = one_hot(settings.text, settings.vocab)
    except ValueError:
        return  # The page says what is wrong.
    decided("Sequence length", series.seq_len, "The text decides: a timestep per character.")
    why = "The vocabulary decides: a column per letter, and one for unknown letters."
    decided("Input size", series.input_size, why)


def _devices() -> list[str]:
    found = ["cpu"]
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return found
