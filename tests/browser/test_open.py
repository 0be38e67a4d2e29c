"""A net out of a file, opened and played in a real Chromium."""

import io

import pytest
import torch
from torch import nn

from tests.browser.driving import headline, settle, visit
from tests.browser.player_driving import press
from tests.files.hostile import Calls, as_torch

pytestmark = pytest.mark.browser


class Sentiment(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 3)
        self.encoder = nn.LSTM(3, 4, 2, bidirectional=True)
        self.head = nn.Linear(8, 2)


def upload(page, name, data):
    page.locator("[data-testid=stMain] input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )
    settle(page)


def main(page):
    return page.locator("[data-testid=stMain]")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_file_is_opened_and_its_net_is_played(new_page, server, width, scheme):
    torch.manual_seed(5)
    file = io.BytesIO()
    torch.save(Sentiment().state_dict(), file)
    page = new_page(width=width, scheme=scheme)
    visit(page, f"{server}/open")
    upload(page, "sentiment.pt", file.getvalue())
    main(page).get_by_text("1 recurrent net", exact=False).wait_for()
    main(page).get_by_role("button", name="Use this net").click()
    main(page).get_by_role("link", name="Step through it").click()
    page.locator(".rnnviz .headline").wait_for()
    # The server puts the settings back into the address once the page has run.
    page.wait_for_url(lambda url: "net_name=encoder" in url)
    settle(page)

    assert page.get_by_text("matches torch.nn").count() == 1
    assert "2-layer bidirectional LSTM" in main(page).inner_text()
    player = page.locator(".rnnviz")
    player.focus()
    press(player, "Home", "End")
    assert headline(page) == "Update 20 of 20: layer 1, reverse, t = 0"


def test_the_file_stays_with_its_session(new_page, server):
    """Another visitor who follows the same link is asked for the file and sees no number of it."""
    file = io.BytesIO()
    torch.save(nn.GRU(3, 4).state_dict(), file)
    page = new_page()
    visit(page, f"{server}/open")
    upload(page, "own.pt", file.getvalue())
    main(page).get_by_role("button", name="Use this net").click()
    main(page).get_by_role("link", name="Step through it").click()
    page.locator(".rnnviz .headline").wait_for()
    page.wait_for_url(lambda url: "net=" in url and "weights=from+a+file" in url)
    link = page.url
    other = new_page()
    visit(other, link)

    assert "did not travel with it" in main(other).inner_text()
    assert other.locator(".rnnviz .headline").count() == 0
    assert "own.pt" not in other.locator("body").inner_text()


def test_a_refused_file_leaves_the_one_before_open(page, server):
    visit(page, f"{server}/open")
    file = io.BytesIO()
    torch.save(nn.GRU(3, 4).state_dict(), file)
    upload(page, "<b>good</b>.pt", file.getvalue())
    main(page).get_by_text("1 recurrent net", exact=False).wait_for()
    upload(page, "bad.pt", as_torch(Calls(eval, "1")))

    alert = main(page).get_by_role("alert")
    alert.wait_for()
    words = alert.inner_text()
    assert "holds code ('builtins.eval'), which is never run here" in words
    assert "Still open: <b>good</b>.pt." in words
    assert main(page).get_by_role("button", name="Use this net").is_visible()
