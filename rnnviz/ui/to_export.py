"""The way from a chart or the player to the page “Export”."""

from __future__ import annotations

import streamlit as st

# Where the session holds the page itself, for links from others.
EXPORT_PAGE = "_export_page"


def export_link(chart: str | None = None, label: str = ":small[Export this]") -> None:
    """A link to the page, with the run as it is; of a chart with its name in the address."""
    page = st.session_state.get(EXPORT_PAGE)
    if page is None:
        return  # One of the views by itself, outside the app.
    query = None if chart is None else {"section": "Chart", "chart": chart}
    st.page_link(page, label=label, icon=":material/ios_share:", query_params=query)
