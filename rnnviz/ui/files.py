"""The button that makes a file when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

from streamlit import runtime
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx


def file_button(
    place: DeltaGenerator,
    label: str,
    make: Callable[[], str | bytes],
    name: str,
    help: str,
    **looks: str,
) -> None:
    """A file that is made when it is asked for; the button turns a wheel until it is there.

    `looks` are options of `st.download_button`, such as icon or width.
    """
    mime = "text/html" if name.endswith(".html") else "application/octet-stream"
    place.download_button(
        label,
        _kept(make, name, mime),
        name,
        mime,
        help=help,
        on_click="ignore",
        **{"icon": ":material/download:"} | looks,
    )


def _kept(make: Callable[[], str | bytes], name: str, mime: str) -> Callable[[], bytes]:
    """`make`, whose file the server keeps until the session runs anew.

    Streamlit lets a file that is made on demand belong to no session, and drops it with the second
    run that ends anywhere on the server. While somebody watches a film being made there are two a
    second, and a browser that is no faster finds nothing to fetch.
    """
    session = get_script_run_ctx()

    def made() -> bytes:
        data = make()
        data = data.encode() if isinstance(data, str) else data
        if session is not None and runtime.exists():
            add = runtime.get_instance().media_file_mgr.add
            # Streamlit asks the thread for the session, and this one has none.
            keep = Thread(target=add, args=(data, mime, f"made: {name}", name, True))
            add_script_run_ctx(keep, session).start()
            keep.join()
        return data

    return made
