"""The player in a real Chromium: moving, reading, linking, saving; every number is the engine's."""

import io
import itertools
import math
import random
import re
import time
import xml.etree.ElementTree as ET
from urllib.parse import parse_qs, urlencode, urlparse

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from rnnviz.figures.look import DEFAULT_LOOK
from rnnviz.figures.ranges import input_scale, state_scale
from rnnviz.scene.schedules import schedule
from tests.browser.driving import move, settle
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
    made,
    map_place,
    number,
    opened,
    place_of,
    press,
    saved,
    start_app,
    tip,
    told,
    two_decimals,
    written,
)

pytestmark = pytest.mark.browser

# A net whose sizes all differ, so that no two indices can be taken for each other.
THREE_LAYERS = {"input": "random numbers", "steps": 7, "inputs": 4, "layers": 3, "hidden": 3}

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def first_screen(browser, server):
    """The player of the first screen, opened once for all tests that only move in it."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page, errors = context.new_page(), []
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    player = opened(page, server, height=1500)
    settle(page)
    yield player
    context.close()
    assert errors == []


@pytest.fixture
def player(first_screen):
    """The player of the first screen at its start, whatever was done in it before."""
    click(first_screen, "order of computing")
    for label, value in (("Step", "phase"), ("Speed", "1"), ("Over the whole sequence", "h")):
        choose(first_screen, label, value)
    choose(first_screen, "Order", "layer-first")
    for name in ("Biases apart", "Show the whole result"):
        if first_screen.get_by_role("button", name=name, pressed=True).count():
            click(first_screen, name)
    first_screen.focus()
    press(first_screen, "Home")
    click_at(first_screen, *place_of(first_screen, "anatomy", part="unit", row=0))
    return first_screen


@pytest.fixture(scope="module")
def apps():
    process, url = start_app("players.py")
    yield url
    process.terminate()
    process.wait(20)


def words(step, unit=0):
    return f"{step.layer}.{step.direction}.{step.t}.{unit}"


def link(page):
    """What the address says of the player."""
    page.wait_for_timeout(QUIET)
    query = parse_qs(urlparse(page.url).query)
    names = ("at", "walk", "order", "all")
    return {name: query[name][0] for name in names if name in query}


def after_each(player, *keys):
    """Where the player is after each of some keys."""
    places = []
    for key in keys:
        press(player, key)
        places.append(at(player))
    return places


# ---- moving


def test_a_step_leaves_everything_in_its_place(player):
    """Words of any length move nothing: a layout that jumps is tiring, and laying out anew slow."""
    places = """(root) => [...root.querySelectorAll("section, .copy, .line, h2")]
        .map((one) => Object.values(one.getBoundingClientRect().toJSON()).join(" "))"""
    first = player.evaluate(places)
    moved = []
    for key in ["ArrowRight"] * 20 + ["ArrowDown", "ArrowUp", "End"]:
        press(player, key)
        player.page.wait_for_timeout(50)
        moved.append(player.evaluate(places) != first)

    assert len(first) > 20
    assert not any(moved)


def test_phases_are_steps_of_an_update(player):
    order = [words(step) for step in schedule("layer-first", made({}).trace.config.lanes, 5)]
    walked = [(at(player), lit(player))]
    for _ in range(5):
        press(player, "ArrowRight")
        walked.append((at(player), lit(player)))
    click(player, "One step back")
    click(player, "One step back")

    phases = [(order[1], phase) for phase in ("wx", "wh", "a", "h")]
    assert walked == [(order[0], "h"), *phases, (order[2], "wx")]
    assert (at(player), lit(player)) == (order[1], "a")


def test_steps_and_jumps_follow_the_order_of_computing(player):
    order = [words(step) for step in schedule("layer-first", made({}).trace.config.lanes, 5)]
    right, left, there, back = "ArrowRight", "ArrowLeft", "Shift+ArrowRight", "Shift+ArrowLeft"
    choose(player, "Step", "update")
    walked = after_each(player, left, back, right, right, left)
    choose(player, "Step", "lane")
    walked += after_each(player, right, right, left, left)
    choose(player, "Step", "phase")
    walked += after_each(player, "End", right, there, back, back, "Home", there, there)
    for name in ("To the end of the lane", "To the start of the lane"):
        click(player, name)
        walked.append(at(player))

    stops = [0, 0, 1, 2, 1, 4, 9, 5, 0, 19, 19, 19, 15, 10, 0, 4, 9, 14, 10]
    assert walked == [order[k] for k in stops]


def test_along_time_the_lane_and_the_unit_stay(player):
    click_at(player, *map_place(player, 1, "forward", 2, 1))
    click(player, "time")
    readout = player.locator(".readout").inner_text()
    walked = after_each(player, "ArrowRight", "End", "ArrowRight", "Home", "Shift+ArrowRight")
    address = link(player.page)
    press(player, "Home")
    choose(player, "Speed", "8")
    click(player, "Play")
    expect(player.get_by_role("button", name="Play", exact=True)).to_be_visible()
    played = at(player)
    click(player, "order of computing")

    assert readout == "timestep 2"
    assert walked == [f"1.forward.{t}.1" for t in (3, 4, 4, 0, 4)]
    assert address == {"at": "1.forward.4.1", "walk": "time"}
    assert played == at(player) == "1.forward.4.1"
    assert player.locator(".readout").inner_text() == "update 15 of 20"


def test_units_and_speed_change_by_key_and_stop_at_their_ends(player):
    up, down = "ArrowUp", "ArrowDown"
    click_at(player, *map_place(player, 1, "forward", 2, 1))
    units = after_each(player, down, down, down, up)
    # Both within one frame.
    press(player, up, up)
    units += [at(player), *after_each(player, up)]
    speeds = []
    for key in "]]]][[[[[[":
        press(player, key)
        speeds.append(player.get_by_label("Speed", exact=True).input_value())

    assert units == [f"1.forward.2.{unit}" for unit in (2, 3, 3, 2, 0, 0)]
    assert speeds == ["2", "4", "8", "8", "4", "2", "1", "0.5", "0.25", "0.25"]


def test_a_question_mark_shows_the_keys(player):
    dialog = player.get_by_role("dialog", name="Keys")
    press(player, "?")
    expect(dialog).to_be_visible()
    keys = dialog.locator("kbd").all_inner_texts()
    press(player, "Escape")

    expect(dialog).not_to_be_visible()
    assert keys[:2] == ["Space", "← →"]
    assert after_each(player, "End") == ["1.reverse.0.0"]


def test_play_moves_until_it_is_paused(player):
    choose(player, "Step", "update")
    press(player, " ")
    expect(player.locator(".readout")).not_to_have_text(re.compile("^update [12] of 20$"))
    press(player, " ")
    paused = at(player)
    player.page.wait_for_timeout(900)

    assert at(player) == paused
    assert link(player.page)["at"].startswith(paused)


def test_play_ends_at_the_end_and_starts_again_from_there(player):
    choose(player, "Speed", "8")
    choose(player, "Step", "lane")
    click(player, "Play")
    expect(player.locator(".readout")).to_have_text("update 20 of 20")
    expect(player.get_by_role("button", name="Play", exact=True)).to_be_visible()
    ended = at(player)
    choose(player, "Speed", "0.25")
    click(player, "Play")
    click(player, "Pause")

    assert ended == "1.reverse.0.0"
    assert at(player).startswith("0.forward.")


def test_another_order_may_come_before_the_first_frame_is_played(player):
    """Playing begins with nothing computed yet: there is no update before the first."""
    press(player, "End")
    player.page.evaluate(f"{CURRENT}.playOrPause(), {CURRENT}.setOrder('both')")
    begun = player.page.evaluate(f"{CURRENT}.state.tau")
    press(player, "ArrowRight")

    assert begun == 0
    assert at(player) == "0.forward.0.0"


def test_the_mouse_scrubs_the_timeline(player):
    order = schedule("layer-first", made({}).trace.config.lanes, 5)
    slider = player.get_by_role("slider", name="Timeline")
    shares = (0.04, 0.38, 0.54, 0.99)
    scrubbed = []
    for share in shares:
        drag(player.page, slider.bounding_box(), 0.2, share)
        scrubbed.append(at(player))

    assert scrubbed == [words(order[int(20 * share)]) for share in shares]
    assert slider.get_attribute("aria-valuenow") == "19"


def test_a_drag_in_the_strip_moves_along_its_lane(player):
    """In each of its three panels: RNNviz, torch.nn and the difference."""
    press(player, "End")
    panels = player.page.evaluate(f"{CURRENT}.screen.panels")
    canvas = player.locator(".strip canvas").bounding_box()
    dragged = []
    for panel, t in zip(panels, (1, 3, 2), strict=True):
        box = panel | {"x": canvas["x"] + panel["x"], "y": canvas["y"] + panel["y"]}
        drag(player.page, box, 0.5, (t + 0.5) / 5)
        dragged.append(at(player))

    assert dragged == [f"1.reverse.{t}.0" for t in (1, 3, 2)]


def found_on_map(player, *wanted):
    """A place of the map whose tooltip has all these words, looked for by the pointer alone."""
    box = player.locator(".map canvas").bounding_box()

    def seen(x, y):
        return " ".join(hover(player, x, y))

    # Every cell is wider than a stride and higher than one.
    columns = [box["x"] + 100 + 24 * k for k in range(int(box["width"] - 200) // 24)]
    rows = [box["y"] + 5 * k for k in range(int(box["height"]) // 5)]
    column = next(x for x in columns if f"x[{wanted[0]}]" in seen(x, box["y"] + box["height"] - 50))
    return next((column, y) for y in rows if all(word in seen(column, y) for word in wanted[1:]))


def test_a_click_on_the_map_goes_there(player):
    x, y = found_on_map(player, 3, "h[3][2]", "layer 1, reverse, timestep 3")
    click_at(player, x, y)

    assert at(player) == "1.reverse.3.2"


def test_a_click_in_the_anatomy_goes_to_a_unit_or_where_an_operand_came_from(player):
    click_at(player, *map_place(player, 1, "reverse", 3, 2))
    places = []
    for part in (
        {"part": "unit", "row": 1},
        {"part": "operand", "block": "previous", "column": 0},
        {"part": "operand", "block": "x", "column": 6},
    ):
        click_at(player, *place_of(player, "anatomy", **part))
        places.append(at(player))

    assert places == ["1.reverse.3.1", "1.reverse.4.0", "0.reverse.4.2"]


# ---- links


def test_a_link_opens_this_very_moment(page, server):
    player = opened(page, f"{server}/?layers=3&at=1.reverse.3.2")
    found = [(at(player), lit(player))]
    press(player, "ArrowRight", "ArrowRight")
    addresses = [link(page)]
    page.reload()
    expect(player.locator(".readout")).to_have_text("update 18 of 30")
    page.evaluate(PAINTED)
    found.append((at(player), lit(player)))
    click(player, "Show the whole result")
    addresses.append(link(page))

    assert found == [("1.reverse.3.2", "h"), ("1.reverse.2.2", "wh")]
    assert addresses == [{"at": "1.reverse.2.2.wh"}, {"at": "1.reverse.2.2", "all": "1"}]


def test_a_nonsense_link_falls_back_to_the_start(page, server):
    """T is 5, so that t = 5 is one too many; the rest are names that every object has."""
    query = {"at": "1.reverse.5.0", "walk": "sideways", "all": "maybe", "order": "constructor"}
    query["hide"] = "root,constructor,__proto__"
    player = opened(page, f"{server}/?{urlencode(query)}")

    assert at(player) == "0.forward.0.0"
    assert player.locator(".readout").inner_text() == "update 1 of 20"
    assert player.get_by_label("Order", exact=True).input_value() == "layer-first"


def test_a_link_hides_parts(page, server):
    player = opened(page, f"{server}/?hide=code,strip,map&at=1.forward.3.1")
    shown = player.locator("section:visible").evaluate_all("(all) => all.map((o) => o.className)")

    assert shown == ["transport", "options", "anatomy", "drill"]
    assert at(player) == "1.forward.3.1"
    assert after_each(player, "Home") == ["0.forward.0.1"]


def leave_and_return(page):
    """To the other page and back. Where the player then is, and what the address says."""
    for name in ("Beside torch.nn", "Step through"):
        page.get_by_role("link", name=name).click()
        page.get_by_role("heading", name=name, level=1).wait_for()
    expect(page.locator(".rnnviz .readout")).not_to_be_empty()
    settle(page)
    return at(page.locator(".rnnviz")), link(page)


def test_leaving_the_page_and_coming_back_keeps_the_moment(page, server):
    """Also when the moment is still the link's own, and when one leaves while it plays."""
    player = opened(page, f"{server}/?at=1.reverse.3.2")
    settle(page)
    untouched = leave_and_return(page)
    click(player, "Show the whole result")
    click(player, "To the start of the lane")
    choose(player, "Step", "update")
    click(player, "Play")
    expect(player.locator(".readout")).to_have_text("update 18 of 20")
    moved, address = leave_and_return(page)

    assert untouched == ("1.reverse.3.2", {"at": "1.reverse.3.2"})
    assert moved in ("1.reverse.2.2", "1.reverse.1.2", "1.reverse.0.2")
    assert address == {"at": moved, "all": "1"}


