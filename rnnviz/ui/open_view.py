"""The page on which a visitor opens a net from a file and chooses what to look into."""

from __future__ import annotations

import pandas
import streamlit as st

from rnnviz.config import GATE_NAMES
from rnnviz.files import LoadedNet
from rnnviz.files.formats import ENDINGS
from rnnviz.files.sandbox import READER
from rnnviz.limits import MAX_FILE_BYTES
from rnnviz.ui.opened import Opened, kept_opened, open_file
from rnnviz.ui.preset_menu import keep_for_undo
from rnnviz.ui.settings import FROM_FILE, OF_NET_FILE, OF_OPENED_RUN, SORTED_TEXT, current_settings
from rnnviz.ui.texts import vocabulary_in_file
from rnnviz.ui.words import plain, sentence

# The page that shows what was opened; the main script puts it here.
FIRST_PAGE = "_first_page"

_ERROR = "_open_error"


def open_view() -> None:
    """Upload, what was found, and the choice among it."""
    # Its start takes a second, which a visitor spends on choosing a file.
    READER.start()
    st.write(
        "A `.pt` or `.pth` that `torch.save` wrote, a `.safetensors`, a `.npz` under torch's "
        "names, or a trace of RNNviz. It is read as data by a process of its own, never run, and "
        "stays in this session's memory."
    )
    st.file_uploader(
        "File of a net",
        type=[ending for endings in ENDINGS.values() for ending in endings],
        key="_net_upload",
        on_change=_open,
        max_upload_size=MAX_FILE_BYTES // 2**20,
    )
    error = st.session_state.get(_ERROR)
    if error:
        st.error(error, icon=":material/error:")
    opened = kept_opened()
    if opened is not None:
        _found(opened)
    else:
        st.caption(
            "Recurrent nets are found by torch's names, such as `encoder.rnn.weight_ih_l0`, under "
            "any prefix; kind, layers, directions and sizes follow from the shapes. Without a "
            "file: in Python, `rnnviz.capture(model, x)` traces every recurrent module of a model, "
            "and `rnnviz.trace_npz` writes a run to open here."
        )


def _open() -> None:
    file = st.session_state["_net_upload"]
    st.session_state.pop(_ERROR, None)
    if file is None:
        return
    try:
        open_file(file.name, file.getvalue())
    except ValueError as error:
        kept = kept_opened()
        words = sentence(error)
        if kept is not None:
            words += f" Still open: {plain(kept.name[:40])}."
        st.session_state[_ERROR] = words


def _found(opened: Opened) -> None:
    nets, file = opened.file.nets, opened.file
    kind = (
        "a run of RNNviz"
        if file.trace is not None
        else f"{len(nets)} recurrent " + ("net" if len(nets) == 1 else "nets")
    )
    st.subheader("In the file")
    st.text(f"{opened.name[:60]}, {len(opened.data):,} bytes: {kind}")
    st.dataframe(pandas.DataFrame([_row(net) for net in nets]), hide_index=True)
    for line in file.broken:
        st.warning(f"Not a net: {plain(line)}", icon=":material/warning:")
    names = [net.name for net in nets]
    if len(nets) > 1:
        name = st.selectbox(
            "Net", names, key="_net_choice", format_func=lambda name: name or "(no name)"
        )
    else:
        name = names[0]
    _choose(opened, file.net(name))
    if file.others:
        with st.expander("Also in the file", icon=":material/inventory_2:"):
            rows = [
                {"name": key, "shape": str(tuple(tensor.shape)), "dtype": _dtype(tensor.dtype)}
                for key, tensor in file.others.items()
            ]
            st.dataframe(pandas.DataFrame(rows), hide_index=True)


