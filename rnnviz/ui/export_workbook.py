"""A run as a workbook that computes."""

from __future__ import annotations

import streamlit as st

from rnnviz.exports.workbook import check_workbook, workbook_xlsx
from rnnviz.ui.cache import Run
from rnnviz.ui.files import file_button
from rnnviz.ui.words import sentence

# A workbook of 100,000 formulas takes so many seconds to write, measured on a small server.
_SECONDS = 8


def workbook_section(run: Run, sample: int) -> None:
    """What the workbook is and the button, or why there is none."""
    st.write(
        "Every number between input and output is a formula: change a weight, an input or a state "
        "in Excel or LibreOffice, and the whole net follows. The weights, the input and the states "
        "are named ranges; each layer and direction has a sheet; the sheet “check” holds what "
        "torch returned."
    )
    try:
        formulas = check_workbook(run.trace, sample=sample)
    except ValueError as error:
        st.warning(sentence(error), icon=":material/warning:")
        return
    whose = f" of sample {sample}" if run.trace.batch > 1 else ""
    seconds = max(1, round(formulas * _SECONDS / 100_000))
    st.markdown(f"About **{formulas:,} formulas**{whose}, written in about {seconds} s.")
    file_button(
        st.container(),
        "Workbook (.xlsx)",
        lambda: workbook_xlsx(run.trace, sample=sample),
        "rnnviz-workbook.xlsx",
        "Each formula carries its value, so that a viewer that computes nothing shows it too.",
    )
