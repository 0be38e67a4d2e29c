"""What the server says besides pages: security headers, a redirect, and words for a crash."""

from __future__ import annotations

import logging

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Loaded before the first visitor comes, who then need not wait for it.
import rnnviz.ui.views  # noqa: F401

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class SecurityHeaders:
    """Middleware that adds the headers above to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to what comes back."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def to_first_page(request: Request) -> RedirectResponse:
    """The default page lives at `/` alone; its own name leads there, settings and all."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/{query}", status_code=307)


def on_script_error(error: Exception) -> bool:
    """Log a crash and say one sentence on the page instead of a traceback."""
    logging.getLogger("rnnviz").error("a page failed", exc_info=error)
    st.error(
        "Something went wrong in RNNviz; the details are in the server's log. Your settings are "
        "kept in the address of this page: reload it, or change one setting.",
        icon=":material/error:",
    )
    return True
