"""From settings to a run, computed once and shared by all that ask for the same numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
import torch
from threadpoolctl import threadpool_limits
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from rnnviz import examples
from rnnviz.config import NetConfig, RNNConfig, StackConfig
from rnnviz.engine.checks import Module, config_of
from rnnviz.engine.compare import compare
from rnnviz.engine.forward import States, trace
from rnnviz.engine.mistakes import time_first
from rnnviz.engine.weights import build, mask_generator, random_states
from rnnviz.inputs import (
    Series,
    noise,
    one_hot,
    read_layers,
    read_lengths,
    read_series,
    rotated,
    sines,
    window,
)
from rnnviz.inputs.picture import drawn_seven
from rnnviz.limits import APP_MAX_BYTES, MAX_SEQ_LEN
from rnnviz.records import Array, Comparison, Trace
from rnnviz.ui.settings import EXAMPLE_WEIGHTS, INPUTS, Settings, current_settings
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
    """

    settings: Settings
    series: Series
    file_rows: int | None
    trace: Trace
    comparison: Comparison

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
        return _run(settings, file)
    except NoFileError as error:
        st.info(sentence(error), icon=":material/upload_file:")
    except (ValueError, TypeError, RuntimeError) as error:
        st.error(sentence(error), icon=":material/error:")
    st.stop()


# The record is shared by all sessions that ask for the same, hence read-only. The file is known
# by its fingerprint, which is one of the settings.
@st.cache_resource(max_entries=8, show_spinner="Running the net…")
def _run(settings: Settings, _file: tuple[str, bytes]) -> Run:
    return make_run(settings, _file)


def make_run(settings: Settings, file: tuple[str, bytes]) -> Run:
    """Build the net, run it both ways and compare; `file` is (name, bytes), empty if unused.

    Raises:
        ValueError, TypeError, RuntimeError: something in the settings or the file cannot be run.
    """
    series, file_rows = _series(settings, file)
    call = _call(settings, series)
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
    )


def wrong_trace(run: Run) -> Trace:
    """The same net on the same input with time as the outer loop, the mistake D13.

    Not for samples of different lengths: a loop over time has no order in which all of them are
    reversed at their own ends.
    """
    masks = mask_generator(run.settings.seed, run.settings.device)
    call = _call(run.settings, run.series)
    return time_first(*call, max_bytes=2 * APP_MAX_BYTES, generator=masks).numpy()


def _series(settings: Settings, file: tuple[str, bytes]) -> tuple[Series, int | None]:
    """The input, and how many timesteps its file holds."""
    if settings.input != "file":
        return _made_series(settings), None
    whole = read_series(*file)
    start = min(settings.start, whole.seq_len - 1)
    return window(whole, start, min(MAX_SEQ_LEN, whole.seq_len - start)), whole.seq_len


def _call(settings: Settings, series: Series) -> tuple[Module, Tensor | PackedSequence, States]:
    """The net and what it is called with: (module, input, hx)."""
    module = _module(settings, series.input_size)
    dtype = getattr(torch, settings.dtype)
    x = torch.from_numpy(np.array(series.values)).to(dtype)
    x = (x if module.batch_first else x.transpose(0, 1)).to(settings.device)
    if settings.lengths.strip():
        lengths = read_lengths(settings.lengths, series.batch, series.seq_len)
        x = pack_padded_sequence(x, lengths, module.batch_first, enforce_sorted=False)
    return module, x, _states(settings, config_of(module), series.batch)


def _states(settings: Settings, config: NetConfig, batch: int) -> States:
    """The random h_0, with c_0 if an LSTM; None for zeros."""
    if settings.h0 != "random":
        return None
    return _on(settings.device, random_states(config, batch, settings.seed))


def _on(device: str, states: States) -> States:
    """States, or tuples of them, on a device."""
    if isinstance(states, tuple):
        return tuple(_on(device, part) for part in states)
    return None if states is None else states.to(device)


def _made_series(settings: Settings) -> Series:
    match settings.input:
        case "text":
            return one_hot(settings.text, settings.vocab, settings.batch)
        case "sine waves":
            return sines(settings.steps, settings.inputs, settings.batch)
        case "random numbers":
            return noise(settings.steps, settings.inputs, settings.batch, seed=settings.seed)
        case "a drawn 7":
            return drawn_seven(settings.batch)
    raise ValueError(f"input must be one of {', '.join(INPUTS)}; got {settings.input!r}.")


def example_net(name: str, dtype: str = "float32", **sizes: int) -> nn.RNN | nn.LSTM:
    """One of the nets built by formula, under its name in `settings.EXAMPLE_WEIGHTS`."""
    return getattr(examples, EXAMPLE_WEIGHTS[name])(**sizes).to(getattr(torch, dtype))


def _module(settings: Settings, input_size: int) -> Module:
    if settings.is_example:
        net = example_net(settings.weights, settings.dtype, input_size=input_size)
        return net.to(settings.device)
    if settings.is_stack:
        config = stack_config(settings, input_size)
    else:
        config = _net_config(settings, input_size)
    net = build(
        config,
        settings.seed,
        weights=settings.weights,
        spectral_radius=settings.radius,
        device=settings.device,
    )
    return net.train(settings.drops)


def stack_config(settings: Settings, input_size: int) -> StackConfig:
    """The stack that the settings describe.

    Raises:
        ValueError: the line of layers is none.
    """
    return read_layers(
        settings.stack,
        input_size,
        {"sigmoid": settings.sigmoid, "tanh": settings.tanh},
        bias=settings.bias,
        batch_first=settings.batch_first,
        bidirectional=settings.direction == "bidirectional",
        dtype=settings.dtype,
    )


def _net_config(settings: Settings, input_size: int) -> RNNConfig:
    return RNNConfig(
        input_size=input_size,
        hidden_size=settings.hidden,
        num_layers=settings.layers,
        nonlinearity=settings.activation if settings.kind == "RNN" else "tanh",
        bias=settings.bias,
        batch_first=settings.batch_first,
        bidirectional=settings.direction == "bidirectional",
        dtype=settings.dtype,
        kind=settings.kind,
        proj_size=min(settings.proj, settings.hidden - 1) if settings.kind == "LSTM" else 0,
        # torch warns of a dropout that has no layer to come before.
        dropout=settings.dropout if settings.layers > 1 else 0.0,
    )


def _arrays(record: Trace, result: Comparison) -> list[np.ndarray]:
    kept: list[Array | None] = []
    for one in (record, result):
        for part in (one.output, one.h_n, one.c_n):
            kept += part if isinstance(part, tuple) else [part]
    kept += [result.differences, *result.cells]
    kept += [array for cell in record.cells for _, array in cell.arrays()]
    return [array for array in kept if array is not None]
