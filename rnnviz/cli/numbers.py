"""The numbers that a command reads: an input, states, and results of somebody's own."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from rnnviz.cli.errors import REFUSED, WRONG_USAGE, CommandError, blaming
from rnnviz.cli.files import read_bytes
from rnnviz.config import NetConfig
from rnnviz.inputs import read_numbers, read_series
from rnnviz.inputs.npy import npy_array
from rnnviz.limits import MAX_FILE_BYTES, MAX_FILE_VALUES, MAX_NET_INPUT_SIZE
from rnnviz.records.pasted import Pasted


class Given(NamedTuple):
    """What a net is called with.

    Attributes:
        x: (seq_len, input_size); of several samples (seq_len, batch, input_size), or
            (batch, seq_len, input_size) with batch_first; packed where their lengths differ.
        seq_len: number of timesteps.
        batch: number of samples.
    """

    x: Tensor | PackedSequence
    seq_len: int
    batch: int


def read_input(name: str, config: NetConfig) -> Given:
    """The input in a file: .npy, or text as `rnnviz.inputs.read_series` takes.

    Raises:
        CommandError: the file cannot be read, or does not fit the net.
    """
    values, lengths = _npy_input(name) if _is_npy(name) else _series(name)
    width = values.shape[-1]
    if width != config.input_size:
        raise CommandError(
            REFUSED,
            f"{name}: each timestep must have input_size={config.input_size} numbers, as "
            f"the net reads; got {width}.",
        )
    x = _in_dtype(name, values, config)
    batch, seq_len = (1, len(x)) if x.ndim == 2 else x.shape[:2]
    if lengths is not None:
        packed = pack_padded_sequence(
            x, torch.tensor(lengths), batch_first=True, enforce_sorted=False
        )
        return Given(packed, seq_len, batch)
    if x.ndim == 3 and not config.batch_first:
        x = x.transpose(0, 1)
    return Given(x, seq_len, batch)


def read_states(name: str, config: NetConfig) -> Tensor:
    """An h_0 or c_0 out of a .npy.

    Raises:
        CommandError: the file cannot be read.
    """
    if not _is_npy(name):
        raise CommandError(WRONG_USAGE, f"{name}: states must be a .npy.")
    return _in_dtype(name, _array(name), config)


def read_result(name: str) -> np.ndarray | Pasted:
    """An output, h_n or c_n: the array of a .npy, or the one that a text shows.

    Raises:
        CommandError: the file cannot be read, or holds several arrays.
    """
    if _is_npy(name):
        return _array(name)
    data = read_bytes(name, MAX_FILE_BYTES)
    with blaming(name):
        found = read_numbers(data.decode("utf-8-sig"))
    if len(found) != 1:
        raise CommandError(
            REFUSED, f"{name}: it must hold one array, got {len(found)}; a file for each."
        )
    return found[0]


def _is_npy(name: str) -> bool:
    return name.lower().endswith(".npy")


def _array(name: str) -> np.ndarray:
    data = read_bytes(name, MAX_FILE_BYTES)
    with blaming(name):
        # States and results may be as wide as a net is, and have a row for each of its cells.
        return npy_array(data, most_columns=MAX_FILE_VALUES, most_samples=MAX_FILE_VALUES)


def _npy_input(name: str) -> tuple[np.ndarray, None]:
    data = read_bytes(name, MAX_FILE_BYTES)
    with blaming(name):
        values = npy_array(data, most_columns=MAX_NET_INPUT_SIZE, most_samples=MAX_FILE_VALUES)
    return (values[:, None] if values.ndim == 1 else values), None


def _series(name: str) -> tuple[np.ndarray, tuple[int, ...] | None]:
    """(seq_len, input_size) of one sequence; of several (batch, seq_len, input_size), lengths."""
    data = read_bytes(name, MAX_FILE_BYTES)
    # The reader puts the file's name before what it says.
    with blaming(""):
        series = read_series(Path(name).name, data)
    return (series.values[0] if series.batch == 1 else series.values), series.lengths


def _in_dtype(name: str, values: np.ndarray, config: NetConfig) -> Tensor:
    tensor = torch.from_numpy(values).to(getattr(torch, config.dtype))
    if not torch.isfinite(tensor).all():
        raise CommandError(
            REFUSED,
            f"{name}: its numbers must fit {config.dtype}, the net's dtype; the largest is "
            f"{np.abs(values).max():g}.",
        )
    return tensor
