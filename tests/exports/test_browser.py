"""The browser that draws charts: missing, failing, ended, busy, and without a network."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import plotly.graph_objects as go
import pytest

from rnnviz.exports import browser
from rnnviz.exports.browser import NoBrowserError, browser_path, drawn

needs_browser = pytest.mark.skipif(browser_path() is None, reason="no browser is installed")
FIGURE = go.Figure(layout={"width": 200, "height": 100})


@pytest.fixture
def server(monkeypatch):
    """A server of the test's own, which leaves no browser behind."""
    own = browser._Server()
    monkeypatch.setattr(browser, "_SERVER", own)
    yield own
    if own._kaleido is not None:
        browser.asyncio.run_coroutine_threadsafe(own._close(), own._loop).result(20)


def test_a_missing_browser_is_said(monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", "/nowhere/chromium")

    assert browser_path() is None
    with pytest.raises(NoBrowserError, match=r"none was found: install Chrome or Chromium"):
        drawn(FIGURE, "svg")


def test_a_missing_kaleido_is_said(monkeypatch):
    monkeypatch.setattr(browser, "find_spec", lambda _: None)

    with pytest.raises(NoBrowserError, match=r"pip install kaleido"):
        drawn(FIGURE, "svg")


@needs_browser
def test_what_is_no_browser_is_said(monkeypatch, server):
    monkeypatch.setenv("BROWSER_PATH", "/bin/false")

    with pytest.raises(NoBrowserError, match=r"/bin/false must draw charts, but it failed"):
        drawn(FIGURE, "svg")
    assert server._kaleido is None


@needs_browser
def test_a_browser_stays_and_is_replaced_when_it_has_ended(server):
    drawn(FIGURE, "svg")
    first = server._kaleido
    drawn(FIGURE, "png")
    assert server._kaleido is first

    os.kill(first.subprocess.pid, signal.SIGKILL)
    first.subprocess.wait(10)
    assert drawn(FIGURE, "svg").startswith(b"<svg")
    assert server._kaleido is not first


@needs_browser
def test_several_threads_share_one_browser(server):  # noqa: ARG001
    with ThreadPoolExecutor(4) as pool:
        pictures = list(pool.map(lambda _: drawn(FIGURE, "svg"), range(4)))

    assert all(picture.startswith(b"<svg") for picture in pictures)


@needs_browser
def test_a_picture_that_takes_too_long_is_given_up(monkeypatch, server):  # noqa: ARG001
    drawn(FIGURE, "svg")
    monkeypatch.setattr(browser, "PICTURE_SECONDS", 0.001)

    with pytest.raises(TimeoutError, match=r"must draw a chart within"):
        drawn(FIGURE, "svg")


@needs_browser
def test_a_browser_that_waits_too_long_is_closed(monkeypatch, server):
    monkeypatch.setattr(browser, "IDLE_SECONDS", 0.05)
    drawn(FIGURE, "svg")
    process = server._kaleido.subprocess

    assert process.wait(20) is not None
    assert server._kaleido is None


@needs_browser
def test_the_page_asks_for_nothing_over_a_network(server):
    """Every script of the page is a file of this machine, and whatever asks meets a closed port."""
    drawn(FIGURE, "svg")
    page = open(server._kaleido._index.removeprefix("file://"), encoding="utf-8").read()
    command = " ".join(server._kaleido._browser_impl.get_cli())

    assert page.count("<script") == page.count('<script src="file://') == 2
    assert "--proxy-server=http://127.0.0.1:9" in command


def test_exports_load_no_browser_until_asked():
    """In a fresh interpreter: the app's start does not pay for it."""
    program = "import sys, rnnviz.exports.chart_file; assert 'kaleido' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)