def test_a_smaller_net_keeps_what_it_has_of_the_moment(page, server):
    player = opened(page, f"{server}/?layers=3&at=2.reverse.1.3")
    settle(page)
    move(page, "Layers", -2)
    cell = made({"layers": 1}).trace.cell(0, "reverse")

    assert player.locator(".readout").inner_text() == "update 9 of 10"
    assert at(player) == "0.reverse.1.3"
    shown = two_decimals(cell.h[1, 0, 3])
    assert player.locator(".sentence").inner_text().endswith(f" ≈ {shown}")
    assert link(page) == {"at": "0.reverse.1.3"}


def test_two_tabs_do_not_disturb_each_other(page, server):
    players = [opened(page, f"{server}/?at=1.reverse.3.2")]
    players.append(opened(page.context.new_page(), f"{server}/?at=0.forward.1.3"))
    press(players[1], "ArrowRight", "ArrowUp")
    press(players[0], "End")

    assert [at(player) for player in players] == ["1.reverse.0.2", "0.forward.2.2"]
    assert [link(player.page)["at"] for player in players] == ["1.reverse.0.2", "0.forward.2.2.wx"]


# ---- reading


def terms_of(made_run, layer, direction, t, unit):
    """Weights and operands of one unit's sum, biases last, by torch's own tensors."""
    cell = made_run.trace.cell(layer, direction)
    before = t - 1 if direction == "forward" else t + 1
    h = cell.h[before, 0] if 0 <= before < cell.seq_len else cell.h_0[0]
    suffix = f"_l{layer}" + ("_reverse" if direction == "reverse" else "")
    state = {name: p.detach().numpy() for name, p in made_run.net.named_parameters()}
    weights = [state[f"weight_ih{suffix}"][unit], state[f"weight_hh{suffix}"][unit]]
    biases = [state[f"bias_ih{suffix}"][unit], state[f"bias_hh{suffix}"][unit]]
    return np.concatenate(weights), np.concatenate([cell.x[t, 0], h]), np.array(biases)


