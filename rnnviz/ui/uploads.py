"""Files from visitors: kept for the session, named by their fingerprint, never executed."""

from __future__ import annotations

import hashlib
import re

import streamlit as st

# Where the session holds (name, bytes, fingerprint) of its input file.
KEPT_FILE = "_uploaded"

# What was uploaded and is not in use yet, (name, bytes).
PENDING = "_pending"


def fingerprint(name: str, data: bytes) -> str:
    """What a link says of a file: 16 hexadecimal digits of a SHA-256.

    The ending of the name counts, as it decides how the file is read.
    """
    ending = name.rpartition(".")[2].lower().encode("utf-8", "replace")
    return hashlib.sha256(ending + b"\0" + data).hexdigest()[:16]


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
    raise NoFileError(
        "open a file of numbers or text or a picture in the sidebar, or choose another input."
    )


def offer_pending() -> bool:
    """Says on the page that a file was uploaded and waits for its use, if one does."""
    if PENDING not in st.session_state:
        return False
    name, data = st.session_state[PENDING]
    # As text: a name may hold what Markdown would make a link of.
    st.text(f"{name[:40]} is uploaded; the sidebar shows a preview of it.")
    st.button("Run the net on it", type="primary", on_click=use_pending, args=(name, data))
    return True


def use_pending(name: str, data: bytes) -> None:
    """Make the uploaded file the one that is used."""
    keep(name, data)
    st.session_state["start"] = 0
    st.session_state.pop(PENDING, None)


def keep(name: str, data: bytes) -> None:
    """Keep a file for the session and make it the one that is wanted."""
    mark = fingerprint(name, data)
    st.session_state[KEPT_FILE] = (name, data, mark)
    st.session_state["file"] = mark
