"""A trace as safetensors: the arrays of the .npz, bit by bit, and what explains them."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.numpy import load
from torch import nn

import rnnviz
from rnnviz.exports.tensors import trace_safetensors
from tests.exports.test_tables import NETS


@pytest.mark.parametrize("name", NETS)
def test_the_arrays_are_those_of_the_npz(name):
    trace = NETS[name]()
    tensors = load(trace_safetensors(trace))
    with np.load(io.BytesIO(rnnviz.trace_npz(trace)), allow_pickle=False) as archive:
        arrays = {key: archive[key] for key in archive if archive[key].dtype.kind != "U"}

    assert tensors.keys() == arrays.keys()
    for key, array in arrays.items():
        assert (tensors[key].dtype, tensors[key].shape) == (array.dtype, array.shape)
        np.testing.assert_array_equal(tensors[key], array)


def test_config_and_layout_stand_in_the_metadata(tmp_path: Path):
    held = rnnviz.Clamp(quantity="h", layer=0, value=0.5)
    trace = rnnviz.trace(nn.GRU(3, 4), torch.zeros(5, 3), clamps=[held])
    (tmp_path / "trace.safetensors").write_bytes(trace_safetensors(trace))
    with safe_open(tmp_path / "trace.safetensors", "np") as file:
        texts = file.metadata()

    assert texts["config"] == trace.config.to_json()
    assert json.loads(texts["clamps"])[0]["value"] == 0.5
    assert "row t is position t" in texts["README"]
    assert "load_trace" not in texts["README"]


def test_the_file_is_opened_again_as_a_net():
    net = nn.LSTM(3, 4, num_layers=2, bidirectional=True)
    data = trace_safetensors(rnnviz.trace(net, torch.zeros(5, 3)))
    found = rnnviz.load(data).net()

    assert (found.config.kind, found.config.num_layers) == ("LSTM", 2)
    torch.testing.assert_close(found.tensors, dict(net.state_dict()), rtol=0, atol=0)
