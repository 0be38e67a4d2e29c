"""Runs as bytes, made once for all who look at them."""

from __future__ import annotations

import streamlit as st

from rnnviz.figures.head import likeliest
from rnnviz.records import Trace
from rnnviz.scene.blob import Words, pack
from rnnviz.scene.schedules import schedule
from rnnviz.scene.what_if import what_if
from rnnviz.ui.cache import Run, wrong_trace
from rnnviz.ui.settings import Settings


def has_order(trace: Trace, order: object) -> bool:
    """Whether the wrong order is asked for, and can be run of this net."""
    return order == "time-first" and trace.lengths is None and not trace.clamps


# Bytes are shared by all sessions that look at the same run. It is known by its settings.
@st.cache_resource(max_entries=4, show_spinner=False)
def packed(settings: Settings, sample: int, _run: Run) -> bytes:  # noqa: ARG001
    """One sample of a run as bytes, for the player and for pictures."""
    return pack(_run.trace, _run.comparison.cells, sample=sample, words=_words(_run, sample))


@st.cache_resource(max_entries=2, show_spinner=False)
def packed_wrong(settings: Settings, sample: int, _run: Run) -> bytes:  # noqa: ARG001
    """The same for the run in the wrong order."""
    trace = wrong_trace(_run)
    order = schedule("time-first", trace.config.lanes, trace.seq_len)
    judged = what_if(trace, _run.comparison, order)
    words = _words(_run, sample)._replace(head=None)
    return pack(trace, _run.comparison.cells, sample=sample, what_if=judged, words=words)


def _words(run: Run, sample: int) -> Words:
    named = run.settings.input in ("text", "file")
    words = Words(run.labels(sample), run.series.columns if named else None)
    if run.head is None:
        return words
    return words._replace(head=run.head.name, likeliest=likeliest(run.head, sample, 3))
