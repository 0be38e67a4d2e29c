"""The app as the server runs it: `streamlit run app.py`."""

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route

from rnnviz.ui.server import SecurityHeaders, on_script_error, to_first_page

# The main script lies where no `pages/` folder is beside it: Streamlit would take such a folder
# for its older way of finding pages, and open deep links without the sidebar.
app = st.App(
    "rnnviz/ui/main.py",
    routes=[Route("/step", to_first_page)],
    middleware=[Middleware(SecurityHeaders)],
    on_script_error=on_script_error,
)

if __name__ == "__main__":
    app.run()
