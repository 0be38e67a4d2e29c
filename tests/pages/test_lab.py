"""The bug lab, without a browser."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from rnnviz.diagnosis.catalogue import CATALOGUE
from rnnviz.ui.lab import forms_of as lab_forms
from tests.pages.conftest import MAIN

LAB = "../../pages/check/lab.py"


def lab(**settings):
    at = AppTest.from_file(MAIN, default_timeout=90)
    for name, value in settings.items():
        at.query_params[name] = str(value)
    at.run()
    at = at.switch_page(LAB).run()
    assert not at.exception
    return at


def blob(at):
    found = [one.proto for one in at.get("bidi_component")]
    return next(proto.bytes for proto in found if proto.component_name == "rnnviz_carrier")


def header_of(packed):
    """What the player is told of a run, past 8 bytes of fingerprint."""
    length = int.from_bytes(packed[8:12], "little")
    return json.loads(packed[12 : 12 + length])


def test_the_mistake_of_the_link_is_run_in_the_player():
    at = lab(mistake="H6-h0-slice-i", layers=3)
    header = header_of(blob(at))

    assert header["what_if"]["mistake"] == "H6"
    assert header["what_if"]["first"] == [[1, "forward", 0], [1, "reverse", 4]]
    players = [
        p.proto for p in at.get("bidi_component") if p.proto.component_name == "rnnviz_player"
    ]
    assert set(json.loads(players[0].json)["hide"]) == {"anatomy", "drill", "code"}
    table = at.dataframe[0].value
    assert table.loc["initial states zero", "four digits show it"] == "no, it hides"
    assert at.metric[0].value != "0"
    assert "def test_mine_gives_what_torch_gives" in at.code[-1].value


def test_words_find_mistakes_and_a_group_narrows_them():
    at = lab()
    box = next(one for one in at.main.selectbox if one.label.startswith("Mistake"))
    everything = len(box.options)
    at.text_input(key="_lab_find").set_value("h_0 slice").run()
    box = next(one for one in at.main.selectbox if one.label.startswith("Mistake"))
    assert box.options == ["H6-h0-slice-i"]
    at.text_input(key="_lab_find").set_value("no such thing").run()
    box = next(one for one in at.main.selectbox if one.label.startswith("Mistake"))
    assert len(box.options) == everything
    assert any("None has these words" in caption.value for caption in at.caption)


def test_what_a_net_lacks_is_said_and_given_by_a_press():
    at = lab(mistake="H6-h0-slice-i", layers=1, direction="forward only", h0="zeros")
    words = " ".join(one.value for one in at.main.markdown).replace("\\", "")
    assert "lacks: initial states from the caller, two layers or more, two directions" in words
    (button,) = [one for one in at.main.button if one.label == "Give the net that"]
    button.click().run()
    assert not at.exception
    assert at.session_state["layers"] == 2
    assert header_of(blob(at))["what_if"]["mistake"] == "H6"


@pytest.mark.parametrize("lengths", ["", "5, 3, 2"], ids=["one length", "padded"])
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_every_mistake_of_a_kind_opens(kind, lengths):
    """No mistake breaks the page, whatever it does to shapes."""
    from rnnviz.ui import lab as runs
    from tests.pages.test_mistakes import run_of

    run = run_of(kind=kind, batch=3, batch_first=True, lengths=lengths)
    case, count = runs.case_in(run), 0
    for index, one in runs.mistakes_of(kind):
        assert CATALOGUE[index] is one
        if one.applies(case):
            found = runs.lab_of(run.settings, index, run)
            packed = runs.packed_lab(run.settings, index, 1, run, found)
            assert packed is None or header_of(packed)["what_if"]["mistake"] == one.code
            count += packed is not None
    assert count >= 30


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_every_need_of_a_mistake_can_be_met(kind):
    """What "Give the net that" sets makes every mistake possible that any net can have."""
    from rnnviz.ui import lab as runs
    from tests.pages.test_mistakes import run_of

    for _, one in runs.mistakes_of(kind):
        settings, tries = {"kind": kind, "layers": 1, "direction": "forward only"}, 0
        settings |= {"h0": "zeros", "hidden": 4}
        while one.changes is not None:
            case = runs.case_in(run_of(**settings))
            missing = [need.__name__ for need in one.needs if not need(case)]
            if not missing:
                break
            tries += 1
            rooms = [runs.room_for(case, need) for need in missing]
            assert all(rooms) and tries < 4, (one.id, missing)
            for room in rooms:
                settings |= room


def test_both_forms_of_a_mistake_can_be_run():
    at = lab(mistake="H3-h0-ignored", kind="LSTM")
    (form,) = at.main.radio
    assert len(form.options) == 2
    before = at.metric[0].value
    form.set_value(max(lab_forms("H3-h0-ignored", "LSTM"))).run()
    assert not at.exception
    assert at.metric[0].value != before
