"""The plots of benchmarks/README.md, drawn from the measured numbers.

`python benchmarks/plots.py` reads benchmarks/results.json and writes benchmarks/plots/*.svg, by
plotly's own export in headless Chromium.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from urllib.parse import unquote

import plotly.graph_objects as go
from playwright.sync_api import sync_playwright
from plotly.offline import get_plotlyjs

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.growth_plot import growth_plot
from benchmarks.ratios_plot import ratios_plot
from benchmarks.results import rows
from tests.browser.conftest import NAMES

FOLDER = Path(__file__).with_name("plots")


def svgs(figures: dict[str, go.Figure]) -> dict[str, str]:
    """The figures as SVG, text as text."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=next((path for name in NAMES if (path := shutil.which(name))), None),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page()
        page.add_script_tag(content=get_plotlyjs())
        urls = {
            name: page.evaluate(
                "figure => Plotly.toImage(figure, {format: 'svg'})", figure.to_plotly_json()
            )
            for name, figure in figures.items()
        }
        browser.close()
    return {name: unquote(url.split(",", 1)[1]) for name, url in urls.items()}


def main() -> None:
    """Write the files."""
    figures = {"ratios": ratios_plot(rows("ratios")), "growth": growth_plot(rows("growth"))}
    FOLDER.mkdir(exist_ok=True)
    for name, svg in svgs(figures).items():
        (FOLDER / f"{name}.svg").write_text(svg, "utf-8")
        print(FOLDER / f"{name}.svg", f"{len(svg):,} bytes")


if __name__ == "__main__":
    main()
