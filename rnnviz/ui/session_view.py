"""The part of the sidebar in which a session is saved to a file, or opened out of one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from rnnviz.limits import MAX_FILE_BYTES
from rnnviz.ui.files import file_button
from rnnviz.ui.player import SAVES
from rnnviz.ui.sessions import TOLD, Snapshot, Told, restore, snapshot
from rnnviz.ui.words import plain, sentence

_UPLOAD = "_session_upload"


def session_panel(page: StreamlitPage, pages: Sequence[StreamlitPage]) -> None:
    """Save and open; `page` is the one of the `pages` that is shown."""
    # While it is open the player tells the server where one is.
    with st.expander(
        "Save or open a session",
        icon=":material/bookmark:",
        key=SAVES,
        on_change="rerun",
    ):
        _save(snapshot(page.url_path))
        st.file_uploader(
            "Open session",
            type=["npz"],
            key=_UPLOAD,
            on_change=_open,
            max_upload_size=MAX_FILE_BYTES // 2**20,
            help="A file that “Save session” wrote. It takes the place of all settings; “Undo” "
            "under the preset brings them back.",
        )
        told = st.session_state.get(TOLD)
        if told is not None:
            _tell(told)
            # A link, as Streamlit switches no page whose address is bound to controls.
            there = [one for one in pages if one.url_path == told.page != page.url_path]
            if there and not told.error:
                st.page_link(there[0], label=f"Go on where it was saved: {there[0].title}")


def _save(now: Snapshot) -> None:
    """The button, or why there is none."""
    if now.is_too_large:
        st.caption(
            f"The files of this session have {now.files_bytes:,} bytes, too many for one file "
            f"of at most {MAX_FILE_BYTES:,}: keep them beside the link."
        )
    else:
        file_button(
            st.container(),
            "Save session",
            now.to_bytes,
            "rnnviz-session.npz",
            "Settings, weights, input, changed numbers and where you are, in one file "
            "that opens here again, and in numpy: numpy.load(path).",
            icon=":material/save:",
            width="stretch",
        )


def _open() -> None:
    file = st.session_state[_UPLOAD]
    st.session_state.pop(TOLD, None)
    if file is None:
        return
    try:
        st.session_state[TOLD] = restore(file.getvalue())
    except ValueError as error:
        st.session_state[TOLD] = Told(error=f"{sentence(error)} Nothing was changed.")


def _tell(told: Told) -> None:
    """What became of the file that was opened last."""
    if told.error:
        st.error(told.error, icon=":material/error:")
        return
    st.success(plain(told.line), icon=":material/check:")
    for note in told.notes[:10]:
        st.caption(plain(note))
    if len(told.notes) > 10:
        st.caption(f"… and {len(told.notes) - 10} more")
