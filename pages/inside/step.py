"""Step through: the net unrolled in time, one timestep in the light."""

import streamlit as st

from rnnviz.ui.cache import current_run
from rnnviz.ui.views import heading, step_view

st.title("Step through")
st.write("RNNviz runs this net by hand, step by step, and holds every number against torch.nn.")
run = current_run()
heading(run)
step_view(run)
