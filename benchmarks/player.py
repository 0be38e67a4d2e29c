"""How smoothly the player plays and steps, and what it sends and keeps, in headless Chromium.

Frames and keys are timed in the page, CPU time and heap by the browser's tools, bytes at the
websocket. Run from the project's root: `python benchmarks/player.py [--sizes small|all]`.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import shutil
import statistics
import sys
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

sys.path.insert(0, str(Path(__file__).parents[1]))
from rnnviz.limits import MAX_HIDDEN_SIZE
from rnnviz.scene.blob import FIELDS, USUAL
from tests.browser.conftest import NAMES, start_server
from tests.browser.driving import settle, slider

# The charts below the player are drawn after the script has ended.
CHARTS_MS = 4000
PLAY_MS = 4000
REST_MS = 3000
TAP_MS = 80  # As someone taps a key: every step is painted before the next one begins.
STEPS = 60
CPU_STEPS = 100
CHANGES = 15
SEEDS = 4
RERUNS = 7  # By Streamlit's own key: the script runs again, and nothing has changed.
MOST_INPUTS = 64
CARRIER, PLAYER = "rnnviz_carrier", "rnnviz_player"

# Columns of the table, and what is aimed at; the largest size may play at 50 frames a second.
COLUMNS = {
    "play by update, 8x: fps (long frames)": ">= 55",
    "play by phase, 1x: fps (long frames)": ">= 55",
    "step by phase: p50 / p95 ms": "p95 <= 33",
    "step by update: p50 / p95 ms": "p95 <= 33",
    "CPU ms per step: main thread / process": "<= 8",
    "change to picture: p50 / p95 ms": "p95 <= 600",
    "rerun alone: p50 / p95 ms": "",
    "bytes sent per step": "0",
    "run, message / numbers shown": "<= 1.1",
    "kB per change: run, player, all": "",
    "kB per empty rerun: player, all": "< 20",
    "heap MB: objects + buffers": "< 60",
    "of it left without the player": "",
    "timers at rest": "0",
}

# Runs in the page before anything else.
PROBE = (Path(__file__).parent / "player_probe.js").read_text()


class Size(NamedTuple):
    """One row of the table."""

    layers: int
    directions: int
    seq_len: int
    hidden: int

    @property
    def inputs(self) -> int:
        """How many columns the input has."""
        return min(self.hidden, MOST_INPUTS)

    def query(self, hidden: int | None = None) -> str:
        """The part of an address that opens such a run at its first update."""
        way = "bidirectional" if self.directions == 2 else "forward only"
        words = {"input": "random numbers", "steps": self.seq_len, "inputs": self.inputs}
        words |= {"hidden": hidden or self.hidden, "layers": self.layers, "direction": way}
        return f"?{urlencode(words)}&at=0.forward.0.0"

    @property
    def numbers(self) -> int:
        """Bytes of all numbers that the player shows of such a run, as float32."""
        count = self.seq_len * self.inputs
        for layer in range(self.layers):
            width = self.directions * self.hidden if layer else self.inputs
            sizes = {"seq_len": self.seq_len, "state_size": self.hidden, "input_size": width}
            sizes["gate_rows"] = self.hidden
            lane = sum(math.prod(sizes[axis] for axis in FIELDS[name]) for name in USUAL)
            count += self.directions * lane
        return 4 * count


SIZES = (Size(2, 2, 12, 8), Size(4, 2, 64, 64), Size(4, 2, 256, 256))


class Visit:
    """One page with the probe in it, the browser's tools for it, and what its websocket carries."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.page: Page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        self.tools: CDPSession = self.page.context.new_cdp_session(self.page)
        self.received: list[bytes] = []
        self.sent: list[bytes] = []
        self.page.on("websocket", self._listen)
        self.page.set_default_timeout(120_000)
        self.page.add_init_script(PROBE)
        self.page.goto(address)
        self.page.wait_for_selector("h1")
        settle(self.page)
        self.page.wait_for_timeout(CHARTS_MS)

    def _listen(self, socket: Any) -> None:
        socket.on("framereceived", lambda frame: self.received.append(frame))
        socket.on("framesent", lambda frame: self.sent.append(frame))

    def component(self, name: str) -> list[tuple[Any, int]]:
        """What a component was sent: (message, bytes on the wire)[]."""
        frames = [(ForwardMsg.FromString(frame), len(frame)) for frame in self.received]
        found = [(message.delta.new_element.bidi_component, size) for message, size in frames]
        return [(element, size) for element, size in found if element.component_name == name]

    def kilobytes(self, *names: str, share: int = 1) -> str:
        """What was received: for each component by its name, then all of it."""
        sizes = [sum(size for _, size in self.component(name)) for name in names]
        sizes.append(sum(map(len, self.received)))
        return ", ".join(f"{size / 1e3 / share:.1f}" for size in sizes)

    def choose(self, step: str, speed: str) -> None:
        """Set the player's menus, and go to its first update."""
        root = self.page.locator(".rnnviz")
        root.get_by_label("Step", exact=True).select_option(step)
        root.get_by_label("Speed", exact=True).select_option(speed)
        root.focus()
        self.page.keyboard.press("Home")
        self.page.wait_for_timeout(500)

    def timed(self, mode: str, keys: list[str]) -> list[float]:
        """From keys to painted frames, in ms."""
        self.page.evaluate("(mode) => Object.assign(rnnvizProbe, {mode, times: []})", mode)
        for count, key in enumerate(keys):
            self.page.keyboard.press(key)
            if mode != "step":  # The server takes part, and has more to send than the picture.
                self.page.wait_for_function(f"() => rnnvizProbe.times.length > {count}")
                settle(self.page)
            self.page.wait_for_timeout(TAP_MS)
        return self.page.evaluate("() => (rnnvizProbe.mode = null, rnnvizProbe.times)")

    def change(self, key: str, count: int = 1) -> list[float]:
        """From keys on the slider of the hidden size to the new picture."""
        slider(self.page, "Hidden size").focus()
        return self.timed("change", [key] * count)

    def heap(self) -> str:
        """MB that JavaScript holds after a collection: objects, and buffers of typed arrays."""
        for _ in range(2):
            self.tools.send("HeapProfiler.collectGarbage")
            self.page.wait_for_timeout(500)
        used = self.tools.send("Runtime.getHeapUsage")
        return f"{used['usedSize'] / 1e6:.1f} + {used['backingStorageSize'] / 1e6:.1f}"


