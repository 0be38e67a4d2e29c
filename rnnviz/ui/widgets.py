"""Controls bound to the link: their key is the parameter's name, `settings` has their default."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rnnviz.ui.settings import DEFAULTS, VIEW_DEFAULTS

_DEFAULTS = DEFAULTS | VIEW_DEFAULTS


def slider(label: str, key: str, least: float, most: float) -> None:
    """A slider over whole numbers, or over steps of 0.05 between two floats."""
    step = 0.05 if isinstance(least, float) else 1
    st.slider(label, least, most, _DEFAULTS[key], step, key=key, bind="query-params")


def decided(label: str, value: int, why: str) -> None:
    """A slider that something else decides: it shows the value, and why it cannot be moved."""
    st.slider(label, 0, 2 * value, value, disabled=True)
    st.caption(why)


def number(label: str, key: str, least: int, most: int, help: str) -> None:
    """A field for a whole number."""
    st.number_input(label, least, most, _DEFAULTS[key], key=key, bind="query-params", help=help)


def text(label: str, key: str, most: int, help: str) -> None:
    """A field for a line of text of at most so many characters."""
    st.text_input(label, _DEFAULTS[key], most, key=key, bind="query-params", help=help)


def toggle(label: str, key: str, help: str) -> None:
    """A switch."""
    st.toggle(label, _DEFAULTS[key], key=key, bind="query-params", help=help)


def menu(label: str, key: str, options: Sequence[str], help: str | None = None) -> None:
    """One of several words, folded away."""
    index = options.index(_DEFAULTS[key])
    st.selectbox(label, options, index, key=key, bind="query-params", help=help)


def choice(label: str, key: str, options: Sequence[str], help: str | None = None) -> None:
    """One of a few words, all in sight."""
    st.segmented_control(
        label,
        options,
        default=_DEFAULTS[key],
        key=key,
        bind="query-params",
        required=True,
        width="stretch",
        help=help,
    )
