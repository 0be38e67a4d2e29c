"""Files from visitors: kept for the session, named by their fingerprint, never executed."""

from __future__ import annotations

import hashlib
import re

import streamlit as st

from rnnviz.inputs import EXTENSIONS, PICTURES, is_picture
from rnnviz.inputs.image import read_image
from rnnviz.limits import MAX_FILE_BYTES, MAX_INPUT_SIZE, MAX_SEQ_LEN
from rnnviz.ui.widgets import slider

# Where the session holds (name, bytes, fingerprint) of its input file.
KEPT_FILE = "_uploaded"


def fingerprint(name: str, data: bytes) -> str:
    """What a link says of a file: 16 hexadecimal digits of a SHA-256.

    The ending of the name counts, as it decides how the file is read.
    """
    ending = name.rpartition(".")[2].lower().encode("utf-8", "replace")
    return hashlib.sha256(ending + b"\0" + data).hexdigest()[:16]


def uploader() -> None:
    """The file control; puts the file's fingerprint into the settings and so into the link."""
    st.file_uploader(
        "CSV, .npy or picture",
        type=[*EXTENSIONS, *PICTURES],
        key="_upload",
        on_change=_keep,
        max_upload_size=MAX_FILE_BYTES // 2**20,
        help="Rows are timesteps, columns are inputs: (seq_len, input_size), or in .npy also "
        "(batch, seq_len, input_size). Of a PNG or JPEG each row of pixels is a timestep. It stays "
        "in this session's memory.",
    )
    kept = st.session_state.get(KEPT_FILE)
    if kept:
        # As text: a name may hold what Markdown would make a link of.
        st.text(f"In use: {kept[0][:40]}, {len(kept[1]):,} bytes")
    # A link may hold the size of a picture that is yet to be opened.
    awaited = st.session_state["file"] and (kept is None or kept[2] != st.session_state["file"])
    if awaited or (kept and is_picture(kept[0])):
        slider("Rows of pixels (timesteps)", "rows", 1, MAX_SEQ_LEN)
        slider("Columns of pixels (inputs)", "columns", 1, MAX_INPUT_SIZE)
        if not awaited:
            _picture(kept[1])
    st.text_input("File fingerprint", key="file", bind="query-params", max_chars=16, disabled=True)


def _picture(data: bytes) -> None:
    """How the picture looks at that size: black is 0, white is 1."""
    try:
        series = read_image(data, st.session_state["rows"], st.session_state["columns"])
    except ValueError:
        return  # The page says what is wrong.
    st.image(series.values[0], caption="As the net reads it, row by row", width="stretch")


class NoFileError(ValueError):
    """No file is open yet: a thing to do, not a mistake."""


def kept_file(wanted: str) -> tuple[str, bytes]:
    """The (name, bytes) of the session's file, whose fingerprint must be the wanted one.

    Raises:
        NoFileError: there is none, or the link was made with another one.
    """
    kept = st.session_state.get(KEPT_FILE)
    if kept is not None and kept[2] == wanted:
        return kept[:2]
    if re.fullmatch("[0-9a-f]{16}", wanted):
        raise NoFileError(
            f"this link was made with a file that did not travel with it (fingerprint {wanted}): "
            "open that file in the sidebar to see the same numbers."
        )
    raise NoFileError("open a CSV, .npy or picture file in the sidebar, or choose another input.")


def keep(name: str, data: bytes) -> None:
    """Keep a file for the session and make it the one that is wanted."""
    mark = fingerprint(name, data)
    st.session_state[KEPT_FILE] = (name, data, mark)
    st.session_state["file"] = mark


def _keep() -> None:
    file = st.session_state["_upload"]
    if file is not None:
        keep(file.name, file.getvalue())
