"""The player's messages: what each of several players on a page is told, and which parts it has."""

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from rnnviz.scene.assemble import ASSETS
from rnnviz.scene.templates import PARTS


def two_players():
    import streamlit as st

    from rnnviz.ui.cache import make_run
    from rnnviz.ui.player import player
    from rnnviz.ui.settings import DEFAULTS, Settings, start_settings

    start_settings()
    run = make_run(
        Settings(**{name: DEFAULTS[name] for name in Settings.__dataclass_fields__}), ("", b"")
    )
    st.title("Two players")
    player(run)
    player(run, name="second", linked=False)


@pytest.fixture
def page():
    page = AppTest.from_function(two_players, default_timeout=60)
    for name, value in {"order": "time-first", "hide": "code", "at": "0.forward.1.1"}.items():
        page.query_params[name] = value
    return page.run()


def messages(page):
    found = [component.proto for component in page.get("bidi_component")]
    return [json.loads(proto.json) for proto in found if proto.component_name == "rnnviz_player"]


def carriers(page):
    found = [component.proto for component in page.get("bidi_component")]
    return [proto.bytes for proto in found if proto.component_name == "rnnviz_carrier"]


def test_a_player_without_a_link_takes_nothing_from_the_address(page):
    first, second = messages(page)

    assert not page.exception
    assert (first["name"], second["name"]) == ("player", "second")
    assert first["hide"] == ["code"]
    assert first["seed"] == {"at": "0.forward.1.1", "order": "time-first"}
    assert first["wrong"] is not None
    assert second == first | {
        "name": "second",
        "wrong": None,
        "hide": [],
        "seed": {},
        "linked": False,
        # Numbers are changed in the player of the page alone.
        "edits": None,
    }


def test_each_player_has_the_order_that_it_asked_for(page):
    """What was asked for in the player outranks the link."""
    page.session_state["player"] = {"order": "both"}
    page.session_state["second"] = {"order": "time-first"}
    page.run()
    first, second = messages(page)
    right, again, wrong = carriers(page)

    assert not page.exception
    assert right == again
    assert first["wrong"] is None
    assert second["wrong"] == wrong[:8].hex()


@pytest.mark.parametrize("order", [None, "nonsense", "__class__"])
def test_an_order_that_there_is_not_is_as_in_torch(page, order):
    """Whatever the link said."""
    page.session_state["player"] = {"order": order}
    page.run()

    assert [message["wrong"] for message in messages(page)] == [None, None]


def test_the_address_that_opened_the_page_counts_and_no_later_one(page):
    """Afterwards it is the player that writes it, and the message stays as it was."""
    before = messages(page)
    page.query_params.clear()
    page.query_params["at"] = "1.reverse.1.1"
    page.query_params["hide"] = "map"
    page.run()

    assert messages(page) == before


def test_the_parts_are_those_of_the_frame():
    """A link hides a part by the name that its section has in the browser."""
    text = (ASSETS / "frame.js").read_text("utf-8")
    sections = re.search(r"const sections = \{\n(.*?)\n  \};", text, flags=re.DOTALL)[1]

    assert tuple(re.findall(r"^    (\w+):", sections, flags=re.MULTILINE)) == PARTS


def a_player_and_its_place():
    import streamlit as st

    from rnnviz.ui.cache import make_run
    from rnnviz.ui.player import go_to, place, player
    from rnnviz.ui.settings import DEFAULTS, Settings, start_settings

    start_settings()
    held = place()
    run = make_run(
        Settings(**{name: DEFAULTS[name] for name in Settings.__dataclass_fields__}), ("", b"")
    )
    st.title("A player")
    st.button("Go", on_click=go_to, args=({"at": "0.reverse.2.2", "script": "x"},))
    player(run)
    st.json(held)


def held(page):
    return json.loads(page.json[0].value)


def test_the_place_is_what_was_said_last():
    """By the address or by the player; what is said again is no news."""
    page = AppTest.from_function(a_player_and_its_place, default_timeout=60)
    page.query_params["at"] = "0.forward.1.1"
    page.query_params["seed"] = "3"
    page.run()
    assert held(page) == {"at": "0.forward.1.1"}

    told = {"at": "1.reverse.4.3", "walk": None, "all": "1", "gate": 5, "order": "x" * 500}
    page.session_state["player"] = {"place": told}
    page.run()
    assert held(page) == {"at": "1.reverse.4.3", "all": "1"}
    page.query_params["at"] = "0.forward.2.2"
    page.run()
    assert held(page) == {"at": "0.forward.2.2"}


def test_a_player_is_sent_where_a_session_was_saved():
    page = AppTest.from_function(a_player_and_its_place, default_timeout=60)
    page.query_params["at"] = "0.forward.1.1"
    page.query_params["hide"] = "code"
    page.run()
    (before,) = messages(page)
    page.button[0].click().run()
    (after,) = messages(page)

    assert before["opened"] is None
    assert after == before | {"seed": {"at": "0.reverse.2.2"}, "opened": after["opened"]}
    assert held(page) == {"at": "0.reverse.2.2"}
    page.button[0].click().run()
    assert messages(page)[0]["opened"] not in (None, after["opened"])


def test_the_player_tells_where_it_is_only_while_that_can_be_saved(page):
    assert [message["tell"] for message in messages(page)] == [False, False]
    page.session_state["_session_panel"] = True
    page.run()
    assert [message["tell"] for message in messages(page)] == [True, False]
