"""Edits in a run: torch agrees with the changed numbers, and undo gives the very bits back."""

import random

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest
from torch import nn

import rnnviz
from rnnviz.engine.weights import random_states
from rnnviz.figures import state_change
from rnnviz.inputs import Edit, noise, read_edits, write_edits
from rnnviz.ui.cache import make_run
from rnnviz.ui.edits import MAX_PAST
from rnnviz.ui.settings import DEFAULTS, Settings

SIZES = {"layers": 2, "hidden": 4, "inputs": 3, "steps": 5, "batch": 2, "input": "random numbers"}


def settings(**changes):
    known = {name: DEFAULTS[name] for name in Settings.__dataclass_fields__}
    return Settings(**known | SIZES | changes)


def ten_edits(trace, seed):
    """Ten edits at random places of the input, the states and the parameters."""
    draw = random.Random(seed)
    shapes = {"x": (5, 2, 3), "h_0": (4, 2, 4)} | (
        {"c_0": (4, 2, 4)} if trace.c_n is not None else {}
    )
    for cell in trace.cells:
        suffix = f"_l{cell.layer}" + ("_reverse" if cell.direction == "reverse" else "")
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            shapes[name + suffix] = getattr(cell, name).shape
    names = draw.sample(sorted(shapes), 10)
    return [
        Edit(name, tuple(draw.randrange(size) for size in shapes[name]), draw.uniform(-2, 2))
        for name in names
    ]


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("h0", ["random", "zeros"])
@pytest.mark.parametrize("batch_first", [False, True])
def test_ten_edits_give_what_torch_gives(kind, h0, batch_first):
    options = {"kind": kind, "h0": h0, "batch_first": batch_first, "dtype": "float64"}
    before = make_run(settings(**options), ("", b""))
    edits = ten_edits(before.trace, kind + h0)
    after = make_run(settings(**options, edits=write_edits(edits)), ("", b""))

    config = before.trace.config
    module = rnnviz.build(config, 0)
    x = torch.tensor(noise(5, 3, 2, seed=0).values)
    hx = random_states(config, 2, 0)
    if h0 == "zeros":
        hx = tuple(map(torch.zeros_like, hx)) if kind == "LSTM" else torch.zeros_like(hx)
    known = dict(module.named_parameters()) | {"x": x.transpose(0, 1)}
    known |= {"h_0": hx[0], "c_0": hx[1]} if kind == "LSTM" else {"h_0": hx}
    with torch.no_grad():
        for edit in edits:
            known[edit.name][edit.index] = edit.value
        output = module(x if batch_first else x.transpose(0, 1), hx)[0]
    assert after.comparison.equal
    np.testing.assert_allclose(after.trace.output, output.numpy(), rtol=0, atol=1e-12)
    assert not np.array_equal(after.trace.output, before.trace.output)


def test_taking_edits_back_gives_the_very_bits():
    before = make_run(settings(), ("", b"")).trace
    make_run(settings(edits="weight_hh_l0[1,2]=9; x[0,0,0]=5"), ("", b""))
    again = make_run(settings(), ("", b"")).trace

    for one, other in zip(before.cells, again.cells, strict=True):
        for (name, array), (_, same) in zip(one.arrays(), other.arrays(), strict=True):
            assert array.tobytes() == same.tobytes(), name


def test_stack_is_edited_by_its_own_names():
    options = {"kind": "stack", "stack": "LSTM 4, GRU 3", "direction": "forward only"}
    edits = "cells.1.weight_hh[2,1]=0.75; c_0[0,1,3]=-3; h_0[1,0,2]=0.5"
    trace = make_run(settings(**options, edits=edits), ("", b"")).trace

    assert trace.cells[1].weight_hh[2, 1] == 0.75
    assert trace.cells[0].c_0[1, 3] == -3
    assert trace.cells[1].h_0[0, 2] == 0.5


def test_cell_state_alone_is_changed_from_zeros():
    options = {"kind": "LSTM", "h0": "zeros", "batch": 3}
    trace = make_run(settings(**options, edits="c_0[3,2,1]=-3"), ("", b"")).trace

    last = trace.cell(1, "reverse").c_0
    assert last[2, 1] == -3 and np.count_nonzero(last) == 1
    assert not any(cell.h_0.any() for cell in trace.cells)


def test_net_built_by_formula_is_edited_and_the_formula_stays():
    options = {"weights": "counts brackets", "input": "text", "text": "()", "vocab": "()"}
    edited = make_run(settings(**options, edits="weight_ih_l0[0,0]=4"), ("", b"")).trace
    assert edited.cells[0].weight_ih[0, 0] == 4
    assert make_run(settings(**options), ("", b"")).trace.cells[0].weight_ih[0, 0] != 4


