"""From settings to a run, computed once and shared by all that ask for the same numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
import torch
from threadpoolctl import threadpool_limits
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from rnnviz.config import NetConfig
from rnnviz.engine.checks import Module, config_of
from rnnviz.engine.compare import compare
from rnnviz.engine.forward import States, trace
from rnnviz.engine.mistakes import time_first
from rnnviz.engine.weights import mask_generator, random_states
from rnnviz.inputs import (
    Series,
    is_picture,
    noise,
    one_hot,
    read_lengths,
    read_series,
    rotated,
    sines,
    window,
)
from rnnviz.inputs.image import read_image
from rnnviz.inputs.picture import drawn_seven
from rnnviz.limits import APP_MAX_BYTES, MAX_SEQ_LEN
from rnnviz.records import Array, Comparison, Trace
from rnnviz.ui.edits import put_edits
from rnnviz.ui.nets import module_of
from rnnviz.ui.opened import Opened, opened_for, run_series, run_states
from rnnviz.ui.settings import INPUTS, OF_OPENED_RUN, Settings, current_settings
from rnnviz.ui.uploads import NoFileError, kept_file
from rnnviz.ui.words import sentence

# Small nets on two threads are up to 50 times slower than on one: the threads wait for each other.
# Numpy's products have threads of their own.
torch.set_num_threads(1)
threadpool_limits(1, user_api="blas")


@dataclass(frozen=True, kw_only=True)
class Run:
    """One net on one input: what went in, what came out, and how it compares with torch.nn.

    Attributes:
        settings: what decided it.
        series: the input.
        file_rows: how many timesteps the file holds from which the input was cut, if it is a file.
        trace: the run, with read-only numpy arrays.
        comparison: the same for torch.nn.
        opened: the file that the net or the input comes out of, if one does.
    """

    settings: Settings
    series: Series
    file_rows: int | None
    trace: Trace
    comparison: Comparison
    opened: Opened | None = None

    def labels(self, sample: int) -> tuple[str, ...] | None:
        """A token per timestep of one sample, where the input has such; unknown ones end in "?".

        As many as the longest sample has timesteps, empty past this one's length.
        """
        if not self.series.labels:
            return None
        unknown = self.series.values[sample, :, -1]  # the column that all unknown letters share
        tokens = rotated(self.series.labels, sample)
        shown = [
            f"{token}?" if mark else token for token, mark in zip(tokens, unknown, strict=True)
        ]
        stop = self.trace.seq_len if self.trace.lengths is None else self.trace.lengths[sample]
        return tuple(shown[:stop] + [""] * (self.trace.seq_len - stop))


def current_run() -> Run:
    """The run that the sidebar asks for; what cannot be run ends the page with a sentence."""
    settings = current_settings()
    try:
        file = kept_file(settings.file) if settings.input == "file" else ("", b"")
        return _run(settings, file, opened_for(settings))
    except NoFileError as error:
        st.info(sentence(error), icon=":material/upload_file:")
    except (ValueError, TypeError, RuntimeError) as error:
        st.error(sentence(error), icon=":material/error:")
    st.stop()


def unedited_run(run: Run) -> Run:
    """The same net on the same input without the numbers that were changed by hand."""
    if not run.settings.edits:
        return run
    settings = replace(run.settings, edits="")
    file = kept_file(settings.file) if settings.input == "file" else ("", b"")
    return _run(settings, file, run.opened)


# The record is shared by all sessions that ask for the same, hence read-only. Files are known by
# their fingerprints, which are settings.
@st.cache_resource(max_entries=8, show_spinner="Running the net…")
def _run(settings: Settings, _file: tuple[str, bytes], _opened: Opened | None) -> Run:
    return make_run(settings, _file, _opened)


def make_run(settings: Settings, file: tuple[str, bytes], opened: Opened | None = None) -> Run:
    """Build the net, run it both ways and compare.

    `file` is (name, bytes) of the input, empty if unused; `opened` what the net comes out of.

    Raises:
        ValueError, TypeError, RuntimeError: something in the settings or the file cannot be run.
    """
    series, file_rows = _series(settings, file, opened)
    call = _call(settings, series, opened)
    masks = mask_generator(settings.seed, settings.device)
    record = trace(*call, max_bytes=APP_MAX_BYTES, generator=masks)
    result = compare(record, call[0]).numpy()
    record = record.numpy()
    for array in (series.values, *_arrays(record, result)):
        array.setflags(write=False)
    return Run(
        settings=settings,
        series=series,
        file_rows=file_rows,
        trace=record,
        comparison=result,
        opened=opened,
    )


def net_of(settings: Settings, file: tuple[str, bytes], opened: Opened | None) -> Module:
    """The net of a run before it is run, with the numbers in it that were changed by hand.

    Raises:
        ValueError, TypeError, RuntimeError: as `make_run` does.
    """
    return _call(settings, _series(settings, file, opened)[0], opened)[0]


def wrong_trace(run: Run) -> Trace:
    """The same net on the same input with time as the outer loop, the mistake D13.

    Not for samples of different lengths: a loop over time has no order in which all of them are
    reversed at their own ends.
    """
    masks = mask_generator(run.settings.seed, run.settings.device)
    call = _call(run.settings, run.series, run.opened)
    return time_first(*call, max_bytes=2 * APP_MAX_BYTES, generator=masks).numpy()


def _series(
    settings: Settings, file: tuple[str, bytes], opened: Opened | None
) -> tuple[Series, int | None]:
    """The input, and how many timesteps its file holds."""
    if settings.input == OF_OPENED_RUN:
        return run_series(_opened_run(opened)), None
    if settings.input != "file":
        return _made_series(settings, _columns(settings, opened)), None
    name, data = file
    if is_picture(name):
        return read_image(data, settings.rows, settings.columns), None
    whole = read_series(name, data)
    start = min(settings.start, whole.seq_len - 1)
    return window(whole, start, min(MAX_SEQ_LEN, whole.seq_len - start)), whole.seq_len


def _columns(settings: Settings, opened: Opened | None) -> int:
    """How many columns a made input has: what the net out of a file reads, else the setting."""
    if settings.is_opened:
        return opened.net(settings.net_name).config.input_size
    return settings.inputs


def _opened_run(opened: Opened) -> Trace:
    if opened.file.trace is None:
        raise ValueError(f"{opened.name} holds a net and no run; choose another input.")
    return opened.file.trace


def _call(
    settings: Settings, series: Series, opened: Opened | None
) -> tuple[Module, Tensor | PackedSequence, States]:
    """The net and what it is called with: (module, input, hx)."""
    module = module_of(settings, series.input_size, opened)
    dtype = getattr(torch, settings.dtype)
    x = torch.from_numpy(np.array(series.values)).to(dtype)
    states = _states(settings, config_of(module), series.batch, opened)
    states = put_edits(settings, module, x, states)
    x = (x if module.batch_first else x.transpose(0, 1)).to(settings.device)
    if settings.lengths.strip():
        lengths = read_lengths(settings.lengths, series.batch, series.seq_len)
        x = pack_padded_sequence(x, lengths, module.batch_first, enforce_sorted=False)
    return module, x, _on(settings.device, states)


def _states(settings: Settings, config: NetConfig, batch: int, opened: Opened | None) -> States:
    """The random h_0, or the opened run's, with c_0 if an LSTM; None for zeros."""
    if settings.h0 == OF_OPENED_RUN:
        return _cast(run_states(_opened_run(opened)), getattr(torch, settings.dtype))
    if settings.h0 != "random":
        return None
    return random_states(config, batch, settings.seed)


