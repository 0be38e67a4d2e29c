"""The page on which any number is changed by hand, and what follows of it."""

from __future__ import annotations

import numpy as np
import pandas
import streamlit as st

from rnnviz.config import Clamp
from rnnviz.figures import hidden_heatmap, state_change
from rnnviz.files.save import state_dict_of
from rnnviz.inputs import Edit, read_edits
from rnnviz.inputs.edits import number
from rnnviz.limits import MAX_EDIT_SETS, MAX_SET_NAME_CHARS
from rnnviz.records import CellTrace, Trace
from rnnviz.ui.cache import Run, unedited_run
from rnnviz.ui.clamp_form import clamp_form
from rnnviz.ui.edits import (
    EDITS_ERROR,
    KEPT_SETS,
    can_redo,
    can_undo,
    current_edits,
    make_edits,
    redo,
    undo,
)
from rnnviz.ui.views import built, chart, choose_cell, digits, look
from rnnviz.ui.widgets import choice
from rnnviz.ui.words import plain, scientific

# Cells of a grid that a browser scrolls smoothly.
MAX_GRID_CELLS = 100_000

_REFUSED = "_edits_refused"

WAYS = ("after", "before", "difference")

_COLUMNS = "edit_columns"

# Streamlit stacks columns on phones alone. These stand below each other as soon as one of them has
# no room for five columns of the grid or for the names in the form.
_STACKING = f"""<style>
.st-key-{_COLUMNS} [data-testid="stColumn"] {{ min-width: min(100%, 22rem); }}
</style>"""


def edit_bar() -> None:
    """Undo, redo and reset, which must be there even if the edits cannot be run."""
    edits = current_edits()
    row = st.container(horizontal=True, vertical_alignment="center")
    back, again = ":material/undo:", ":material/redo:"
    row.button("Undo", on_click=undo, disabled=not can_undo(), icon=back, key="_edits_undo")
    row.button("Redo", on_click=redo, disabled=not can_redo(), icon=again, key="_edits_redo")
    row.button(
        "Reset all",
        on_click=make_edits,
        args=((),),
        disabled=not st.session_state["edits"],
        icon=":material/restart_alt:",
        key="_edits_reset",
    )
    row.caption(f"{len(edits)} changed" if edits else "Nothing is changed yet.")
    error = st.session_state.pop(EDITS_ERROR, None)
    if error:
        st.error(plain(error), icon=":material/error:")


def edit_view(run: Run, sample: int) -> None:
    """The grid of one tensor, what the edits did, and the edits as a list."""
    grids = _grids(run.trace, sample)
    st.html(_STACKING)
    left, right = st.container(key=_COLUMNS).columns([2, 3], gap="large")
    with left:
        name = st.selectbox("What to change", list(grids), key="_edits_name")
        _grid(name, grids[name], sample)
        clamp_form(run)
        _list(current_edits())
        _kept()
    with right:
        _consequences(run, sample)


def _grids(trace: Trace, sample: int) -> dict[str, np.ndarray]:
    """All that can be changed of one sample, each as a matrix or a vector."""
    grids = {"x": trace.cells[0].x[:, sample]}
    if len({cell.state_size for cell in trace.cells}) == 1:
        grids["h_0"] = np.stack([cell.h_0[sample] for cell in trace.cells])
        if all(cell.c_0 is not None for cell in trace.cells):
            grids["c_0"] = np.stack([cell.c_0[sample] for cell in trace.cells])
    return grids | {name: tensor.float().numpy() for name, tensor in state_dict_of(trace).items()}


def _grid(name: str, values: np.ndarray, sample: int) -> None:
    """The numbers to type in; a changed one becomes an edit."""
    meaning = {
        "x": "x_t: a row per timestep, a column per input.",
        "h_0": "Initial hidden state: a row per layer and direction, a column per unit.",
        "c_0": "Initial cell state: a row per layer and direction, a column per unit.",
    }
    st.caption(meaning.get(name, f"Shape {values.shape}, rows as torch stacks them."))
    if values.size > MAX_GRID_CELLS:
        st.info(
            f"{values.size:,} numbers are too many for a grid; type the change under “More”, "
            f"“Changed numbers”: {name}[0,0]=0.5.",
            icon=":material/info:",
        )
        return
    matrix = values if values.ndim == 2 else values[:, None]
    # As text: a grid of numbers loses the minus of a number that is typed at once.
    shown = [[digits(value) for value in row] for row in matrix]
    frame = pandas.DataFrame(shown, columns=[str(column) for column in range(matrix.shape[1])])
    # A key of its own for each state of the edits: what was typed is in the frame already.
    state = (st.session_state["edits"], st.session_state.get(_REFUSED))
    key = f"_grid_{name}_{sample}_{hash(state)}"
    st.data_editor(
        frame,
        key=key,
        num_rows="fixed",
        height=min(420, 38 + 35 * len(frame)),
        on_change=_typed,
        args=(key, name, sample, values.ndim),
    )


