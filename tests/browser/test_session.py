"""A session saved to a file and opened again in a real Chromium."""

import pytest

from rnnviz.files.session import read_session
from tests.browser.driving import headline, settle, visit
from tests.browser.player_driving import press

pytestmark = pytest.mark.browser

NAME = "Save or open a session"


def panel(page):
    """The part of the sidebar, unfolded."""
    found = page.locator(".st-key-_session_panel")
    found.get_by_text(NAME).click()
    settle(page)
    return found


def saved(page):
    with page.expect_download() as download:
        page.locator("section[data-testid=stSidebar]").get_by_role(
            "button", name="Save session"
        ).click()
    return download.value.path().read_bytes()


def open_session(page, data):
    panel(page).locator("input[type=file]").set_input_files(
        {"name": "mine.npz", "mimeType": "application/octet-stream", "buffer": data}
    )
    page.get_by_text("Restored: settings").wait_for()
    settle(page)


def test_another_visitor_goes_on_where_it_was_saved(new_page, server):
    page = new_page()
    visit(page, f"{server}/?kind=GRU&seed=5&layers=3")
    page.locator(".rnnviz").focus()
    press(page.locator(".rnnviz"), "End", "ArrowLeft")
    page.wait_for_url(lambda url: "at=" in url)
    panel(page)
    assert read_session(saved(page)).place["at"] == "2.reverse.0.0.gates"
    # What is saved is where one is then, not where one was when the panel was unfolded.
    press(page.locator(".rnnviz"), "ArrowLeft", "ArrowLeft")
    there = headline(page)
    page.wait_for_url(lambda url: "at=2.reverse.0.0.wh" in url)
    settle(page)
    data = saved(page)
    session = read_session(data)
    assert session.place["at"] == "2.reverse.0.0.wh"
    assert len(session.weights) == 3 * 2 * 4

    other = new_page()
    visit(other, f"{server}/?seed=9&hidden=2")
    other.locator(".rnnviz").focus()
    press(other.locator(".rnnviz"), "Home", "ArrowRight")
    assert headline(other) != there
    open_session(other, data)

    assert headline(other) == there
    assert "bit for bit" in other.locator(".st-key-_session_panel").inner_text()
    other.wait_for_url(lambda url: "kind=GRU" in url and "at=2.reverse.0.0.wh" in url)
    assert "seed=5" in other.url
    assert other.locator(".rnnviz").count() == 1

    # Once it is there the visitor moves it.
    other.locator(".rnnviz").focus()
    press(other.locator(".rnnviz"), "Home")
    moved = headline(other)
    assert moved != there
    other.get_by_text("Pictures").click()
    settle(other)
    assert headline(other) == moved
