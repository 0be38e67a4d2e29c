"""Beside torch.nn: where RNNviz and torch agree, and to how many digits."""

import streamlit as st

from rnnviz.ui.cache import current_run
from rnnviz.ui.views import compare_view, heading

st.title("Beside torch.nn")
run = current_run()
heading(run)
compare_view(run)
