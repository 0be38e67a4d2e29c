"""Charts drawn by a browser on this machine, in a thread of its own that stays warm for a while."""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import Future
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

if TYPE_CHECKING:
    from kaleido import Kaleido

# Seconds. A cold start takes 4 to 8 on two cores, a picture under 1 for most charts; one that is
# asked for waits for those before it.
START_SECONDS = 40
PICTURE_SECONDS = 40
# A browser that waits holds about 300 MB.
IDLE_SECONDS = 120

# A page of our own needs nothing of a network: whatever asks for it is sent to a closed port.
_NOWHERE = "http://127.0.0.1:9"

# Without it a PDF is moved by a tenth of an inch, and cut by as much.
_PAGE_STYLE = "<style>@page { margin: 0 } img { display: block }</style>"


class NoBrowserError(RuntimeError):
    """No browser is installed that could draw a chart, or not what talks to it."""


def browser_path() -> str | None:
    """The browser that draws charts: that of BROWSER_PATH, else a Chrome or Chromium; None without.

    None too where kaleido, which talks to it, is not installed.
    """
    if find_spec("kaleido") is None:
        return None
    # It loads a logger that every start of the app would pay for.
    from choreographer.browsers.chromium import Chromium

    path = os.environ.get("BROWSER_PATH") or Chromium.find_browser(skip_local=False)
    return path if path and os.access(path, os.X_OK) and os.path.isfile(path) else None


def drawn(figure: go.Figure, kind: str, *, scale: float = 1) -> bytes:
    """A figure as bytes; `kind` is svg, pdf or png, `scale` how many pixels one of it becomes.

    Callers of several threads wait for each other, none longer than its time.

    Raises:
        NoBrowserError: there is nothing to draw with.
        TimeoutError: the browser did not start, or did not answer, in time.
    """
    path = browser_path()
    if path is None:
        raise NoBrowserError(
            "a chart becomes a file in a browser, and none was found: install Chrome or Chromium "
            "and kaleido (pip install kaleido), or name the browser in BROWSER_PATH. The camera "
            "above a chart needs none."
        )
    size = {"width": figure.layout.width, "height": figure.layout.height}
    return _SERVER.picture(path, figure, {"format": kind, "scale": scale, **size})


class _Server:
    """An event loop in a daemon thread with at most one browser, opened when first asked."""

    def __init__(self) -> None:
        self._starting = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._kaleido: Kaleido | None = None
        self._turn: asyncio.Lock | None = None
        self._closing: asyncio.TimerHandle | None = None

    def picture(self, path: str, figure: go.Figure, options: dict[str, Any]) -> bytes:
        """Ask the loop and wait; what takes too long is given up, the browser with it."""
        with self._starting:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(
                    target=self._loop.run_forever, name="chart browser", daemon=True
                ).start()
        asked: Future[bytes] = asyncio.run_coroutine_threadsafe(
            self._picture(path, figure, options), self._loop
        )
        seconds = START_SECONDS + PICTURE_SECONDS
        try:
            return asked.result(seconds)
        except TimeoutError:
            asked.cancel()
            raise TimeoutError(
                f"the browser must draw a chart within {seconds} seconds; it did not. A smaller "
                "chart, or one at a time, may do."
            ) from None
        except (OSError, RuntimeError) as error:
            why = error.args[0] if error.args else error
            why = why[0] if isinstance(why, tuple) else why
            raise NoBrowserError(f"{path} must draw charts, but it failed: {why}") from error

    async def _picture(self, path: str, figure: go.Figure, options: dict[str, Any]) -> bytes:
        if self._turn is None:
            self._turn = asyncio.Lock()
        async with self._turn:
            if self._closing is not None:
                self._closing.cancel()
            waited = self._kaleido is not None
            try:
                return await self._drawn(path, figure, options)
            except TimeoutError:
                raise
            except OSError:
                # A browser that waited may have ended meanwhile.
                if not waited:
                    raise
                return await self._drawn(path, figure, options)

    async def _drawn(self, path: str, figure: go.Figure, options: dict[str, Any]) -> bytes:
        """A picture by the browser that waits, or by a new one; one that fails is closed."""
        done = False
        try:
            if self._kaleido is None:
                async with asyncio.timeout(START_SECONDS):
                    await self._open(path)
            async with asyncio.timeout(PICTURE_SECONDS):
                picture = await self._kaleido.calc_fig(figure, opts=options)
            done = True
            return picture
        finally:
            if done:
                later = asyncio.get_running_loop().call_later
                self._closing = later(IDLE_SECONDS, self._close_idle)
            else:
                await self._close()

    async def _open(self, path: str) -> None:
        from kaleido import Kaleido, PageGenerator

        # plotly.js is the one in the python package; mathjax would come over the network.
        page = PageGenerator(mathjax=False)
        page.header += _PAGE_STYLE
        # There is no sandbox, which root in a container cannot have: the browser draws our own
        # figures, in which text of a visitor is text.
        self._kaleido = Kaleido(
            n=1, timeout=PICTURE_SECONDS, page_generator=page, path=path, proxy_server=_NOWHERE
        )
        await self._kaleido.open()

    def _close_idle(self) -> None:
        self._closing = None
        self._idle = asyncio.get_running_loop().create_task(self._close_in_turn())

    async def _close_in_turn(self) -> None:
        async with self._turn:
            if self._closing is None:
                await self._close()

    async def _close(self) -> None:
        kaleido, self._kaleido = self._kaleido, None
        if kaleido is not None:
            async with asyncio.timeout(10):
                await kaleido.close()


_SERVER = _Server()
