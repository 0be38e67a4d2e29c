"""From settings to what the net reads: made here, typed, or out of a file."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from rnnviz.inputs import Series, is_picture, noise, read_series, scaled, sines, window
from rnnviz.inputs.image import read_image
from rnnviz.inputs.picture import drawn_seven
from rnnviz.limits import MAX_SEQ_LEN
from rnnviz.records import Trace
from rnnviz.ui.opened import Opened, run_series
from rnnviz.ui.settings import INPUTS, OF_OPENED_RUN, Settings
from rnnviz.ui.texts import Reading, holds_text, read_tokens, series_of
from rnnviz.ui.uploads import fingerprint


def whole_input(
    settings: Settings, file: tuple[str, bytes], opened: Opened | None
) -> tuple[Series, Reading | None]:
    """The input, of which a window is run, and if it is a text how it was read.

    `file` is (name, bytes), empty if the input is none.

    Raises:
        ValueError: there is no such input.
    """
    name, data = file
    if holds_text(settings, name):
        reading = read_tokens(settings, file, opened)
        return series_of(settings, reading), reading
    return _numbers(settings, name, data, opened), None


def _numbers(settings: Settings, name: str, data: bytes, opened: Opened | None) -> Series:
    if settings.input == OF_OPENED_RUN:
        return run_series(opened_run(opened))
    if settings.input != "file":
        return _made_series(settings, _columns(settings, opened))
    if is_picture(name):
        return read_image(data, settings.rows, settings.columns)
    return scaled(file_series(name, data), settings.scale)


def numbers_in(dtype: torch.dtype, series: Series) -> Tensor:
    """The numbers of a series in the net's dtype. Shape (batch, seq_len, input_size).

    Raises:
        ValueError: one of them is too large for it.
    """
    given = torch.from_numpy(np.array(series.values))
    x = given.to(dtype)
    lost = (x.isinf() & given.isfinite()).nonzero()
    if len(lost):
        sample, t, column = lost[0].tolist()
        name = str(dtype).removeprefix("torch.")
        raise ValueError(
            f"the input has {given[sample, t, column]:.3g} at timestep {t}, column {column}, which "
            f"{name} cannot hold: choose float64 as number type, or scale the numbers."
        )
    return x


def file_series(name: str, data: bytes) -> Series:
    """The numbers of a file, read once for all who look at it.

    Raises:
        ValueError: it is no such file.
    """
    return _file_series(fingerprint(name, data), name, data)


@st.cache_resource(max_entries=4, show_spinner="Reading the file…")
def _file_series(mark: str, _name: str, _data: bytes) -> Series:  # noqa: ARG001
    series = read_series(_name, _data)
    series.values.setflags(write=False)
    return series


def window_of(settings: Settings, whole: Series) -> tuple[int, Series]:
    """Where the part that is run begins, and that part."""
    if settings.input not in ("file", "text"):
        return 0, whole
    start = min(settings.start, whole.seq_len - 1)
    return start, window(whole, start, min(MAX_SEQ_LEN, whole.seq_len - start))


def opened_run(opened: Opened) -> Trace:
    """The run that the opened file holds.

    Raises:
        ValueError: it holds none.
    """
    if opened.file.trace is None:
        raise ValueError(f"{opened.name} holds a net and no run; choose another input.")
    return opened.file.trace


def _made_series(settings: Settings, columns: int) -> Series:
    """An input made here, of so many columns where nothing else decides that."""
    match settings.input:
        case "sine waves":
            return sines(settings.steps, columns, settings.batch)
        case "random numbers":
            return noise(settings.steps, columns, settings.batch, seed=settings.seed)
        case "a drawn 7":
            return drawn_seven(settings.batch)
    raise ValueError(f"input must be one of {', '.join(INPUTS)}; got {settings.input!r}.")


def _columns(settings: Settings, opened: Opened | None) -> int:
    """How many columns a made input has: what the net out of a file reads, else the setting."""
    if settings.is_opened:
        return opened.net(settings.net_name).config.input_size
    return settings.inputs