def check_terms(player, expected, dtype):
    """The tooltips of the waterfall's bars name both factors; gives all products that they name."""
    weights, values, biases = expected
    lines = told(player, "drill", part="term")
    assert len(lines) == len(weights) + 1
    products = [number(line) for line in lines]
    for line, weight, value in zip(lines[:-1], weights, values, strict=True):
        factors = [dtype(number(part)) for part in line.split(" = ")[0].split(" · ")]
        assert factors == [weight, value]
        assert number(line) == float(weight) * float(value)
    assert products[-1] == float(biases[0]) + float(biases[1])
    return products


def check_equation(text, expected, a, h):
    """The equation as one would paste it holds every number in full."""
    weights, values, biases = expected
    _, sum_of, with_a, last = text.split(" = ")
    numbers = [float(part) for part in re.findall(r"-?\d[\d.]*(?:e[+-]?\d+)?", sum_of)]
    pairs = [float(part) for pair in zip(weights, values, strict=True) for part in pair]
    assert numbers == pairs + [float(bias) for bias in biases]
    assert (float(re.search(r"tanh\(\(?(.*?)\)+$", with_a)[1]), float(last.strip("()"))) == (a, h)
    assert eval(sum_of.replace("tanh", "math.tanh"), {"math": math}) == pytest.approx(h, abs=1e-6)


