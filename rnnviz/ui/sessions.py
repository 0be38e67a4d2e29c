"""A visitor's session as a file, and back: what is kept of it and how it is put in its place."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
import torch

import rnnviz
from rnnviz.files.session import MEMBER_BYTES, SessionFile, read_session, write_session
from rnnviz.inputs import read_edits
from rnnviz.inputs.checks import counted, excerpt
from rnnviz.limits import MAX_FILE_BYTES, MAX_SESSION_JSON_BYTES
from rnnviz.records.arrays import on_host
from rnnviz.ui.allowed import ALLOWED, checked
from rnnviz.ui.cache import net_of
from rnnviz.ui.edits import KEPT_SETS
from rnnviz.ui.opened import KEPT_NET, Opened, opened_for, read_file
from rnnviz.ui.player import go_to, place
from rnnviz.ui.preset_menu import keep_for_undo
from rnnviz.ui.settings import VIEW_DEFAULTS, Settings
from rnnviz.ui.uploads import KEPT_FILE, NoFileError, fingerprint, keep, kept_file

# Where the session holds what is said of the file that was opened last.
TOLD = "_session_told"

_NO_FILE = ("", b"")


@dataclass(frozen=True, kw_only=True, eq=False)
class Snapshot:
    """A session as it is now, to be written when it is asked for.

    Attributes:
        session: all but the weights.
        settings: those that decide the run.
        opened: the file that the net or the input comes out of, if one does.
        is_whole: whether every file that the settings need is there.
    """

    session: SessionFile
    settings: Settings
    opened: Opened | None
    is_whole: bool

    @property
    def files_bytes(self) -> int:
        """How much the files take that the settings need."""
        return sum(len(data) for _, data in self.session.files.values())

    @property
    def is_too_large(self) -> bool:
        """Whether the file could not be opened again."""
        return self.files_bytes + MAX_SESSION_JSON_BYTES > MAX_FILE_BYTES

    def to_bytes(self) -> bytes:
        """The file; without weights where there are none, or where it would become too large."""
        weights = {}
        if self.is_whole:
            # What cannot be run can be saved nevertheless, and the page says what is wrong.
            with suppress(ValueError, TypeError, RuntimeError):
                file = self.session.files.get("input", _NO_FILE)
                weights = _weights(self.settings, file, self.opened)
        taken = sum(array.nbytes + MEMBER_BYTES for array in weights.values())
        if self.files_bytes + MAX_SESSION_JSON_BYTES + taken > MAX_FILE_BYTES:
            weights = {}
        return write_session(replace(self.session, weights=weights))


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is said of a file that was opened.

    Attributes:
        line: what was restored.
        notes: a line for each setting that was not taken as it came.
        page: the address of the page on which it was saved.
        error: why it was refused, if it was.
    """

    line: str = ""
    notes: tuple[str, ...] = ()
    page: str = ""
    error: str = ""


def snapshot(page: str) -> Snapshot:
    """The session as it is now, on the page of this address."""
    state = st.session_state
    values = {name: state[name] for name in ALLOWED}
    settings = _settings(values)
    files, opened, is_whole = {}, None, True
    try:
        if settings.input == "file":
            files["input"] = kept_file(settings.file)
        opened = opened_for(settings)
    except NoFileError:
        is_whole = False  # The page says so; what there is can be saved.
    if opened is not None:
        files["net"] = (opened.name, opened.data)
    session = SessionFile(
        settings=values,
        page=page,
        place=place(),
        edit_sets=dict(state.get(KEPT_SETS, {})),
        files=files,
        made_by={"rnnviz": rnnviz.__version__, "torch": torch.__version__},
    )
    return Snapshot(session=session, settings=settings, opened=opened, is_whole=is_whole)


def restore(data: bytes) -> Told:
    """Put the session of a file in the place of this one, in a way that can be undone.

    Raises:
        ValueError: the file is broken or refused; nothing is changed then.
    """
    session = read_session(data)
    values, notes = checked(session.settings)
    settings = _settings(values)
    opened = _opened(session, settings)
    state = st.session_state
    state.setdefault(KEPT_SETS, {})
    keep_for_undo((*VIEW_DEFAULTS, KEPT_SETS, KEPT_FILE, KEPT_NET, TOLD))
    state.update(values)
    state[KEPT_SETS] = dict(session.edit_sets)
    if "input" in session.files:
        keep(*session.files["input"])
    if opened is not None:
        state[KEPT_NET] = opened
    go_to(session.place)
    return Told(line=_words(session, settings), notes=tuple(notes), page=session.page)


def _settings(values: Mapping[str, object]) -> Settings:
    return Settings(**{name: values[name] for name in Settings.__dataclass_fields__})


def _opened(session: SessionFile, settings: Settings) -> Opened | None:
    """The net's file, read; both files must be those that the settings name."""
    for part, mark in (("input", settings.file), ("net", settings.net)):
        if part in session.files and fingerprint(*session.files[part]) != mark:
            raise ValueError(
                f"the session's file: its {part} file must have the fingerprint {excerpt(mark)} "
                f"of its settings, got {fingerprint(*session.files[part])}."
            )
    return read_file(*session.files["net"]) if "net" in session.files else None


def _words(session: SessionFile, settings: Settings) -> str:
    """What was restored, in one line."""
    parts = ["settings", *(excerpt(name) for name, _ in session.files.values())]
    try:
        edits = len(read_edits(settings.edits))
    except ValueError:
        edits = 0  # The page says what is wrong.
    parts += [counted(edits, "changed number")] if edits else []
    parts += [counted(len(session.edit_sets), "set") + " of edits"] if session.edit_sets else []
    parts += [f"the place {session.place['at']}"] if "at" in session.place else []
    return f"Restored: {', '.join(parts)}. {_compared(session, settings)}"


def _compared(session: SessionFile, settings: Settings) -> str:
    """Whether the net that the settings give here is the one that was saved."""
    if not session.weights:
        return "The file holds no weights to compare."
    try:
        file = kept_file(settings.file) if settings.input == "file" else _NO_FILE
        here = _weights(settings, file, opened_for(settings))
    except (ValueError, TypeError, RuntimeError):
        return "The weights cannot be compared, as the net cannot be made here."
    off = [name for name in here if not _same(here[name], session.weights.get(name))]
    if not off and here.keys() == session.weights.keys():
        return "As opened, its weights were the saved ones, bit for bit."
    made = session.made_by.get("torch", "an unknown version")
    return (
        f"Its weights are not the saved ones: {len(off)} of {len(here)} arrays differ. They were "
        f"saved under torch {made}, this is {torch.__version__}."
    )


def _same(array: np.ndarray, other: np.ndarray | None) -> bool:
    """Whether they are the same bit by bit, NaN and the sign of 0 included."""
    return (
        other is not None
        and (array.shape, array.dtype) == (other.shape, other.dtype)
        and array.tobytes() == other.tobytes()
    )


def _weights(
    settings: Settings, file: tuple[str, bytes], opened: Opened | None
) -> dict[str, np.ndarray]:
    """Every parameter of the net under torch's name, the changed numbers in it."""
    found = net_of(settings, file, opened).state_dict()
    return {name: on_host(tensor) for name, tensor in found.items()}
