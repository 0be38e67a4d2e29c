"""The player on a page: the scene's code, a run's bytes and the player, as components of Streamlit.

Three pieces, because a piece whose message changes is sent again as a whole: the code goes over
once, a run's bytes once per change, and the player's own message is a few hundred bytes.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from functools import partial

import streamlit as st

from rnnviz.scene.assemble import script
from rnnviz.scene.blob import fingerprint
from rnnviz.scene.templates import PARTS, SEED
from rnnviz.ui.cache import Run, run_if_possible
from rnnviz.ui.edits import can_redo, can_undo, change_by, current_edits
from rnnviz.ui.packed import has_wrong_order, packed, packed_wrong

# Whether the player changed a number in this very run, and what was wrong with the last change.
_EDITED = "_player_edited"
_ERROR = "_player_error"

# Seconds in which the server sends what is ready.
_SENT = 0.05

# Whether the part of the sidebar is unfolded that saves where one is.
SAVES = "_session_panel"

_NO_LINK = {"seed": {}, "hide": [], "opened": None}

_PLACE = '<div class="rnnviz-place">\n</div>'

# The page scrolls below Streamlit's own header.
_BELOW_HEADER = ".rnnviz-place {\n  --player-top: 3.75rem;\n}"

_left = st.components.v2.component("rnnviz_left", js=script("streamlit_left"))
_core = st.components.v2.component("rnnviz_core", js=script("streamlit_core"))
_carrier = st.components.v2.component("rnnviz_carrier", js=script("streamlit_shim"))
_player = st.components.v2.component(
    "rnnviz_player", html=_PLACE, css=_BELOW_HEADER, js=script("streamlit_shim")
)


@st.fragment
def player(run: Run, sample: int = 0, *, name: str = "player", linked: bool = True) -> None:
    """One sample of a run, to be played.

    Args:
        run: what to show.
        sample: which sample of the batch.
        name: tells the players of a page apart.
        linked: whether the page's address holds where one is.
    """
    edited = st.session_state.pop(_EDITED, False)
    if edited:
        run = run_if_possible()
        if run is None:
            st.rerun()
    link = st.session_state.setdefault(f"_{name}_link", _link() if linked else _NO_LINK)
    if linked:
        _notice("player", st.session_state.get(name, {}).get("place"))
    asked = st.session_state.get(name, {}).get("order", link["seed"].get("order"))
    right = packed(run, sample)
    wrong = None
    if asked == "time-first" and has_wrong_order(run.trace):
        wrong = packed_wrong(run, sample)
    with st.container(gap=None):
        _core(key=f"{name}_core")
        _carrier(key=f"{name}_run", data=right)
        if wrong is not None:
            _carrier(key=f"{name}_wrong", data=wrong)
        _player(
            key=name,
            data=_told(link, name, (right, wrong), linked=linked),
            on_order_change=_nothing,
            on_place_change=_nothing,
            on_edit_change=partial(_edit, name),
        )
    if edited:
        # What was changed is on every part of the page, which follows when the player has it: a
        # new run of the script drops what was not sent yet.
        time.sleep(_SENT)
        st.rerun()


def _told(link: dict, name: str, runs: tuple[bytes, bytes | None], *, linked: bool) -> dict:
    """What the player is told; `runs` are the run, and that in the wrong order if it is shown."""
    right, wrong = runs
    return link | {
        "name": name,
        "run": fingerprint(right),
        "wrong": wrong and fingerprint(wrong),
        "fit": st.session_state["range"] == "this run",
        "linked": linked,
        "edits": _edits() if linked else None,
        "tell": linked and bool(st.session_state.get(SAVES)),
    }


def play_packed(run: bytes, hide: tuple[str, ...], *, name: str) -> None:
    """A run that is packed already, without the parts to `hide`; no number of it can be changed."""
    with st.container(gap=None):
        _core(key=f"{name}_core")
        _carrier(key=f"{name}_run", data=run)
        _player(
            key=name,
            data=_told(_NO_LINK | {"hide": list(hide)}, name, (run, None), linked=False),
            on_order_change=_nothing,
            on_place_change=_nothing,
            on_edit_change=_nothing,
        )


def _nothing() -> None:
    """A component has a state only where a change of it is listened to."""


def _edits() -> dict:
    """What the player must know of the edits; an error has a number, so that it is told once."""
    return {
        "edited": [edit.place for edit in current_edits()],
        "undo": can_undo(),
        "redo": can_redo(),
        "error": st.session_state.get(_ERROR),
    }


def _edit(name: str) -> None:
    """A number was changed in the player: `put` one, `take` one back, `undo` or `redo`."""
    change = st.session_state.get(name, {}).get("edit")
    if not isinstance(change, dict):
        return
    try:
        change_by(change)
    except ValueError as error:
        count = st.session_state.get(_ERROR, (0, ""))[0]
        st.session_state[_ERROR] = (count + 1, str(error))
    st.session_state[_EDITED] = True


def _link() -> dict:
    """Where the address that opened the page wants to be, and what it hides.

    The player checks the moment against the run; afterwards it writes the address itself. The
    address may have opened another page, from which one came.
    """
    named = st.query_params.get("hide", "").split(",")
    return {
        "seed": dict(place()),
        "hide": [part for part in PARTS if part in named],
        "opened": None,
    }


def _of(words: Mapping[str, object]) -> dict[str, str]:
    """Those of the words that say where one is."""
    found = {name: words[name] for name in SEED if name in words}
    return {name: word for name, word in found.items() if isinstance(word, str) and len(word) < 100}


def place() -> dict[str, str]:
    """Where the visitor was last, in the words of a link.

    It is one dict for the whole session: whoever holds it reads in it what the player tells later.
    """
    _notice("address", st.query_params)
    # What the browser says on a page without a player, which the run that it caused shall see.
    _notice("left", st.session_state.get("left", {}).get("place"))
    return st.session_state.setdefault("_place", {})


def left_place() -> None:
    """On a page without a player: asks the browser where the player was left, for `place`."""
    name = "player"
    link = st.session_state.get(f"_{name}_link", _NO_LINK)
    _left(
        key="left",
        data={"name": name, "place": place(), "opened": link["opened"]},
        on_place_change=_nothing,
    )


def hidden_parts() -> list[str]:
    """Which parts of the player a link has left out."""
    return list(st.session_state.get("_player_link", _link())["hide"])


def _notice(source: str, words: Mapping[str, object] | None) -> None:
    """Where one is, from one of those who say it; what they said before is no news."""
    found = _of(words or {})
    said = st.session_state.setdefault("_place_said", {})
    if found and said.get(source) != found:
        said[source] = found
        _put(found)


def _put(found: Mapping[str, str]) -> None:
    kept = st.session_state.setdefault("_place", {})
    kept.clear()
    kept.update(found)


def go_to(seed: Mapping[str, str]) -> None:
    """Send the linked player there, wherever it is; the player checks the moment as in a link."""
    before = st.session_state.get("_player_link", _NO_LINK)
    # The player obeys each mark once: afterwards it is the visitor who moves it.
    new = {"seed": _of(seed), "opened": secrets.token_hex(4)}
    st.session_state["_player_link"] = before | new
    _put(new["seed"])
