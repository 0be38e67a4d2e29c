"""What a picture is to show: the moment, the part of the net, and how it is drawn."""

from __future__ import annotations

from typing import Any

import streamlit as st

from rnnviz.exports.shot import Shot, Span, View
from rnnviz.records import CellTrace, Trace
from rnnviz.scene.schedules import ORDERS
from rnnviz.ui.cache import Run
from rnnviz.ui.moment import moment_of
from rnnviz.ui.packed import has_wrong_order

_ORDER_WORDS = {
    "layer-first": "layer by layer",
    "both": "both directions at once",
    "time-first": "time first (wrong)",
}


def asked_shot(run: Run, sample: int, view: View) -> Shot:
    """What the visitor wants to see of the run.

    Raises:
        ValueError: the moment is none of this run.
    """
    with st.expander("The moment", icon=":material/schedule:"):
        moment = _moment(run, sample, view)
    with st.expander("Layers, units, timesteps and marks", icon=":material/tune:"):
        shown = _part(run, sample, view) | _marks(view)
    return Shot(view=view, **moment, **shown)


def _moment(run: Run, sample: int, view: View) -> dict[str, Any]:
    """Where the player was last, unless another moment is typed."""
    last = moment_of(run, sample).words
    row = st.container(horizontal=True, vertical_alignment="bottom")
    at = row.text_input(
        "Cell in the light",
        last.get("at", ""),
        40,
        # Where the player has moved on, its new place is offered.
        key=f"_figure_at_{last.get('at', '')}",
        placeholder="the last update",
        help="layer.direction.t.unit, as in the player's link: 1.reverse.4.3. A part of the update "
        f"may follow, one of wx, wh, a, {'gates, ' if _has_gates(run.trace) else ''}h.",
        width=220,
    )
    there = [one for one in ORDERS if one != "time-first" or has_wrong_order(run.trace)]
    there = there if run.trace.config.bidirectional else ["layer-first"]
    order = row.selectbox(
        "Order of computing",
        there,
        there.index(last["order"]) if last.get("order") in there else 0,
        format_func=_ORDER_WORDS.get,
        key=f"_figure_order_{len(there)}_{last.get('order', '')}",
        width=220,
    )
    names = _cell_at(run.trace, at.strip()).gate_names
    found: dict[str, Any] = {"at": at.strip(), "order": order}
    if names and view != "map":
        found["gate"] = row.selectbox("Gate", names, key=f"_figure_gate_{names}", width=120)
    found["all"] = row.toggle(
        "Show the whole result",
        last.get("all") == "1",
        key=f"_figure_all_{last.get('all', '')}",
        help="States that are computed after this moment too.",
    )
    return found


def _has_gates(trace: Trace) -> bool:
    return any(cell.gate_names for cell in trace.cells)


def _cell_at(trace: Trace, at: str) -> CellTrace:
    """The cell of a moment, the last one where it names none: those of a stack differ in gates."""
    place = at.split(".")[:2]
    named = [one for one in trace.cells if [str(one.layer), one.direction] == place]
    return named[0] if named else trace.cells[-1]


def _part(run: Run, sample: int, view: View) -> dict[str, Any]:
    """Which part of the net is drawn."""
    trace = run.trace
    config = trace.config
    length = trace.seq_len if trace.lengths is None else trace.lengths[sample]
    found: dict[str, Any] = {}
    left, right = st.columns(2)
    if view in ("map", "whole"):
        with left:
            found["layers"] = _span("Layers of the map", "layers", config.num_layers)
            found["timesteps"] = _span("Timesteps of the map", "timesteps", length)
    if view != "drill":
        with right:
            units = min(cell.state_size for cell in trace.cells)
            found["units"] = _span("Units", "units", units)
    if view in ("map", "whole") and config.bidirectional:
        with right:
            chosen = st.segmented_control(
                "Directions of the map",
                ["both", "forward", "reverse"],
                default="both",
                required=True,
                key="_figure_directions",
                persist_state="session",
            )
            found["directions"] = None if chosen == "both" else (chosen,)
    return found


def _span(label: str, key: str, count: int) -> Span | None:
    """From the first to before the second; None for all."""
    if count < 2:
        return None
    whole = (0, count - 1)
    first, last = st.slider(label, *whole, whole, key=f"_figure_{key}_{count}")
    return None if (first, last) == whole else (first, last + 1)


def _marks(view: View) -> dict[str, bool]:
    """What is drawn besides the numbers."""
    row = st.container(horizontal=True)
    blank = view in ("map", "anatomy") and row.toggle(
        "Blank schematic",
        key="_figure_blank",
        persist_state="session",
        help="Dots in place of numbers and colours: the net's form alone.",
    )
    frame = row.toggle(
        "Frame the cell in the light",
        not blank,
        key=f"_figure_frame_{blank}",
        persist_state="session",
    )
    return {
        "blank": blank,
        "frame": frame,
        "legend": row.toggle(
            "Explain the colours", True, key="_figure_legend", persist_state="session"
        ),
        "fit": row.toggle(
            "Colours up to this run's largest",
            st.session_state["range"] == "this run",
            key=f"_figure_fit_{st.session_state['range']}",
            persist_state="session",
        ),
        "apart": row.toggle("Biases apart", key="_figure_apart", persist_state="session"),
    }
