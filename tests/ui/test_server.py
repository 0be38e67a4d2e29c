"""What the server says besides pages."""

import asyncio
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from rnnviz.figures.theme import PALETTES
from rnnviz.limits import MAX_FILE_BYTES
from rnnviz.ui.server import SecurityHeaders, to_first_page

CONFIG = tomllib.loads((Path(__file__).parents[2] / ".streamlit/config.toml").read_text("utf-8"))


async def plain(scope, receive, send):
    await PlainTextResponse("hello")(scope, receive, send)


def test_every_response_carries_the_security_headers():
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    # In a thread of its own: the browser tests leave an event loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(SecurityHeaders(plain)(scope, None, send))).result()
    headers = Headers(raw=sent[0]["headers"])

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert sent[1]["body"] == b"hello"


@pytest.mark.parametrize(
    ("query", "target"),
    [(b"layers=3&text=a%26b", "/?layers=3&text=a%26b"), (b"", "/")],
    ids=["settings", "bare"],
)
def test_the_name_of_the_first_page_leads_to_it_with_its_settings(query, target):
    scope = {"type": "http", "method": "GET", "path": "/step", "headers": [], "query_string": query}
    answer = to_first_page(Request(scope))

    assert answer.status_code == 307
    assert answer.headers["location"] == target


def test_the_configuration_agrees_with_the_library():
    assert CONFIG["server"]["maxUploadSize"] * 2**20 == MAX_FILE_BYTES
    assert CONFIG["server"]["address"] == "127.0.0.1"
    assert CONFIG["client"]["showErrorDetails"] == "none"
    for name, palette in PALETTES.items():
        theme = CONFIG["theme"][name]
        assert theme["backgroundColor"] == palette.surface
        assert theme["secondaryBackgroundColor"] == palette.band
        assert theme["textColor"] == palette.text
        assert theme["primaryColor"] == palette.forward
