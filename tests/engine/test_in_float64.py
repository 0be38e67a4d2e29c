"""One sample of a run in float64, against torch.nn in float64."""

import pytest
import torch
from torch import nn

import rnnviz
from rnnviz.engine.in_float64 import in_float64
from tests.engine.test_forward import make

CASES = {
    "RNN": {"nonlinearity": "relu", "bidirectional": True},
    "LSTM projected": {"kind": "LSTM", "num_layers": 2, "proj_size": 2, "batch_first": True},
    "GRU": {"kind": "GRU", "num_layers": 2, "bidirectional": True, "bias": False},
}


def doubled(values):
    return tuple(v.double() for v in values) if isinstance(values, tuple) else values.double()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("options", CASES.values(), ids=CASES.keys())
def test_one_sample_runs_as_torch_runs_it_in_float64(options, dtype):
    net, x, hx = make(dtype, **options)
    exact = in_float64(rnnviz.trace(net, x, hx), sample=1)
    output, finals = net.double()(x.double(), doubled(hx))
    output = output.transpose(0, 1) if net.batch_first else output
    h_n = finals[0] if isinstance(finals, tuple) else finals

    assert exact.output.dtype == torch.float64
    torch.testing.assert_close(exact.output, output[:, [1]])
    torch.testing.assert_close(exact.h_n, h_n[:, [1]])
    if isinstance(finals, tuple):
        torch.testing.assert_close(exact.c_n, finals[1][:, [1]])


def test_a_padded_sample_runs_over_its_own_timesteps():
    net, x, h_0 = make(bidirectional=True)
    packed = nn.utils.rnn.pack_padded_sequence(x, [5, 2])
    exact = in_float64(rnnviz.trace(net, packed, h_0), sample=1)

    torch.testing.assert_close(exact.output, net(x[:2, [1]], h_0[:, [1]])[0])


def test_a_net_in_training_mode_drops_nothing():
    net, x, h_0 = make(num_layers=2, dropout=0.5)
    exact = in_float64(rnnviz.trace(net.train(), x, h_0), sample=0)

    torch.testing.assert_close(exact.output, net.eval()(x, h_0)[0][:, [0]])
