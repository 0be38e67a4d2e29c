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
