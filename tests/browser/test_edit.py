"""Numbers typed into a grid in a real Chromium: the run follows, and the link holds them."""

import pytest

from rnnviz.figures.theme import contrast
from tests.browser.driving import heatmap, settle, visit
from tests.browser.test_open import main

pytestmark = pytest.mark.browser


def type_into(page, row, column, value):
    """Type a number into a cell of the grid, which is drawn on a canvas."""
    grid = main(page).locator("[data-testid=stDataFrame]").first
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    # The first column is narrower than it looks: half of it is the row's number.
    across = (column + 1.5) / 6
    page.mouse.click(box["x"] + box["width"] * across, box["y"] + 35 * (row + 1.5))
    page.keyboard.press("Enter")
    editor = page.locator("#portal").locator("input, textarea").first
    editor.wait_for()
    editor.fill(value)
    page.keyboard.press("Enter")
    settle(page)


def test_a_typed_number_changes_the_run_and_is_undone(page, server):
    visit(page, f"{server}/edit?edit_view=difference")
    assert heatmap(page, "edit_change") == [[0.0] * 5] * 4
    type_into(page, 2, 1, "-1.5")
    page.get_by_text("x[2,0,1]=-1.5").first.wait_for()
    page.wait_for_url(lambda url: "edits=x%5B2%2C0%2C1%5D%3D-1.5" in url)
    settle(page)
    changed = heatmap(page, "edit_change")

    assert [any(row[t] for row in changed) for t in range(5)] == [False, False, True, True, True]
    assert main(page).get_by_text("1 changed by hand").count() == 1
    assert main(page).get_by_text("matches torch.nn").count() == 1

    main(page).get_by_role("button", name="Undo").click()
    main(page).get_by_text("Nothing is changed yet.").wait_for()
    settle(page)
    assert heatmap(page, "edit_change") == [[0.0] * 5] * 4
    assert "edits=" not in page.url

    main(page).get_by_role("button", name="Redo").click()
    page.get_by_text("x[2,0,1]=-1.5").first.wait_for()
    settle(page)
    assert heatmap(page, "edit_change") == changed


def test_what_is_no_number_is_told_and_changes_nothing(page, server):
    visit(page, f"{server}/edit")
    type_into(page, 0, 0, "abc")
    alert = main(page).get_by_role("alert")
    alert.wait_for()

    words = "x[0, 0, 0]: expected a finite number such as -0.5 or 1e-3, got 'abc'."
    assert alert.inner_text().strip().endswith(words)
    assert "edits=" not in page.url


@pytest.mark.parametrize("at_once", [True, False])
def test_edits_go_along_to_the_player(page, server, at_once):
    page.goto(f"{server}/edit?kind=GRU&edits=x%5B0,0,0%5D%3D0.25")
    if not at_once:
        heatmap(page, "edit_after")
        settle(page)
    page.get_by_role("link", name="Step through").click()
    page.locator(".rnnviz .headline").wait_for()
    # The server puts the settings back into the address once the page has run.
    page.wait_for_url(f"{server}/?edits=x%5B0%2C0%2C0%5D%3D0.25&kind=GRU")

    assert main(page).get_by_text("1 changed by hand").count() == 1
    page.reload()
    page.locator(".rnnviz .headline").wait_for()
    settle(page)
    assert main(page).get_by_text("1 changed by hand").count() == 1


@pytest.mark.parametrize("width, beside", [(1440, True), (1024, False), (390, False)])
def test_the_form_shows_its_words_at_every_width(new_page, server, width, beside):
    """Where the grid and what follows of it have no room side by side, they stand stacked."""
    page = new_page(width)
    visit(page, f"{server}/edit?kind=LSTM")
    main(page).get_by_text("Hold a unit, a gate or a state").click()
    main(page).get_by_role("button", name="Hold it").wait_for()
    settle(page)
    cut = (
        main(page)
        .locator("[data-testid=stExpander] *")
        .evaluate_all(
            """(all) => all.filter((one) => one.textContent && one.clientWidth > 1
            && getComputedStyle(one).overflowX !== "visible"
            && one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent)"""
        )
    )
    grid, chart = (
        main(page).locator(f"[data-testid={name}]").first.bounding_box()
        for name in ("stDataFrame", "stPlotlyChart")
    )

    assert cut == []
    assert (grid["x"] + grid["width"] < chart["x"]) is beside
    assert (grid["y"] + grid["height"] < chart["y"]) is not beside
    assert grid["width"] > 320


# The colour that one sees: each parent's opacity lets the page's ground through.
SEEN_COLOR = """(element) => {
    const numbers = (color) => color.match(/[\\d.]+/g).slice(0, 3).map(Number);
    let opacity = 1;
    for (let one = element; one; one = one.parentElement) {
        opacity *= getComputedStyle(one).opacity;
    }
    const app = document.querySelector("[data-testid=stApp]");
    const ground = numbers(getComputedStyle(app).backgroundColor);
    const hex = (color) => "#" + color.map((part) => Math.round(part).toString(16).padStart(2, "0"))
        .join("");
    const words = numbers(getComputedStyle(element).color);
    return [words.map((part, k) => part * opacity + ground[k] * (1 - opacity)), ground].map(hex);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_count_of_changes_is_readable_and_moves_nothing(new_page, server, scheme):
    page = new_page(scheme=scheme)
    visit(page, f"{server}/edit")
    before = main(page).get_by_role("button", name="Undo").bounding_box()
    visit(page, f"{server}/edit?edits=x%5B0,0,0%5D%3D0.25")
    words = main(page).get_by_text("1 changed by hand").last

    assert contrast(*words.evaluate(SEEN_COLOR)) >= 4.5
    assert main(page).get_by_role("button", name="Undo").bounding_box() == before
