"""The tables of shapes against torch's own parameters and tensors."""

from itertools import product

import pytest
import torch
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

import rnnviz
from rnnviz.config import RNNConfig
from rnnviz.shapes import GateRows, gate_rows, parameter_rows, tensor_rows


def config_of(kind="LSTM", **options):
    return RNNConfig(**{"input_size": 2, "hidden_size": 3, "kind": kind} | options)


@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
@pytest.mark.parametrize("proj", [0, 2], ids=["plain", "projected"])
@pytest.mark.parametrize(
    ("kind", "layers", "both"), list(product(["RNN", "LSTM", "GRU"], [1, 3], [False, True]))
)
def test_parameters_are_torchs(kind, layers, both, proj, bias):
    proj = proj if kind == "LSTM" else 0
    config = config_of(kind, num_layers=layers, bidirectional=both, proj_size=proj, bias=bias)
    rows = parameter_rows(config)
    net = rnnviz.build(config, 0)

    assert {row.name: row.shape for row in rows} == {
        name: tuple(parameter.shape) for name, parameter in net.named_parameters()
    }
    sizes = {"input_size": 2, "hidden_size": 3, "proj_size": proj, "num_directions": 1 + both}
    for row in rows:
        assert tuple(eval(axis, dict(sizes)) for axis in row.axes) == row.shape


def test_rows_of_the_gates():
    assert gate_rows(config_of("LSTM")) == (
        GateRows("i", 0, 3),
        GateRows("f", 3, 6),
        GateRows("g", 6, 9),
        GateRows("o", 9, 12),
    )
    assert [rows[:2] for rows in gate_rows(config_of("GRU"))] == [("r", 0), ("z", 3), ("n", 6)]
    assert gate_rows(config_of("RNN")) == ()


@pytest.mark.parametrize(
    ("options", "name", "why"),
    [
        ({}, "weight_ih_l0", "reads x_t"),
        ({"num_layers": 2}, "weight_ih_l1", "reads h of layer 0"),
        (
            {"num_layers": 2, "bidirectional": True},
            "weight_ih_l1_reverse",
            "reads h of layer 0, forward then reverse",
        ),
        ({}, "weight_hh_l0", "reads h_{t-1}"),
        ({"bidirectional": True}, "weight_hh_l0_reverse", "reads h_{t+1}"),
        ({"kind": "GRU"}, "bias_hh_l0", "added to W_hh h; in n within r * (...)"),
        ({"proj_size": 2}, "weight_hr_l0", "makes h of o * tanh(c)"),
    ],
)
def test_each_parameter_says_why_it_has_its_shape(options, name, why):
    rows = {row.name: row for row in parameter_rows(config_of(**options))}

    assert rows[name].why == why


@pytest.mark.parametrize("layout", ["sequence first", "batch_first", "unbatched"])
@pytest.mark.parametrize("proj", [0, 2], ids=["plain", "projected"])
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_tensors_are_torchs(kind, proj, layout):
    proj = proj if kind == "LSTM" else 0
    first = layout == "batch_first"
    config = config_of(kind, num_layers=2, bidirectional=True, batch_first=first, proj_size=proj)
    net = rnnviz.build(config, 0)
    shape = {"sequence first": (5, 4), "batch_first": (4, 5), "unbatched": (5,)}[layout]
    x = torch.zeros(*shape, 2)
    output, states = net(x)
    h_n, c_n = states if kind == "LSTM" else (states, None)
    theirs = {"input": x, "h_0": h_n, "c_0": c_n, "output": output, "h_n": h_n, "c_n": c_n}

    rows = tensor_rows(rnnviz.trace(net, x))
    assert {row.name: row.shape for row in rows} == {
        name: tuple(tensor.shape) for name, tensor in theirs.items() if tensor is not None
    }
    assert all(len(row.shape) == len(row.axes) for row in rows)
    h_row = next(row for row in rows if row.name == "h_n")
    assert h_row.why.endswith("leaves it as it is") == first


@pytest.mark.parametrize("indices", [True, False], ids=["indices", "no indices"])
def test_tensors_of_packed_input_are_its_parts(indices):
    packed = pack_padded_sequence(torch.zeros(5, 3, 2), [5, 4, 1], enforce_sorted=False)
    packed = packed if indices else PackedSequence(packed.data, packed.batch_sizes)
    net = torch.nn.GRU(2, 3, bidirectional=True)
    output, _ = net(packed)
    rows = {row.name: row.shape for row in tensor_rows(rnnviz.trace(net, packed))}

    for name, whole in (("input", packed), ("output", output)):
        for part, tensor in zip(whole._fields, whole, strict=True):
            wanted = None if tensor is None else tuple(tensor.shape)
            assert rows.get(f"{name}.{part}") == wanted
    assert rows["h_n"] == (2, 3, 3)


def test_a_single_cell_has_neither_time_nor_layers():
    rows = tensor_rows(rnnviz.trace(torch.nn.LSTMCell(2, 3), torch.zeros(4, 2)))

    assert {row.name: row.shape for row in rows} == {
        "input": (4, 2),
        "h_0": (4, 3),
        "c_0": (4, 3),
        "output": (4, 3),
        "h_n": (4, 3),
        "c_n": (4, 3),
    }