def spread(times: list[float]) -> str:
    """The median, and what 19 of 20 stay under."""
    return f"{statistics.median(times):.0f} / {sorted(times)[math.ceil(0.95 * len(times)) - 1]:.0f}"


def play(visit: Visit, step: str, speed: str) -> str:
    """Frames per second while it plays, and how many took more than two; `choose` pauses it."""
    visit.choose(step, speed)
    visit.page.get_by_role("button", name="Play", exact=True).click()
    times = visit.page.evaluate("(most) => rnnvizProbe.frames(most)", PLAY_MS)
    gaps = [later - before for before, later in pairwise(times)]
    return f"{1e3 / statistics.fmean(gaps):.1f} ({sum(gap > 34 for gap in gaps)})"


def steps(visit: Visit, size: Size, grain: str, count: int = STEPS) -> str:
    """The times of steps by key, to and fro where the run is shorter."""
    visit.choose(grain, "1")
    most = size.layers * size.directions * size.seq_len - 1
    keys = ["ArrowLeft" if (step // most) % 2 else "ArrowRight" for step in range(count)]
    return spread(visit.timed("step", keys))


def cpu(visit: Visit, size: Size) -> str:
    """CPU time of a step, in ms: of the page's main thread, and of all the renderer's threads."""
    system = visit.page.context.browser.new_browser_cdp_session()
    visit.tools.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent() -> tuple[float, float]:
        metrics = visit.tools.send("Performance.getMetrics")["metrics"]
        [thread] = [one["value"] for one in metrics if one["name"] == "TaskDuration"]
        processes = system.send("SystemInfo.getProcessInfo")["processInfo"]
        return thread, sum(one["cpuTime"] for one in processes if one["type"] == "renderer")

    before = spent()
    steps(visit, size, "update", CPU_STEPS)
    taken = [later - earlier for earlier, later in zip(before, spent(), strict=True)]
    return " / ".join(f"{1e3 * seconds / CPU_STEPS:.1f}" for seconds in taken)


def changes(browser: Browser, size: Size, url: str) -> list[float]:
    """The times of changes of the hidden size, 1 to 16: nets that the server has not run before."""
    times = []
    for seed in range(1, 1 + SEEDS):
        visit = Visit(browser, f"{url}{size.query(1)}&seed={seed}")
        times += visit.change("ArrowRight", CHANGES)
        visit.page.context.close()
    return times


def timers(visit: Visit) -> str:
    """How often the player asks for a frame or a timeout at rest, and for an interval ever."""
    visit.page.wait_for_timeout(1000)
    visit.page.evaluate("() => void (rnnvizProbe.resting = true)")
    visit.page.wait_for_timeout(REST_MS)
    return str(visit.page.evaluate("() => (rnnvizProbe.resting = false, rnnvizProbe.calls)"))


def measure(browser: Browser, size: Size, url: str) -> list[str]:
    """One row of the table."""
    visit = Visit(browser, url + size.query())
    [(run, message)] = visit.component(CARRIER)
    visit.received, visit.sent = [], []
    row = [play(visit, "update", "8"), play(visit, "phase", "1")]
    row += [steps(visit, size, "phase"), steps(visit, size, "update"), cpu(visit, size)]
    sent = sum(map(len, visit.received + visit.sent)) / (2 * STEPS + CPU_STEPS)
    rest, held = timers(visit), visit.heap()
    visit.page.evaluate("() => rnnvizProbe.empty()")
    last = [held, visit.heap(), rest]
    visit.page.context.close()
    row.append(spread(changes(browser, size, url)) if size == SIZES[0] else "")
    visit = Visit(browser, url + size.query())
    visit.received = []
    row += [spread(visit.timed("rerun", ["r"] * RERUNS)), f"{sent:g}"]
    row.append(f"{len(run.bytes) / size.numbers:.3f}, {message / size.numbers:.3f}")
    empty, visit.received = visit.kilobytes(PLAYER, share=RERUNS), []
    visit.change("ArrowLeft" if size.hidden == MAX_HIDDEN_SIZE else "ArrowRight")
    visit.page.wait_for_timeout(CHARTS_MS)
    row += [visit.kilobytes(CARRIER, PLAYER), empty, *last]
    visit.page.context.close()
    return row


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", choices=("small", "all"), default="all", help="rows")
    sizes = SIZES[:1] if parser.parse_args().sizes == "small" else SIZES
    cores = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=next((path for name in NAMES if (path := shutil.which(name))), None),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        host = f"{os.cpu_count()} x {(cores or ['unknown'])[0]}, load {os.getloadavg()[0]:.1f}"
        print(f"Chromium {browser.version}, 1440 x 900; streamlit {version('streamlit')}; {host}\n")
        print(f"| (L, D, T, H) | {' | '.join(COLUMNS)} |\n{'|---' * (len(COLUMNS) + 1)}|")
        for size in sizes:
            server, url = start_server()
            print(f"| {tuple(size)} | {' | '.join(measure(browser, size, url))} |", flush=True)
            server.terminate()
            server.wait(20)
        print(f"| aim | {' | '.join(COLUMNS.values())} |")
        browser.close()


if __name__ == "__main__":
    main()
