"""What if time came first? The player in the wrong order, beside a wrong loop written here."""

import re
from urllib.parse import urlencode

import numpy as np
import pytest
import torch
from playwright.sync_api import expect
from torch.nn.functional import linear

from rnnviz.scene.schedules import schedule
from tests.browser.player_driving import (
    CURRENT,
    PAINTED,
    at,
    choose,
    click_at,
    made,
    map_items,
    map_place,
    number,
    opened,
    press,
    told,
)

pytestmark = pytest.mark.browser

THREE_LAYERS = {"input": "random numbers", "steps": 7, "inputs": 4, "layers": 3, "hidden": 3}


def wrong_states(net, x, h_0):
    """The mistake as one makes it: h[layer][direction][t], with time as the outer loop."""
    seq_len, directions = len(x), 2 if net.bidirectional else 1
    state = list(h_0[:, 0])
    kept = [[[None] * seq_len for _ in range(directions)] for _ in range(net.num_layers)]
    with torch.no_grad():
        for s in range(seq_len):
            below = None
            for layer in range(net.num_layers):
                for direction in range(directions):
                    t = seq_len - 1 - s if direction else s
                    read = x[t, 0] if layer == 0 else below
                    suffix = f"l{layer}" + ("_reverse" if direction else "")
                    named = [getattr(net, f"{kind}_{suffix}") for kind in ("weight_ih", "bias_ih")]
                    hidden = [getattr(net, f"{kind}_{suffix}") for kind in ("weight_hh", "bias_hh")]
                    row = layer * directions + direction
                    state[row] = torch.tanh(linear(read, *named) + linear(state[row], *hidden))
                    kept[layer][direction][t] = state[row]
                below = torch.cat(state[layer * directions : (layer + 1) * directions])
    return kept


def wrong_error(run):
    """max |output in the wrong order - torch.nn's|."""
    top = wrong_states(run.net, run.x, run.h_0)[-1]
    output = torch.stack([torch.cat(pair) for pair in zip(*top, strict=True)])
    return (output - run.net(run.x, run.h_0)[0][:, 0]).abs().max().item()


def error_in(words):
    """The error that the banner names."""
    return number(re.search(r"torch\.nn\| = (\d[\d.]*(?:e[−-]?\d+)?)[.;]", words)[1])


def h_shown(player, t, unit):
    return number(told(player, "anatomy", part="vector", field="h", row=unit, t=t)[0])


def first_wrong(player):
    """The frames around the first wrong cells: (layer, direction, t) by what the map says."""
    return player.page.evaluate(
        f"""() => {{
            const {{ run, screen, palette }} = {CURRENT};
            const items = screen.lists.map;
            const marks = items.filter((item) => item.hit?.part === "first wrong");
            return marks.map(({{ hit, fill, x, y }}) => {{
                const lane = run.lanes[hit.lane];
                const frame = items.find((item) => item.kind === "rect" && item.dash
                    && item.stroke === palette.alarm && x > item.x && y >= item.y - 4
                    && x <= item.x + item.width + 9 && y <= item.y + item.height);
                return [lane.layer, lane.direction, hit.t, fill === palette.alarm, Boolean(frame)];
            }});
        }}"""
    )


def alarms(player):
    """How many lines of the map have the colour of an alarm, and the words in it."""
    alarm = player.page.evaluate(f"{CURRENT}.palette.alarm")
    items = map_items(player)
    lines = [item for item in items if item["kind"] == "path" and item.get("stroke") == alarm]
    words = [item["text"] for item in items if item.get("text") and item["fill"] == alarm]
    return len(lines), words


def scheduled(page):
    """The page's own list of updates: (layer, direction, t)[]."""
    steps = page.evaluate(
        f"""() => {{
            const {{ schedule, run }} = {CURRENT};
            const lane = (index) => run.lanes[schedule.lanes[index]];
            return Array.from({{ length: schedule.length }}, (_, k) =>
                [lane(k).layer, lane(k).direction, schedule.steps[k]]);
        }}"""
    )
    return [tuple(step) for step in steps]


