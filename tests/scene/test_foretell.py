"""What is told of a step beside what was recorded of it."""

import numpy as np
import pytest
import torch

import rnnviz
from rnnviz.scene.foretell import foretold

CASES = {
    "RNN": {},
    "relu, no bias": {"nonlinearity": "relu", "bias": False},
    "LSTM": {"kind": "LSTM"},
    "LSTM projected": {"kind": "LSTM", "proj_size": 2},
    "GRU": {"kind": "GRU"},
    "GRU, no bias": {"kind": "GRU", "bias": False},
}

COMPUTED = {
    "RNN": {"wx", "wh", "a", "h"},
    "LSTM": {"wx", "wh", "a", "gates", "c", "tanh_c", "h"},
    "GRU": {"wx", "wh", "a", "gates", "r_hn", "h"},
}


def lane_of(cell):
    """The arrays of a cell's only sample."""
    arrays = {}
    for name, array in cell.arrays():
        alone = name.startswith(("weight", "bias"))
        arrays[name] = array if alone else array[0] if name in ("h_0", "c_0") else array[:, 0]
    return arrays


@pytest.mark.parametrize("name", CASES)
def test_what_is_told_is_what_was_recorded(name):
    config = rnnviz.RNNConfig(
        input_size=3,
        hidden_size=5,
        num_layers=2,
        bidirectional=True,
        dtype="float64",
        **CASES[name],
    )
    x = 3 * torch.randn(7, 1, 3, dtype=torch.float64, generator=torch.manual_seed(1))
    for cell in rnnviz.trace(rnnviz.build(config, 0), x).numpy().cells:
        lane = lane_of(cell)
        told = foretold(
            cell.kind, cell.activations, cell.direction == "reverse", lane, lane.pop("x")
        )

        assert set(told) == COMPUTED[cell.kind]
        for array in told:
            np.testing.assert_allclose(told[array], lane[array], atol=1e-12, err_msg=array)


def test_what_is_not_multiplied_is_not_told():
    cell = rnnviz.trace(torch.nn.GRU(3, 4), torch.randn(5, 1, 3)).numpy().cells[0]

    assert set(foretold("GRU", cell.activations, False, lane_of(cell), None)) == {
        "a",
        "gates",
        "r_hn",
        "h",
    }