def _row(net: LoadedNet) -> dict[str, object]:
    config = net.config
    layers = [config.cells_of(layer) for layer in range(config.num_layers)]
    kinds = ", ".join(dict.fromkeys(layer.kind for layer in layers))
    return {
        "name": _shown(net.name),
        "kind": f"{kinds}Cell" if net.of_one_cell else kinds,
        "layers": config.num_layers,
        "directions": "bidirectional" if config.bidirectional else "forward only",
        "input_size": config.input_size,
        "hidden_size": ", ".join(dict.fromkeys(str(layer.hidden_size) for layer in layers)),
        "proj_size": layers[0].proj_size or None,
        "bias": config.bias,
        "dtype": config.dtype,
        "parameters": sum(tensor.numel() for tensor in net.tensors.values()),
    }


def _choose(opened: Opened, net: LoadedNet) -> None:
    """What the file does not say, and the button that opens the net in the player."""
    for warning in net.warnings:
        st.warning(f"{plain(warning)}.", icon=":material/warning:")
    around = _around(opened, net)
    options = st.container(horizontal=True, vertical_alignment="bottom")
    first = net.config.cells_of(0)
    nonlinearity = first.nonlinearity
    if not GATE_NAMES[first.kind] and net.hints.nonlinearity is None:
        nonlinearity = options.selectbox(
            "Activation, which weights do not show", ["tanh", "relu"], key="_net_activation"
        )
    batch_first = net.config.batch_first
    if net.hints.batch_first is None and not net.of_one_cell:
        batch_first = options.toggle("batch_first", key="_net_batch_first")
    options.button(
        "Use this net",
        type="primary",
        icon=":material/check:",
        on_click=_use,
        args=(opened, net, {"activation": nonlinearity, "batch_first": batch_first} | around),
    )
    settings = current_settings()
    if settings.is_opened and (settings.net, settings.net_name) == (opened.mark, net.name):
        row = st.container(horizontal=True, vertical_alignment="center")
        row.badge("In use on every page", icon=":material/check:", color="green")
        row.page_link(
            st.session_state[FIRST_PAGE], label="Step through it", icon=":material/footprint:"
        )


def _around(opened: Opened, net: LoadedNet) -> dict[str, str]:
    """The settings `embedding` and `head`: what the file has around the net, and is wanted."""
    chosen = {"embedding": "", "head": ""}
    labels = {
        "embedding": "Text goes in through the embedding",
        "head": "Its output is read by the linear head",
    }
    found = {"embedding": opened.file.embeddings(net), "head": opened.file.heads(net)}
    if not any(found.values()):
        return chosen
    for column, (what, tables) in zip(st.columns(2), found.items(), strict=True):
        shapes = {table.name: tuple(table.weight.shape) for table in tables}
        if shapes:
            chosen[what] = column.selectbox(
                labels[what],
                [*shapes, ""],
                key=f"_net_{what}_{opened.mark}_{net.name}",
                format_func=lambda name, of=shapes: f"{name} {of[name]}" if name else "none",
            )
    return chosen


def _use(opened: Opened, net: LoadedNet, options: dict[str, object]) -> None:
    """Put the net into the settings, and an input that it can read."""
    keep_for_undo()
    state = st.session_state
    state["weights"], state["net"], state["net_name"] = FROM_FILE, opened.mark, net.name
    state.update(options)
    state["dtype"], state["lengths"], state["start"] = net.config.dtype, "", 0
    run = opened.file.trace
    if run is not None:
        state["input"] = state["h0"] = OF_OPENED_RUN
        if run.lengths is not None:
            state["lengths"] = ", ".join(map(str, run.lengths))
        return
    state["h0"] = "zeros"
    if not options["embedding"]:
        state["input"] = "random numbers"
        return
    if state["input"] != "file":
        state["input"] = "text"
    rows = len(opened.file.embeddings(net)[0].weight)
    state["vocab_is"] = SORTED_TEXT if vocabulary_in_file(opened, rows) is None else OF_NET_FILE


def _shown(name: str) -> str:
    return name or "(no name)"


def _dtype(dtype: object) -> str:
    return str(dtype).removeprefix("torch.")
