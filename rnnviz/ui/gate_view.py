"""The gates of one cell over time, or what there is in their place."""

from __future__ import annotations

import streamlit as st

from rnnviz.figures import gates
from rnnviz.ui.cache import Run
from rnnviz.ui.views import built, chart, choose_cell, look


@st.fragment
def gate_view(run: Run, sample: int) -> None:
    """What the gates of one cell let through, step by step."""
    layer, direction = choose_cell(run)
    cell = run.trace.cell(layer, direction)
    if cell.gate_names:
        st.write(
            "A gate is a number from 0 to 1 per unit and timestep: how much it lets through. "
            "The line follows the pointer, at the same t in every row."
        )
    else:
        st.info(
            "An RNN has no gates; these are its hidden states, and below them how many units "
            + ("relu made 0." if cell.activations[0] == "relu" else "are saturated."),
            icon=":material/info:",
        )
    place = {"layer": layer, "direction": direction, "sample": sample}
    chart(built(run, gates, look=look(run, sample), **place), "gates")
