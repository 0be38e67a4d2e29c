"""The numbers that a visitor changed: put into a run, undone and redone."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
import torch
from torch import Tensor

from rnnviz.config import Clamp
from rnnviz.engine.checks import Module, config_of
from rnnviz.engine.clamps import check_fits
from rnnviz.engine.edits import Editable, apply_edits
from rnnviz.engine.forward import States
from rnnviz.engine.weights import random_states
from rnnviz.inputs import Edit, read_edits, write_edits
from rnnviz.limits import MAX_EDITS_CHARS
from rnnviz.ui.settings import Settings

# What was wrong with the last change by a control.
EDITS_ERROR = "_edits_error"

# The texts of edits before the last changes, and those that were undone.
_PAST, _FUTURE = "_edits_past", "_edits_future"

# Where the session holds sets of edits, as texts, by the names given to them.
KEPT_SETS = "_edits_kept"

# More steps back than anyone remembers.
MAX_PAST = 200


def numbers_of(settings: Settings) -> list[Edit]:
    """The changes of numbers that the net is given.

    Raises:
        ValueError: the edits cannot be read.
    """
    return [edit for edit in read_edits(settings.edits) if isinstance(edit, Edit)]


def clamps_of(settings: Settings) -> list[Clamp]:
    """What is held of that which the net computes.

    Raises:
        ValueError: the edits cannot be read.
    """
    return [edit for edit in read_edits(settings.edits) if isinstance(edit, Clamp)]


def put_weights(settings: Settings, module: Module) -> None:
    """Put those edits into the module that are of its parameters.

    Raises:
        ValueError: the edits cannot be read, or one has no place in its parameter.
    """
    named = dict(module.named_parameters())
    apply_edits(named, [edit for edit in numbers_of(settings) if edit.name in named])


def put_edits(settings: Settings, module: Module, x: Tensor, states: States) -> States:
    """Put the edits into the module and into x, (batch, seq_len, input_size); give the states.

    Raises:
        ValueError: an edit cannot be read, or has no place in this net.
    """
    edits = numbers_of(settings)
    if not edits:
        return states
    if any(edit.name in ("h_0", "c_0") for edit in edits) and states is None:
        states = zeros_like(random_states(config_of(module), len(x), 0))
    apply_edits(editable(module, x, states), edits)
    return states


def editable(module: Module, x: Tensor, states: States) -> dict[str, Editable]:
    """All that can be changed, by name; x as (seq_len, batch, input_size)."""
    config = config_of(module)
    found: dict[str, Editable] = {"x": x.transpose(0, 1)}
    if states is not None:
        found |= {"h_0": states[0], "c_0": states[1]} if config.has_c else {"h_0": states}
    return found | dict(module.named_parameters())


def zeros_like(states: States) -> States:
    """The same shapes, with zeros."""
    if isinstance(states, tuple):
        return tuple(zeros_like(part) for part in states)
    return None if states is None else torch.zeros_like(states)


def current_edits() -> tuple[Edit | Clamp, ...]:
    """The edits of the session; none, if their text cannot be read: the page then says so."""
    try:
        return read_edits(st.session_state["edits"])
    except ValueError:
        return ()


def change_edits(edits: tuple[Edit | Clamp, ...]) -> None:
    """Make these the edits, in a way that can be undone.

    Raises:
        ValueError: their text is too long for a link, or a new number too large for the net's.
    """
    for edit in set(edits) - set(current_edits()):
        check_fits(edit, getattr(torch, st.session_state["dtype"]))
    text = write_edits(edits)
    if len(text) > MAX_EDITS_CHARS:
        raise ValueError(
            f"the edits must fit a link: at most {MAX_EDITS_CHARS:,} characters, got {len(text):,}."
        )
    state = st.session_state
    if text != state["edits"]:
        state[_PAST] = [*state.get(_PAST, []), state["edits"]][-MAX_PAST:]
        state[_FUTURE] = []
        state["edits"] = text


def make_edits(edits: tuple[Edit | Clamp, ...]) -> None:
    """`change_edits` by a control, whose error is told by the page."""
    try:
        change_edits(edits)
    except ValueError as error:
        st.session_state[EDITS_ERROR] = str(error)


def change_by(change: Mapping[str, object]) -> None:
    """What the player sends: {"put": "x[0,0,1]=2"}, {"take": "x[0,0,1]"}, {"undo": True} or redo.

    Anything else is no change.

    Raises:
        ValueError: what is put is no edit, or there are too many.
    """
    put, take = change.get("put"), change.get("take")
    edits = current_edits()
    if isinstance(put, str):
        (edit, *_) = read_edits(put) or (None,)
        kept = [one for one in edits if edit is None or one.place != edit.place]
        change_edits((*kept, *([edit] if edit else [])))
    elif isinstance(take, str):
        change_edits(tuple(edit for edit in edits if edit.place != take))
    elif change.get("undo"):
        undo()
    elif change.get("redo"):
        redo()


def way_out(error: str) -> None:
    """Where changed numbers are why the page cannot be shown: the buttons that take them back."""
    edits = current_edits()
    at_fault = [edit for edit in edits if str(edit) in error]
    if not at_fault:
        return
    row = st.container(horizontal=True)
    fitting = tuple(edit for edit in edits if edit not in at_fault)
    row.button("Take this change back", on_click=make_edits, args=(fitting,), type="primary")
    if len(edits) > 1:
        row.button(f"Take all {len(edits)} back", on_click=make_edits, args=((),))


def undo() -> None:
    """Back to the edits before the last change."""
    _move(_PAST, _FUTURE)


def redo() -> None:
    """Again what was undone."""
    _move(_FUTURE, _PAST)


def can_undo() -> bool:
    """Whether there is a change to undo."""
    return bool(st.session_state.get(_PAST))


def can_redo() -> bool:
    """Whether there is one to do again."""
    return bool(st.session_state.get(_FUTURE))


def _move(taken: str, given: str) -> None:
    state = st.session_state
    if state.get(taken):
        *rest, text = state[taken]
        state[given] = [*state.get(given, []), state["edits"]]
        state[taken], state["edits"] = rest, text
