"""The main script: page settings, the sidebar and the navigation."""

from pathlib import Path

import streamlit as st

from rnnviz.ui.controls import sidebar
from rnnviz.ui.downloads import picture_options
from rnnviz.ui.settings import start_settings

HERE = Path(__file__).parent
PAGES = HERE.parents[1] / "pages"

st.set_page_config(page_title="RNNviz", page_icon=str(HERE / "icon.svg"), layout="wide")
page = st.navigation(
    {
        "Look inside": [
            st.Page(
                PAGES / "inside/step.py",
                title="Step through",
                icon=":material/footprint:",
                default=True,
            ),
            st.Page(
                PAGES / "inside/gates.py",
                title="Gates",
                icon=":material/door_sliding:",
                url_path="gates",
            ),
            st.Page(
                PAGES / "inside/shapes.py",
                title="Shapes",
                icon=":material/straighten:",
                url_path="shapes",
            ),
        ],
        "Check": [
            st.Page(
                PAGES / "check/compare.py",
                title="Beside torch.nn",
                icon=":material/balance:",
                url_path="compare",
            )
        ],
    }
)
start_settings()
sidebar()
with st.sidebar, st.expander("Pictures", icon=":material/image:"):
    picture_options()
page.run()
