"""The main script: page settings, the sidebar and the navigation."""

from itertools import chain
from pathlib import Path

import streamlit as st

from rnnviz.ui.controls import sidebar
from rnnviz.ui.downloads import picture_options
from rnnviz.ui.lab_view import LAB_PAGE
from rnnviz.ui.open_view import FIRST_PAGE
from rnnviz.ui.session_view import session_panel
from rnnviz.ui.settings import keep_address, start_settings
from rnnviz.ui.to_export import EXPORT_PAGE

HERE = Path(__file__).parent
PAGES = HERE.parents[1] / "pages"

st.set_page_config(page_title="RNNviz", page_icon=str(HERE / "icon.svg"), layout="wide")
first = st.Page(
    PAGES / "inside/step.py",
    title="Step through",
    icon=":material/footprint:",
    default=True,
)
groups = {
    "Look inside": [
        first,
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
        ),
        st.Page(
            PAGES / "check/mistakes.py",
            title="Why doesn't mine match?",
            icon=":material/troubleshoot:",
            url_path="mistakes",
        ),
        st.Page(
            PAGES / "check/lab.py",
            title="Bug lab",
            icon=":material/science:",
            url_path="lab",
        ),
    ],
    "Your own": [
        st.Page(
            PAGES / "yours/open.py",
            title="Open a net",
            icon=":material/folder_open:",
            url_path="open",
        ),
        st.Page(
            PAGES / "yours/edit.py",
            title="Change any number",
            icon=":material/edit:",
            url_path="edit",
        ),
    ],
    "Share": [
        st.Page(
            PAGES / "share/export.py",
            title="Export",
            icon=":material/ios_share:",
            url_path="export",
        ),
    ],
}
lab = next(one for one in groups["Check"] if one.url_path == "lab")
(export,) = groups["Share"]
page = st.navigation(groups)
start_settings()
keep_address(page.url_path)
st.session_state.update({FIRST_PAGE: first, LAB_PAGE: lab, EXPORT_PAGE: export})
sidebar()
with st.sidebar:
    with st.expander("Pictures", icon=":material/image:"):
        picture_options()
    session_panel(page, [*chain.from_iterable(groups.values())])
page.run()
