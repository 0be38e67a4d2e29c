"""Numbers changed in the anatomy of the player: typed, dragged, taken back; torch agrees."""

import re

import pytest
import torch

import rnnviz
from rnnviz.inputs import read_edits
from tests.browser.driving import settle
from tests.browser.player_driving import PAINTED, made, opened, press

pytestmark = pytest.mark.browser

# The player that was built last tells where things stand; the page itself has no need to.
AT = """({name, hit}) => {
    const player = window[Symbol.for("rnnviz.registry")].current;
    const same = (item) => item.hit && Object.entries(hit).every(([k, v]) => item.hit[k] === v);
    const item = player.screen.lists[name].find(same);
    return [item.x + item.width / 2, item.y + item.height / 2];
}"""


def start(page, server, query=""):
    player = opened(page, f"{server}/{query}")
    player.get_by_role("button", name="Change numbers").click()
    page.evaluate(PAINTED)
    return player


def place(player, **hit):
    return player.page.evaluate(AT, {"name": "anatomy", "hit": hit})


def canvas(player):
    return player.locator(".layers canvas").last


def type_at(player, text, **hit):
    x, y = place(player, **hit)
    canvas(player).click(position={"x": x, "y": y})
    player.locator(".number input").fill(text)


def edits(page, count):
    """The edits of the address, once there are so many."""
    page.wait_for_url(lambda url: len(re.findall("%3D", url.partition("edits=")[2])) == count)
    settle(page)
    return read_edits(page.evaluate("new URL(location.href).searchParams.get('edits') ?? ''"))


def sentence(player):
    return player.locator(".sentence").inner_text()


def expected(change):
    """The sentence of unit 0 of the first update after a change of (net, x, h_0)."""
    run = made({})
    with torch.no_grad():
        change(run)
        cell = rnnviz.trace(run.net, run.x, run.h_0).numpy().cells[0]
    a, h = cell.a[0, 0, 0], cell.h[0, 0, 0]
    return f"h[0][0] ≈ tanh({a:.2f}) ≈ {h:.2f}".replace("-", "−")


def put_weight(run):
    run.net.weight_hh_l0[0, 1] = -1.5


def put_bias(run):
    run.net.bias_hh_l0[0] = 0.7


def put_input(run):
    run.x[0, 0, 2] = 2.0


def put_state(run):
    run.h_0[0, 0, 3] = -0.5


@pytest.mark.parametrize(
    ("hit", "text", "edit", "change"),
    [
        (
            {"part": "weight", "field": "weight_hh", "row": 0, "column": 1},
            "-1.5",
            "weight_hh_l0[0,1]=-1.5",
            put_weight,
        ),
        ({"part": "bias", "row": 0, "column": 1}, "0,7", "bias_hh_l0[0]=0.7", put_bias),
        ({"part": "operand", "block": "x", "column": 2}, "2", "x[0,0,2]=2", put_input),
        (
            {"part": "operand", "block": "previous", "column": 3},
            "−.5",
            "h_0[0,0,3]=-0.5",
            put_state,
        ),
    ],
    ids=["weight", "bias", "input", "h_0"],
)
def test_typed_number_is_followed_at_once_and_then_by_torch(page, server, hit, text, edit, change):
    player = start(page, server)
    type_at(player, text, **hit)
    page.evaluate(PAINTED)
    preview = sentence(player)
    page.keyboard.press("Enter")
    (made_of,) = edits(page, 1)

    assert str(made_of) == edit
    assert page.get_by_text("matches torch.nn").count() == 1
    assert sentence(player) == expected(change)
    # The sum follows while one types; what becomes of it is computed on release.
    assert preview.split("≈")[1] == sentence(player).split("≈")[1]


def test_dragged_number_follows_the_pointer_and_is_undone(page, server):
    player = start(page, server)
    before = sentence(player)
    x, y = place(player, part="bias", row=0, column=0)
    box = canvas(player).bounding_box()
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.down()
    page.mouse.move(box["x"] + x + 60, box["y"] + y, steps=5)
    page.evaluate(PAINTED)
    shown = float(player.locator(".number input").input_value())

    # The colours reach to 0.5, so that 60 of 100 pixels are 0.3.
    was = made({}).net.bias_ih_l0[0].item()
    assert shown == pytest.approx(was + 0.3, abs=5e-3)
    assert sentence(player) != before and "edits" not in page.url
    page.mouse.up()
    (edit,) = edits(page, 1)
    assert (edit.name, edit.index, edit.value) == ("bias_ih_l0", (0,), shown)
    assert player.locator(".number").is_hidden()

    player.get_by_role("button", name="Undo").click()
    assert edits(page, 0) == ()
    assert sentence(player) == before
    player.get_by_role("button", name="Redo").click()
    assert edits(page, 1) == (edit,)


def test_escape_and_garbage_change_nothing(page, server):
    player = start(page, server)
    before = sentence(player)
    weight = {"part": "weight", "field": "weight_hh", "row": 0, "column": 0}
    type_at(player, "7", **weight)
    page.keyboard.press("Escape")
    page.evaluate(PAINTED)
    assert sentence(player) == before

    type_at(player, "<b>7", **weight)
    assert player.locator(".number input").get_attribute("aria-invalid") == "true"
    page.keyboard.press("Enter")
    page.evaluate(PAINTED)
    assert sentence(player) == before
    assert "“<b>7” is no finite number" in player.locator(".said").inner_text()
    assert "edits" not in page.url


def test_one_number_is_taken_back_where_it_stands(page, server):
    query = "?edits=weight_hh_l0%5B0,0%5D%3D2;x%5B0,0,0%5D%3D3"
    player = start(page, server, query)
    x, y = place(player, part="weight", field="weight_hh", row=0, column=0)
    canvas(player).click(position={"x": x, "y": y})
    player.get_by_role("button", name="Take back").click()

    assert [str(edit) for edit in edits(page, 1)] == ["x[0,0,0]=3"]


def test_out_of_the_mode_a_click_leads_where_it_did(page, server):
    player = start(page, server)
    player.get_by_role("button", name="Change numbers").click()
    x, y = place(player, part="weight", field="weight_hh", row=2, column=0)
    canvas(player).click(position={"x": x, "y": y})
    page.evaluate(PAINTED)

    assert player.locator(".number").is_hidden()
    assert sentence(player).startswith("h[0][2]")
    press(player, "Space")
    assert player.locator(".playing, [aria-label=Pause]").count() >= 1
