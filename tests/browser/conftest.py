"""A real server on a free port and a real Chromium, both ended with the session."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Error, expect, sync_playwright

ROOT = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)


def start_server():
    """A server that nobody has visited; it ends by itself after half an hour."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    command += ["--server.headless", "true", "--server.fileWatcherType", "none"]
    process = subprocess.Popen(
        ["timeout", "1800", *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    url = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{url}/_stcore/health").close()
            return process, url
        except OSError:
            assert process.poll() is None, process.stdout.read().decode()
            time.sleep(0.25)
    raise TimeoutError("the server did not start within a minute")


@pytest.fixture(scope="session")
def server():
    process, url = start_server()
    yield url
    process.terminate()
    process.wait(20)


@pytest.fixture
def cold_server():
    process, url = start_server()
    yield url
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="session")
def browser():
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=found,
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            )
        except Error as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"no Chromium: install one, or run `playwright install chromium` ({error})")
        yield browser
        browser.close()


def counts(message):
    """Whether a console message is an error of ours.

    On a deep link Streamlit's page first looks for its server below that path, in vain.
    """
    probe = re.search("/[a-z]+/_stcore/", message.location.get("url", ""))
    return message.type == "error" and not probe


@pytest.fixture
def new_page(browser):
    """Opens pages; at the end none of them may have written an error to its console."""
    contexts, errors = [], []

    def open_page(width=1440, scheme="light"):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda m: errors.append(m.text) if counts(m) else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def page(new_page):
    return new_page()
