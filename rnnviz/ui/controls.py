"""The sidebar: what to run. Every control is bound to the link under its key."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from rnnviz.config import Activation, NetConfig
from rnnviz.inputs.picture import SIDE
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
)
from rnnviz.ui.nets import devices, example_net
from rnnviz.ui.opened import kept_opened
from rnnviz.ui.paste import paste_menu
from rnnviz.ui.preset_menu import preset_menu, preset_story
from rnnviz.ui.settings import (
    CELLS,
    DIRECTIONS,
    DRAWN_WEIGHTS,
    EXAMPLE_WEIGHTS,
    FROM_FILE,
    INPUTS,
    OF_OPENED_RUN,
    Settings,
    current_settings,
)
from rnnviz.ui.text_controls import reading_of, text_controls
from rnnviz.ui.uploader import uploader
from rnnviz.ui.widgets import choice, decided, menu, number, slider, text, toggle

_WEIGHTS_HELP = (
    "default: as torch draws them for the seed. identity: ones on the diagonal. orthogonal: W_hh "
    "keeps lengths, times its spectral radius. blackboard: one decimal, to compute along by hand. "
    "xavier, he: as Glorot and He draw them, gate by gate, without bias. constant: one number "
    "everywhere, so that all units do the same. "
    "from a file: opened on the page “Open a net”. "
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
        preset_menu()
        story = st.container()
        menu("Input", "input", INPUTS)
        with st.container():
            _input()
            columns = st.container()
        net = st.container()
        with st.expander("More", icon=":material/tune:"):
            _weights()
            more = st.container()
            edits = "name[index]=number, semicolons between: weight_hh_l0[1,2]=0.5; x[3,0,1]=-1 "
            edits += "(timestep, sample, column). The page “Change any number” writes it for you."
            text("Changed numbers", "edits", MAX_EDITS_CHARS, edits)
        with columns:
            _input_size(current_settings())
            text_controls(current_settings())
        with net:
            _net(current_settings())
        with more:
            _more()
        with story:
            preset_story()


def _input() -> None:
    match current_settings().input:
        case "text":
            why = f"Any script, at most {MAX_TEXT_CHARS} characters. A timestep for each character."
            text("Text", "text", MAX_TEXT_CHARS, why)
            paste_menu("Paste a longer text")
        case "sine waves" | "random numbers":
            slider("Sequence length", "steps", 1, MAX_SEQ_LEN)
        case "file":
            uploader()
            paste_menu("Paste a text")


def _input_size(settings: Settings) -> None:
    """How many numbers a made input has at a timestep, which a net out of a file decides."""
    if settings.input not in ("sine waves", "random numbers"):
        return
    config = _opened_config(settings)
    if config is not None:
        decided("Input size", config.input_size, "The net of the file decides it.")
    elif not settings.is_opened:
        slider("Input size", "inputs", 1, MAX_INPUT_SIZE)


def _opened_config(settings: Settings) -> NetConfig | None:
    """The sizes of the net out of the file, if the settings ask for one that is open."""
    opened = kept_opened()
    if not settings.is_opened or opened is None or opened.mark != settings.net:
        return None
    found = {net.name: net.config for net in opened.file.nets}
    return found.get(settings.net_name)


def _net(settings: Settings) -> None:
    if settings.is_opened:
        _opened_net(settings)
        return
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


def _opened_net(settings: Settings) -> None:
    """What the file decides, and the file's own fingerprint, which the link holds."""
    config = _opened_config(settings)
    if config is not None:
        # As text: names come from visitors.
        st.text(f"{settings.net_name or 'The net'} in {kept_opened().name[:40]}")
        decided("Layers", config.num_layers, "The file decides kind and sizes.")
        top = config.cells_of(config.num_layers - 1)
        decided("Hidden size", top.hidden_size, "The file decides it.")
    places = {
        "net": "Fingerprint of the net's file",
        "net_name": "Its name there",
        "embedding": "Embedding of a text",
        "head": "Head that reads the output",
    }
    for key, label in places.items():
        st.text_input(label, key=key, bind="query-params", max_chars=200, disabled=True)


def _input_columns(settings: Settings) -> int | None:
    """The input size, as far as the settings alone tell it."""
    match settings.input:
        case "text":
            reading = reading_of(settings)
            return None if reading is None else reading.input_size
        case "sine waves" | "random numbers":
            return settings.inputs
        case "a drawn 7":
            return SIDE
    return None


def _weights() -> None:
    menu("Weights", "weights", (*DRAWN_WEIGHTS, FROM_FILE, *EXAMPLE_WEIGHTS), _WEIGHTS_HELP)
    if current_settings().weights == "orthogonal":
        slider("Spectral radius", "radius", 0.0, 2.0)
    if current_settings().weights == "constant":
        slider("Constant", "constant", -2.0, 2.0)
    number("Seed", "seed", 0, MAX_SEED, "Of weights, of random states and input, of dropout.")


def _more() -> None:
    settings = current_settings()
    with_c = settings.kind == "LSTM" or (settings.is_stack and "LSTM" in settings.stack.upper())
    state = "Initial states h_0, c_0" if with_c else "Initial state h_0"
    menu(state, "h0", ("random", "zeros", OF_OPENED_RUN))
    if settings.is_opened:
        _opened_options()
    elif not settings.is_example:
        _options(settings)
    menu("Number type", "dtype", ["float32", "float64", "bfloat16", "float16"])
    menu("Device", "device", devices())
    match settings.input:
        case _ if settings.input == OF_OPENED_RUN:
            st.caption("The run decides the batch, the sequence length and the input size.")
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


def _opened_options() -> None:
    """What the file may not say."""
    menu("Activation", "activation", ["tanh", "relu"], "Of an nn.RNN; gated nets have their own.")
    toggle("batch_first", "batch_first", "Input and output as (batch, seq_len, ...).")


def _lengths() -> None:
    """Where a batch may have samples of different lengths, how long each is."""
    settings = current_settings()
    if settings.batch > 1 or settings.input in ("file", OF_OPENED_RUN) or settings.lengths:
        why = "One per sample, such as “5, 3, 4”; empty if all are full. The net reads the batch "
        why += "packed: past its length a sample has no numbers."
        text("Lengths", "lengths", MAX_LENGTHS_CHARS, why)


def _decided_by_text(settings: Settings) -> None:
    reading = reading_of(settings)
    if reading is None:
        return  # The page says what is wrong.
    decided("Sequence length", len(reading.tokens), f"The text decides: one of its {reading.unit}.")
    why = "The vocabulary decides: a column per entry, and one for what is unknown."
    decided("Input size", reading.input_size, why)
