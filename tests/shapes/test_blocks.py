"""The table of blocks: every expression is evaluated on torch's own parameters."""

from itertools import product

import pytest
import torch

import rnnviz
from rnnviz.config import RNNConfig
from rnnviz.shapes import BlockRow, block_rows

NETS = list(product([1, 2, 3], [False, True], [True, False]))


def net_of(kind, layers=1, both=False, bias=True, proj=0):
    config = RNNConfig(
        input_size=2,
        hidden_size=3,
        num_layers=layers,
        bidirectional=both,
        bias=bias,
        kind=kind,
        proj_size=proj,
        dtype="float64",
    )
    return config, rnnviz.build(config, 5)


def blocks_of(config, net, layer, direction):
    """What every expression gives, evaluated with the net's parameters as names."""
    names = {name: parameter.detach() for name, parameter in net.named_parameters()}
    rows = block_rows(config, layer, direction)
    blocks = {row.name: eval(row.expression, dict(names)) for row in rows}
    assert {row.name: row.shape for row in rows} == {
        name: tuple(block.shape) for name, block in blocks.items()
    }
    return blocks


@pytest.mark.parametrize("proj", [0, 2], ids=["plain", "projected"])
@pytest.mark.parametrize(("layers", "both", "bias"), NETS)
def test_the_blocks_of_an_lstm_are_its_gates_apart(layers, both, bias, proj):
    config, net = net_of("LSTM", layers, both, bias, proj)
    for lane, cell in zip(config.lanes, rnnviz.lstm_to_gates(net), strict=True):
        blocks = blocks_of(config, net, *lane)

        assert list(blocks) == list(cell)
        assert all(torch.equal(blocks[name], cell[name]) for name in cell)


@pytest.mark.parametrize(("layers", "both", "bias"), NETS)
def test_the_blocks_of_a_gru_compute_what_the_gru_computes(layers, both, bias):
    """By the formulas of torch's documentation, cell by cell on what the trace recorded."""
    config, net = net_of("GRU", layers, both, bias)
    trace = rnnviz.trace(net, torch.randn(4, 2, 2, dtype=torch.float64))
    none = torch.zeros(3, dtype=torch.float64)
    for layer, direction in config.lanes:
        w = blocks_of(config, net, layer, direction)
        b = [w.get(name, none) for name in ("b_r", "b_z", "b_in", "b_hn")]
        cell = trace.cell(layer, direction)
        h = cell.h_0
        for t in cell.positions():
            x = cell.x[t]
            r = torch.sigmoid(x @ w["W_ir"].T + h @ w["W_hr"].T + b[0])
            z = torch.sigmoid(x @ w["W_iz"].T + h @ w["W_hz"].T + b[1])
            n = torch.tanh(x @ w["W_in"].T + b[2] + r * (h @ w["W_hn"].T + b[3]))
            h = (1 - z) * n + z * h
            torch.testing.assert_close(h, cell.h[t], rtol=0, atol=1e-12)
        assert len(w) == (10 if bias else 6)


def test_each_row_says_which_gate_it_is():
    config, _ = net_of("LSTM", 2, True)
    rows = {row.name: row for row in block_rows(config, 1, "reverse")}

    assert rows["W_ii"] == BlockRow(
        "W_ii", (3, 6), "input gate, reads h of layer 0", "weight_ih_l1_reverse[0:3]"
    )
    assert rows["W_hf"].what == "forget gate, reads h_{t+1}"
    assert rows["b_o"].what == "output gate, b_io + b_ho"
    assert rows["b_o"].expression == "bias_ih_l1_reverse[9:12] + bias_hh_l1_reverse[9:12]"
    first = {row.name: row for row in block_rows(config, 0, "forward")}
    assert first["W_ig"].what == "cell gate, reads x_t"
    assert first["W_ho"].what == "output gate, reads h_{t-1}"
    projected = block_rows(net_of("LSTM", proj=2)[0], 0, "forward")
    assert projected[-1] == BlockRow("W_hr", (2, 3), "projection, no gate", "weight_hr_l0")
    gru = {row.name: row.what for row in block_rows(net_of("GRU")[0], 0, "forward")}
    assert gru["b_in"] == "new gate, outside r * (...)"
    assert gru["b_hn"] == "new gate, inside r * (...)"


def test_an_rnn_has_no_blocks():
    assert block_rows(net_of("RNN")[0], 0, "forward") == ()
