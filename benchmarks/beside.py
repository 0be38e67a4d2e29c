"""How long a visitor waits for a page while another's film is made, in headless Chromium.

From the key that changes the seed to the frame that shows the new net's gates, with and without a
film on its way, in turn. Server, both browsers and the film share this machine's cores. Run from
the project's root: `python benchmarks/beside.py`.
"""

from __future__ import annotations

import shutil
import statistics
import sys
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.browser.conftest import NAMES, start_server
from tests.browser.driving import chart, settle, visit

ROUNDS, CHANGES = 3, 12

# Presses the seed's "+" and gives the milliseconds until the chart shows another net.
CHANGE = """(plot) => new Promise((done) => {
    const gates = () => {
        const now = document.querySelector(".st-key-chart_gates .js-plotly-plot");
        const heat = now?._fullData?.find((data) => data.type === "heatmap");
        return heat && JSON.stringify(Array.from(heat.z[0]));
    };
    const before = gates(), start = performance.now();
    const seed = document.querySelector("input[aria-label='Seed']");
    seed.closest("[data-testid=stNumberInput]")
        .querySelector("[data-testid=stNumberInputStepUp]").click();
    const wait = () => [undefined, before].includes(gates())
        ? requestAnimationFrame(wait)
        : requestAnimationFrame(() => done(performance.now() - start));
    requestAnimationFrame(wait);
})"""


def changes(page: Page) -> list[float]:
    """Milliseconds of some changes, one after the other."""
    times = []
    for _ in range(CHANGES):
        times.append(page.evaluate(CHANGE))
        settle(page)
    return times


def making(page: Page, url: str) -> None:
    """Start a film of 183 updates, longer than the changes take."""
    visit(page, f"{url}/export?section=Film&kind=LSTM&input=random+numbers&steps=40&hidden=8")
    page.get_by_test_id("stMain").get_by_role("button", name="Make it").click()
    expect(page.get_by_text("Picture ").first).to_be_visible(timeout=60_000)


def main() -> None:
    """Print the table."""
    server, url = start_server()
    times: dict[str, list[float]] = {"alone": [], "beside a film": []}
    try:
        with sync_playwright() as playwright:
            path = next(filter(None, map(shutil.which, NAMES)))
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1440, "height": 1000})
            visit(page, f"{url}/gates?kind=LSTM")
            chart(page, "gates").wait_for()
            for _ in range(ROUNDS):
                times["alone"] += changes(page)
                other = browser.new_page(viewport={"width": 1440, "height": 1000})
                making(other, url)
                times["beside a film"] += changes(page)
                expect(other.get_by_role("button", name="Cancel")).to_be_visible()
                other.get_by_role("button", name="Cancel").click()
                expect(other.get_by_text("The film was stopped")).to_be_visible(timeout=30_000)
                other.close()
    finally:
        server.terminate()
    print("| a change of the net, Gates, LSTM | p50 ms | p95 ms | p50 / alone |\n|---|---|---|---|")
    alone = statistics.median(times["alone"])
    for name, found in times.items():
        p50, p95 = statistics.median(found), statistics.quantiles(found, n=20)[-1]
        print(f"| {name} | {p50:.0f} | {p95:.0f} | {p50 / alone:.2f} |")


if __name__ == "__main__":
    main()
