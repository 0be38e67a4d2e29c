"""The bug lab: choose a known mistake, see it run, and learn when it hides."""

from __future__ import annotations

import math

import numpy as np
import pandas
import streamlit as st
from torch import nn

from rnnviz.config import Kind
from rnnviz.diagnosis.catalogue import CATALOGUE
from rnnviz.diagnosis.mistake import Mistake
from rnnviz.engine.varied import Case
from rnnviz.figures.diagnosed import error_map
from rnnviz.ui.cache import Run, call_of
from rnnviz.ui.lab import Lab, case_in, forms_of, lab_of, mistakes_of, packed_lab, room_for, test_of
from rnnviz.ui.player import play_packed
from rnnviz.ui.views import chart, look
from rnnviz.ui.words import plain

ALL_GROUPS = "All"

# What of the player shows products that are not those of the mistake's own arithmetic.
_HIDDEN = ("anatomy", "drill", "code")

# The mistake chosen last: a press on the field's cross leaves it.
_LAST = "_lab_last"

# Where the session holds the page itself, for links from others.
LAB_PAGE = "_lab_page"


def lab_view(run: Run, sample: int) -> None:
    """The whole page below its heading."""
    if not isinstance(call_of(run)[0], nn.RNNBase):
        st.info(
            "Mistakes are known of torch's own nets, nn.RNN, nn.LSTM and nn.GRU; choose one of "
            "these as the cell.",
            icon=":material/info:",
        )
        return
    if run.trace.clamps:
        st.caption("What is held in the net of the sidebar is let go here.")
    case = case_in(run)
    index = _choose(case.config.kind)
    mistake = CATALOGUE[index]
    st.markdown(plain(mistake.sentence))
    lines = [f"- {line}" for line in mistake.wrong.splitlines()]
    lines += [f"+ {line}" for line in mistake.right.splitlines()]
    st.code("\n".join(lines), language="diff", wrap_lines=True)
    if mistake.applies(case) and mistake.group != "Dropout":
        _run_it(run, sample, index)
    else:
        _why_not(case, mistake)
    with st.container(border=True):
        st.markdown("**The test that would have caught it**, in the smallest net that shows it")
        st.code(test_of(index, case.config.kind), language="python")


def _choose(kind: Kind) -> int:
    """The mistake's place in the catalogue: a group, then one of it, found by typing."""
    known = mistakes_of(kind)
    groups = [ALL_GROUPS, *dict.fromkeys(one.group for _, one in known)]
    row = st.container(horizontal=True)
    group = row.selectbox("About", groups, key="_lab_group", width=220)
    words = row.text_input("Find", key="_lab_find", placeholder="h_0, flip, tanh …", width=180)
    ids = [one.id for _, one in known if group in (ALL_GROUPS, one.group) and _has(one, words)]
    if not ids:
        st.caption("None has these words; they are left out.")
        ids = [one.id for _, one in known if group in (ALL_GROUPS, one.group)]
    last = st.session_state.get(_LAST)
    if st.session_state["mistake"] not in ids:
        st.session_state["mistake"] = last if last in ids else ids[0]
    label = f"Mistake, one of {len(ids)} in an nn.{kind}"
    # Without a default, as the first of those found would be one, and be left out of the link.
    chosen = row.selectbox(label, ids, None, key="mistake", bind="query-params", width=360)
    st.session_state[_LAST] = chosen
    forms = forms_of(chosen, kind)
    if len(forms) == 1:
        return next(iter(forms))
    key = f"_lab_form_{chosen}_{kind}"
    words = {index: one.sentence for index, one in forms.items()}
    return st.radio("It is made in more than one form", list(forms), key=key, format_func=words.get)


def _has(mistake: Mistake, words: str) -> bool:
    """Whether a mistake has all of the words, in its name, its sentence or its code."""
    text = f"{mistake.id} {mistake.sentence} {mistake.wrong}".lower()
    return all(word in text for word in words.lower().split())


def _why_not(case: Case, mistake: Mistake) -> None:
    """What the net lacks, and a press that gives it."""
    if mistake.changes is None or mistake.group == "Dropout":
        shows = "What it gives is drawn at random, so that no numbers name it"
        if mistake.group != "Dropout":
            shows = "It does not show in output, h_n and c_n of torch's nets"
        st.info(
            f"{shows}; rnnviz.diagnose_callable tries your code itself.", icon=":material/info:"
        )
        return
    missing = [need for need in mistake.needs if not need(case)]
    words = ", ".join((need.__doc__ or "").rstrip(".").lower() for need in missing)
    row = st.container(horizontal=True, vertical_alignment="center")
    row.markdown(plain(f"It cannot be made in this net, which lacks: {words}."))
    room: dict[str, object] = {}
    for need in missing:
        room |= room_for(case, need.__name__)
    if room:
        row.button("Give the net that", on_click=_make_room, args=(room,), key="_lab_room")


def _make_room(room: dict[str, object]) -> None:
    st.session_state.update(room)


def _run_it(run: Run, sample: int, index: int) -> None:
    """What it costs, the player, the map, and when it hides."""
    lab = lab_of(run.settings, index, run)
    here = lab.shown[0].differences
    row = st.container(horizontal=True)
    for name, value in here.items():
        row.metric(f"{name}: max |difference|", _off(value), width=220)
    if max(here.values()) == 0:
        st.success(
            "It changes nothing here: these numbers hide it.", icon=":material/visibility_off:"
        )
    packed = packed_lab(run.settings, index, sample, run, lab)
    if packed is None:
        st.caption("It changes the shape of what is computed, so that it cannot be played beside.")
    else:
        play_packed(packed, _HIDDEN, name="lab")
    if lab.where is not None:
        firsts = [(one.layer, one.direction, one.t) for one in lab.where.firsts]
        lanes = lab.case.config.lanes
        figure = error_map(np.nan_to_num(lab.where.pattern), lanes, firsts, look=look(run, sample))
        chart(figure, "lab_map", kept_of=run.settings)
    _hiding(lab)


def _hiding(lab: Lab) -> None:
    """The table of conditions."""
    st.markdown("**When it shows, and when it hides**")
    names = list(lab.shown[0].differences)
    rows = []
    for one in lab.shown:
        row = {"condition": one.condition}
        for name in names:
            row[f"{name}: off by"] = "-" if one.differences is None else _off(one.differences[name])
        if one.differences is None:
            row["four digits show it"] = "cannot be made"
        else:
            row["four digits show it"] = "no, it hides" if one.hides else "yes"
        rows.append(row)
    st.dataframe(pandas.DataFrame(rows).set_index("condition"))


def _off(value: float) -> str:
    return "another shape" if math.isinf(value) else f"{value:.2g}"
