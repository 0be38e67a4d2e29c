"""What is held by the form on the page, in the run and in the link's text."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from rnnviz.ui.cache import current_run
    from rnnviz.ui.edit_view import edit_bar, edit_view
    from rnnviz.ui.settings import start_settings

    start_settings()
    st.session_state["kind"] = "LSTM"
    edit_bar()
    run = current_run()
    st.session_state["_run"] = run
    edit_view(run, 0)


@pytest.fixture
def at():
    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    return app


def press(at, key):
    at.button(key=key).click().run()
    assert not at.exception


def run_of(at):
    return at.session_state["_run"].trace


def test_gate_of_a_unit_is_held_and_undone(at):
    before = run_of(at).output.copy()
    at.selectbox(key="_clamp_cell").select("layer 1, reverse").run()
    at.selectbox(key="_clamp_what_LSTM").select("f").run()
    at.selectbox(key="_clamp_unit_4").select(2).run()
    at.slider(key="_clamp_span_4").set_range(1, 3).run()
    at.text_input(key="_clamp_value").input("0.25").run()
    press(at, "_clamp_make")

    assert at.session_state["edits"] == "f_l1_reverse[1:4,2]=0.25"
    assert (run_of(at).cell(1, "reverse").gate("f")[1:4, 0, 2] == 0.25).all()
    press(at, "_edits_undo")
    np.testing.assert_array_equal(run_of(at).output, before)


def test_direction_is_zeroed_and_state_frozen_by_one_press(at):
    at.selectbox(key="_clamp_cell").select("layer 0, reverse").run()
    press(at, "_clamp_all_0.0")
    at.selectbox(key="_clamp_cell").select("layer 1, forward").run()
    press(at, "_clamp_all_hold")

    assert at.session_state["edits"] == "h_l0_reverse[:,:]=0; h_l1[:,:]=hold; c_l1[:,:]=hold"
    frozen = run_of(at).cell(1, "forward")
    assert not run_of(at).cell(0, "reverse").h.any()
    assert (frozen.h == frozen.h_0).all() and (frozen.c == frozen.c_0).all()


def test_last_of_two_holds_of_a_place_counts(at):
    for value in ("1", "−2"):
        at.text_input(key="_clamp_value").input(value).run()
        press(at, "_clamp_make")

    assert at.session_state["edits"] == "h_l0[:,:]=-2"


def test_value_that_is_no_number_is_told_and_changes_nothing(at):
    at.text_input(key="_clamp_value").input("much").run()
    press(at, "_clamp_make")

    assert at.session_state["edits"] == ""
    assert "expected a finite number" in at.error[0].value