def _typed(key: str, name: str, sample: int, dimensions: int) -> None:
    """Make edits of the cells that were typed in."""
    edits = list(current_edits())
    for row, columns in st.session_state[key]["edited_rows"].items():
        for column, typed in columns.items():
            index = (int(row), int(column)) if dimensions == 2 else (int(row),)
            if name in ("x", "h_0", "c_0"):
                index = (index[0], sample, index[1])
            try:
                edit = Edit(name, index, number(typed))
            except ValueError as error:
                st.session_state[EDITS_ERROR] = f"{name}{list(index)}: {error}"
                # A new grid, which shows the number that is still there.
                st.session_state[_REFUSED] = st.session_state.get(_REFUSED, 0) + 1
                return
            edits = [one for one in edits if one.place != edit.place]
            edits.append(edit)
    make_edits(tuple(edits))


def _list(edits: tuple[Edit | Clamp, ...]) -> None:
    """Every edit, with a button that takes it back."""
    if not edits:
        return
    with st.expander(f"Edits ({len(edits)})", expanded=len(edits) <= 5):
        for number, edit in enumerate(edits[:50]):
            row = st.container(horizontal=True, vertical_alignment="center")
            row.text(str(edit), width="stretch")
            others = edits[:number] + edits[number + 1 :]
            take = "Take back"
            row.button(take, key=f"_edit_{number}", on_click=make_edits, args=(others,))
        if len(edits) > 50:
            st.caption(f"… and {len(edits) - 50} more")


def _kept() -> None:
    """Sets of edits under names of the visitor's own, for this session."""
    kept: dict[str, str] = st.session_state.setdefault(KEPT_SETS, {})
    with st.expander("Kept sets of edits", icon=":material/bookmark:"):
        row = st.container(horizontal=True, vertical_alignment="bottom")
        row.text_input("Name", key="_edits_new", max_chars=MAX_SET_NAME_CHARS)
        full = len(kept) >= MAX_EDIT_SETS
        none = not st.session_state["edits"]
        row.button("Keep these", on_click=_keep, disabled=none or full, key="_edits_keep")
        if full:
            st.caption(f"There may be at most {MAX_EDIT_SETS} sets; delete one to keep another.")
        for number, (name, text) in enumerate(kept.items()):
            row = st.container(horizontal=True, vertical_alignment="center")
            row.text(f"{name}: {text[:60]}", width="stretch")
            row.button("Use", key=f"_kept_use_{number}", on_click=_use, args=(name,))
            row.button("Delete", key=f"_kept_delete_{number}", on_click=kept.pop, args=(name,))


def _keep() -> None:
    kept = st.session_state[KEPT_SETS]
    name = st.session_state["_edits_new"].strip() or f"set {len(kept) + 1}"
    kept[name] = st.session_state["edits"]


def _use(name: str) -> None:
    make_edits(read_edits(st.session_state[KEPT_SETS][name]))


def _consequences(run: Run, sample: int) -> None:
    """The states before and after, and where they begin to differ."""
    before = unedited_run(run)
    choice("Show h", "edit_view", WAYS, "Of the same net and input without the edits, or with.")
    options = {"sample": sample, "look": look(run, sample)}
    layer, direction = choose_cell(run)
    place = {"layer": layer, "direction": direction}
    match st.session_state["edit_view"]:
        case "before":
            figure = built(before, hidden_heatmap, **place, **options)
            chart(figure, "edit_before", kept_of=before.settings)
        case "difference":
            chart(state_change(before.trace, run.trace, **place, **options), "edit_change")
        case _:
            figure = built(run, hidden_heatmap, **place, **options)
            chart(figure, "edit_after", kept_of=run.settings)
    changed = [
        _change_words(old, new, sample)
        for old, new in zip(before.trace.cells, run.trace.cells, strict=True)
    ]
    st.dataframe(pandas.DataFrame(changed), hide_index=True)


def _change_words(old: CellTrace, new: CellTrace, sample: int) -> dict[str, str]:
    """What changed in one cell, and which update is the first."""
    difference = np.abs(new.h[:, sample].astype(np.float64) - old.h[:, sample])
    difference = np.nan_to_num(difference, nan=0.0)
    rows = [t for t in new.positions() if difference[t].any()]
    return {
        "cell": f"layer {new.layer}, {new.direction}",
        "max |change of h|": scientific(float(difference.max(initial=0.0)), 3),
        "first changed at": f"t = {rows[0]}" if rows else "unchanged",
    }
