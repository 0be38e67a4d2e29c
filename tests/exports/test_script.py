"""The script in plain torch is run, in its own process, and must print what torch gives."""

import subprocess
import sys

import numpy as np
import pytest
import torch

import rnnviz
from rnnviz.exports.script import MAX_LITERALS, torch_script
from tests.engine.test_forward import make


def run(script, folder):
    (folder / "net.py").write_text(script, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "net.py"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


CASES = {
    "plain": {},
    "both ways": {"num_layers": 2, "bidirectional": True},
    "relu, no bias": {"nonlinearity": "relu", "bias": False, "bidirectional": True},
    "batch_first": {"batch_first": True, "num_layers": 2},
    "float64": {"dtype": torch.float64, "bidirectional": True},
    "bfloat16": {"dtype": torch.bfloat16},
    "float16": {"dtype": torch.float16},
    "GRU": {"kind": "GRU", "num_layers": 2, "bidirectional": True},
    "GRU, no bias": {"kind": "GRU", "bias": False, "batch_first": True},
    "LSTM": {"kind": "LSTM", "num_layers": 2, "bidirectional": True, "batch_first": True},
    "LSTM, no bias": {"kind": "LSTM", "bias": False, "dtype": torch.float64},
    "LSTM projected": {"kind": "LSTM", "num_layers": 2, "bidirectional": True, "proj_size": 2},
}


@pytest.mark.parametrize("options", CASES.values(), ids=CASES.keys())
def test_the_script_rebuilds_the_very_numbers(options, tmp_path):
    """It asserts by itself that both ways agree; here its net is held against ours, bit by bit."""
    options = {"dtype": torch.float32, "scale": 0.35} | options
    net, x, h_0 = make(**options)
    trace = rnnviz.trace(net, x, h_0)
    script = torch_script(trace, seed=None)
    assert len(script.splitlines()) < (150 if net.mode.startswith("RNN") else 300)
    run(script + "\ntorch.save((rnn.state_dict(), x, h_0, output), 'out.pt')\n", tmp_path)
    weights, x_there, h_there, output = torch.load(tmp_path / "out.pt", weights_only=True)

    for name, value in net.state_dict().items():
        assert torch.equal(weights[name], value)
    time_major = x.transpose(0, 1) if net.batch_first else x
    assert torch.equal(x_there, time_major)
    assert torch.equal(h_there, h_0[0] if isinstance(h_0, tuple) else h_0)
    theirs = net(x, h_0)[0].detach()
    assert torch.equal(output, theirs.transpose(0, 1) if net.batch_first else theirs)


def test_a_seed_stands_for_default_weights(tmp_path):
    net = rnnviz.build(rnnviz.RNNConfig(input_size=5, hidden_size=4, bidirectional=True), 11)
    trace = rnnviz.trace(net, torch.eye(5)[[0, 1, 2, 2, 3]][:, None])
    script = torch_script(trace, seed=11)

    assert "torch.manual_seed(11)" in script
    assert "load_state_dict" not in script
    assert len(script.splitlines()) < 60
    run(script + "\ntorch.save(output, 'out.pt')\n", tmp_path)
    there = torch.load(tmp_path / "out.pt", weights_only=True)
    np.testing.assert_allclose(there, trace.output, atol=1e-6)


def test_many_numbers_are_read_from_the_archive(tmp_path):
    net, x, h_0 = make(torch.float32, sizes=(50, 2, 30, 40), scale=0.1)
    trace = rnnviz.trace(net, x, h_0)
    assert x.numel() > MAX_LITERALS
    (tmp_path / "rnnviz-trace.npz").write_bytes(rnnviz.trace_npz(trace))
    script = torch_script(trace, seed=None)

    assert len(script.splitlines()) < 60
    run(script, tmp_path)


def test_not_finite_numbers_are_written_out(tmp_path):
    net, x, h_0 = make(torch.float32)
    x[0, 0, 0], x[1, 1, 1], x[2, 0, 0] = torch.nan, torch.inf, -1e-30
    script = torch_script(rnnviz.trace(net, x, h_0), seed=None)
    script = script.split("def run_by_hand")[0] + "\ntorch.save(x, 'x.pt')\n"
    run(script, tmp_path)

    there = torch.load(tmp_path / "x.pt", weights_only=True)
    torch.testing.assert_close(there, x, rtol=0, atol=0, equal_nan=True)


@pytest.mark.parametrize("kind", ["GRU", "LSTM"])
def test_a_seed_and_an_archive_stand_for_gated_nets_too(kind, tmp_path):
    config = rnnviz.RNNConfig(kind=kind, input_size=30, hidden_size=20, bidirectional=True)
    net = rnnviz.build(config, 11)
    trace = rnnviz.trace(net, torch.randn(70, 1, 30))
    (tmp_path / "rnnviz-trace.npz").write_bytes(rnnviz.trace_npz(trace))

    for seed in (11, None):
        script = torch_script(trace, seed=seed)
        assert ("load_state_dict" in script) == (seed is None)
        assert len(script.splitlines()) < 60
        run(script + "\ntorch.save(output, 'out.pt')\n", tmp_path)
        there = torch.load(tmp_path / "out.pt", weights_only=True)
        np.testing.assert_allclose(there, trace.output, atol=1e-6)


def test_what_cannot_be_written_is_refused():
    net, x, hx = make(kind="GRU", num_layers=2, dropout=0.5)
    packed = torch.nn.utils.rnn.pack_sequence([x[:, 0], x[:3, 1]])
    with pytest.raises(ValueError, match=r"dropout cannot be written .*in eval mode"):
        torch_script(rnnviz.trace(net.train(), x, hx), seed=None)
    with pytest.raises(ValueError, match="packed run cannot be written"):
        torch_script(rnnviz.trace(net.eval(), packed, hx), seed=None)
    cell = rnnviz.trace(torch.nn.LSTMCell(3, 4), torch.randn(2, 3))
    with pytest.raises(ValueError, match=r"single cell cannot be written .*an nn\.LSTM of one"):
        torch_script(cell, seed=None)
    assert "run_by_hand" in torch_script(rnnviz.trace(net, x, hx), seed=None)


def test_run_in_which_something_is_held_is_no_script():
    clamps = [rnnviz.Clamp(quantity="h", layer=0, value=0)]
    trace = rnnviz.trace(torch.nn.RNN(2, 3), torch.randn(4, 1, 2), clamps=clamps)
    with pytest.raises(ValueError, match=r"something is held .* take back h_l0\[0:4,:\]=0"):
        torch_script(trace, seed=None)
