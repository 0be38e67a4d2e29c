"""What a visitor does: open a link, wait, move a slider, read numbers off a chart or the player."""

import re

READY = "[data-testid=stApp][data-test-script-state=notRunning]"


def settle(page):
    """Wait until the server has nothing more to send and the charts are drawn."""
    page.wait_for_timeout(300)
    page.wait_for_selector(READY)
    page.wait_for_timeout(200)
    page.wait_for_selector(READY)


def visit(page, url):
    page.goto(url)
    page.wait_for_selector("h1")
    settle(page)


def slider(page, label):
    return page.get_by_role("slider", name=label)


def move(page, label, steps):
    """Move a slider by the keyboard; negative steps go left."""
    slider(page, label).focus()
    for _ in range(abs(steps)):
        page.keyboard.press("ArrowRight" if steps > 0 else "ArrowLeft")
    settle(page)


def chart(page, key):
    return page.locator(f".st-key-chart_{key} .js-plotly-plot").first


def heatmap(page, key, trace=0):
    """The z of a heatmap as the browser holds it: rows of numbers; overlays of text left out."""
    chart(page, key).wait_for()
    return chart(page, key).evaluate(
        """(plot, index) => {
            const kept = (data) => data.type === "heatmap" && data.name !== "numbers";
            return Array.from(plot._fullData.filter(kept)[index].z, (row) => Array.from(row));
        }""",
        trace,
    )


def texts(page, key):
    """All text that is drawn in a chart."""
    chart(page, key).wait_for()
    return [text.strip() for text in chart(page, key).locator("text").all_text_contents()]


def headline(page):
    """Where the player is, as its headline says: `Update 17 of 20: layer 1, reverse, t = 3`."""
    settle(page)
    words = page.locator(".rnnviz .headline")
    words.wait_for()
    return words.inner_text()


def player_button(page, name):
    return page.locator(".rnnviz").get_by_role("button", name=name, exact=True)


def badge(page):
    """The number behind the verdict: max |RNNviz - torch.nn|."""
    words = page.get_by_text("max |RNNviz - torch.nn| =").first.inner_text()
    return float(re.search(r"torch\.nn\| = ([^\s,]+)", words).group(1))
