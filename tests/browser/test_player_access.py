"""The player without a mouse, without eyes, without motion; and what axe finds in it."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from tests.browser.driving import move, settle
from tests.browser.player_driving import (
    CURRENT,
    PAINTED,
    QUIET,
    at,
    choose,
    click,
    made,
    opened,
    press,
    two_decimals,
)

pytestmark = pytest.mark.browser

# Axe's two highest degrees.
GRAVE = {"serious", "critical"}

# The element that has the focus, through shadow roots.
FOCUSED = """() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) {
        element = element.shadowRoot.activeElement;
    }
    return element.getAttribute("aria-label") || element.innerText || element.className;
}"""


def violations(player):
    """What axe finds grave in the player: the names of the rules."""
    player.page.evaluate(AXE_SCRIPT)
    found = player.evaluate("(root) => axe.run(root, { resultTypes: ['violations'] })")
    return [rule["id"] for rule in found["violations"] if rule["impact"] in GRAVE]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_grave(new_page, server, scheme):
    page = new_page(390, scheme)
    player = opened(page, f"{server}/?at=1.reverse.2.1")
    settle(page)
    assert player.get_attribute("data-theme") == scheme
    assert violations(player) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.evaluate(PAINTED)
    assert violations(player) == []

    # Nor in what opens only when asked for; and what there is, axe does see.
    choose(player, "Order", "time-first")
    expect(player.locator(".banner")).to_contain_text("First wrong")
    player.get_by_label("Save this moment").click()
    press(player, "?")
    expect(player.get_by_role("dialog")).to_be_visible()
    expect(player.get_by_role("button", name="Map as SVG", include_hidden=True)).to_be_visible()
    assert violations(player) == []
    player.locator(".play").evaluate("(play) => play.removeAttribute('aria-label')")
    player.locator(".play").evaluate("(play) => play.removeAttribute('title')")
    click(player, "Close")
    assert violations(player) == ["button-name"]


def test_the_keyboard_alone_reaches_and_works_everything(page, server):
    player = opened(page, server)
    settle(page)
    walked = []

    def tab_to(name):
        """Tab on until something of this name has the focus."""
        for _ in range(40):
            page.keyboard.press("Tab")
            walked.append(page.evaluate(FOCUSED))
            if walked[-1] == name:
                return
        raise AssertionError(f"no {name} in {walked}")

    tab_to("Play")
    press(player, "Space")
    assert page.evaluate(FOCUSED) == "Pause"
    press(player, "Enter")
    assert page.evaluate(FOCUSED) == "Play"
    tab_to("One step forward")
    press(player, "Home", "Enter")
    assert at(player) == "0.forward.1.0"
    tab_to("Timeline")
    press(player, "ArrowDown", "End")
    assert at(player) == "1.reverse.0.1"
    slider = player.get_by_role("slider", name="Timeline")
    assert slider.get_attribute("aria-valuetext") == (
        "update 20 of 20: layer 1, reverse, timestep 0"
    )
    tab_to("Keys")
    press(player, "Enter", "Enter")
    expect(player.get_by_role("dialog")).not_to_be_visible()
    tab_to("time")
    press(player, "Enter", "ArrowRight")
    assert at(player) == "1.reverse.1.1"
    tab_to("Speed")
    press(player, "ArrowDown")
    assert player.get_by_label("Speed", exact=True).input_value() == "2"
    tab_to("Biases apart")
    press(player, "Enter")
    expect(player.get_by_role("button", name="Biases apart", pressed=True)).to_be_visible()
    tab_to("Over the whole sequence")

    named = ["Player", "Zoom the map in", "Save this moment", "Order"]
    assert set(named) <= set(walked)
    press(player, "ArrowDown")
    assert page.evaluate(f"{CURRENT}.state.quantity") == "wx"


# The first lane of it takes two seconds.
SHORT = "text=he&vocab=he&hidden=1&layers=1"


def test_at_a_first_visit_the_first_lane_plays_once(page, server):
    player = opened(page, f"{server}/?{SHORT}", seen=False)
    assert player.get_by_role("button", name="Pause", exact=True).count() == 1
    expect(player.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert player.locator(".readout").inner_text() == "update 2 of 4"
    assert at(player) == "0.forward.1.0"
    page.reload()
    expect(player.locator(".readout")).not_to_be_empty()
    page.wait_for_timeout(300)

    assert player.get_by_role("button", name="Play", exact=True).count() == 1


@pytest.mark.parametrize("stop", ["a key", "the pause button"])
def test_a_first_input_ends_what_plays_by_itself(page, server, stop):
    player = opened(page, f"{server}/?{SHORT}", seen=False)
    assert player.get_by_role("button", name="Pause", exact=True).count() == 1
    if stop == "a key":
        press(player, "ArrowDown")
    else:
        click(player, "Pause")
    page.wait_for_timeout(200)

    assert player.get_by_role("button", name="Play", exact=True).count() == 1
    moment = page.evaluate(f"{CURRENT}.state.tau")
    page.wait_for_timeout(400)
    assert page.evaluate(f"{CURRENT}.state.tau") == moment


def test_what_played_by_itself_leaves_no_moment_in_the_link(page, server):
    """The show ends with a change of the net; where it was is nobody's choice."""
    player = opened(page, server, seen=False)
    player.locator(".line.lit", has_text="wh =").wait_for()
    move(page, "Hidden size", 1)
    page.wait_for_timeout(QUIET)

    assert page.url.endswith("?hidden=5")


def test_nothing_moves_by_itself_where_motion_is_unwelcome(page, server):
    page.emulate_media(reduced_motion="reduce")
    player = opened(page, f"{server}/?{SHORT}", seen=False)
    page.wait_for_timeout(400)

    assert player.get_by_role("button", name="Play", exact=True).count() == 1
    assert player.locator(".readout").inner_text() == "update 1 of 4"
    assert "not computed" not in player.locator(".slope").inner_text()


def test_a_step_is_said_as_a_sentence(page, server):
    player = opened(page, f"{server}/?at=1.reverse.4.1")
    live = player.locator("[aria-live=polite]")
    trace = made({}).trace
    for keys, (layer, direction, t, unit) in (
        (("ArrowDown",), (1, "reverse", 4, 2)),
        (("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight"), (1, "reverse", 3, 2)),
    ):
        press(player, *keys)
        page.wait_for_timeout(QUIET)
        cell = trace.cell(layer, direction)
        a, h = (two_decimals(array[t, 0, unit]) for array in (cell.a, cell.h))
        said = f"unit {unit} is tanh of {a}, {h}".replace("−", "minus ")
        assert live.text_content() == f"layer {layer}, {direction}, timestep {t}: {said}"
