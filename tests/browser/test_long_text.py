"""A text of 10,000 characters through an uploaded model: embedding, LSTM and head."""

import io
import re

import numpy as np
import pytest
import torch
from torch import nn

from tests.browser.driving import settle, visit
from tests.browser.player_driving import press
from tests.browser.test_open import main, upload

pytestmark = pytest.mark.browser

LETTERS = sorted("\n ,.abcdefghijklmnopqrstuvwxyz")


class Language(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(2)
        self.embed = nn.Embedding(len(LETTERS), 32)
        self.lstm = nn.LSTM(32, 64, 2)
        self.fc = nn.Linear(64, len(LETTERS))

    def forward(self, ids):
        return self.fc(self.lstm(self.embed(ids))[0])


def test_a_long_text_is_read_by_the_visitors_model_and_played(new_page, server):
    model, file = Language(), io.BytesIO()
    torch.save({"model": model.state_dict(), "chars": LETTERS}, file)
    ids = np.random.default_rng(0).integers(0, len(LETTERS), 10_000)
    text = "".join(LETTERS[row] for row in ids)
    page = new_page(width=1440)
    visit(page, f"{server}/open")
    upload(page, "model.pt", file.getvalue())
    main(page).get_by_role("button", name="Use this net").click()
    settle(page)
    main(page).get_by_role("link", name="Step through it").click()
    page.locator(".rnnviz .headline").wait_for()
    page.get_by_label("Input", exact=True).first.click()
    page.get_by_role("option", name="file", exact=True).click()
    settle(page)
    page.locator("[data-testid=stSidebar] input[type=file]").first.set_input_files(
        {"name": "text.txt", "mimeType": "text/plain", "buffer": text.encode()}
    )
    page.get_by_role("button", name="Use this file").click()
    page.get_by_text("Timesteps 0 to 255 of 10,000").wait_for()
    main(page).get_by_role("button", name="Later").click()
    page.get_by_text("Timesteps 256 to 511 of 10,000").wait_for()
    settle(page)
    player = page.locator(".rnnviz")
    player.focus()
    press(player, "End")

    assert page.get_by_text("matches torch.nn").count() == 1
    with torch.no_grad():
        shares = torch.softmax(model(torch.tensor(ids))[511], dim=0)
    told = page.locator(".updates").inner_text().splitlines()[-1]
    assert told.startswith("model.fc: softmax of output[255] ≈ ")
    numbers = [float(number) for number in re.findall(r" (\d\.\d\d)", told)]
    assert numbers == [round(share, 2) for share in shares.sort(descending=True)[0][:3].tolist()]
    press(player, "Home", "Space")
    page.wait_for_timeout(500)
    assert player.locator(".readout").inner_text() != "update 1 of 512"
