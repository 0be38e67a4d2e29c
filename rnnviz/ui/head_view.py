"""The linear head of a file's net, on the page."""

from __future__ import annotations

import streamlit as st

from rnnviz.figures import head_logits, head_probabilities
from rnnviz.ui.cache import Run
from rnnviz.ui.settings import HEAD_VIEWS
from rnnviz.ui.views import chart, look
from rnnviz.ui.widgets import choice

DRAWN = dict(zip(HEAD_VIEWS, (head_probabilities, head_logits), strict=True))


@st.fragment
def head_view(run: Run, sample: int) -> None:
    """What the head of the net's file makes of the output at every timestep."""
    if run.head is None:
        return
    st.subheader("What the head makes of it")
    choice("Show", "head_view", HEAD_VIEWS, _HELP)
    view = st.session_state["head_view"]
    chart(DRAWN[view](run.head, sample=sample, look=look(run, sample)), f"head_{view}")


_HELP = (
    "logits: output[t] times the head's weights, plus its bias. probabilities: their softmax, what "
    "a net that was trained with cross-entropy says."
)
