"""What a visitor does with the player, what it then shows, and the numbers it must show."""

import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections import namedtuple
from pathlib import Path

import torch

import rnnviz
from rnnviz.engine.weights import random_state
from rnnviz.inputs import noise, one_hot
from tests.browser.conftest import ROOT

APPS = "tests/browser/apps"

# A browser that has seen a player before: there nothing plays by itself.
SEEN = "localStorage.setItem('rnnviz.seen', '1')"

# The player that was used last, as the page itself knows it.
CURRENT = "window[Symbol.for('rnnviz.registry')].current"

# Two frames: what was asked for before the first is painted by the second.
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

# In the place of Streamlit's chart.
NO_CHART = {"body": "export default () => null;", "content_type": "text/javascript"}

# Milliseconds after which the player writes the link and says the sentence, and some to spare.
QUIET = 400

# What a run is made of: the net, its input (seq_len, batch, input_size), h_0 and the record.
Made = namedtuple("Made", "net x h_0 trace")


def opened(page, url, *, seen=True, charts=False, height=900):
    """The first player of a page, once it shows something.

    The still charts below it take as long to load as all the rest: most tests go without.
    """
    page.add_init_script(WRITTEN)
    if seen:
        page.add_init_script(SEEN)
    if not charts:
        page.route("**/PlotlyChart*.js", lambda route: route.fulfill(**NO_CHART))
    page.set_viewport_size({"width": page.viewport_size["width"], "height": height})
    page.goto(url)
    page.wait_for_selector(".rnnviz .readout:not(:empty)")
    page.evaluate(PAINTED)
    return page.locator(".rnnviz").first


def made(query, *, text="hello", vocab="helo"):
    """The run that the app makes of a link's parameters, by the library."""
    layers, hidden, seed = (query.get(*at) for at in (("layers", 2), ("hidden", 4), ("seed", 0)))
    dtype = getattr(torch, query.get("dtype", "float32"))
    if "input" in query:
        series = noise(query["steps"], query["inputs"], 1, seed=seed)
    else:
        series = one_hot(text, vocab)
    config = rnnviz.RNNConfig(
        input_size=series.input_size,
        hidden_size=hidden,
        num_layers=layers,
        bidirectional=query.get("direction") != "forward only",
        dtype=query.get("dtype", "float32"),
    )
    net = rnnviz.build(config, seed)
    x = torch.from_numpy(series.values).to(dtype).transpose(0, 1)
    h_0 = random_state(config, 1, seed)
    return Made(net, x, h_0, rnnviz.trace(net, x, h_0).numpy())


def press(player, *keys):
    for key in keys:
        player.page.keyboard.press(key)
    player.page.evaluate(PAINTED)


def at(player):
    """The moment that the player shows, as words in a link: layer.direction.t.unit."""
    head = player.locator(".headline").inner_text()
    layer, direction, t = re.search(r"layer (\d+), (\w+), t = (\d+)$", head).groups()
    step, unit = re.search(
        r"h\[(\d+)\]\[(\d+)\]", player.locator(".sentence").inner_text()
    ).groups()
    assert step == t
    return f"{layer}.{direction}.{t}.{unit}"


def lit(player):
    """What the lit line of the code computes: wx, wh, a, or h under its own name."""
    return player.locator(".line.lit code").inner_text().split("=")[0].strip()


def choose(player, label, value):
    player.get_by_label(label, exact=True).select_option(value)
    player.page.evaluate(PAINTED)


def click(player, name):
    player.get_by_role("button", name=name, exact=True).click()
    player.page.evaluate(PAINTED)


def click_at(player, x, y):
    player.page.mouse.click(x, y)
    player.page.evaluate(PAINTED)


def drag(page, box, *shares):
    """Press at one share of a box's width, move over the others and let go."""
    y = box["y"] + box["height"] / 2
    places = [box["x"] + box["width"] * share for share in shares]
    page.mouse.move(places[0], y)
    page.mouse.down()
    for x in places[1:]:
        page.mouse.move(x, y, steps=3)
    page.mouse.up()
    page.evaluate(PAINTED)


# ---- reading


def number(text):
    """The number that a text ends in, as Python reads it."""
    found = re.search(r"([−-]?)(NaN|[+]?∞|[\d.]+(?:e[−-]?\d+)?)$", text)
    digits = found[2].replace("−", "-").replace("+∞", "inf").replace("∞", "inf")
    return float(digits) * (-1 if found[1] else 1)


def two_decimals(value):
    """A number as the cells of the anatomy have it, for sizes that need no exponent."""
    return f"{value:.2f}".replace("-", "−").replace("−0.00", "0.00")


