"""The controls of a text: what a timestep is, the vocabulary, and what it does not know."""

from __future__ import annotations

import streamlit as st

from rnnviz.figures.tokens import shown_token
from rnnviz.inputs import UNITS, widened
from rnnviz.limits import MAX_VOCABULARY_CHARS, MAX_VOCABULARY_TEXT
from rnnviz.ui.opened import kept_opened
from rnnviz.ui.settings import TYPED, VOCABULARIES, Settings, current_settings
from rnnviz.ui.texts import Reading, holds_text, read_tokens
from rnnviz.ui.uploads import NoFileError, kept_file
from rnnviz.ui.widgets import menu, number, text, toggle

# Tokens listed in the sidebar: two lines of it.
MAX_LISTED = 40


def text_controls(settings: Settings) -> None:
    """Draw them, if the input is a text or a file; and where a long input begins."""
    name = _file_of(settings)[0]
    if settings.input == "file" and name.lower().endswith(".txt"):
        menu("The file holds", "read_as", ("text", "numbers"), "Numbers as in a CSV.")
    if holds_text(current_settings(), name):
        menu("A timestep is", "unit", UNITS, _UNIT_HELP)
        if current_settings().unit != "bytes":
            _vocabulary()
        reading = reading_of(current_settings())
        if reading is not None:
            _words(reading)
    if settings.input == "file" or _is_long(settings):
        why = "Which timestep of the input comes first on the pages, counted from 0."
        number("First timestep", "start", 0, 10**6, why)
        why = "Starts from the states that the timesteps before lead to (in reverse those after). "
        toggle("Carry the state", "carry", why + "Else from h_0, as if the input began there.")


_UNIT_HELP = (
    "characters: as a reader counts them, in any script. bytes: of UTF-8, each with a column of "
    "its own. words: and punctuation marks, in upper and lower case as they stand."
)


def reading_of(settings: Settings) -> Reading | None:
    """How the text of the settings is read, None if it cannot be: the page says why."""
    try:
        reading = read_tokens(settings, _file_of(settings), kept_opened())
    except ValueError:
        return None
    return reading if reading.tokens and reading.vocabulary else None


def _file_of(settings: Settings) -> tuple[str, bytes]:
    try:
        return kept_file(settings.file) if settings.input == "file" else ("", b"")
    except NoFileError:
        return "", b""


def _is_long(settings: Settings) -> bool:
    """Whether a typed text has more tokens than characters fit a link, as bytes do."""
    return settings.input == "text" and (settings.unit == "bytes" or settings.start > 0)


def _vocabulary() -> None:
    menu("Vocabulary", "vocab_is", VOCABULARIES, _VOCABULARY_HELP)
    if current_settings().vocab_is == TYPED:
        text("Its entries", "vocab", MAX_VOCABULARY_TEXT, _ENTRIES_HELP)


_VOCABULARY_HELP = (
    "What has a column, or a row of the embedding, of its own. the text's own, sorted: as many "
    "character models number theirs. the net's file: the list of tokens in its checkpoint."
)

_ENTRIES_HELP = (
    "One input column per character, or per word between blanks, and a last one for all that is "
    "not listed. The text never changes the weights; the vocabulary does, as it decides the input "
    "size."
)


def _words(reading: Reading) -> None:
    """What the vocabulary is, and what it lacks; as text, since tokens come from visitors."""
    count = len(reading.vocabulary)
    if reading.table is not None:
        rows, width = reading.table.weight.shape
        st.text(
            f"{len(reading.tokens):,} {reading.unit} through {reading.table.name[:40]}: "
            f"{rows:,} rows of {width:,} numbers, {count:,} of them in use"
        )
        st.caption("Entry k of the vocabulary is read as row k. What it lacks is read as zeros.")
    if current_settings().vocab_is != TYPED and reading.unit != "bytes":
        st.text(f"Vocabulary of {count:,}: {_listed(reading.vocabulary)}")
    if reading.unknown:
        where = "read as zeros" if reading.table is not None else "in one shared column"
        st.text(f"Unknown, {where}: {_listed(reading.unknown[:MAX_LISTED])}")
        if current_settings().vocab_is == TYPED and reading.table is None:
            st.button(
                "Widen the vocabulary",
                on_click=_widen,
                args=(reading,),
                help="Adds these as columns of their own. The weights are drawn anew.",
                width="stretch",
            )


def _widen(reading: Reading) -> None:
    """Add the unknown tokens to the typed vocabulary, as many as there is room for."""
    room = max(0, MAX_VOCABULARY_CHARS - len(reading.vocabulary))
    between = " " if reading.unit == "words" else ""
    added = between.join(reading.unknown[:room])
    vocabulary = widened(st.session_state["vocab"], added, reading.unit)
    if len(vocabulary) <= MAX_VOCABULARY_TEXT:
        st.session_state["vocab"] = vocabulary


def _listed(tokens: tuple[str, ...]) -> str:
    shown = " ".join(map(shown_token, tokens[:MAX_LISTED]))
    return shown + (" …" if len(tokens) > MAX_LISTED else "")
