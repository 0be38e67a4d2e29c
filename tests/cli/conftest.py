"""Files that the commands are tried on."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

import rnnviz
from rnnviz.cli.main import main


def make_lstm(**options):
    torch.manual_seed(1)
    return nn.LSTM(3, 4, num_layers=2, bidirectional=True, **options).eval()


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The current folder of a test."""
    monkeypatch.chdir(tmp_path)
    net = make_lstm()
    torch.save(net.state_dict(), "net.pt")
    torch.save(nn.RNN(3, 4, nonlinearity="relu").state_dict(), "rnn.pt")
    torch.save(nn.ModuleDict({"a": nn.GRU(3, 4), "b": nn.GRU(3, 5)}).state_dict(), "two.pt")
    save_file(nn.GRU(3, 4).state_dict(), "gru.safetensors")
    torch.manual_seed(2)
    np.save("x.npy", torch.randn(6, 3).numpy())
    np.save("batch.npy", torch.randn(2, 6, 3).numpy())
    Path("x.csv").write_text("1,2,3\n4,5,6\n")
    run = rnnviz.trace(net, torch.from_numpy(np.load("x.npy")))
    Path("trace.npz").write_bytes(rnnviz.trace_npz(run))
    return tmp_path


@pytest.fixture
def assert_refused(folder, capsys):
    """A call is answered by its exit code and one line, and leaves the folder as it was."""

    def check(line, code, message):
        before = sorted(folder.iterdir())

        assert main(line.split()) == code
        shown = capsys.readouterr()
        assert shown.out == ""
        assert shown.err.startswith("rnnviz: ")
        assert shown.err.count("\n") == 1 and shown.err.endswith("\n")
        assert message in shown.err
        assert sorted(folder.iterdir()) == before

    return check