def test_time_first_is_wrong_by_as_much_as_an_independent_loop(page, server):
    player = opened(page, server, height=1500)
    run = made({})
    kept = wrong_states(run.net, run.x, run.h_0)
    choose(player, "Order", "time-first")
    banner = player.locator(".banner")
    expect(banner).to_contain_text("First wrong")
    words = banner.inner_text()

    assert error_in(words) == pytest.approx(wrong_error(run), rel=1e-5)
    assert "layer 1, forward, timestep 0 and layer 1, reverse, timestep 4" in words
    press(player, "End")
    framed = sorted(first_wrong(player))
    assert framed == [[1, "forward", 0, True, True], [1, "reverse", 4, True, True]]
    # Every cell of it, by what the map's tooltips and the anatomy say.
    for layer, direction, t, unit in [
        (0, "reverse", 2, 1),
        (1, "forward", 0, 3),
        (1, "reverse", 1, 0),
    ]:
        click_at(player, *map_place(player, layer, direction, t, unit))
        theirs = kept[layer][int(direction == "reverse")][t][unit].item()
        assert h_shown(player, t, unit) == pytest.approx(theirs, abs=1e-6)
        terms = [number(line) for line in told(player, "drill", part="term")]
        assert np.tanh(sum(terms)) == pytest.approx(theirs, abs=1e-6)

    choose(player, "Order", "layer-first")
    expect(banner).to_be_hidden()
    right = run.trace.cell(1, "reverse").h[1, 0, 0]
    assert at(player) == "1.reverse.1.0"
    assert np.float32(h_shown(player, 1, 0)) == right


def test_the_missing_dependency_is_drawn_in_the_colour_of_an_alarm(page, server):
    player = opened(page, f"{server}/?order=time-first&at=1.forward.0.0", height=1500)
    expect(player.locator(".banner")).to_contain_text("First wrong")
    page.evaluate(PAINTED)
    lines, words = alarms(player)
    assert at(player) == "1.forward.0.0"
    # The state that is needed, and the one that is read in its place.
    assert lines == 2
    assert words == ["first wrong", "needed, not there yet", "read instead"]

    # In the middle of an odd number of timesteps both directions meet.
    click_at(player, *map_place(player, 1, "forward", 2, 0))
    assert alarms(player)[0] == 0
    click_at(player, *map_place(player, 0, "forward", 0, 0))
    assert alarms(player) == (0, [])
    press(player, "End")
    lines, words = alarms(player)
    assert lines == 2
    assert "needed, not read" in words


def test_with_one_direction_nothing_changes(page, server):
    """The order is another one all the same."""
    query = {"direction": "forward only", "layers": 3}
    player = opened(page, f"{server}/?{urlencode(query)}&order=time-first&at=2.forward.4.1")
    banner = player.locator(".banner")
    expect(banner).to_contain_text("Nothing changes")
    words = banner.inner_text()

    assert wrong_error(made(query)) < 1e-6
    assert (
        float(re.search(r"torch\.nn\| = ([\d.]+(?:e[−-]\d+)?)\.", words)[1].replace("−", "-"))
        < 1e-6
    )
    assert "One direction" in words or "one direction" in words
    press(player, "End")
    assert first_wrong(player) == []
    assert alarms(player) == (0, [])
    assert player.locator(".readout").inner_text() == "update 15 of 15"
    lanes = made(query).trace.config.lanes
    assert scheduled(page) == list(schedule("time-first", lanes, 5))


def test_every_order_is_walked_as_the_schedule_says(page, server):
    """The page's own schedules, and one walk by keys through both directions at once."""
    player = opened(page, f"{server}/?{urlencode(THREE_LAYERS)}")
    lanes = made(THREE_LAYERS).trace.config.lanes
    for order in ("both", "time-first", "layer-first"):
        choose(player, "Order", order)
        page.wait_for_function(f"{CURRENT}.scheduled === '{order}'")
        assert scheduled(page) == list(schedule(order, lanes, 7))

    choose(player, "Order", "both")
    choose(player, "Step", "update")
    press(player, "Home")
    for step in schedule("both", lanes, 7)[:6]:
        assert at(player) == f"{step.layer}.{step.direction}.{step.t}.0"
        press(player, "ArrowRight")
