"""Step through: the net unrolled in time, one timestep in the light."""

import streamlit as st

from rnnviz.ui.cache import current_run
from rnnviz.ui.downloads import downloads
from rnnviz.ui.views import heading, look, step_view

st.title("Step through")
run = current_run()
heading(run)
step_view(run)
downloads(run, look(run, 0))