def check_place(player, run, place, rtol):
    """Everything that is said of one unit at one moment is what the engine has."""
    layer, direction, t, unit = place
    cell = run.trace.cell(layer, direction)
    dtype = cell.h.dtype.type
    expected = terms_of(run, *place)
    products = check_terms(player, expected, dtype)
    sums = [getattr(cell, field)[t, 0, unit] for field in ("wx", "wh", "a", "h")]
    lines = told(player, "anatomy", part="vector", row=unit)
    assert [dtype(number(line)) for line in lines] == sums
    assert abs(sum(products) - float(sums[2])) <= rtol * sum(map(abs, products))

    shown = written(player, "anatomy")
    assert {two_decimals(value) for value in sums if abs(value) >= 0.01} <= set(shown)
    row = re.sub(r" ≈ ", "=", player.locator(".sentence").inner_text())
    assert row == f"h[{t}][{unit}]=tanh({two_decimals(sums[2])})={two_decimals(sums[3])}"
    click(player, "Copy as equation")
    copied = player.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"h[{t}][{unit}] = tanh(")
    check_equation(copied, expected, float(sums[2]), float(sums[3]))


@pytest.mark.parametrize(("dtype", "count", "rtol"), [("float32", 20, 1e-6), ("float64", 3, 1e-12)])
def test_numbers_at_random_places_are_the_engines(page, server, dtype, count, rtol):
    """Operands, weights, products, biases, sums, state: in tooltips, text and clipboard."""
    query = THREE_LAYERS | {"seed": 11, "dtype": dtype}
    run = made(query)
    steps = [(*step, unit) for step in run.trace.steps for unit in range(3)]
    first, *places = random.Random(3).sample(steps, count)
    start = ".".join(map(str, first))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    player = opened(page, f"{server}/?{urlencode(query | {'at': start})}", height=1500)
    click(player, "Show the whole result")

    assert at(player) == start
    check_place(player, run, first, rtol)
    for place in places:
        click_at(player, *map_place(player, *place))
        assert at(player) == ".".join(map(str, place))
        check_place(player, run, place, rtol)