def test_differences_are_exact():
    before = make_run(settings(), ("", b"")).trace
    after = make_run(settings(edits="x[2,1,0]=3"), ("", b"")).trace
    figure = state_change(before, after, 1, "reverse", sample=1)

    z = next(data for data in figure.data if data.type == "heatmap").z
    expected = after.cell(1, "reverse").h[:, 1].astype(float) - before.cell(1, "reverse").h[:, 1]
    np.testing.assert_array_equal(np.array(z, float), expected.T)


def test_runs_of_other_shapes_have_no_difference():
    one, other = (rnnviz.trace(nn.RNN(3, hidden), torch.zeros(2, 3)).numpy() for hidden in (4, 5))
    with pytest.raises(ValueError, match="the same cells, timesteps and samples"):
        state_change(one, other, 0, "forward")


def script():
    """A page that offers what the edit page calls."""
    import streamlit as st

    from rnnviz.inputs import Edit
    from rnnviz.ui import edits

    st.session_state.setdefault("edits", "")
    st.session_state.setdefault("dtype", "float32")
    number = st.number_input("value", value=0.0)
    st.button("set", on_click=edits.change_edits, args=((Edit("x", (0, 0, 0), number),),))
    st.button("undo", on_click=edits.undo, disabled=not edits.can_undo())
    st.button("redo", on_click=edits.redo, disabled=not edits.can_redo())


def test_changes_are_undone_and_redone_in_order():
    at = AppTest.from_function(script).run()
    press = {button.label: button for button in at.button}
    assert press["undo"].disabled
    assert press["redo"].disabled
    for value in (1.0, 2.0, 2.0, 3.0):
        at.number_input[0].set_value(value).run()
        at.button[0].click().run()
    seen = []
    for button in (1, 1, 2, 1, 1):
        at.button[button].click().run()
        seen.append(at.session_state["edits"])

    assert seen == ["x[0,0,0]=2", "x[0,0,0]=1", "x[0,0,0]=2", "x[0,0,0]=1", ""]
    assert at.button[1].disabled
    at.button[0].click().run()
    assert at.session_state["edits"] == "x[0,0,0]=3"
    assert at.button[2].disabled


def test_the_way_back_has_an_end():
    at = AppTest.from_function(script).run()
    at.session_state["_edits_past"] = [f"x[0,0,{n}]=1" for n in range(MAX_PAST)]
    at.number_input[0].set_value(5.0).run()
    at.button[0].click().run()
    past = at.session_state["_edits_past"]
    assert len(past) == MAX_PAST and past[0] == "x[0,0,1]=1" and past[-1] == ""
    assert read_edits(at.session_state["edits"])[0].value == 5.0


def told():
    """A page that is told of changes as the player tells them, and of edits as a control does."""
    import streamlit as st

    from rnnviz.inputs import Edit
    from rnnviz.ui import edits

    st.session_state.setdefault("edits", "")
    st.session_state.setdefault("dtype", "float32")
    if change := st.session_state.pop("change", None):
        edits.change_by(change)
    if names := st.session_state.pop("names", None):
        edits.make_edits(tuple(Edit(name, (0,), 1.0) for name in names))


def test_player_puts_takes_undoes_and_redoes():
    at = AppTest.from_function(told).run()
    changes = [
        ({"put": "x[0,0,1]=2"}, "x[0,0,1]=2"),
        ({"put": "h_l0[1,:]=hold"}, "x[0,0,1]=2; h_l0[1:2,:]=hold"),
        ({"put": "x[0,0,1]=3"}, "h_l0[1:2,:]=hold; x[0,0,1]=3"),
        ({"take": "h_l0[1:2,:]"}, "x[0,0,1]=3"),
        ({"undo": True}, "h_l0[1:2,:]=hold; x[0,0,1]=3"),
        ({"redo": True}, "x[0,0,1]=3"),
    ]
    nothing = ({"take": "x[9,9,9]"}, {"put": ""}, {"put": 3}, {"undo": False}, {"other": True})
    for change, text in changes:
        for one in (change, *nothing):
            at.session_state["change"] = one
            at.run()

            assert not at.exception
            assert at.session_state["edits"] == text
    assert len(at.session_state["_edits_past"]) == 4


def test_edits_that_are_too_long_for_a_link_are_told_and_not_made():
    at = AppTest.from_function(told).run()
    # Each with "[0]=1; " 100 characters.
    names = ["n" * 93] * 59
    for last, made in (("n" * 95, True), ("n" * 96, False)):
        at.session_state["edits"] = ""
        at.session_state["names"] = [*names, last]
        at.run()

        assert bool(at.session_state["edits"]) == made
        assert ("_edits_error" in at.session_state) == (not made)
    assert "at most 6,000 characters, got 6,001" in at.session_state["_edits_error"]
