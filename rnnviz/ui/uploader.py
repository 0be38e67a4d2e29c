"""The control of the input's file: what was uploaded is shown, and used when that is asked for."""

from __future__ import annotations

import pandas
import streamlit as st

from rnnviz.inputs import (
    EXTENSIONS,
    PICTURES,
    SCALES,
    Series,
    is_picture,
    read_text,
    scaled,
)
from rnnviz.inputs.checks import counted
from rnnviz.inputs.image import read_image
from rnnviz.limits import MAX_FILE_BYTES, MAX_INPUT_SIZE, MAX_SEQ_LEN
from rnnviz.ui.settings import AS_THEY_ARE, current_settings
from rnnviz.ui.source import file_series
from rnnviz.ui.texts import holds_text
from rnnviz.ui.uploads import KEPT_FILE, PENDING, fingerprint, keep, use_pending
from rnnviz.ui.widgets import menu, slider
from rnnviz.ui.words import sentence

# What a preview shows: a look, not the whole.
PREVIEW_ROWS = 6
PREVIEW_COLUMNS = 8
PREVIEW_CHARS = 200


def uploader() -> None:
    """The file control; puts the file's fingerprint into the settings and so into the link."""
    st.file_uploader(
        "Numbers, text or a picture",
        type=[*EXTENSIONS, *PICTURES],
        key="_upload",
        on_change=_took,
        max_upload_size=MAX_FILE_BYTES // 2**20,
        help="CSV, .npy, .npz: rows are timesteps, columns are inputs; several sequences as "
        "(batch, seq_len, input_size), as several arrays of an .npz, or with blank lines between "
        "them in a CSV. A .txt is read as text. Of a PNG or JPEG each row of pixels is a timestep. "
        "It stays in this session's memory.",
    )
    pending, kept = st.session_state.get(PENDING), st.session_state.get(KEPT_FILE)
    wanted = st.session_state["file"]
    if pending is None and kept:
        # As text: a name may hold what Markdown would make a link of.
        st.text(f"In use: {kept[0][:40]}, {len(kept[1]):,} bytes")
    # A link may hold the size of a picture that is yet to be opened.
    awaited = wanted and (kept is None or kept[2] != wanted)
    shown = pending or (kept[:2] if kept and not awaited else None)
    if awaited or (shown and is_picture(shown[0])):
        slider("Rows of pixels (timesteps)", "rows", 1, MAX_SEQ_LEN)
        slider("Columns of pixels (inputs)", "columns", 1, MAX_INPUT_SIZE)
    if shown and not is_picture(shown[0]) and not holds_text(current_settings(), shown[0]):
        menu("Numbers", "scale", SCALES, "Each column over the whole file.")
    if pending:
        _pending(*pending)
    elif shown:
        with st.expander("Preview", icon=":material/visibility:", key="_preview"):
            _preview(*shown)
    st.text_input("File fingerprint", key="file", bind="query-params", max_chars=16, disabled=True)


def _pending(name: str, data: bytes) -> None:
    """What was uploaded, and the button that uses it; or why it cannot be used."""
    with st.container(border=True):
        if not _preview(name, data):
            if st.session_state.get(KEPT_FILE):
                st.caption("Still in use: the file before.")
            return
        st.button(
            "Use this file",
            type="primary",
            on_click=use_pending,
            args=(name, data),
            key="_use_file",
            width="stretch",
        )


def _preview(name: str, data: bytes) -> bool:
    """What a file holds, as far as one look shows it; False if it cannot be read."""
    settings = current_settings()
    try:
        if holds_text(settings, name):
            _of_text(name, read_text(data))
        elif is_picture(name):
            _of_picture(name, data, read_image(data, settings.rows, settings.columns))
        else:
            _of_numbers(name, scaled(file_series(name, data), settings.scale))
    except ValueError as error:
        st.error(sentence(error), icon=":material/error:")
        return False
    return True


def _of_text(name: str, text: str) -> None:
    st.text(f"{name[:40]}: text of {len(text):,} characters")
    more = "…" if len(text) > PREVIEW_CHARS else ""
    st.code(text[:PREVIEW_CHARS] + more, language=None, wrap_lines=True)


def _of_picture(name: str, data: bytes, series: Series) -> None:
    st.text(f"{name[:40]}: picture, read as {series.seq_len} rows of {series.input_size}")
    left, right = st.columns(2)
    left.image(data, caption="The picture", width="stretch")
    right.image(series.values[0], caption="As the net reads it, row by row", width="stretch")


def _of_numbers(name: str, series: Series) -> None:
    size = counted(series.input_size, "column")
    if series.batch == 1:
        st.text(f"{name[:40]}: {series.seq_len:,} timesteps, {size}")
    elif series.lengths is None:
        st.text(f"{name[:40]}: {series.batch} samples, {series.seq_len:,} timesteps, {size}")
    else:
        lengths = ", ".join(f"{length:,}" for length in series.lengths)
        st.text(f"{name[:40]}: {series.batch} sequences of {lengths} timesteps, {size}")
    how = st.session_state["scale"]
    if how != AS_THEY_ARE:
        st.caption(f"Each column was shifted and scaled: {how}.")
    names = [f"{k}: {words}" for k, words in enumerate(series.columns[:PREVIEW_COLUMNS])]
    rows = series.values[0, :PREVIEW_ROWS, :PREVIEW_COLUMNS]
    st.dataframe(pandas.DataFrame(rows, columns=names).rename_axis("t"))
    if series.seq_len > MAX_SEQ_LEN:
        st.caption(f"The pages show {MAX_SEQ_LEN} timesteps at once, from “First timestep” on.")


def _took() -> None:
    """A file was uploaded, or taken out of the control."""
    file = st.session_state["_upload"]
    if file is None:
        st.session_state.pop(PENDING, None)
        return
    pending = (file.name, file.getvalue())
    if fingerprint(*pending) == st.session_state["file"]:
        # The link asked for this very file, at its own timestep.
        keep(*pending)
    else:
        st.session_state[PENDING] = pending