def test_the_map_names_every_number_and_where_torch_keeps_it(player):
    run = made({})
    theirs = dict(zip(("output", "h_n"), run.net(run.x, run.h_0), strict=True))
    click(player, "Show the whole result")
    for layer, direction, t, unit in [
        (1, "reverse", 0, 3),
        (1, "forward", 4, 1),
        (0, "reverse", 3, 2),
    ]:
        lines = hover(player, *map_place(player, layer, direction, t, unit))
        value = run.trace.cell(layer, direction).h[t, 0, unit]
        named = dict(re.findall(r"in (output|h_n)\[([\d, ]+)\]", " ".join(lines)))

        assert lines[0].startswith(f"h[{t}][{unit}] = ")
        assert np.float32(number(lines[0])) == value
        assert lines[1].startswith(f"layer {layer}, {direction}, timestep {t},")
        assert ("output" in named, "h_n" in named) == (layer == 1, t != 3)
        for name, index in named.items():
            there = theirs[name][tuple(map(int, index.split(", ")))].item()
            assert there == pytest.approx(value, abs=1e-6)


def test_a_tooltip_is_of_the_moment_that_is_shown(player):
    """Also when one moves on by a key while the pointer rests."""
    click_at(player, *map_place(player, 1, "reverse", 3, 2))
    said = hover(player, *place_of(player, "anatomy", part="vector", field="a", row=0))
    assert said[0].startswith("a[3][0] = ")
    press(player, "End")

    assert at(player) == "1.reverse.0.2"
    assert tip(player) == [] or tip(player)[0].startswith("a[0][0] = ")


def test_biases_apart_are_torchs_two(player):
    click_at(player, *map_place(player, 1, "reverse", 2, 3))
    together = [number(line) for line in told(player, "drill", part="term")]
    click(player, "Biases apart")
    net = made({}).net
    apart = [number(line) for line in told(player, "drill", part="term")]

    assert apart[:-2] == together[:-1]
    for column, name in enumerate(("bias_ih_l1_reverse", "bias_hh_l1_reverse")):
        lines = told(player, "anatomy", part="bias", column=column)
        assert [line.split("[")[0] for line in lines] == [name] * 4
        values = getattr(net, name).tolist()
        assert [np.float32(number(line)) for line in lines] == [np.float32(v) for v in values]
        assert apart[-2 + column] == values[3]


def test_the_strip_shows_the_chosen_quantity(player):
    press(player, "End")
    cell = made({}).trace.cell(1, "reverse")
    canvas = player.locator(".strip canvas").bounding_box()
    for field in ("wx", "wh", "a", "h"):
        choose(player, "Over the whole sequence", field)
        panel = player.page.evaluate(f"{CURRENT}.screen.panels[0]")
        assert panel["field"] == field
        for t, unit in ((0, 1), (4, 3)):
            x = canvas["x"] + panel["x"] + panel["width"] * (t + 0.5) / 5
            y = canvas["y"] + panel["y"] + panel["height"] * (unit + 0.5) / 4
            line = hover(player, x, y)[0]
            assert line.startswith(f"{field}[{t}][{unit}] = ")
            assert np.float32(number(line)) == getattr(cell, field)[t, 0, unit]


# ---- sizes, and what is no number


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("t", [0, 4])
def test_frames_of_the_first_and_last_timestep_are_whole(new_page, server, width, t):
    """In every panel of the strip, with the width of their line."""
    player = opened(new_page(width), f"{server}/?at=0.forward.{t}.0")
    player.locator(".strip canvas").scroll_into_view_if_needed()
    wide = player.locator(".strip canvas").bounding_box()["width"]
    frames = player.page.evaluate(
        f"{CURRENT}.screen.lists.strip.filter(({{ radius }}) => radius)"
        ".map(({ x, width, line }) => [x - line / 2, x + width + line / 2])"
    )

    assert len(frames) == 3
    assert min(left for left, _ in frames) >= 0
    assert max(right for _, right in frames) <= wide


