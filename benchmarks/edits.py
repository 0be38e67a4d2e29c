"""How long a number changed in the player takes to be seen in the run, in headless Chromium.

From the key that commits it, or the pointer that lets go, to the frame that shows the new run.
Run from the project's root: `python benchmarks/edits.py`.
"""

from __future__ import annotations

import shutil
import statistics
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.browser.conftest import NAMES, start_server
from tests.browser.driving import settle, visit

EDITS = 40
AIM_MS = 600

SIZES = {
    "first screen (2, 2, 5, 4)": "",
    "LSTM (2, 2, 12, 8)": "?kind=LSTM&input=random+numbers&steps=12&hidden=8",
    "(4, 2, 64, 64)": "?input=random+numbers&steps=64&hidden=64&layers=4",
}

# Commits one number as a visitor does, and gives the milliseconds until the next run is drawn.
COMMIT = """(value) => new Promise((done) => {
    const player = window[Symbol.for("rnnviz.registry")].current;
    const { run, moment } = player;
    const hit = { part: "bias", row: 0, column: 0 };
    const item = player.screen.lists.anatomy.find((one) => one.hit?.part === "bias");
    const place = { offsetX: item.x + 2, offsetY: item.y + 2, button: 0 };
    player.editor.hit = hit;
    player.editor.opens(place);
    player.editor.input.value = String(value);
    player.editor.typed();
    const start = performance.now();
    player.editor.close(true);
    const wait = () => player.run === run
        ? requestAnimationFrame(wait)
        : requestAnimationFrame(() => done(performance.now() - start));
    requestAnimationFrame(wait);
})"""


def measured(page: Page, url: str) -> list[float]:
    """Milliseconds of each edit on the page of this address."""
    page.add_init_script("localStorage.setItem('rnnviz.seen', '1')")
    visit(page, url)
    page.locator(".rnnviz .headline").wait_for()
    settle(page)
    page.locator(".rnnviz").get_by_role("button", name="Change numbers").click()
    page.wait_for_timeout(3000)
    times = []
    for number in range(EDITS):
        times.append(page.evaluate(COMMIT, 0.01 + number / 100))
        page.wait_for_timeout(1200)
    return times


def main() -> None:
    """Print the table."""
    server, url = start_server()
    try:
        with sync_playwright() as playwright:
            path = next(filter(None, map(shutil.which, NAMES)))
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            print("| net (L, D, T, H) | p50 ms | p95 ms | aim, p95 |\n|---|---|---|---|")
            for name, query in SIZES.items():
                page = browser.new_page(viewport={"width": 1440, "height": 1000})
                times = measured(page, f"{url}/{query}")
                p95 = statistics.quantiles(times, n=20)[-1]
                aim = f"<= {AIM_MS}" if not query else ""
                print(f"| {name} | {statistics.median(times):.0f} | {p95:.0f} | {aim} |")
                page.close()
    finally:
        server.terminate()


if __name__ == "__main__":
    main()
