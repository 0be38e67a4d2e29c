"""The player as one file, opened from the disk by a browser that has no network."""

import re
from pathlib import Path

import pytest
import torch
from playwright.sync_api import expect

import rnnviz
from rnnviz.engine.mistakes import time_first
from rnnviz.exports.player_html import player_html
from tests.browser.player_driving import (
    CURRENT,
    PAINTED,
    QUIET,
    at,
    choose,
    click,
    click_at,
    drag,
    hover,
    lit,
    map_place,
    number,
    press,
    saved,
    told,
)

pytestmark = pytest.mark.browser

EVERY_LOOK = pytest.mark.parametrize(
    ("width", "scheme"),
    [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")],
)


@pytest.fixture(scope="module")
def net():
    config = rnnviz.RNNConfig(input_size=3, hidden_size=4, num_layers=2, bidirectional=True)
    return rnnviz.build(config, 0)


@pytest.fixture(scope="module")
def run(net):
    """(trace, comparison, wrong) of five timesteps."""
    x = torch.randn(5, 1, 3, generator=torch.manual_seed(0))
    trace = rnnviz.trace(net, x)
    return trace, rnnviz.compare(trace, net), time_first(net, x)


@pytest.fixture
def opened(new_page, tmp_path):
    def open_file(text, width=1440, scheme="light", place=""):
        path = tmp_path / "player.html"
        path.write_text(text, "utf-8")
        page = new_page(width, scheme)
        # Everything in sight, as `told` needs it.
        page.set_viewport_size({"width": width, "height": 2200})
        page.context.set_offline(True)
        page.goto(f"{path.as_uri()}{place}")
        page.wait_for_selector(".rnnviz .readout:not(:empty)")
        page.evaluate(PAINTED)
        return page.locator(".rnnviz")

    return open_file


def headline(player):
    return player.locator(".headline").inner_text()


@EVERY_LOOK
def test_it_plays_from_the_disk(opened, run, width, scheme):
    trace, comparison, wrong = run
    player = opened(player_html(trace, comparison=comparison, wrong=wrong), width, scheme)
    expect(player).to_have_attribute("data-theme", scheme)
    assert player.page.evaluate("document.documentElement.scrollWidth") <= width
    press(player, "End")
    assert headline(player) == "Update 20 of 20: layer 1, reverse, t = 0"

    # What lies under the pointer, and what a click on it leads to.
    h = trace.cell(1, "forward").h[2, 0]
    x, y = map_place(player, 1, "forward", 2, 3)
    assert number(hover(player, x, y)[0]) == pytest.approx(h[3].item())
    click_at(player, x, y)
    assert at(player) == "1.forward.2.3"
    terms = [number(line) for line in told(player, "drill", part="term")]
    assert torch.tensor(terms).sum().tanh() == pytest.approx(h[3].item(), abs=1e-6)

    choose(player, "Order", "time-first")
    words = player.locator(".banner").inner_text()
    error = (wrong.output - comparison.output).abs().max().item()
    assert number(re.search(r"torch\.nn\| = ([\d.]+);", words)[1]) == pytest.approx(error)
    assert "layer 1, forward, timestep 0 and layer 1, reverse, timestep 4" in words


def test_it_draws_the_weights_of_its_seed(opened, run):
    """Every number that it shows comes out as in the page that carries them."""
    pages = [player_html(run[0], comparison=run[1], wrong=run[2], seed=seed) for seed in (None, 0)]
    assert '"drawn":{"seed":0,' in pages[1]
    found = []
    for page in pages:
        player = opened(page, place="#at=1.reverse.2.3")
        found.append([told(player, "drill", part=part) for part in ("term", "weight")])

    assert found[0] == found[1]
    assert sum(map(number, found[1][0])) == pytest.approx(
        run[0].cell(1, "reverse").a[2, 0, 3].item(), abs=1e-6
    )


def test_it_is_played_stepped_and_scrubbed(opened, run):
    player = opened(player_html(run[0], comparison=run[1]))
    readout = player.locator(".readout")
    click(player, "One step forward")
    assert headline(player) == "Update 2 of 20: layer 0, forward, t = 1"
    assert lit(player) == "wx"
    drag(player.page, player.locator(".timeline").bounding_box(), 0.1, 0.62)
    assert readout.inner_text() == "update 13 of 20"
    press(player, "Home")
    click(player, "Play")
    expect(readout).to_have_text("update 2 of 20")
    click(player, "Pause")


def test_what_is_not_there_is_not_offered(opened, run):
    """No numbers to change, and without the other runs neither torch nor the wrong order."""
    player = opened(player_html(run[0], hide=["map", "code"]), place="#order=time-first")

    assert player.get_by_role("button", name="Change numbers").is_hidden()
    assert player.locator("option[value=time-first]").get_attribute("hidden") is not None
    assert player.get_by_label("Order", exact=True).input_value() == "layer-first"
    assert player.locator(".banner").is_hidden()
    assert player.locator(".map").is_hidden()
    assert player.locator(".code").is_hidden()
    assert (
        player.page.evaluate(f"{CURRENT}.screen.lists.strip.map(({{ text }}) => text)").count(
            "RNNviz: h, layer 0, forward"
        )
        == 1
    )
    assert "torch.nn" not in str(player.page.evaluate(f"{CURRENT}.screen.lists.strip"))


def test_gates_are_chosen_by_keys(opened):
    net = torch.nn.LSTM(3, 4, 2, bidirectional=True)
    trace = rnnviz.trace(net, torch.randn(5, 1, 3))
    page = player_html(trace, comparison=rnnviz.compare(trace, net), start="1.reverse.2.1")
    player = opened(page)
    press(player, "Shift+ArrowDown")

    assert player.page.evaluate(f"{CURRENT}.teller.link()") == {
        "at": "1.reverse.2.1",
        "walk": "order",
        "order": "layer-first",
        "all": False,
        "gate": "f",
    }


def test_the_colours_are_switched_and_the_place_stays(opened, run):
    player = opened(player_html(run[0], theme="dark", start="?at=1.reverse.3.2&order=both"))
    page = player.page
    grounds = []
    for theme, other in (("dark", "Light colours"), ("light", "Dark colours")):
        expect(player).to_have_attribute("data-theme", theme)
        assert at(player) == "1.reverse.3.2"
        grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        assert grounds[-1] == player.evaluate("(one) => getComputedStyle(one).backgroundColor")
        page.get_by_role("button", name=other).click()

    assert player.get_by_label("Order", exact=True).input_value() == "both"
    assert len(set(grounds)) == 2


def test_auto_follows_the_browser_while_it_changes(opened, run):
    player = opened(player_html(run[0]))
    player.page.emulate_media(color_scheme="dark")

    expect(player).to_have_attribute("data-theme", "dark")


def test_the_address_holds_the_place(opened, run):
    text = player_html(run[0])
    player = opened(text)
    press(player, "End", "ArrowDown")
    player.page.wait_for_timeout(QUIET)
    place = player.page.evaluate("location.hash")
    assert place == "#at=1.reverse.0.1"
    player.page.reload()
    player.page.wait_for_selector(".rnnviz .readout:not(:empty)")

    assert at(player) == "1.reverse.0.1"


def test_a_moment_is_saved(opened, run):
    player = opened(player_html(run[0], labels="hello"))
    svg, name = saved(player, "Both as SVG")
    assert name.endswith(".svg")
    assert b"<svg" in svg
    png, name = saved(player, "Map as PNG")
    assert name.endswith(".png")
    assert png.startswith(b"\x89PNG")


def test_words_of_a_visitor_run_nothing(opened, run):
    evil = "</script><img src=x onerror=document.title='run'>"
    player = opened(player_html(run[0], labels=[evil] * 5, title=evil))
    page = player.page

    assert page.title() == evil
    assert page.locator("h1").inner_text() == evil
    assert page.locator("img").count() == 0


def test_the_policy_stops_what_is_not_of_the_page(browser, run, tmp_path):
    """Even where markup came in, its script does not run."""
    path = tmp_path / "player.html"
    evil = "<script>document.title = 'run'</script><img src=x onerror=document.title='run'>"
    path.write_text(player_html(run[0]).replace("</h1>", f"</h1>{evil}"), "utf-8")
    with browser.new_context(offline=True) as context:
        page = context.new_page()
        page.goto(path.as_uri())
        page.wait_for_selector(".rnnviz .readout:not(:empty)")

        assert page.title() == "RNNviz"


@pytest.mark.parametrize("width", [1440, 390])
def test_it_plays_in_the_frame_of_a_notebook(new_page, width):
    """Apart from the notebook: it sees nothing of the page around it."""
    net = torch.nn.LSTM(3, 4, 2, bidirectional=True)
    evil = "</iframe><script>document.title = 'run'</script>"
    shown = rnnviz.show(net, torch.randn(5, 3), title=evil, height=600)
    page = new_page(width)
    page.context.set_offline(True)
    page.set_content(f"<title>notebook</title><p>Out[1]:</p>{shown._repr_html_()}")
    frame = page.frame_locator("iframe")
    player = frame.locator(".rnnviz")
    expect(player.locator(".readout")).to_have_text("update 1 of 20")
    player.focus()
    page.keyboard.press("End")
    expect(player.locator(".headline")).to_have_text("Update 20 of 20: layer 1, reverse, t = 0")
    player.get_by_label("Order", exact=True).select_option("time-first")
    expect(player.locator(".banner")).to_contain_text("Wrong: max |output − torch.nn|")
    for name, start in (("Map as PNG", b"\x89PNG"), ("Both as SVG", b"<svg")):
        player.locator(".save summary").click()
        with page.expect_download() as waiting:
            player.get_by_role("button", name=name, exact=True).click()
        assert Path(waiting.value.path()).read_bytes().startswith(start)

    assert page.title() == "notebook"
    assert frame.locator("h1").inner_text() == evil
    assert page.locator("iframe").bounding_box()["height"] == 600
    assert page.frames[1].evaluate("self.origin") == "null"
