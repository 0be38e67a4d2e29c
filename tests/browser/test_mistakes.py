"""Numbers of nets that people write by hand, pasted into the page that finds the mistake."""

import subprocess
import sys

import numpy as np
import pytest

from tests.browser.driving import chart, heatmap, settle, visit

# How people write it: a class with lists of weights, time as the outer loop.
TIME_FIRST = """
    net = [(weight_ih[k], weight_hh[k], bias_ih[k] + bias_hh[k]) for k in range(len(ends))]
    T, layers = len(x), len(net) // 2
    forward, reverse = [h_0[2 * k] for k in range(layers)], [h_0[2 * k + 1] for k in range(layers)]
    output = torch.zeros(T, x.shape[1], 2 * h_0.shape[2])
    for s in range(T):
        x_f, x_r = x[s], x[T - 1 - s]
        for k in range(layers):
            W, U, b = net[2 * k]
            forward[k] = torch.tanh(x_f @ W.T + forward[k] @ U.T + b)
            W, U, b = net[2 * k + 1]
            reverse[k] = torch.tanh(x_r @ W.T + reverse[k] @ U.T + b)
            x_f = x_r = torch.cat([forward[k], reverse[k]], dim=-1)
        output[s, :, : h_0.shape[2]] = forward[-1]
        output[T - 1 - s, :, h_0.shape[2] :] = reverse[-1]
    return output, torch.stack([h for pair in zip(forward, reverse) for h in pair])
"""

# Four functions, the last of which takes rows i and i + 1 of h_0 for layer i.
SLICE = """
    def one_way(x, h, W, U, b):
        states = []
        for x_t in x:
            h = torch.tanh(x_t @ W.T + h @ U.T + b)
            states.append(h)
        return torch.stack(states), h

    def both_ways(x, h, cells):
        forward, last_f = one_way(x, h[0], *cells[0])
        reverse, last_r = one_way(x.flip(0), h[1], *cells[1])
        return torch.cat([forward, reverse.flip(0)], dim=-1), [last_f, last_r]

    def many_layers_both_ways(x, h_prev, net):
        finals = []
        for i in range(len(net) // 2):
            x, last = both_ways(x, h_prev[i : i + 2] if i else h_prev[:2], net[2 * i : 2 * i + 2])
            finals += last
        return x, torch.stack(finals)

    ends = list(dict.fromkeys(name[9:] for name in weights if name.startswith("weight_ih")))
    net = [
        (weights["weight_ih" + e], weights["weight_hh" + e], weights["bias_ih" + e]
         + weights["bias_hh" + e])
        for e in ends
    ]
    return many_layers_both_ways(x, h_0, net)
"""


def printed(page, folder, adapter, body):
    """What the script of the page prints, once somebody's net is filled in."""
    page.get_by_text("No numbers yet? A script that makes them").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Script (.py)").click()
    before, after = open(download.value.path()).read().split(f"def {adapter}(")
    after = after.replace("    return None\n", body, 1)
    script = folder / "try_mine.py"
    script.write_text(before + f"def {adapter}(" + after)
    ran = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def paste(page, text):
    field = page.get_by_role("textbox", name="Paste what your net gives")
    field.fill(text)
    field.press("Control+Enter")
    settle(page)


@pytest.mark.parametrize(
    ("query", "adapter", "body", "id", "line"),
    [
        ("", "by_class", TIME_FIRST, "D13-time-first-loop", "for s in range(T):"),
        ("?layers=3", "by_function", SLICE, "H6-h0-slice-i", "h_f, h_r = h_0[i:i + 2]"),
    ],
    ids=["time-first class", "four functions"],
)
def test_mistake_of_a_hand_written_net_is_named_framed_and_shown(
    new_page, server, tmp_path, query, adapter, body, id, line
):
    page = new_page(width=1440)
    visit(page, f"{server}/mistakes{query}")
    paste(page, printed(page, tmp_path, adapter, body))
    page.get_by_text("One mistake makes exactly these numbers").wait_for()

    assert page.locator("strong", has_text=id).count() == 1
    wrong = page.locator("[data-testid=stCode]", has_text=line)
    assert wrong.last.inner_text().startswith("- ")
    # Two frames: layer 1 forward at t = 0, and layer 1 reverse at the last timestep.
    layers = 3 if query else 2
    frames = chart(page, "error_map").evaluate(
        "plot => plot.layout.shapes.filter(s => s.name === 'first wrong').map(s => [s.x0, s.y0])"
    )
    row = 2 * (layers - 2)
    assert frames == [[-0.5, row + 0.5], [3.5, row - 0.5]]
    errors = np.array(heatmap(page, "error_map"), dtype=float)
    assert (errors[-2:] == 0).all() and errors[row : row + 2, [0, -1]].max(axis=1).min() > 0.001
    yours = np.array(heatmap(page, "beside_output", 1), dtype=float)
    mistake = np.array(heatmap(page, "beside_output", 2), dtype=float)
    assert (
        np.abs(yours - mistake).max() < 1e-5 < np.abs(yours - heatmap(page, "beside_output")).max()
    )


def test_right_net_is_called_equal_and_garbage_is_told(new_page, server, tmp_path):
    page = new_page(width=390)
    visit(page, f"{server}/mistakes?kind=GRU&layers=1")
    body = """
    net = torch.nn.GRU(5, 4, bidirectional=True)
    net.load_state_dict(weights)
    return net(x, h_0)
"""
    text = printed(page, tmp_path, "by_function", body)
    paste(page, text)
    page.get_by_text("Your numbers are torch.nn's").wait_for()
    paste(page, text.replace("tensor(", "tenor(", 1))
    page.get_by_text("line 1").wait_for()
    field = page.get_by_role("textbox", name="Paste what your net gives")
    assert "tenor(" in field.input_value()
    page.get_by_role("button", name="Open sidebar").or_(
        page.get_by_test_id("stExpandSidebarButton")
    ).first.click()
    page.get_by_role("link", name="Shapes").click()
    page.wait_for_url("**/shapes**")
    settle(page)
    page.go_back()
    page.wait_for_url("**/mistakes**")
    settle(page)
    assert "tenor(" in field.input_value()


def test_search_for_two_mistakes_can_be_stopped_and_taken_up(new_page, server):
    page = new_page(width=1024)
    visit(page, f"{server}/mistakes?kind=LSTM&layers=3")
    drawn = np.random.default_rng(0).random((5, 1, 8)) - 0.5
    field = page.get_by_role("textbox", name="Paste what your net gives")
    field.fill(f"{drawn.round(4).tolist()}")
    field.press("Control+Enter")
    page.get_by_text("making two at a time").wait_for()
    page.get_by_role("button", name="Stop", exact=True).last.click()
    page.get_by_text("were not all tried").wait_for()
    assert page.get_by_text("No known mistake").count() == 1
    page.get_by_role("button", name="Try them").click()
    page.get_by_text("making two at a time").wait_for()
    settle(page)
    page.get_by_text("No known mistake").wait_for()
    assert page.get_by_text("were not all tried").count() == 0
