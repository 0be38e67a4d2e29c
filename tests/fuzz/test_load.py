"""Damaged files of every format: each is read or refused, nothing else.

`RNNVIZ_FUZZ_EXAMPLES=5000 pytest tests/fuzz` looks for longer.
"""

import os
import time

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

import rnnviz
from rnnviz.files.load import LoadedFile
from rnnviz.limits import MAX_FILE_BYTES
from tests.files.hostile import GOOD_NPZ, GOOD_PT, GOOD_SAFE, as_torch
from tests.files.test_load import Model

# All formats together take half a minute on two busy cores.
EXAMPLES = int(os.environ.get("RNNVIZ_FUZZ_EXAMPLES", "200"))

TRACE = rnnviz.trace_npz(rnnviz.trace(nn.LSTM(3, 4, bidirectional=True), torch.ones(2, 1, 3)))
GOOD = {
    "torch": GOOD_PT,
    "whole module": as_torch(Model()),
    "npz": GOOD_NPZ,
    "safetensors": GOOD_SAFE,
    "trace": TRACE,
}


@st.composite
def damaged(draw, data):
    """The file cut short, with some bits flipped, or with a piece of it replaced."""
    changed = np.frombuffer(data, np.uint8).copy()
    way = draw(st.sampled_from(["cut", "flip", "replace", "move"]))
    at = draw(st.integers(0, len(data) - 1))
    if way == "cut":
        return data[:at]
    if way == "flip":
        for place in draw(st.lists(st.integers(0, 8 * len(data) - 1), min_size=1, max_size=8)):
            changed[place // 8] ^= 1 << place % 8
    if way == "replace":
        piece = draw(st.binary(min_size=1, max_size=16))
        return data[:at] + piece + data[at + draw(st.sampled_from([0, len(piece)])) :]
    if way == "move":
        other, length = draw(st.integers(0, len(data) - 1)), draw(st.integers(1, 64))
        return data[:at] + data[other : other + length] + data[at + length :]
    return changed.tobytes()


@pytest.mark.parametrize("name", list(GOOD))
def test_damaged_file_is_read_or_refused(name):
    good = rnnviz.load(GOOD[name])
    assert isinstance(good, LoadedFile)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(damaged(GOOD[name]))
    def check(data):
        start = time.monotonic()
        try:
            rnnviz.load(data, max_bytes=MAX_FILE_BYTES)
        except ValueError as error:
            assert "\n" not in str(error)
        # Two seconds are the reader's bound; the machine may be busy.
        assert time.monotonic() - start < 10

    check()
