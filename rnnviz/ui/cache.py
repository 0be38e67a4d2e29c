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
from rnnviz.engine.along import StatesAlong, states_along
from rnnviz.engine.checks import Module, config_of
from rnnviz.engine.compare import compare
from rnnviz.engine.forward import States, trace
from rnnviz.engine.head import head_output
from rnnviz.engine.mistakes import time_first
from rnnviz.engine.weights import mask_generator, random_states
from rnnviz.inputs import Series, read_lengths, rotated
from rnnviz.limits import ALONG_MAX_BYTES, APP_MAX_BYTES
from rnnviz.records import Array, Comparison, HeadOutput, Trace
from rnnviz.ui.edits import clamps_of, put_edits, put_weights, way_out
from rnnviz.ui.nets import module_of
from rnnviz.ui.opened import Opened, opened_for, run_states
from rnnviz.ui.settings import OF_OPENED_RUN, Settings, current_settings
from rnnviz.ui.source import numbers_in, opened_run, whole_input, window_of
from rnnviz.ui.texts import Reading, head_of, head_tokens
from rnnviz.ui.uploads import NoFileError, kept_file, offer_pending
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
        series: the input: of a long text or file a window.
        whole: the input that it is a window of.
        start: the timestep of the whole at which the window begins.
        trace: the run, with read-only numpy arrays.
        comparison: the same for torch.nn.
        opened: the file that the net or the input comes out of, if one does.
        head: what the head of the file's net makes of the output, if one was chosen.
        carried: whether the window starts from the states that the rest of the whole leads to.
        cut: whether even the whole is but the beginning of a text.
    """

    settings: Settings
    series: Series
    whole: Series
    start: int
    trace: Trace
    comparison: Comparison
    opened: Opened | None = None
    head: HeadOutput | None = None
    carried: bool = False
    cut: bool = False

    def labels(self, sample: int) -> tuple[str, ...] | None:
        """A token per timestep of one sample, where the input has such; unknown ones end in "?".

        As many as the longest sample has timesteps, empty past this one's length.
        """
        if not self.whole.labels:
            return None
        unknown = set(self.whole.unknown)
        marked = [
            f"{token}?" if t in unknown else token for t, token in enumerate(self.whole.labels)
        ]
        end = self.start + self.trace.seq_len
        shown = rotated(tuple(marked), sample)[self.start : end]
        stop = self.trace.seq_len if self.trace.lengths is None else self.trace.lengths[sample]
        return (*shown[:stop], *[""] * (self.trace.seq_len - stop))


def current_run() -> Run:
    """The run that the sidebar asks for; what cannot be run ends the page with a sentence."""
    try:
        return _asked_for()
    except NoFileError as error:
        if not offer_pending():
            st.info(sentence(error), icon=":material/upload_file:")
    except (ValueError, TypeError, RuntimeError) as error:
        st.error(sentence(error), icon=":material/error:")
        way_out(str(error))
    st.stop()


def run_if_possible() -> Run | None:
    """The run that the sidebar asks for, None if there is none: the page then says why."""
    try:
        return _asked_for()
    except (ValueError, TypeError, RuntimeError):
        return None


def _asked_for() -> Run:
    settings = current_settings()
    file = kept_file(settings.file) if settings.input == "file" else ("", b"")
    return _run(settings, file, opened_for(settings))


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
    whole, reading = whole_input(settings, file, opened)
    start, series = window_of(settings, whole)
    call, carried = _call(settings, whole, (start, series), opened)
    masks = mask_generator(settings.seed, settings.device)
    held = clamps_of(settings)
    record = trace(*call, max_bytes=APP_MAX_BYTES, generator=masks, clamps=held)
    result = compare(record, call[0]).numpy()
    record = record.numpy()
    head = _head(settings, opened, record, reading)
    for array in (series.values, whole.values, *_arrays(record, result)):
        array.setflags(write=False)
    return Run(
        settings=settings,
        series=series,
        whole=whole,
        start=start,
        trace=record,
        comparison=result,
        opened=opened,
        head=head,
        carried=carried,
        cut=reading is not None and reading.cut,
    )


def net_of(settings: Settings, file: tuple[str, bytes], opened: Opened | None) -> Module:
    """The net of a run before it is run, with the numbers in it that were changed by hand.

    Raises:
        ValueError, TypeError, RuntimeError: as `make_run` does.
    """
    whole, _ = whole_input(settings, file, opened)
    (module, *_), _ = _call(settings, whole, window_of(settings, whole), opened)
    return module


def call_of(run: Run) -> tuple[Module, Tensor | PackedSequence, States]:
    """The net of a run, and what it was called with."""
    call, _ = _call(run.settings, run.whole, (run.start, run.series), run.opened)
    return call


def wrong_trace(run: Run) -> Trace:
    """The same net on the same input with time as the outer loop, the mistake D13.

    Not for samples of different lengths: a loop over time has no order in which all of them are
    reversed at their own ends.
    """
    masks = mask_generator(run.settings.seed, run.settings.device)
    return time_first(*call_of(run), max_bytes=2 * APP_MAX_BYTES, generator=masks).numpy()


def _call(
    settings: Settings, whole: Series, part: tuple[int, Series], opened: Opened | None
) -> tuple[tuple[Module, Tensor | PackedSequence, States], bool]:
    """The net and what it is called with, (module, input, hx), and whether hx is carried.

    `part` is the window of the whole that is run, and where it begins.
    """
    start, series = part
    module = module_of(settings, series.input_size, opened)
    dtype = getattr(torch, settings.dtype)
    x = numbers_in(dtype, series)
    states = _states(settings, config_of(module), series.batch, opened)
    put_weights(settings, module)
    carried = _is_carried(settings, module, whole, series)
    if carried:
        stop = start + series.seq_len
        along = _along(_before(settings), whole, module, states)
        states = _on("cpu", along.hx(start, stop))
    states = put_edits(settings, module, x, states)
    x = (x if module.batch_first else x.transpose(0, 1)).to(settings.device)
    lengths = series.lengths
    if settings.lengths.strip():
        lengths = read_lengths(settings.lengths, series.batch, series.seq_len)
    if lengths is not None:
        x = pack_padded_sequence(x, lengths, module.batch_first, enforce_sorted=False)
    return (module, x, _on(settings.device, states)), carried


def _is_carried(settings: Settings, module: Module, whole: Series, series: Series) -> bool:
    """Whether the window starts from what the rest of the whole leads to.

    A net that only goes forward reads nothing before its first timestep.
    """
    is_part = series.seq_len < whole.seq_len
    begins = settings.start == 0 and not config_of(module).bidirectional
    alike = whole.lengths is None and not settings.lengths.strip()
    return settings.carry and is_part and not begins and not settings.drops and alike


def _before(settings: Settings) -> Settings:
    """What decides the states along the whole: not where the window is, nor who reads it."""
    return replace(settings, start=0, head="")


# Each may take 128 MiB; whoever moves the window asks for the same again.
@st.cache_resource(max_entries=2, show_spinner="Reading what comes before…")
def _along(settings: Settings, _whole: Series, _module: Module, _states: States) -> StatesAlong:
    """The states along the whole input."""
    x = torch.from_numpy(np.array(_whole.values)).to(getattr(torch, settings.dtype))
    x = (x if _module.batch_first else x.transpose(0, 1)).to(settings.device)
    hx = _on(settings.device, _states)
    return states_along(_module, x, hx, max_bytes=ALONG_MAX_BYTES)


def _head(
    settings: Settings, opened: Opened | None, record: Trace, reading: Reading | None
) -> HeadOutput | None:
    """What the head of the net's file makes of the output, if one was chosen."""
    table = head_of(settings, opened)
    if table is None:
        return None
    tokens = head_tokens(opened, reading, len(table.weight))
    layer = {"name": table.name, "tokens": tokens}
    return head_output(record, table.weight, table.bias, max_bytes=APP_MAX_BYTES, **layer)


def _states(settings: Settings, config: NetConfig, batch: int, opened: Opened | None) -> States:
    """The random h_0, or the opened run's, with c_0 if an LSTM; None for zeros."""
    if settings.h0 == OF_OPENED_RUN:
        return _cast(run_states(opened_run(opened)), getattr(torch, settings.dtype))
    if settings.h0 != "random":
        return None
    return random_states(config, batch, settings.seed)


def _cast(states: States, dtype: torch.dtype) -> States:
    if isinstance(states, tuple):
        return tuple(_cast(part, dtype) for part in states)
    return None if states is None else states.to(dtype)


def _on(device: str, states: States) -> States:
    """States, or tuples of them, on a device."""
    if isinstance(states, tuple):
        return tuple(_on(device, part) for part in states)
    return None if states is None else states.to(device)


def _arrays(record: Trace, result: Comparison) -> list[np.ndarray]:
    kept: list[Array | None] = []
    for one in (record, result):
        for part in (one.output, one.h_n, one.c_n):
            kept += part if isinstance(part, tuple) else [part]
    kept += [result.differences, *result.cells]
    kept += [array for cell in record.cells for _, array in cell.arrays()]
    return [array for array in kept if array is not None]
