"""The numbers that a visitor's own net gave: pasted or uploaded, and which result each one is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from rnnviz.files.load import load_arrays
from rnnviz.inputs import read_numbers
from rnnviz.inputs.npy import npy_array
from rnnviz.limits import MAX_FILE_BYTES, MAX_PASTED_CHARS
from rnnviz.records import Array
from rnnviz.records.pasted import Pasted, place
from rnnviz.ui.words import sentence

NAMES = ("output", "h_n", "c_n")
NOT_USED = "not used"

# Arrays offered at once.
MOST_LISTED = 6

_ENDINGS = ("npy", "npz", "pt", "pth", "safetensors", "csv", "txt")

# Where the session holds (name, bytes) of a file of results.
_KEPT = "_theirs_kept"

# What people call them.
_MEANT = {
    "output": ("output", "out", "outputs", "y"),
    "h_n": ("h_n", "hn", "hidden", "h"),
    "c_n": ("c_n", "cn", "cell", "c"),
}

_EXAMPLE = """output = tensor([[[ 0.1213, -0.4410, ...]]])
h_n = tensor([[[ 0.5120, ...]]])"""


@dataclass(frozen=True, kw_only=True)
class Found:
    """One array of a visitor's.

    Attributes:
        name: as the text or file has it, "" if it has none.
        given: the array, or what a text shows of it.
        shape: in words.
    """

    name: str
    given: Pasted | Array
    shape: str


def results_form(shapes: dict[str, tuple[int, ...]]) -> dict[str, Pasted | Array]:
    """The fields, and the results that they hold, by name; `shapes` are those of torch's."""
    st.text_area(
        "Paste what your net gives",
        key="_theirs_text",
        height=180,
        max_chars=MAX_PASTED_CHARS,
        persist_state="session",
        placeholder=_EXAMPLE,
        help="What print shows of tensors or arrays, nested lists, or a table; output first, then "
        "h_n and c_n, as far as there are. Rounded and shortened numbers will do.",
    )
    st.file_uploader(
        "Or a file of them",
        type=list(_ENDINGS),
        key="_theirs_file",
        on_change=_took,
        max_upload_size=MAX_FILE_BYTES // 2**20,
        help=".npy holds one array; .npz, .pt and .safetensors several by name; .csv and .txt are "
        "read as if pasted. The file is used where there is one.",
    )
    kept = st.session_state.get(_KEPT)
    if kept:
        row = st.container(horizontal=True, vertical_alignment="center")
        # As text: a name may hold what Markdown would make a link of.
        row.text(f"In use: {kept[0][:40]}, {len(kept[1]):,} bytes")
        row.button("Use the text", on_click=_drop, key="_theirs_drop")
    try:
        found = _read()
    except ValueError as error:
        st.error(sentence(error), icon=":material/error:")
        return {}
    return _assigned(found, shapes)


def _took() -> None:
    """A file was uploaded, and is kept when the page is left; or taken out of the control."""
    file = st.session_state["_theirs_file"]
    if file is not None:
        st.session_state[_KEPT] = (file.name, file.getvalue())


def _drop() -> None:
    st.session_state.pop(_KEPT, None)


def _read() -> tuple[Found, ...]:
    """The arrays of the file, or of the text where there is no file."""
    kept, text = st.session_state.get(_KEPT), st.session_state["_theirs_text"]
    if kept is None:
        return _of_text(text) if text.strip() else ()
    return _of_file(*kept)


def _of_file(name: str, data: bytes) -> tuple[Found, ...]:
    """The arrays of a file.

    Raises:
        ValueError: it cannot be read; says why.
    """
    ending = name.rpartition(".")[2].lower()
    if ending == "npy":
        array = npy_array(data)
        return (Found(name="", given=array, shape=str(array.shape)),)
    if ending in ("csv", "txt"):
        try:
            return _of_text(data.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise ValueError("the file must be text in UTF-8.") from error
    arrays = load_arrays(name, data, max_bytes=MAX_FILE_BYTES)
    return tuple(
        Found(name=key, given=tensor, shape=str(tuple(tensor.shape)))
        for key, tensor in arrays.items()
    )


def _of_text(text: str) -> tuple[Found, ...]:
    return tuple(
        Found(name=pasted.name, given=pasted, shape=_shape_words(pasted))
        for pasted in read_numbers(text)
    )


def _shape_words(pasted: Pasted) -> str:
    """The shape of what is shown, and how exactly."""
    shape = str(pasted.values.shape)
    if any(gap is not None for gap in pasted.gaps):
        shape = f"{shape} of them shown"
    if pasted.decimals is None:
        return f"{shape}, exact"
    return f"{shape}, {pasted.decimals} digits after the point"


def _assigned(
    found: tuple[Found, ...], shapes: dict[str, tuple[int, ...]]
) -> dict[str, Pasted | Array]:
    """Which result each array is: guessed, and open to change."""
    chosen: dict[str, Pasted | Array] = {}
    options = [*shapes, NOT_USED]
    guesses = guessed(found, shapes)
    # Those with a guess come first: a file may hold the weights as well.
    order = sorted(range(len(found)), key=lambda k: guesses[k] == NOT_USED)
    if len(found) > MOST_LISTED:
        st.caption(f"{len(found) - MOST_LISTED} more arrays are left out.")
    for index in order[:MOST_LISTED]:
        one, guess = found[index], guesses[index]
        row = st.container(horizontal=True, vertical_alignment="center")
        # As text: a name in a file may hold what Markdown would make a link of.
        row.text(f"{one.name[:40] or f'array {index}'}: {one.shape}")
        key = f"_theirs_is_{index}_{hash((one.name, one.shape, *shapes.items()))}"
        name = row.selectbox(
            "It is",
            options,
            options.index(guess),
            key=key,
            persist_state="session",
            label_visibility="collapsed",
            width=160,
        )
        if name in chosen:
            st.caption(f"There is a {name} already: this one is not used.")
        elif name != NOT_USED:
            chosen[name] = one.given
    return chosen


def guessed(found: Sequence[Found], shapes: dict[str, tuple[int, ...]]) -> list[str]:
    """What each array is: by its name, else by its shape, else the next in order."""
    guesses = [_by_name(one.name, shapes) for one in found]
    guesses = [name if name not in guesses[:k] else "" for k, name in enumerate(guesses)]
    for fits in (_has_shape, lambda *_: True):
        for k, one in enumerate(found):
            left = [name for name in shapes if name not in guesses]
            if not guesses[k]:
                guesses[k] = next((name for name in left if fits(one.given, shapes[name])), "")
    return [name or NOT_USED for name in guesses]


def _by_name(given: str, shapes: dict[str, tuple[int, ...]]) -> str:
    """The result that a name such as `mine.hn` means, "" if it tells none."""
    last = given.rpartition(".")[2].lower()
    meant = next((name for name, words in _MEANT.items() if last in words), last)
    return meant if meant in shapes else ""


def _has_shape(given: Pasted | Array, shape: tuple[int, ...]) -> bool:
    if not isinstance(given, Pasted):
        return tuple(given.shape) == shape
    try:
        place(given, shape)
    except ValueError:
        return False
    return True


def stamp(results: dict[str, Pasted | Array]) -> int:
    """A number that changes with the results."""
    parts = []
    for name, given in results.items():
        values = given.values if isinstance(given, Pasted) else np.asarray(given)
        rounding = given.rounding.tobytes() if isinstance(given, Pasted) else b""
        parts.append((name, values.shape, values.tobytes(), rounding))
    return hash(tuple(parts))
