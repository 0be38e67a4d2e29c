"""The menu of presets, with reset and undo."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from rnnviz.ui.presets import PRESETS
from rnnviz.ui.settings import DEFAULTS

# The settings from before a preset, and the preset that the menu showed in the last run.
_BEFORE = "_before_preset"
_APPLIED = "_applied_preset"


def preset_menu() -> None:
    """The menu; drawn first, as a choice sets every control."""
    st.selectbox(
        "Preset",
        list(PRESETS),
        key="preset",
        bind="query-params",
        on_change=_apply_preset,
        help="Sets every control at once.",
    )


def preset_story() -> None:
    """What the preset is, and the way back; drawn once all settings are known."""
    preset = PRESETS[st.session_state["preset"]]
    wanted = DEFAULTS | preset.settings
    changed = any(st.session_state[name] != value for name, value in wanted.items())
    st.caption(f"Changed since. As it comes: {preset.story}" if changed else preset.story)
    left, right = st.columns(2)
    left.button(
        "Reset",
        on_click=_apply_preset,
        disabled=not changed,
        help="Back to the preset's settings.",
        width="stretch",
    )
    right.button(
        "Undo",
        on_click=_undo_preset,
        disabled=_BEFORE not in st.session_state,
        help="Back to the settings from before the preset, the reset, the opened net or session.",
        width="stretch",
    )
    st.session_state[_APPLIED] = st.session_state["preset"]


def _apply_preset() -> None:
    keep_for_undo()
    state = st.session_state
    state.update(DEFAULTS | PRESETS[state["preset"]].settings)


def keep_for_undo(others: Iterable[str] = ()) -> None:
    """Keep the settings as they are, for the button “Undo”; `others` are to come back too."""
    state = st.session_state
    before = {name: state.get(name) for name in (*DEFAULTS, *others)}
    state[_BEFORE] = before | {"preset": state[_APPLIED]}


def _undo_preset() -> None:
    st.session_state.update(st.session_state.pop(_BEFORE))
