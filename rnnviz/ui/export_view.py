"""The page “Export”: the table of its sections, of which the chosen one is drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from rnnviz.ui.cache import Run
from rnnviz.ui.chart_export import chart_section
from rnnviz.ui.export_data import data_section
from rnnviz.ui.export_link import link_section
from rnnviz.ui.export_player import player_section
from rnnviz.ui.export_workbook import workbook_section
from rnnviz.ui.figure_export import figure_section
from rnnviz.ui.film_export import film_section
from rnnviz.ui.player import left_place
from rnnviz.ui.scripts import script_view


class Section(NamedTuple):
    """A way to take the run away.

    Attributes:
        name: what stands on its tab, and in a link to it: `?section=Data`.
        show: draws it for a run and the sample that is shown of it.
    """

    name: str
    show: Callable[[Run, int], None]


def code_section(run: Run, sample: int) -> None:  # noqa: ARG001
    """The script, which holds all samples."""
    script_view(
        run, "The same net and input in plain torch, computed by a loop in the order shown here."
    )


# A new one is a row of it; the first is open unless a link says otherwise.
SECTIONS: tuple[Section, ...] = (
    Section(name="Figure", show=figure_section),
    Section(name="Film", show=film_section),
    Section(name="Chart", show=chart_section),
    Section(name="Data", show=data_section),
    Section(name="Workbook", show=workbook_section),
    Section(name="Player", show=player_section),
    Section(name="Code", show=code_section),
    Section(name="Link", show=link_section),
)

_TABS = "section"

# On a phone Streamlit's row of tabs scrolls, and begins at the first: an open one at its end is out
# of sight. These go on in a second row.
_WRAPPING = f"""<style>
.st-key-{_TABS} [role="tablist"] {{ flex-wrap: wrap; row-gap: 0; }}
</style>"""


@st.fragment
def export_view(run: Run, sample: int) -> None:
    """The sections as tabs; nothing is made for those that are closed."""
    st.html(_WRAPPING)
    names = [section.name for section in SECTIONS]
    tabs = st.tabs(names, key=_TABS, bind="query-params")
    for tab, section in zip(tabs, SECTIONS, strict=True):
        if tab.open:
            with tab:
                section.show(run, sample)
    left_place()
