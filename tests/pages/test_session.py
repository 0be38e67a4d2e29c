"""A session is saved, and opened by another visitor who sees the same."""

import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.files.session import read_session, write_session
from rnnviz.ui import session_view, sessions
from rnnviz.ui.cache import make_run
from rnnviz.ui.sessions import snapshot
from rnnviz.ui.settings import DEFAULTS, FROM_FILE, VIEW_DEFAULTS, Settings
from rnnviz.ui.uploads import fingerprint
from tests.files.hostile import as_torch
from tests.pages.test_open import opened

CHANGED = {
    "preset": "A GRU, gate by gate",
    "kind": "LSTM",
    "text": "señor",
    "vocab": "señorx",
    "layers": 3,
    "hidden": 5,
    "proj": 2,
    "batch": 3,
    "sample": 2,
    "seed": 77,
    "weights": "orthogonal",
    "radius": 1.5,
    "dtype": "float64",
    "edits": "weight_hh_l0[1,1]=0.9; x[0,0,0]=-1",
    "cell": "layer 1, reverse",
    "range": "this run",
    "width": "89 mm",
}


@pytest.fixture
def saved(monkeypatch):
    """Gives the bytes that the button of a page would give."""
    taken = []
    monkeypatch.setattr(
        session_view, "snapshot", lambda page: taken.append(snapshot(page)) or taken[-1]
    )

    def save(page):
        page.at.run()
        return taken[-1].to_bytes()

    return save


def open_session(page, data):
    (uploader,) = [one for one in page.at.sidebar.file_uploader if one.label == "Open session"]
    uploader.upload("a.npz", data)
    page.at.run()
    assert not page.at.exception
    return page


def use(page, **values):
    """Put values into the session of a page, as its controls and uploads do."""
    for name, value in values.items():
        page.at.session_state[name] = value
    page.at.run()
    return page


def rewritten(data, **changes):
    """The file with other settings, a setting that is None left out."""
    session = read_session(data)
    return write_session(replace(session, settings=session.settings | changes))


def state(page):
    return {name: page.at.session_state[name] for name in DEFAULTS | VIEW_DEFAULTS}


def settings(page):
    return Settings(**{name: page.at.session_state[name] for name in Settings.__dataclass_fields__})


def told(page):
    return page.at.sidebar.success[0].value.replace("\\", "")


def test_another_visitor_sees_the_same(visit, saved):
    first = visit(**CHANGED)
    data = saved(first)
    page = open_session(visit(), data)

    assert state(page) == state(first)
    assert {name: state(page)[name] for name in CHANGED if name != "preset"} == {
        name: value for name, value in CHANGED.items() if name != "preset"
    }
    assert page.packed() == first.packed()
    assert page.titles() == first.titles()
    assert page.captions().count("3-layer bidirectional LSTM") == 1
    assert "2 changed numbers" in told(page)
    assert "its weights were the saved ones, bit for bit." in told(page)


def test_the_weights_in_the_file_are_those_of_the_run(visit, saved):
    page = visit(**CHANGED)
    session = read_session(saved(page))
    run = make_run(settings(page), ("", b""))

    assert len(session.weights) == 3 * 2 * 5
    for cell in run.trace.cells:
        suffix = f"_l{cell.layer}" + ("_reverse" if cell.direction == "reverse" else "")
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr"):
            np.testing.assert_array_equal(
                session.weights[name + suffix], getattr(cell, name), strict=True
            )
    assert session.weights["weight_hh_l0"][1, 1] == 0.9


def test_files_travel_with_the_session(visit, saved):
    """Those that the settings use, and no others."""
    net = opened(as_torch(nn.GRU(2, 3).state_dict()))
    table = ("a.csv", b"1,2\n3,4\n5,-6\n", fingerprint("a.csv", b"1,2\n3,4\n5,-6\n"))
    page = use(visit(), _opened=net, _uploaded=table)
    assert read_session(saved(page)).files == {}

    use(page, input="file", file=table[2], weights=FROM_FILE, net=net.mark)
    assert not page.at.error
    data = saved(page)
    assert read_session(data).files == {"input": table[:2], "net": ("net.pt", net.data)}
    other = open_session(visit(), data)

    assert not other.at.error
    assert not other.at.info
    assert other.packed() == page.packed()
    assert "Restored: settings, 'a.csv', 'net.pt'." in told(other)
    assert "bit for bit" in told(other)
    assert other.at.session_state["_opened"].mark == net.mark


def test_sets_of_edits_and_the_place_come_back(visit, saved):
    page = use(
        visit(at="1.reverse.4.3", order="both", hide="code"), _edits_kept={"a": "x[0,0,0]=1"}
    )
    data = saved(page)
    assert read_session(data).place == {"at": "1.reverse.4.3", "order": "both"}
    other = visit(hide="strip", gate="f")
    assert other.player()["opened"] is None
    open_session(other, data)
    message = other.player()

    assert other.at.session_state["_edits_kept"] == {"a": "x[0,0,0]=1"}
    assert message["seed"] == {"at": "1.reverse.4.3", "order": "both"}
    assert message["hide"] == ["strip"]
    assert re.fullmatch("[0-9a-f]{8}", message["opened"])
    assert "1 set of edits" in told(other)
    assert "the place 1.reverse.4.3" in told(other)
    other.at.run()
    assert other.player() == message