def tip(player):
    """The lines of the tooltip; none where it is hidden."""
    return player.locator(".tip:not([hidden]) > *").all_inner_texts()


def hover(player, x, y):
    """The tooltip at a place of the screen."""
    player.page.mouse.move(x, y)
    return tip(player)


# The canvas of a part of the player, and what its display list has of some kind: [x, y], the
# middles on the screen, with their hits.
FIND = f"""(canvas, [part, what]) => {{
    const screen = {CURRENT}.screen;
    const box = canvas.getBoundingClientRect();
    const found = screen.lists[part].filter(({{ hit, opacity }}) => hit && opacity !== 0 &&
        Object.entries(what).every(([name, value]) => hit[name] === value));
    return found.map((item) => {{
        const [x, y, width, height] = item.box ?? [item.x, item.y, item.width, item.height];
        return [box.x + x + width / 2, box.y + y + height / 2];
    }});
}}"""

# Keeps what is written on every canvas since it was last emptied: [text, x, y, colour].
WRITTEN = """(() => {
    const { fillText, clearRect } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.clearRect = function (...place) {
        this.canvas.written = [];
        clearRect.apply(this, place);
    };
    CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
        (this.canvas.written ??= []).push([text, x, y, this.fillStyle]);
        fillText.call(this, text, x, y);
    };
})()"""


def canvas_of(player, part):
    """The canvas in which the pointer finds the things of the anatomy or the drill-down."""
    return player.locator(f".{part} canvas[role=img]")


def written(player, part):
    """Every text that stands on the canvases of a part; the page was opened with WRITTEN."""
    canvases = player.locator(f".{part} canvas")
    kept = canvases.evaluate_all("(all) => all.flatMap((canvas) => canvas.written ?? [])")
    return [text for text, *_ in kept]


def place_of(player, where, **what):
    """Where something of the anatomy or the drill-down lies on the screen: x, y of its middle."""
    return canvas_of(player, where).evaluate(FIND, [where, what])[0]


def told(player, where, **what):
    """The first lines of the tooltips of all such things in the anatomy or the drill-down.

    The pointer's events come from here: a real mouse waits for a frame at each of them. What
    lies under something else, where no mouse would find it, fails.
    """
    return canvas_of(player, where).evaluate(
        f"""(canvas, [part, what]) => {{
            const tip = canvas.closest(".rnnviz").querySelector(".tip");
            return ({FIND})(canvas, [part, what]).map(([clientX, clientY]) => {{
                const top = canvas.getRootNode().elementFromPoint(clientX, clientY);
                const place = {{ clientX, clientY, bubbles: true }};
                top.dispatchEvent(new PointerEvent("pointermove", place));
                const hit = {CURRENT}.pointed?.find();
                if (!Object.entries(what).every(([name, value]) => hit?.[name] === value)) {{
                    throw new Error(`${{JSON.stringify(what)}} lies under something`);
                }}
                return tip.hidden ? null : tip.firstChild.textContent;
            }});
        }}""",
        [where, what],
    )


def map_items(player):
    """The display list of the map as last painted, without what cannot be sent."""
    return player.page.evaluate(f"{CURRENT}.screen.lists.map.map(({{texture, ...item}}) => item)")


def map_place(player, layer, direction, t, unit):
    """Where a unit's state lies on the screen, by the display list."""
    lane = player.page.evaluate(
        f"""([layer, direction]) => {CURRENT}.run.lanes.find(
            (lane) => lane.layer === layer && lane.direction === direction).index""",
        [layer, direction],
    )
    item = next(
        item
        for item in map_items(player)
        if {"part": "h", "lane": lane, "t": t}.items() <= item.get("hit", {}).items()
    )
    box = player.locator(".map canvas").bounding_box()
    x = box["x"] + item["x"] + item["width"] / 2
    return x, box["y"] + item["y"] + item["height"] * (unit + 0.5) / item["hit"]["rows"]


def saved(player, name):
    """The file that an entry of the menu "Save this moment" gives."""
    player.locator(".save summary").click()
    with player.page.expect_download() as waiting:
        player.get_by_role("button", name=name, exact=True).click()
    return Path(waiting.value.path()).read_bytes(), waiting.value.suggested_filename


def start_app(script):
    """A server for one of the small scripts in `apps`; it ends by itself after five minutes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["timeout", "300", sys.executable, "-m", "streamlit", "run", f"{APPS}/{script}"]
    command += ["--server.port", str(port), "--server.headless", "true"]
    process = subprocess.Popen(
        [*command, "--server.fileWatcherType", "none"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{url}/_stcore/health").close()
            return process, url
        except OSError:
            assert process.poll() is None
            time.sleep(0.25)
    raise TimeoutError(f"{script} did not start within a minute")