def test_one_unit_at_one_timestep(page, server):
    query = {"input": "random numbers", "steps": 1, "inputs": 1, "hidden": 1, "layers": 1}
    query["direction"] = "forward only"
    player = opened(page, f"{server}/?{urlencode(query)}", height=1500)
    run = made(query)
    assert player.locator(".headline").inner_text() == "Update 1 of 1: layer 0, forward, t = 0"
    check_terms(player, terms_of(run, 0, "forward", 0, 0), np.float32)
    sums = [np.float32(number(line)) for line in told(player, "anatomy", part="vector")]

    assert sums == [getattr(run.trace.cell(0), field)[0, 0, 0] for field in ("wx", "wh", "a", "h")]
    press(player, "ArrowRight", "Shift+ArrowRight", "Home", "ArrowLeft", "End", "ArrowDown")
    assert at(player) == "0.forward.0.0"
    choose(player, "Speed", "8")
    click(player, "Play")
    expect(player.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert at(player) == "0.forward.0.0"
    assert len(cells_of(ET.fromstring(saved(player, "Map as SVG")[0]))) == 3


GAPS = """() => {
    const times = (window.rnnvizTimes = []);
    const note = (now) => { times.push(now); requestAnimationFrame(note); };
    requestAnimationFrame(note);
}"""

LONGEST = "() => Math.max(...rnnvizTimes.slice(1).map((time, k) => time - rnnvizTimes[k]))"


def test_the_largest_net_opens_plays_and_scrubs(page, server):
    """Within half a minute, and never without a frame for a second; its numbers are right."""
    query = {"input": "random numbers", "steps": 256, "inputs": 64, "layers": 6, "hidden": 256}
    start = time.monotonic()
    player = opened(page, f"{server}/?{urlencode(query)}", charts=True, height=1500)
    assert time.monotonic() - start < 30
    settle(page)
    cell = made(query).trace.cell(4, "reverse")
    page.evaluate(GAPS)
    choose(player, "Step", "update")
    choose(player, "Speed", "8")
    click(player, "Play")
    page.wait_for_timeout(1500)
    played = page.evaluate(f"{CURRENT}.state.tau")
    timeline = player.get_by_role("slider", name="Timeline").bounding_box()
    drag(page, timeline, *np.linspace(0.05, 0.95, 12))

    assert played > 4
    expect(player.locator(".readout")).to_have_text(f"update {int(0.95 * 3072) + 1} of 3072")
    drag(page, timeline, 0.1, (9 * 256 + 56.5) / 3072)
    assert at(player) == "4.reverse.199.0"
    lines = told(player, "anatomy", part="vector", row=2)
    expected = [getattr(cell, field)[199, 0, 2] for field in ("wx", "wh", "a", "h")]
    np.testing.assert_allclose([number(line) for line in lines], expected, rtol=1e-4, atol=1e-6)
    assert page.evaluate(LONGEST) < 1000


def marked(player, part):
    """What is written in the cells with a frame in the colour of an alarm."""
    alarm = player.page.evaluate(f"{CURRENT}.palette.alarm")
    cells = player.page.evaluate(
        f"""([part, alarm]) => {CURRENT}.screen.lists[part].filter(({{ kind, stroke }}) =>
            kind === "rect" && stroke === alarm).map(({{ texture, ...item }}) => item)""",
        [part, alarm],
    )
    canvases = player.locator(f".{part} canvas")
    texts = canvases.evaluate_all("(all) => all.flatMap((canvas) => canvas.written ?? [])")
    return [text for cell in cells for text, x, y, _ in texts if inside(cell, x, y)]


def inside(cell, x, y):
    return 0 <= x - cell["x"] <= cell["width"] and 0 <= y - cell["y"] <= cell["height"]


def test_what_is_no_number_is_marked(page, apps):
    """An infinity in the input at t = 1, NaN at t = 3: in cells, sentence, tooltip and map."""
    opened(page, apps, height=2400)
    player = page.locator(".rnnviz").nth(1)
    player.locator(".headline").click()
    choose(player, "Step", "update")
    press(player, "Home")
    assert marked(player, "anatomy") == []
    press(player, "ArrowRight")
    infinite = marked(player, "anatomy")
    assert infinite[0] == "+∞"
    assert len(infinite) == 1 + 4 + 4
    assert set(infinite) == {"+∞", "−∞"}
    press(player, "ArrowRight", "ArrowRight")
    assert marked(player, "anatomy") == ["NaN"] * (1 + 4 + 4 + 4)
    assert "NaN" in player.locator(".sentence").inner_text()
    press(player, "ArrowRight")

    assert marked(player, "anatomy") == ["NaN"] * (4 + 4 + 4 + 4)
    assert math.isnan(number(told(player, "anatomy", part="vector", field="a", row=0)[0]))
    svg = ET.fromstring(saved(player, "Map as SVG")[0])
    alarm = page.evaluate(f"{CURRENT}.palette.alarm")
    colors = [color for column in cells_of(svg) for color in column[3]]
    assert colors.count(alarm) == 2 + 2 * 4


def test_a_net_that_overflows_is_marked_and_plays(page, server):
    """The states of a relu net with growing weights leave float32 long before t = 255."""
    query = {"input": "random numbers", "steps": 256, "activation": "relu", "hidden": 8}
    query |= {"weights": "orthogonal", "radius": 2.0, "at": "1.forward.255.0"}
    player = opened(page, f"{server}/?{urlencode(query)}")
    assert set(marked(player, "anatomy")) & {"NaN", "+∞"}
    choose(player, "Order", "time-first")

    expect(player.locator(".banner")).to_contain_text("Wrong")
    assert set(marked(player, "anatomy")) & {"NaN", "+∞"}


# ---- servers and neighbours


def test_nothing_goes_over_the_wire_while_one_moves(page, server):
    frames = []

    def listen(socket):
        socket.on("framesent", lambda data: frames.append(("sent", len(data))))
        socket.on("framereceived", lambda data: frames.append(("received", len(data))))

    page.on("websocket", listen)
    player = opened(page, server, charts=True, height=1500)
    settle(page)
    before = len(frames)
    assert before > 2
    click(player, "Play")
    page.wait_for_timeout(1500)
    press(player, "End", "Shift+ArrowLeft", *["ArrowLeft"] * 10, *["ArrowDown"] * 2, "?", "Escape")
    for picture, part in (("anatomy", "vector"), ("drill", "term")):
        hover(player, *place_of(player, picture, part=part))
    hover(player, *map_place(player, 1, "reverse", 3, 2))
    drag(page, player.get_by_role("slider", name="Timeline").bounding_box(), 0.1, 0.9, 0.4)
    drag(page, player.locator(".strip canvas").bounding_box(), 0.05, 0.3)
    click(player, "time")
    press(player, "ArrowRight")
    for label, value in (("Speed", "2"), ("Over the whole sequence", "a"), ("Order", "both")):
        choose(player, label, value)
    click(player, "Biases apart")
    page.wait_for_timeout(2 * QUIET)

    assert frames[before:] == []


def test_two_players_on_a_page_keep_to_themselves(page, apps):
    """Keys that nothing on the page wants act on the player that was used last."""
    opened(page, apps, height=2400)
    first, second = (page.locator(".rnnviz").nth(k) for k in range(2))
    expect(second.locator(".readout")).not_to_be_empty()
    address = page.url
    for player in (second, first):
        player.locator(".headline").click()
    page.evaluate("document.activeElement.blur()")
    press(first, "End")
    assert (at(first), at(second)) == ("1.reverse.0.0", "0.forward.0.0")
    second.locator(".headline").click()
    page.evaluate("document.activeElement.blur()")
    press(second, "End", "ArrowDown")
    click(second, "Play")
    page.wait_for_timeout(300)

    assert at(first) == "1.reverse.0.0"
    click(second, "Pause")
    assert at(second) == "0.forward.0.1"
    press(first, "ArrowRight")
    assert at(first) == "1.reverse.0.0"
    page.wait_for_timeout(QUIET)
    assert page.url == address


# ---- pictures of this moment


@pytest.mark.parametrize("scrolled", [0, 600], ids=["at the top", "below the map"])
def test_the_menu_to_save_opens_where_one_sees_it(player, scrolled):
    """Where the page is scrolled as well, and the bar sticks to the top of the screen."""
    page, summary = player.page, player.locator(".save summary")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.mouse.move(800, 500)
    page.mouse.wheel(0, scrolled)
    page.wait_for_timeout(300)
    summary.click()
    boxes = [entry.bounding_box() for entry in player.locator(".save .items button").all()]
    summary.click()
    page.mouse.wheel(0, -scrolled)
    page.set_viewport_size({"width": 1440, "height": 1500})
    page.wait_for_timeout(300)

    assert len(boxes) == 7
    assert min(box["y"] for box in boxes) >= 0
    assert max(box["y"] + box["height"] for box in boxes) <= 900


@pytest.mark.parametrize("width", [320, 390, 560])
def test_the_menu_to_save_stays_on_a_phone(new_page, server, width):
    player = opened(new_page(width), server)
    player.locator(".save summary").click()
    boxes = [entry.bounding_box() for entry in player.locator(".save .items button").all()]

    assert len(boxes) == 7
    assert min(box["x"] for box in boxes) >= 0
    assert max(box["x"] + box["width"] for box in boxes) <= width


def texts_of(svg):
    return ["".join(text.itertext()) for text in svg.iter(f"{SVG}text")]


def cells_of(svg):
    """The pictures of many numbers in a saved file: [x, y, width, colours from the top][]."""
    return [
        [
            *(float(cells[0].get(name)) for name in ("x", "y", "width")),
            [c.get("fill") for c in cells],
        ]
        for cells in (list(group) for group in svg.iter(f"{SVG}g"))
    ]


def lanes_of(columns):
    """Columns by the height at which they lie, lowest first, each from left to right."""
    columns = sorted(columns, key=lambda column: (-column[1], column[0]))
    return [list(same) for _, same in itertools.groupby(columns, key=lambda column: column[1])]


def check_colors(columns, values, scale):
    """Each column has a colour per number, of the figures' scale."""
    expected = [[scale.color(float(value)) for value in column] for column in values]
    assert [len(column[3]) for column in columns] == [len(column) for column in expected]
    channels = [
        [bytes.fromhex(color[1:]) for column in one for color in column]
        for one in ([column[3] for column in columns], expected)
    ]
    np.testing.assert_allclose(*(np.array([*map(list, side)]) for side in channels), atol=1)


def test_the_maps_colours_are_the_figures(player):
    """In the saved picture, by where they lie: lanes upwards, timesteps to the right."""
    early = cells_of(ET.fromstring(saved(player, "Map as SVG")[0]))
    assert sum(len(column[3]) for column in early) == 5 * 5 + 4 * 4 + 4
    click(player, "Show the whole result")
    svg = ET.fromstring(saved(player, "Map as SVG")[0])
    trace = made({}).trace
    columns = cells_of(svg)
    # h_0 stands in columns of a third of the width.
    width = max(column[2] for column in columns)
    lanes = lanes_of([column for column in columns if column[2] == width])
    starts = lanes_of([column for column in columns if column[2] < width])

    assert sum(len(column[3]) for column in columns) == 5 * 5 + 4 * 5 * 4 + 4 * 4
    check_colors(lanes[0], trace.cells[0].x[:, 0], input_scale(trace, DEFAULT_LOOK))
    scale = state_scale(trace, DEFAULT_LOOK)
    assert len(lanes) == 5 and len(starts) == 4
    for cell, lane, start in zip(trace.cells, lanes[1:], starts, strict=True):
        check_colors(lane, cell.h[:, 0], scale)
        check_colors(start, cell.h_0[:1], scale)
        assert (start[0][0] < lane[0][0]) == (cell.direction == "forward")


@pytest.mark.parametrize("what", ["Map", "Anatomy", "Both"])
def test_this_moment_is_saved_as_svg_and_png(player, what):
    click_at(player, *map_place(player, 1, "reverse", 3, 2))
    data, name = saved(player, f"{what} as SVG")
    svg = ET.fromstring(data)
    picture, png_name = saved(player, f"{what} as PNG")
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    cell = made({}).trace.cell(1, "reverse")

    assert name == f"rnnviz-{what.lower()}-1-reverse-3-2.svg"
    assert png_name == name.replace("svg", "png")
    allowed = {"svg", "title", "rect", "g", "path", "circle", "text", "tspan"}
    assert {element.tag.removeprefix(SVG) for element in svg.iter()} <= allowed
    texts = texts_of(svg)
    assert ("layer 1" in texts, "unit 2" in texts) == (what != "Anatomy", what != "Map")
    if what != "Map":
        values = [*cell.x[3, 0], *cell.wx[3, 0], *cell.wh[3, 0], *cell.a[3, 0], *cell.h[3, 0]]
        assert {two_decimals(value) for value in values if abs(value) >= 0.01} <= set(texts)
    size = [float(svg.get(side)) * 300 / 96 for side in ("width", "height")]
    np.testing.assert_allclose(image.size, size, atol=4)
    assert image.getpixel((1, 1)) == (255, 255, 255)
    assert len(image.getcolors(2**24)) > 50


def heights(svg):
    """The heights of all texts, then of all that paths go through."""
    texts = [float(text.get("y")) for text in svg.iter(f"{SVG}text")]
    paths = [path.get("d") for path in svg.iter(f"{SVG}path")]
    through = [re.findall(r"(?:[ML][-\d.e]+ |V)(-?[\d.]+)", path) for path in paths]
    return texts, [float(y) for path in through for y in path]


def test_both_are_the_map_and_below_it_the_anatomy(player):
    press(player, "End")
    names = ("Map", "Anatomy", "Both")
    above, below, both = (ET.fromstring(saved(player, f"{name} as SVG")[0]) for name in names)
    down = float(both.get("height")) - float(below.get("height"))

    for first, second, joined in zip(*map(heights, (above, below, both)), strict=True):
        # Of each list the last two texts belong to the legend, which stands below each picture.
        count = len(joined) - len(second)
        assert 20 < count <= len(first)
        assert joined[:count] == first[:count]
        np.testing.assert_allclose(joined[count:], [y + down for y in second], atol=1e-6)
