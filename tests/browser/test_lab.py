"""The bug lab as a visitor sees it."""

from tests.browser.driving import heatmap, settle, visit


def test_mistake_is_played_beside_torch_and_links_hold_it(new_page, server):
    page = new_page(width=1440)
    visit(page, f"{server}/lab?mistake=H6-h0-slice-i&layers=3")
    banner = page.locator(".rnnviz .banner")
    banner.wait_for()
    words = banner.inner_text()

    assert words.startswith("With H6: max |output − torch.nn| = ")
    assert "First wrong: layer 1, forward, timestep 0 and layer 1, reverse, timestep 4." in words
    assert "not there yet" not in words
    for part in ("anatomy", "drill", "code"):
        assert not page.locator(f".rnnviz .{part}").first.is_visible()
    assert page.locator(".rnnviz select option[value=time-first]").first.is_hidden()
    player = page.locator(".rnnviz")
    player.focus()
    page.keyboard.press("End")
    settle(page)
    errors = heatmap(page, "lab_map")
    assert max(errors[-1]) == max(errors[-2]) == 0 < min(errors[2][4], errors[3][0])
    page.get_by_role("textbox", name="Find").fill("flip batch")
    page.get_by_role("textbox", name="Find").press("Enter")
    settle(page)
    page.get_by_text(
        "It cannot be made in this net, which lacks: a batch of two samples"
    ).wait_for()
    page.wait_for_url("**mistake=D4-flip-batch-axis**")
    page.get_by_role("button", name="Give the net that").click()
    page.locator(".rnnviz .banner", has_text="With D4").wait_for()


def test_verdict_leads_to_the_lab(new_page, server):
    from tests.browser.test_mistakes import paste
    from tests.diagnosis.planted import planted
    from tests.pages.test_mistakes import call, printed

    page = new_page(width=390, scheme="dark")
    visit(page, f"{server}/mistakes?kind=GRU")
    paste(page, printed(planted("G3-update-swapped", *call(kind="GRU"))))
    page.get_by_role("link", name="See G3 run in the bug lab").click()
    page.locator(".rnnviz .banner", has_text="With G3").wait_for()
    assert page.get_by_text("z and 1 - z are exchanged").count() == 1
