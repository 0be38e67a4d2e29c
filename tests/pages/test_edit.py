"""The page on which numbers are changed."""

import pytest


def test_edits_of_a_link_are_in_the_run_and_on_the_page(visit):
    page = visit(edits="weight_hh_l0[1,2]=0.9; x[2,0,1]=-1")
    assert not page.at.exception
    assert any("2 changed by hand" in words.value for words in page.at.markdown)
    assert "load_state_dict" in page.at.code[0].value


@pytest.mark.parametrize("edits", ["foo[0]=1", "x[0]=1", "x", "weight_hh_l0[9,9]=1"])
def test_edit_without_a_place_is_told_in_words(visit, edits):
    page = visit(edits=edits)
    assert len(page.at.error) == 1
    assert "edit" in page.at.error[0].value
    assert not page.at.exception


def test_preset_takes_the_edits_away(visit):
    page = visit(edits="x[0,0,0]=1")
    page.at.sidebar.selectbox[0].set_value("A GRU, gate by gate").run()
    assert page.at.session_state["edits"] == ""
    page.at.sidebar.button[1].click().run()
    assert page.at.session_state["edits"] == "x[0,0,0]=1"


@pytest.mark.parametrize("edit", ["weight_hh_l0[0,0]=1e39", "h_l0[0,0]=-1e39", "x[900,0,0]=1"])
def test_change_that_does_not_fit_is_taken_back_by_a_press(visit, edit):
    page = visit(edits=f"x[0,0,0]=1; {edit}", input="random numbers", steps=5)
    assert edit[:5] in page.at.error[0].value.replace("\\", "")
    (button,) = [one for one in page.at.main.button if one.label == "Take this change back"]
    button.click().run()
    assert not page.at.error
    assert page.at.session_state["edits"] == "x[0,0,0]=1"
    undo = [one for one in page.at.main.button if one.label == "Take all 2 back"]
    assert not undo


def test_input_too_large_for_the_dtype_is_named(visit):
    page = visit(input="file")
    page.at.session_state["_pending"] = ("my.csv", b"a,b\n1,2\n3,1e99\n")
    page.at.run()
    (button,) = [one for one in page.at.main.button if one.label == "Run the net on it"]
    button.click().run()
    told = page.at.error[0].value.replace("\\", "")
    assert "1e+99 at timestep 1, column 1, which float32 cannot hold" in told
    page.at.session_state["dtype"] = "float64"
    page.at.run()
    assert not page.at.error
