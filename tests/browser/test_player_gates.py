"""The player shows nets with gates: every number is the engine's, term by term."""

import random
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from rnnviz.scene.templates import STATE
from tests.browser.apps.gated import traced
from tests.browser.player_driving import (
    CURRENT,
    choose,
    click,
    lit,
    map_items,
    number,
    opened,
    press,
    start_app,
    told,
    two_decimals,
    written,
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def gated():
    """A server of the small page with nets that have gates."""
    process, url = start_app("gated.py")
    yield url
    process.terminate()
    process.wait(20)


@pytest.fixture
def show(page, gated):
    """Opens a net at a moment: the player."""

    def opens(net, moment, **more):
        query = "".join(f"&{name}={value}" for name, value in more.items())
        return opened(page, f"{gated}/?net={net}&at={moment}{query}", height=1700)

    return opens


def terms_of(cell, t, row, before):
    """Weights times operands and the biases of one row, in the order of the waterfall."""
    terms = [*(cell.weight_ih[row] * cell.x[t, 0]), *(cell.weight_hh[row] * before)]
    biases = [cell.bias_ih[row], cell.bias_hh[row]]
    if cell.kind != "GRU":
        return [*terms, sum(biases)]
    unit, reset = row % cell.hidden_size, 1.0
    if row >= 2 * cell.hidden_size:
        reset = cell.gate("r")[t, 0, unit]
    count = cell.input_size
    return [*terms[:count], *(reset * np.array(terms[count:])), biases[0], reset * biases[1]]


def state_of(cell, part, t, unit, before):
    """A number of the strip of what becomes of the gates, from the record."""
    if "gate" in part:
        return cell.gate(part["gate"])[t, 0, unit]
    match part["field"]:
        case "c_before":
            return before[1][unit]
        case "h_before":
            return before[0][unit]
        case "1 - z":
            return 1 - cell.gate("z")[t, 0, unit]
        case "hn":
            row = 2 * cell.hidden_size + unit
            return cell.wh[t, 0, row] + cell.bias_hh[row]
    return getattr(cell, part["field"])[t, 0, unit]


def states_before(cell, t):
    """(h, c) that a step starts from; c is None without one."""
    step = t - 1 if cell.direction == "forward" else t + 1
    first = not 0 <= step < cell.seq_len
    h = cell.h_0[0] if first else cell.h[step, 0]
    c = None if cell.c is None else cell.c_0[0] if first else cell.c[step, 0]
    return h, c


@pytest.mark.parametrize("net", ["lstm", "gru", "proj", "dropped"])
def test_numbers_at_random_places_are_the_engines(show, net):
    """Sums, gates and states in the anatomy, the products below it and the sentence."""
    _, record = traced(net)
    trace = record.numpy()
    chosen = random.Random(7)
    for _ in range(5):
        cell = chosen.choice(trace.cells)
        t, unit = chosen.randrange(5), chosen.randrange(4)
        gate = chosen.choice(cell.gate_names)
        row = cell.gate_names.index(gate) * 4 + unit
        player = show(net, f"{cell.layer}.{cell.direction}.{t}.{unit}", gate=gate)
        sums = {name: getattr(cell, name)[t, 0, row] for name in ("wx", "wh", "a", "gates")}

        assert at_gate(player) == f"{gate}[{t}][{unit}]"
        for field, value in sums.items():
            [line] = told(player, "anatomy", part="vector", field=field, row=row)
            assert np.float32(number(line)) == np.float32(value), (field, line)
        before = states_before(cell, t)
        expected = terms_of(cell, t, row, before[0])
        products = [number(line) for line in told(player, "drill", part="term")]
        np.testing.assert_allclose(products, expected, rtol=1e-5, atol=1e-7)
        assert sum(products) == pytest.approx(float(sums["a"]), abs=1e-6)
        for part in STATE[cell.kind]:
            if part.get("field") == "h" and unit >= cell.state_size:
                continue
            hit = {name: part[name] for name in ("gate", "field") if name in part}
            lines = told(player, "anatomy", part="state", row=unit, **hit)
            value = float(state_of(cell, part, t, unit, before))
            assert number(lines[0]) == pytest.approx(value, abs=1e-7), part
        texts = set(written(player, "anatomy"))
        assert {two_decimals(v) for v in sums.values() if abs(v) >= 0.01} <= texts


def at_gate(player):
    """The gate, timestep and unit of the sentence below the waterfall."""
    return re.match(r"\w\[\d+\]\[\d+\]", player.locator(".sentence").inner_text())[0]


@pytest.mark.parametrize(
    ("net", "parts"),
    [("lstm", ["wx", "wh", "a", "gates", "c", "h"]), ("gru", ["wx", "wh", "a", "gates", "h"])],
)
def test_an_update_is_walked_part_by_part(show, net, parts):
    """Each key is one part: its lines of code are lit, and its numbers come to those before."""
    player = show(net, "0.forward.1.0")
    press(player, "ArrowRight")
    walked, counts = [], []
    for _ in parts:
        lines = player.locator(".line.lit code").all_inner_texts()
        walked.append(player.page.evaluate(f"{CURRENT}.moment.lane.phases[{CURRENT}.moment.phase]"))
        assert lines
        counts.append(len([text for text in written(player, "anatomy") if text]))
        press(player, "ArrowRight")

    assert walked == parts
    assert counts == sorted(set(counts))
    press(player, "ArrowLeft")
    assert lit(player).startswith("h")


def test_gates_are_chosen_by_key_and_stand_in_the_link(show):
    player = show("lstm", "1.reverse.2.3", gate="f")
    press(player, "Shift+ArrowDown", "Shift+ArrowDown", "ArrowUp")
    chosen = at_gate(player)
    press(player, "Shift+ArrowDown")
    player.page.wait_for_timeout(400)

    assert chosen == at_gate(player) == "o[2][2]"
    assert "gate=o" in player.page.url
    click(player, "Copy as equation")
    expect(player.locator(".copied")).not_to_be_empty()


@pytest.mark.parametrize("quantity", ["c", "f", "a"])
def test_the_strip_shows_gates_and_cell_states(show, quantity):
    """A hover gives the record's number; what the net has not is not offered."""
    player = show("lstm", "0.forward.2.0")
    _, record = traced("lstm")
    choose(player, "Over the whole sequence", quantity)
    panel = player.page.evaluate(f"{CURRENT}.screen.panels[0]")
    box = player.locator(".strip canvas").bounding_box()
    x = box["x"] + panel["x"] + panel["width"] * 3.5 / 5
    player.page.mouse.move(x, box["y"] + panel["y"] + 2)
    line = player.locator(".tip:not([hidden]) > *").first.inner_text()
    cell = record.cell(0)
    values = cell.gate(quantity) if quantity == "f" else getattr(cell, quantity)

    assert np.float32(number(line)) == values[3, 0, 0].item()
    options = player.get_by_label("Over the whole sequence", exact=True).locator("option")
    offered = [o.get_attribute("value") for o in options.all() if o.get_attribute("hidden") is None]
    assert set(offered) == {"h", "c", "i", "f", "g", "o", "wx", "wh", "a"}


def test_of_a_padded_sample_its_own_timesteps_are_shown(show):
    """The first of three has three timesteps: the reverse direction starts at its own last one."""
    player = show("packed", "0.reverse.2.1")
    _, record = traced("packed")

    assert player.page.evaluate(f"{CURRENT}.run.seqLen") == 3
    [line] = told(player, "anatomy", part="state", field="c_before", row=1)
    assert np.float32(number(line)) == record.cell(0, "reverse").c_0[0, 1].item()
    shown = {
        item["hit"]["t"] for item in map_items(player) if item.get("hit", {}).get("part") == "h"
    }
    assert shown == {0, 1, 2}


def test_samples_of_different_lengths_have_no_time_first(show):
    """It is not offered, and a link that asks for it shows the right order."""
    player = show("packed", "0.reverse.2.1", order="time-first")
    menu = player.get_by_label("Order", exact=True)

    assert menu.input_value() == "layer-first"
    assert menu.locator("option[value=time-first]").get_attribute("hidden") is not None
    assert player.locator(".banner").is_hidden()


def test_a_large_lstm_is_drawn_in_a_lens(show):
    player = show("large", "1.forward.2.20", gate="o")
    _, record = traced("large")
    row = 3 * 48 + 20
    [line] = told(player, "anatomy", part="vector", field="gates", row=row)

    assert np.float32(number(line)) == record.cell(1).gates[2, 0, row].item()
    canvas = player.locator(".anatomy canvas").last.bounding_box()
    assert canvas["height"] < 620
    press(player, "End", "Home", "Shift+ArrowRight")
    assert at_gate(player).startswith("o[")


def test_columns_are_as_wide_as_two_rows_make_them(new_page, server):
    """Though even there the wider lane has no room for numbers."""
    link = f"{server}/?kind=LSTM&hidden=7&at=1.reverse.2.0"
    player = opened(new_page(1024), link, height=1700)
    widths = player.page.evaluate(
        f"""() => {CURRENT}.screen.lists.anatomy
            .filter(({{ hit }}) => ["weight", "bias"].includes(hit?.part))
            .map(({{ width }}) => width)"""
    )

    assert min(widths) > 15


@pytest.mark.parametrize("width, names", [(1024, ["b_ih", "b_hh"]), (390, ["b"])])
def test_names_of_the_biases_have_room(new_page, server, width, names):
    link = f"{server}/?kind=GRU&hidden=7&at=1.reverse.2.0"
    player = opened(new_page(width), link, height=1700)
    texts = player.page.evaluate(
        f"{CURRENT}.screen.lists.anatomy.filter(({{ hit }}) => hit?.symbol === 'b')"
        ".map(({ text }) => text.replace(/[{}]/g, ''))"
    )

    assert texts == names


@pytest.mark.parametrize("width", [390, 1024, 1440])
def test_buttons_of_the_anatomy_stand_side_by_side_at_the_right(new_page, server, width):
    player = opened(new_page(width), f"{server}/?kind=LSTM&hidden=7", height=1700)
    head = player.locator(".anatomy .head").bounding_box()
    boxes = [one.bounding_box() for one in player.locator(".anatomy .head button").all()]

    assert len({box["y"] for box in boxes}) == 1
    assert boxes[-1]["x"] + boxes[-1]["width"] == pytest.approx(head["x"] + head["width"], abs=1)
