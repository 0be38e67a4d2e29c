"""The numbers that a visitor changed: put into a run, undone and redone."""

from __future__ import annotations

import streamlit as st
import torch
from torch import Tensor

from rnnviz.engine.checks import Module, config_of
from rnnviz.engine.edits import Editable, apply_edits
from rnnviz.engine.forward import States
from rnnviz.engine.weights import random_states
from rnnviz.inputs import Edit, read_edits, write_edits
from rnnviz.limits import MAX_EDITS_CHARS
from rnnviz.ui.settings import Settings

# The texts of edits before the last changes, and those that were undone.
_PAST, _FUTURE = "_edits_past", "_edits_future"

# Where the session holds sets of edits, as texts, by the names given to them.
KEPT_SETS = "_edits_kept"

# More steps back than anyone remembers.
MAX_PAST = 200


def put_edits(settings: Settings, module: Module, x: Tensor, states: States) -> States:
    """Put the edits into the module and into x, (batch, seq_len, input_size); give the states.

    Raises:
        ValueError: an edit cannot be read, or has no place in this net.
    """
    edits = read_edits(settings.edits)
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


def current_edits() -> tuple[Edit, ...]:
    """The edits of the session; none, if their text cannot be read: the page then says so."""
    try:
        return read_edits(st.session_state["edits"])
    except ValueError:
        return ()


def change_edits(edits: tuple[Edit, ...]) -> None:
    """Make these the edits, in a way that can be undone.

    Raises:
        ValueError: their text is too long for a link.
    """
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
