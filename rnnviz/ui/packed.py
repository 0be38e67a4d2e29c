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


def has_wrong_order(trace: Trace) -> bool:
    """Whether the net can be run with time as the outer loop."""
    return trace.lengths is None and not trace.clamps


def packed(run: Run, sample: int) -> bytes:
    """One sample of a run as bytes, for the player and for pictures."""
    return _packed(run.settings, sample, run)


def packed_wrong(run: Run, sample: int) -> bytes:
    """The same of the net with time as the outer loop."""
    return _packed_wrong(run.settings, sample, run)


# Bytes are shared by all sessions that look at the same run. It is known by its settings.
@st.cache_resource(max_entries=4, show_spinner=False)
def _packed(settings: Settings, sample: int, _run: Run) -> bytes:  # noqa: ARG001
    return pack(_run.trace, _run.comparison.cells, sample=sample, words=_words(_run, sample))


@st.cache_resource(max_entries=2, show_spinner=False)
def _packed_wrong(settings: Settings, sample: int, _run: Run) -> bytes:  # noqa: ARG001
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
