"""A long text that a visitor pastes: kept like a file, since no link could hold it."""

from __future__ import annotations

import streamlit as st

from rnnviz.ui.uploads import keep

# Characters: 20,000 tokens of ten each.
MAX_PASTED_CHARS = 200_000


def paste_menu(label: str) -> None:
    """A field for a text, under a button."""
    with st.popover(label, icon=":material/content_paste:", width="stretch"):
        st.text_area("Text", key="_pasted", height=200, max_chars=MAX_PASTED_CHARS)
        st.button("Use this text", on_click=_use, key="_use_pasted", width="stretch")


def _use() -> None:
    pasted = st.session_state["_pasted"]
    if pasted:
        keep("pasted.txt", pasted.encode("utf-8", "surrogatepass"))
        st.session_state["input"], st.session_state["read_as"] = "file", "text"
