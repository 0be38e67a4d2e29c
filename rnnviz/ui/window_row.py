"""Which part of a long input is shown, and the way to the next part."""

from __future__ import annotations

import streamlit as st

from rnnviz.limits import MAX_SEQ_LEN
from rnnviz.ui.cache import Run


def window_row(run: Run) -> None:
    """Which timesteps are shown, what they start from, and buttons that move on."""
    length, whole = run.trace.seq_len, run.whole.seq_len
    last = run.start + length - 1
    words = f"Timesteps {run.start:,} to {last:,} of {whole:,}, counted from 0. "
    if run.carried:
        words += "They start from the states that the others lead to. "
    elif run.start > 0 or run.trace.config.bidirectional:
        words += "They start from h_0, as if there were no others. "
    if run.cut:
        words += "The text goes on; this much of it is read."
    row = st.container(horizontal=True, vertical_alignment="center", gap="small")
    for label, icon, start, ends in (
        ("Earlier", ":material/chevron_left:", run.start - MAX_SEQ_LEN, run.start == 0),
        ("Later", ":material/chevron_right:", run.start + MAX_SEQ_LEN, last == whole - 1),
    ):
        row.button(label, icon=icon, on_click=_show_from, args=(max(0, start),), disabled=ends)
    row.caption(words, width="content")


def _show_from(start: int) -> None:
    st.session_state["start"] = start
