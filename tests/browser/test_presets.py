"""Presets, chosen in a real browser: their links, and the way back."""

import re
import urllib.parse

import pytest

from rnnviz.ui.presets import PRESETS
from tests.browser.driving import heatmap, settle, visit

pytestmark = pytest.mark.browser

NET_WORDS = re.compile(r" (RNN|LSTM|GRU)( \d+)? · ")


@pytest.mark.parametrize("name", list(PRESETS)[1:])
def test_the_link_of_a_preset_gives_its_run_again(page, server, name):
    """Each preset is chosen on the first screen, where some of its controls are not yet drawn."""
    visit(page, server)
    page.get_by_role("combobox", name="Preset").click()
    page.get_by_role("option", name=name, exact=True).click()
    settle(page)
    net = page.get_by_text(NET_WORDS).first.inner_text()
    shown = heatmap(page, "hidden_0_forward")
    visit(page, page.url)

    assert page.get_by_text(NET_WORDS).first.inner_text() == net
    assert heatmap(page, "hidden_0_forward") == shown
    reset = page.get_by_role("button", name="Reset", exact=True)
    assert reset.is_disabled()


def test_undo_brings_back_settings_and_preset(page, server):
    visit(page, f"{server}/?seed=7&layers=3")
    # The show that a first visit sees goes on for some parts of the first update.
    page.locator(".rnnviz .line.lit", has_text="wh =").wait_for()
    page.get_by_role("combobox", name="Preset").click()
    page.get_by_role("option", name="Counts brackets", exact=True).click()
    settle(page)
    assert page.get_by_text("relu RNN").first.is_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    settle(page)

    assert page.get_by_text("3-layer bidirectional tanh RNN").is_visible()
    query = urllib.parse.parse_qs(urllib.parse.urlparse(page.url).query)
    assert query == {"seed": ["7"], "layers": ["3"]}
