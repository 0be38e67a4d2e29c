"""A stack of different cells with hard activations, played in a real Chromium."""

import numpy as np
import pytest
import torch
from torch import nn

import rnnviz
from rnnviz.engine.weights import random_states
from tests.browser.driving import headline
from tests.browser.player_driving import opened, press

pytestmark = pytest.mark.browser

LINK = {
    "kind": "stack",
    "stack": "LSTM 4 g=hardtanh c=hardtanh f=hardsigmoid, GRU 3",
    "direction": "forward only",
    "seed": "3",
    "at": "0.forward.2.1",
    "gate": "g",
}


@torch.no_grad()
def run_of_the_link():
    """The same cells, input and states without the app."""
    torch.manual_seed(3)
    cells = [nn.LSTMCell(5, 4), nn.GRUCell(4, 3)]
    own = {"g": "hardtanh", "c": "hardtanh", "f": "hardsigmoid"}
    stack = rnnviz.CellStack(cells, activations=[own, None])
    x = torch.eye(5)[[0, 1, 2, 2, 3]][:, None]
    return rnnviz.trace(stack, x, random_states(stack.config, 1, 3))


def test_a_stack_is_played_with_its_own_curves_and_code(page, server):
    query = "&".join(f"{key}={value.replace(' ', '+')}" for key, value in LINK.items())
    player = opened(page, f"{server}/?{query}")
    lstm = run_of_the_link().cells[0]
    a, g = lstm.a[2, 0, 9].item(), lstm.gate("g")[2, 0, 1].item()
    sentence = player.locator(".sentence").inner_text().replace("−", "-")

    assert sentence == f"g[2][1] ≈ hardtanh({a:.2f}) ≈ {g:.2f}"
    assert g == pytest.approx(np.clip(a, -1, 1))
    assert player.locator(".slope").inner_text().startswith("slope 1 within ±1")
    assert "o · hardtanh(c)" in player.locator(".updates").inner_text()
    code = player.locator(".lines").inner_text()
    assert "g, o = F.hardtanh(g), torch.sigmoid(o)" in code
    assert "i, f = torch.sigmoid(i), F.hardsigmoid(f)" in code
    assert page.get_by_text("matches plain torch").count() == 1

    player.focus()
    press(player, "Space")
    page.get_by_text("Update 4 of 10: layer 0, forward, t = 3").wait_for()
    press(player, "Space", "End")
    assert headline(page) == "Update 10 of 10: layer 1, forward, t = 4"
    assert "n = (x_n + r * h_n).tanh()" in player.locator(".lines").inner_text()


def test_the_curve_that_is_drawn_is_the_one_used(page, server):
    """Its corners lie at ±1: left and right of them the outline is level."""
    query = "&".join(f"{key}={value.replace(' ', '+')}" for key, value in LINK.items())
    player = opened(page, f"{server}/?{query}")
    points = player.evaluate(
        """() => {
            const { screen } = window[Symbol.for("rnnviz.registry")].current;
            const paths = screen.lists.anatomy.filter((item) => item.kind === "path");
            const curve = paths.find((item) => item.line === 1.5 && item.d.split("L").length > 40);
            return curve.d.slice(1).split("L").map((pair) => pair.split(" ").map(Number));
        }"""
    )
    heights = np.array(points)[:, 1]
    steps = np.round(np.diff(heights), 1)

    assert heights[0] > heights[-1]
    assert steps[0] == steps[-1] == 0
    slanted = steps[np.abs(steps) > 0.5]
    assert np.ptp(slanted[1:-1]) <= 0.2 and len(slanted) > 5
