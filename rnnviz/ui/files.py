"""The button that makes a file when it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.delta_generator import DeltaGenerator


def file_button(
    place: DeltaGenerator, label: str, make: Callable[[], str | bytes], name: str, help: str
) -> None:
    """A file that is made when it is asked for; the button turns a wheel until it is there."""
    html = name.endswith(".html")
    place.download_button(
        label,
        make,
        name,
        "text/html" if html else "application/octet-stream",
        icon=":material/download:",
        help=help,
        on_click="ignore",
    )
