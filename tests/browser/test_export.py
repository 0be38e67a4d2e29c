"""Every file of the page “Export”, saved in a real Chromium and opened by another program."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from playwright.sync_api import expect

from rnnviz.ui.export_view import SECTIONS
from tests.browser.driving import headline, player_button, settle, visit
from tests.browser.player_driving import PAINTED, made, opened, press

pytestmark = pytest.mark.browser


def export(page, server, section, query=""):
    visit(page, f"{server}/export?section={section}{query}")
    return page


def saved(page, name):
    with page.expect_download() as waiting:
        page.get_by_test_id("stMain").get_by_role("button", name=name).click()
    return Path(waiting.value.path()).read_bytes()


@pytest.fixture(scope="module")
def states():
    """h of layer 1 in reverse, as the library makes it of the default link."""
    return made({}).trace.cell(1, "reverse").h[:, 0]


def test_the_numbers_are_read_by_others(page, server, states):
    export(page, server, "Data")
    tables = [
        pd.read_csv(io.BytesIO(saved(page, "Table (.csv)"))),
        pd.read_parquet(io.BytesIO(saved(page, "Table (.parquet)"))),
    ]
    for table in tables:
        rows = table.query("layer == 1 and direction == 'reverse' and quantity == 'h'")
        read = rows.pivot(index="t", columns="unit", values="value").to_numpy()
        np.testing.assert_array_equal(read.astype(np.float32), states)
        assert "".join(rows.query("unit == 0")["token"]) == "hello"
    with np.load(io.BytesIO(saved(page, "Trace (.npz)"))) as archive:
        np.testing.assert_array_equal(archive["h_l1_reverse"][:, 0], states)
    assert len(saved(page, "Trace (.safetensors)")) > 1000


def test_a_selection_is_told_and_saved(page, server):
    export(page, server, "Data")
    page.get_by_role("combobox", name="Quantities").click()
    page.get_by_role("option", name="h", exact=True).click()
    page.keyboard.press("Escape")
    expect(page.get_by_text("80 rows")).to_be_visible()
    settle(page)

    assert len(pd.read_csv(io.BytesIO(saved(page, "Table (.csv)")))) == 80


def test_the_workbook_opens(page, server, states):
    export(page, server, "Workbook")
    book = openpyxl.load_workbook(io.BytesIO(saved(page, "Workbook (.xlsx)")), data_only=True)
    (sheet,) = [name for name in book.sheetnames if "1" in name and "reverse" in name]
    numbers = [
        cell
        for row in book[sheet].iter_rows(values_only=True)
        for cell in row
        if isinstance(cell, float)
    ]

    assert np.abs(np.array(numbers)[:, None] - states.ravel()).min(axis=0).max() < 1e-6


def test_the_player_goes_on_without_a_server(page, new_page, server, tmp_path):
    export(page, server, "Player", "&at=1.reverse.4.3&kind=LSTM")
    path = tmp_path / "player.html"
    path.write_bytes(saved(page, "Player (.html)"))
    other = new_page()
    other.context.set_offline(True)
    other.goto(path.as_uri())
    other.wait_for_selector(".rnnviz .readout:not(:empty)")
    player = other.locator(".rnnviz")

    assert player.locator(".headline").inner_text().endswith("layer 1, reverse, t = 4")
    player.get_by_label("Order", exact=True).select_option("time-first")
    other.evaluate(PAINTED)
    expect(player.locator(".banner")).to_contain_text("Wrong: max |output − torch.nn|")


def test_the_script_runs_in_a_fresh_interpreter(page, server, tmp_path):
    export(page, server, "Code")
    path = tmp_path / "net.py"
    path.write_bytes(saved(page, "Script (.py)"))
    done = subprocess.run(
        [sys.executable, path], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_the_link_leads_to_the_same_moment(page, new_page, server):
    """From the player's own menu to the page, and by its link back to where one was."""
    player = opened(page, f"{server}/?kind=GRU&seed=5&layers=3")
    player.focus()
    press(player, "End", "ArrowLeft", "ArrowDown")
    there = headline(page)
    player_button(page, "Save this moment").or_(player.locator(".save summary")).first.click()
    player_button(page, "More formats…").click()
    page.wait_for_url("**/export?*at=2.reverse.0.1.gates*")
    page.get_by_role("button", name="SVG").wait_for()
    settle(page)
    page.get_by_text("The moment", exact=True).click()
    expect(page.get_by_role("textbox", name="Cell in the light")).to_have_value(
        "2.reverse.0.1.gates"
    )
    page.get_by_role("tab", name="Link").click()
    expect(page.get_by_text("layer 2, reverse, t = 0, unit 1")).to_be_visible()
    link = page.get_by_role("tabpanel", name="Link").get_by_test_id("stCode").inner_text().strip()
    assert saved(page, "QR code (.svg)").startswith(b"<svg")
    assert "kind=GRU" in link

    opened(other := new_page(), link)
    assert headline(other) == there
    # The page itself goes back there too.
    page.get_by_role("link", name="Step through").click()
    page.wait_for_selector(".rnnviz .readout:not(:empty)")
    assert headline(page) == there


def test_the_moment_is_known_however_one_came(page, server):
    """By the sidebar, whose links say nothing of the player."""
    player = opened(page, server)
    player.focus()
    press(player, "End")
    page.wait_for_url("**/?at=1.reverse.0.0")
    page.get_by_test_id("stSidebar").get_by_role("link", name="Export").click()
    page.wait_for_url("**/export?at=1.reverse.0.0")
    page.get_by_role("tab", name="Player").click()

    expect(page.get_by_text("Begin at layer 1, reverse, t = 0, unit 0")).to_be_visible()


def test_a_chart_leads_to_the_page(page, server):
    visit(page, f"{server}/gates?kind=LSTM&batch=3&input=random+numbers&sample=2")
    page.get_by_role("link", name="Export this").click()
    page.wait_for_url("**/export?*chart=gates*")
    settle(page)

    assert "kind=LSTM" in page.url
    assert page.get_by_role("slider", name="Sample shown").input_value() == "2"


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1024, "dark"), (390, "light")])
def test_nothing_is_wider_than_the_page(new_page, server, width, scheme):
    page = export(new_page(width, scheme), server, "Data", "&kind=LSTM")
    tabs = page.get_by_role("tablist")
    expect(tabs).to_have_css("flex-wrap", "wrap")
    assert tabs.evaluate("tabs => tabs.scrollWidth - tabs.clientWidth") == 0
    for section in SECTIONS:
        tab = page.get_by_role("tab", name=section.name)
        tab.click()
        settle(page)

        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.get_attribute("aria-selected") == "true"
        if section.name == "Chart":
            # A chart for a slide keeps its size, and scrolls: its words would lie upon each other.
            page.get_by_role("combobox", name="For").click()
            page.get_by_role("option", name="Slide").click()
            settle(page)
            drawn = page.locator(".st-key-chart_preview .svg-container")
            assert drawn.evaluate("drawn => drawn.clientWidth") == 1280
            assert page.evaluate("document.documentElement.scrollWidth") <= width
