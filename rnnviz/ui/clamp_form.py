"""The form by which a unit, a gate or a state is held over a span of timesteps."""

from __future__ import annotations

import streamlit as st

from rnnviz.config import GATE_NAMES, GATE_WORDS, HOLD, Clamp
from rnnviz.inputs.edits import number
from rnnviz.records import CellTrace
from rnnviz.ui.cache import Run
from rnnviz.ui.edits import EDITS_ERROR, current_edits, make_edits

_STATES = {"h": "hidden state h", "c": "cell state c"}
_ALL = "all units"

# Pixels.
_WIDTH_OF_NAMES = 176


def clamp_form(run: Run) -> None:
    """Choose what is held, where, when and at what; two buttons for the usual cases."""
    with st.expander("Hold a unit, a gate or a state", icon=":material/lock:", key="_clamp_form"):
        st.caption(
            "What is held takes this value instead of what the net computes, in every sample; all "
            "that follows reads it. The map marks it."
        )
        names = {f"layer {cell.layer}, {cell.direction}": cell for cell in run.trace.cells}
        cell = names[st.selectbox("In the cell", list(names), key="_clamp_cell")]
        row = st.container(horizontal=True)
        known = [*(["h", "c"] if cell.c is not None else ["h"]), *GATE_NAMES[cell.kind]]
        words = _STATES | GATE_WORDS
        row.selectbox(
            "What",
            known,
            key=f"_clamp_what_{cell.kind}",
            width=_WIDTH_OF_NAMES,
            format_func=lambda name: words[name] + ("" if name in _STATES else f" {name}"),
        )
        quantity = st.session_state[f"_clamp_what_{cell.kind}"]
        units = cell.state_size if quantity == "h" else cell.hidden_size
        row.selectbox("Unit", [_ALL, *range(units)], key=f"_clamp_unit_{units}")
        span = _span(run.trace.seq_len)
        row = st.container(horizontal=True, vertical_alignment="bottom")
        row.text_input("Value", "0", max_chars=30, key="_clamp_value")
        if quantity in _STATES:
            row.toggle("As before the step", key="_clamp_hold", help="The state stands still.")
        st.button("Hold it", on_click=_hold, args=(cell, units, span), key="_clamp_make")
        _usual(cell)


def _span(seq_len: int) -> tuple[int, int | None]:
    """From which timestep to before which; None for the end, also of a longer sequence."""
    last = seq_len - 1
    if last == 0:
        return 0, None
    start, stop = st.slider("Timesteps", 0, last, (0, last), key=f"_clamp_span_{last}")
    return start, stop + 1 if stop < last else None


def _usual(cell: CellTrace) -> None:
    """The two cases that one wants most, each by one press."""
    place = {"layer": cell.layer, "direction": cell.direction}
    zero = [Clamp(quantity="h", value=0.0, **place)]
    states = ("h",) if cell.c is None else ("h", "c")
    frozen = [Clamp(quantity=quantity, value=HOLD, **place) for quantity in states]
    row = st.container(horizontal=True)
    for label, clamps in (("Zero this direction", zero), ("Freeze this cell's state", frozen)):
        row.button(label, on_click=_add, args=clamps, key=f"_clamp_all_{clamps[0].value}")


def _hold(cell: CellTrace, units: int, span: tuple[int, int | None]) -> None:
    state = st.session_state
    quantity, unit = state[f"_clamp_what_{cell.kind}"], state[f"_clamp_unit_{units}"]
    holds = quantity in _STATES and state.get("_clamp_hold")
    try:
        value = HOLD if holds else number(state["_clamp_value"])
    except ValueError as error:
        state[EDITS_ERROR] = f"the value to hold: {error}"
        return
    _add(
        Clamp(
            quantity=quantity,
            layer=cell.layer,
            direction=cell.direction,
            start=span[0],
            stop=span[1],
            unit=None if unit == _ALL else unit,
            value=value,
        )
    )


def _add(*clamps: Clamp) -> None:
    places = {clamp.place for clamp in clamps}
    make_edits((*(edit for edit in current_edits() if edit.place not in places), *clamps))
