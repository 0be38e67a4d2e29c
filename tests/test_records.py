"""Records: where things stand in them, and that looking at them copies nothing."""

import numpy as np
import pytest
import torch
from torch import nn

import rnnviz


def make(**options):
    torch.manual_seed(0)
    net = nn.RNN(3, 4, num_layers=2, **options)
    rows = 2 * (1 + net.bidirectional)
    return rnnviz.trace(net, torch.randn(5, 2, 3), torch.randn(rows, 2, 4))


def test_steps_go_layer_by_layer_and_the_reverse_direction_downwards():
    steps = make(bidirectional=True).steps

    assert len(steps) == 2 * 2 * 5
    assert [s.t for s in steps] == [0, 1, 2, 3, 4, 4, 3, 2, 1, 0] * 2
    assert [(s.layer, s.direction) for s in steps[::5]] == [
        (0, "forward"),
        (0, "reverse"),
        (1, "forward"),
        (1, "reverse"),
    ]


def test_cell_finds_a_lane_and_names_the_ones_there_are():
    trace = make(bidirectional=True)

    assert trace.cell(1, "reverse") is trace.cells[3]
    assert trace.cell(1) is trace.cells[2]
    with pytest.raises(ValueError, match=r"no cell \(2, 'forward'\).*\(1, 'reverse'\)"):
        trace.cell(2)
    with pytest.raises(ValueError, match="no cell"):
        make().cell(0, "reverse")


def test_h_last_is_the_row_of_h_n():
    trace = make(bidirectional=True)

    for cell, row in zip(trace.cells, trace.h_n, strict=True):
        assert torch.equal(cell.h_last, row)


def test_numpy_sees_the_same_memory():
    trace = make(bidirectional=True)
    there = trace.numpy()

    assert there.config == trace.config
    assert there.nbytes == trace.nbytes
    trace.cells[1].h[0, 0, 0] = 42.0
    trace.output[0, 0, 0] = 43.0
    assert there.cells[1].h[0, 0, 0] == 42.0
    assert there.output[0, 0, 0] == 43.0
    for cell in there.cells:
        assert all(isinstance(array, np.ndarray) for _, array in cell.arrays())
    assert there.numpy().cells[0].h is there.cells[0].h


def test_numpy_of_bfloat16_is_float32_without_loss():
    net = nn.RNN(3, 4, dtype=torch.bfloat16)
    half = rnnviz.trace(net, torch.randn(5, 2, 3).bfloat16())

    assert half.numpy().output.dtype == np.float32
    assert torch.equal(torch.from_numpy(half.numpy().output).bfloat16(), half.output)


def test_a_net_without_bias_has_no_bias_arrays():
    cell = make(bias=False).cells[0]

    assert cell.bias_ih is None
    assert [name for name, _ in cell.arrays()] == [
        "x",
        "wx",
        "wh",
        "a",
        "h",
        "h_0",
        "weight_ih",
        "weight_hh",
    ]


def test_records_say_briefly_what_they_are_and_equal_only_themselves():
    trace = make(bidirectional=True)

    assert repr(trace).startswith("Trace(RNNConfig(input_size=3, hidden_size=4, num_layers=2")
    assert repr(trace).endswith("seq_len=5, batch=2)")
    assert repr(trace.cells[1]) == (
        "CellTrace(layer=0, direction='reverse', seq_len=5, batch=2, hidden_size=4)"
    )
    assert trace == trace
    assert trace != make(bidirectional=True)


def lstm(proj_size=0, **options):
    torch.manual_seed(0)
    net = nn.LSTM(3, 4, num_layers=2, bidirectional=True, proj_size=proj_size, **options)
    hx = torch.randn(4, 2, proj_size or 4), torch.randn(4, 2, 4)
    return rnnviz.trace(net, torch.randn(5, 2, 3), hx)


@pytest.mark.parametrize("proj_size", [0, 2])
def test_a_gate_is_a_view_in_torchs_order(proj_size):
    trace = lstm(proj_size)
    for cell in (trace.cells[1], trace.numpy().cells[1]):
        assert (cell.hidden_size, cell.state_size) == (4, proj_size or 4)
        for k, name in enumerate("ifgo"):
            gate = cell.gate(name)
            assert gate.shape == (5, 2, 4)
            gate[2, 1, 3] = 10.0 + k
            assert cell.gates[2, 1, 4 * k + 3] == 10.0 + k
        with pytest.raises(ValueError, match=r"no gate 'z'; .*this LSTM cell are: i, f, g, o"):
            cell.gate("z")
    with pytest.raises(ValueError, match="no gate 'i'; the gates of this RNN cell are: none"):
        make().cells[0].gate("i")
    gru = rnnviz.trace(nn.GRU(3, 4), torch.randn(5, 2, 3)).cells[0]
    assert torch.equal(gru.gate("n"), gru.gates[..., 8:])
    with pytest.raises(ValueError, match="this GRU cell are: r, z, n"):
        gru.gate("o")


def test_only_an_lstm_has_c_and_its_last_is_the_row_of_c_n():
    trace = lstm(2)

    for cell, h_n, c_n in zip(trace.cells, trace.h_n, trace.c_n, strict=True):
        assert torch.equal(cell.h_last, h_n)
        assert torch.equal(cell.c_last, c_n)
    plain = make().cells[0]
    assert plain.c_last is plain.c is plain.c_0 is plain.tanh_c is plain.gates is None
    assert repr(trace.cells[0]) == (
        "CellTrace(kind='LSTM', layer=0, direction='forward', seq_len=5, batch=2, hidden_size=4)"
    )


def test_a_packed_output_has_a_numpy_form():
    net = nn.LSTM(3, 4, bidirectional=True)
    sequences = [torch.randn(n, 3) for n in (2, 4)]
    trace = rnnviz.trace(net, nn.utils.rnn.pack_sequence(sequences, enforce_sorted=False))
    there = trace.numpy()

    assert type(there.output) is rnnviz.records.Packed
    assert all(isinstance(part, np.ndarray) for part in there.output)
    np.testing.assert_array_equal(there.output.data, trace.output.data)
    assert there.output.batch_sizes.tolist() == [2, 2, 1, 1]
    assert there.lengths == (2, 4)
    assert there.nbytes == trace.nbytes
    np.testing.assert_array_equal(there.cells[0].h_last, trace.h_n[0])
    np.testing.assert_array_equal(there.cells[0].c_last, trace.c_n[0])
