"""The pages beside the player: pointing at a number works without the server."""

import pytest

from tests.browser.driving import chart, settle, visit

pytestmark = pytest.mark.browser


def point(page, key, panel, across, down):
    """Put the pointer on a panel of a chart, at shares of its width and height."""
    box = chart(page, key).locator(".nsewdrag").nth(panel).bounding_box()
    page.mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
    page.wait_for_timeout(300)


def label(page, key):
    return " ".join(chart(page, key).locator(".hovertext").all_text_contents())


def test_a_line_marks_the_same_timestep_in_every_row(new_page, server):
    page = new_page()
    visit(page, f"{server}/gates?seed=3")
    point(page, "gates", 0, 0.5, 0.1)

    assert label(page, "gates").startswith("h[2][0] = ")
    line = chart(page, "gates").locator(".spikeline").first.bounding_box()
    panels = [box.bounding_box() for box in chart(page, "gates").locator(".nsewdrag").all()]
    assert line["y"] <= panels[0]["y"] + 1
    assert line["y"] + line["height"] >= panels[-1]["y"] + panels[-1]["height"] - 1
    assert line["x"] == pytest.approx(panels[0]["x"] + panels[0]["width"] * 0.5, abs=2)


@pytest.mark.parametrize("width", [390, 1440])
def test_pointing_at_a_number_says_where_it_comes_from(new_page, server, width):
    page = new_page(width=width)
    visit(page, f"{server}/shapes?layout=batch_first")
    chart(page, "index_map").scroll_into_view_if_needed()
    settle(page)
    # The last feature at t = 0: unit 3 of the reverse direction, where it ends.
    point(page, "index_map", 0, 0.1, 0.95)

    words = label(page, "index_map")
    assert words.startswith("output[0, 0, 7] = ")
    assert "layer 1, reverse, t = 0, unit 3, sample 0" in words
    assert words.endswith("= h_n[3, 0, 3]= h_n[-1, 0, 3]")
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("(main) => main.scrollWidth <= main.clientWidth")
