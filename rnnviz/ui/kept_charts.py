"""Charts that no run alone gives, kept as they were drawn last: a diagnosis's, a mistake's."""

from __future__ import annotations

import re
from time import monotonic_ns
from typing import NamedTuple

import plotly.graph_objects as go
import streamlit as st

from rnnviz.ui.settings import Settings

# Where the session holds them, and how many.
_KEPT = "_kept_charts"
MAX_KEPT = 6


class Kept(NamedTuple):
    """A chart as its page drew it.

    Attributes:
        figure: the chart.
        settings: of the run that it is of.
        drawn: when, as a clock without a date has it.
    """

    figure: go.Figure
    settings: Settings
    drawn: int

    @property
    def name(self) -> str:
        """What it is called among others."""
        title = re.sub(r"<[^>]+>", "", self.figure.layout.title.text)
        return f"{title} (as it was drawn last)"


def keep_chart(figure: go.Figure, key: str, settings: Settings) -> None:
    """Keep a chart for the page “Export”; the oldest give way."""
    kept = st.session_state.setdefault(_KEPT, {})
    kept.pop(key, None)
    kept[key] = Kept(figure, settings, monotonic_ns())
    while len(kept) > MAX_KEPT:
        del kept[next(iter(kept))]


def kept_charts() -> dict[str, Kept]:
    """Those of this session, by the keys that they have on their pages."""
    return st.session_state.get(_KEPT, {})
