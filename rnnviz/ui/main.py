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
scripts = {
    "Look inside": {
        "inside/step.py": ("Step through", "footprint"),
        "inside/gates.py": ("Gates", "door_sliding"),
        "inside/shapes.py": ("Shapes", "straighten"),
    },
    "Check": {
        "check/compare.py": ("Beside torch.nn", "balance"),
        "check/mistakes.py": ("Why doesn't mine match?", "troubleshoot"),
        "check/lab.py": ("Bug lab", "science"),
    },
    "Your own": {
        "yours/open.py": ("Open a net", "folder_open"),
        "yours/edit.py": ("Change any number", "edit"),
    },
    "Share": {"share/export.py": ("Export", "ios_share")},
}
# The first page has the address of the app, the others the names of their scripts.
groups = {
    group: [
        st.Page(
            PAGES / script,
            title=title,
            icon=f":material/{icon}:",
            url_path=Path(script).stem,
            default=title == "Step through",
        )
        for script, (title, icon) in named.items()
    ]
    for group, named in scripts.items()
}
pages = {page.url_path: page for page in chain.from_iterable(groups.values())}
page = st.navigation(groups)
start_settings()
keep_address(page.url_path)
st.session_state.update(
    {FIRST_PAGE: pages[""], LAB_PAGE: pages["lab"], EXPORT_PAGE: pages["export"]}
)
sidebar()
with st.sidebar:
    with st.expander("Pictures", icon=":material/image:"):
        picture_options()
    session_panel(page, [*pages.values()])
page.run()