def _cast(states: Tensor | tuple[Tensor, Tensor], dtype: torch.dtype) -> States:
    return (
        tuple(part.to(dtype) for part in states) if isinstance(states, tuple) else states.to(dtype)
    )


def _on(device: str, states: States) -> States:
    """States, or tuples of them, on a device."""
    if isinstance(states, tuple):
        return tuple(_on(device, part) for part in states)
    return None if states is None else states.to(device)


def _made_series(settings: Settings, columns: int) -> Series:
    """An input made here, of so many columns where nothing else decides that."""
    match settings.input:
        case "text":
            return one_hot(settings.text, settings.vocab, settings.batch)
        case "sine waves":
            return sines(settings.steps, columns, settings.batch)
        case "random numbers":
            return noise(settings.steps, columns, settings.batch, seed=settings.seed)
        case "a drawn 7":
            return drawn_seven(settings.batch)
    raise ValueError(f"input must be one of {', '.join(INPUTS)}; got {settings.input!r}.")


def _arrays(record: Trace, result: Comparison) -> list[np.ndarray]:
    kept: list[Array | None] = []
    for one in (record, result):
        for part in (one.output, one.h_n, one.c_n):
            kept += part if isinstance(part, tuple) else [part]
    kept += [result.differences, *result.cells]
    kept += [array for cell in record.cells for _, array in cell.arrays()]
    return [array for array in kept if array is not None]
