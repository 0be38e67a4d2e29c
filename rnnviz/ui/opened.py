"""The net that a visitor opened from a file: kept for the session, known by its fingerprint."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from rnnviz.config import StackConfig
from rnnviz.engine.forward import States
from rnnviz.files import LoadedFile, LoadedNet
from rnnviz.files.load import load_named
from rnnviz.inputs import Series
from rnnviz.limits import MAX_FILE_BYTES
from rnnviz.records import Trace
from rnnviz.ui.settings import OF_OPENED_RUN, Settings
from rnnviz.ui.uploads import NoFileError, fingerprint

# Where the session holds its opened file.
KEPT_NET = "_opened"


@dataclass(frozen=True, kw_only=True, eq=False)
class Opened:
    """A file that was read.

    Attributes:
        name: as it was uploaded.
        data: its bytes, which go into the file of a session.
        mark: its fingerprint, which the link holds.
        file: what it holds.
    """

    name: str
    data: bytes
    mark: str
    file: LoadedFile

    def net(self, name: str) -> LoadedNet:
        """The net of that name.

        Raises:
            ValueError: the file has none.
        """
        try:
            return self.file.net(name)
        except KeyError as error:
            raise ValueError(f"{self.name} has no such net: {error.args[0]}") from error


def read_file(name: str, data: bytes) -> Opened:
    """Read a file.

    Raises:
        ValueError: the file holds no net, or is refused.
    """
    file = load_named(name, data, max_bytes=MAX_FILE_BYTES)
    return Opened(name=name, data=data, mark=fingerprint(name, data), file=file)


def open_file(name: str, data: bytes) -> None:
    """Read a file and keep it for the session; the one before is given up only if that goes well.

    Raises:
        ValueError: the file holds no net, or is refused.
    """
    st.session_state[KEPT_NET] = read_file(name, data)


def kept_opened() -> Opened | None:
    """The session's file, if there is one."""
    return st.session_state.get(KEPT_NET)


def opened_for(settings: Settings) -> Opened | None:
    """The file that the settings need, None if they need none.

    Raises:
        NoFileError: they need one, and it is not open in this session.
    """
    if not (settings.is_opened or OF_OPENED_RUN in (settings.input, settings.h0)):
        return None
    opened = kept_opened()
    if opened is not None and opened.mark == settings.net:
        return opened
    if re.fullmatch("[0-9a-f]{16}", settings.net):
        raise NoFileError(
            "this link was made with a net out of a file that did not travel with it (fingerprint "
            f"{settings.net}): open that file on the page “Open a net” to see the same numbers."
        )
    raise NoFileError("open a file on the page “Open a net”, or choose other weights and input.")


def run_series(trace: Trace) -> Series:
    """What the net of a run read; past a sample's length there are zeros."""
    x = np.array(trace.cells[0].x, dtype=np.float64).transpose(1, 0, 2)  # (batch, seq_len, input)
    columns = tuple(f"column {column + 1}" for column in range(x.shape[2]))
    if trace.lengths is not None:
        for sample, length in enumerate(trace.lengths):
            x[sample, length:] = 0.0
    return Series(values=x, columns=columns)


def run_states(trace: Trace) -> States:
    """The initial states of a run, as its net takes them."""
    if isinstance(trace.config, StackConfig):
        columns = [tuple(map(_tensor, states)) for states in _starts(trace)]
        return tuple(columns) if trace.config.has_c else columns[0]
    h_0 = torch.from_numpy(np.stack([cell.h_0 for cell in trace.cells]))
    if trace.c_n is None:
        return h_0
    return h_0, torch.from_numpy(np.stack([cell.c_0 for cell in trace.cells]))


def _starts(trace: Trace) -> list[list[np.ndarray | None]]:
    return [[getattr(cell, name) for cell in trace.cells] for name in ("h_0", "c_0")]


def _tensor(array: np.ndarray | None) -> Tensor | None:
    return None if array is None else torch.from_numpy(np.array(array))