def test_a_link_leads_to_the_page_where_it_was_saved(visit, saved):
    page = visit(kind="GRU", seed=5, at="1.reverse.4.3")
    page.at.switch_page("../../pages/check/compare.py").run()
    page.at.query_params.clear()
    data = saved(page)
    session = read_session(data)
    assert (session.page, session.place) == ("compare", {"at": "1.reverse.4.3"})
    other = open_session(visit(**CHANGED), data)

    (link,) = other.at.sidebar.get("page_link")
    assert link.proto.label == "Go on where it was saved: Beside torch.nn"
    assert (other.at.session_state["kind"], other.at.session_state["seed"]) == ("GRU", 5)
    other.at.switch_page("../../pages/check/compare.py").run()
    assert not other.at.sidebar.get("page_link")
    assert "bit for bit" in told(other)
    assert (other.at.session_state["kind"], other.at.session_state["seed"]) == ("GRU", 5)


def test_undo_brings_back_what_was_there(visit, saved):
    net = opened(as_torch(nn.GRU(2, 3).state_dict()))
    page = use(visit(), _opened=net, input="random numbers", weights=FROM_FILE, net=net.mark)
    data = saved(page)
    other = visit(**CHANGED)
    before = state(other)
    open_session(other, data)
    assert state(other) != before
    other.at.sidebar.button[1].click().run()

    assert not other.at.exception
    assert state(other) == before
    assert other.at.session_state["_opened"] is None
    assert other.at.session_state["preset"] == "A GRU, gate by gate"
    assert not other.at.sidebar.success


@pytest.mark.parametrize("what", ["cut short", "other input", "broken net"])
def test_a_broken_file_changes_nothing(visit, saved, what):
    table = ("a.csv", b"1,2\n", fingerprint("a.csv", b"1,2\n"))
    data = saved(use(visit(), input="file", file=table[2], _uploaded=table))
    session = read_session(data)
    data, message = {
        "cut short": (data[:-9], "broken or cut short. Nothing was changed."),
        "other input": (
            write_session(replace(session, files={"input": ("a.csv", b"9")})),
            f"its input file must have the fingerprint '{table[2]}'",
        ),
        "broken net": (
            write_session(
                replace(
                    session,
                    settings=session.settings | {"net": fingerprint("a.pt", b"no")},
                    files={"net": ("a.pt", b"no")},
                )
            ),
            "'a.pt': it is no torch checkpoint",
        ),
    }[what]
    page = visit(**CHANGED)
    before, shown = state(page), page.packed()
    open_session(page, data)

    assert message in page.at.sidebar.error[0].value.replace("\\", "")
    assert not page.at.sidebar.success
    assert (state(page), page.packed()) == (before, shown)
    assert "_opened" not in page.at.session_state
    assert "_uploaded" not in page.at.session_state
    assert page.at.sidebar.button[1].disabled


def test_settings_that_may_not_be_are_told(visit, saved):
    data = rewritten(saved(visit(hidden=5)), layers=10**9, text=3, wings=2, kind="<b>", bias=1)
    page = open_session(visit(), data)
    notes = [caption.value.replace("\\", "") for caption in page.at.sidebar.caption]

    assert state(page) == DEFAULTS | VIEW_DEFAULTS | {"hidden": 5}
    assert "layers must be a whole number from 1 to 6; got 1000000000, so it is 2." in notes
    assert "text must be a text of at most 256 characters; got 3, so it is 'hello'." in notes
    assert "'wings' is no setting here and was left out." in notes
    assert "kind must be one of RNN, LSTM, GRU, stack; got '<b>', so it is 'RNN'." in notes
    assert "bias must be true or false; got 1, so it is True." in notes


def test_other_weights_than_the_saved_ones_are_told(visit, saved):
    """Another version of torch may draw others for the same seed."""
    session = read_session(saved(visit()))
    weights = {name: array.copy() for name, array in session.weights.items()}
    weights["weight_hh_l1"][3, 2] = np.nextafter(weights["weight_hh_l1"][3, 2], np.float32(9))
    data = write_session(replace(session, weights=weights, made_by={"torch": "1.0"}))
    page = open_session(visit(), data)

    assert (
        f"1 of 16 arrays differ. They were saved under torch 1.0, this is {torch.__version__}."
        in (told(page))
    )


def test_a_session_that_cannot_be_run_is_saved_all_the_same(visit, saved):
    page = visit(edits="foo[0]=1")
    assert page.at.error
    data = saved(page)
    assert read_session(data).weights == {}
    other = open_session(visit(), data)

    assert other.at.session_state["edits"] == "foo[0]=1"
    assert "The file holds no weights to compare." in told(other)


def test_a_session_whose_file_is_not_there_is_saved_all_the_same(visit, saved):
    data = saved(visit(weights=FROM_FILE, net="0123456789abcdef"))
    other = open_session(visit(), data)

    assert read_session(data).files == {}
    assert "did not travel with it" in other.at.info[0].value
    assert not other.at.error


def test_weights_that_do_not_fit_are_left_out(visit, saved, monkeypatch):
    """And files that do not fit are not offered: the session could not be opened again."""
    page = visit(hidden=64)
    monkeypatch.setattr(sessions, "MAX_FILE_BYTES", 2**21 + 50_000)
    assert read_session(saved(page)).weights == {}
    table = ("a.csv", b"1\n" * 30_000, fingerprint("a.csv", b"1\n" * 30_000))
    use(page, input="file", file=table[2], _uploaded=table)

    assert not [one for one in page.at.sidebar.get("download_button")]
    assert "The files of this session have 60,000 bytes" in page.captions()
