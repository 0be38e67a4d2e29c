"""`python -m rnnviz`: what it writes, how it ends, and that every error is one line."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.numpy import load_file
from torch import nn

import rnnviz
from rnnviz.cli.commands import COMMANDS
from rnnviz.cli.main import main
from tests.cli.conftest import make_lstm

ROOT = Path(__file__).parents[2]


def run_cli(*args, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "rnnviz", *args],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_whole_way_in_a_shell(folder):
    """trace, then data and script of what it wrote; the script runs by itself."""
    traced = run_cli("trace", "net.pt", "x.npy", "--out", "t.npz", cwd=folder)
    read = run_cli("data", "t.npz", "--format", "csv", "--quantity", "h_n", "--out", "h.csv")
    script = run_cli("script", "t.npz", "--out", "net.py")
    done = subprocess.run([sys.executable, "net.py"], capture_output=True, text=True, check=False)
    _, (h_n, _) = make_lstm()(torch.from_numpy(np.load("x.npy")))

    assert [one.returncode for one in (traced, read, script, done)] == [0, 0, 0, 0]
    assert [one.stderr for one in (traced, read, script)] == ["", "", ""]
    assert "LSTM(input_size=3, hidden_size=4, num_layers=2, bidirectional=True)" in traced.stdout
    assert "6 timesteps, batch of 1" in traced.stdout
    assert "wrote t.npz, " in traced.stdout
    found = pd.read_csv("h.csv")["value"].to_numpy(np.float32)
    np.testing.assert_allclose(found, h_n.detach().flatten(), atol=1e-6)


def test_an_error_in_a_shell_is_one_line(folder):
    for args, code in ((["trace", "no.pt", "x.npy", "--out", "t.npz"], 3), (["nope"], 2)):
        done = run_cli(*args, cwd=folder)

        assert (done.returncode, done.stdout) == (code, "")
        assert done.stderr.startswith("rnnviz: ") and done.stderr.count("\n") == 1


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_a_reader_that_goes_away_is_no_error(unbuffered, folder):
    """What is printed fails at once, or only when Python ends."""
    line = f"{sys.executable} -m rnnviz script trace.npz --out net.py | true"
    done = subprocess.run(
        ["bash", "-c", line + "; exit ${PIPESTATUS[0]}"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": unbuffered},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "net.py").exists()


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_help_teaches_with_an_example_and_lists_the_exit_codes(name, capsys):
    (command,) = (command for command in COMMANDS if command.name == name)
    assert main([name, "--help"]) == 0
    shown = capsys.readouterr().out
    assert main(["--help"]) == 0
    whole = capsys.readouterr().out

    assert command.example.startswith(name)
    for text in (shown, whole):
        assert f"python -m rnnviz {command.example}\n" in text
        assert all(f"\n  {code}  " in text for code in (0, 1, 2, 3, 4, 130))


TRACES = {
    "unbatched": ("x.npy", [], (6, 8), False),
    "batch": ("batch.npy", [], (6, 2, 8), False),
    "batch first": ("batch.npy", ["--batch-first"], (2, 6, 8), True),
}


@pytest.mark.parametrize("name", TRACES)
def test_trace_gives_what_torch_gives(name, capsys):
    file, options, shape, batch_first = TRACES[name]
    assert main(["trace", "net.pt", file, *options, "--out", "t.npz"]) == 0
    trace = rnnviz.load_trace("t.npz")
    x = torch.from_numpy(np.load(file))
    if x.ndim == 3 and not batch_first:
        x = x.transpose(0, 1)
    output, (h_n, c_n) = make_lstm(batch_first=batch_first)(x)

    assert trace.output.shape == shape
    for ours, theirs in ((trace.output, output), (trace.h_n, h_n), (trace.c_n, c_n)):
        np.testing.assert_allclose(ours, theirs.detach(), atol=1e-6)
    assert "torch.nn: " in capsys.readouterr().out


def test_trace_starts_from_the_states_of_files():
    states = [torch.randn(4, 4), torch.randn(4, 4)]
    np.save("h.npy", states[0].numpy())
    np.save("c.npy", states[1].numpy())
    args = ["trace", "net.pt", "x.npy", "--hx", "h.npy", "--cx", "c.npy", "--out", "t.npz"]
    assert main(args) == 0
    output, _ = make_lstm()(torch.from_numpy(np.load("x.npy")), tuple(states))

    np.testing.assert_allclose(rnnviz.load_trace("t.npz").output, output.detach(), atol=1e-6)


def test_trace_takes_a_named_net_a_nonlinearity_and_safetensors():
    assert main(["trace", "two.pt", "x.csv", "--net", "b", "--out", "b.npz"]) == 0
    assert main(["trace", "rnn.pt", "x.csv", "--nonlinearity", "relu", "--out", "r.npz"]) == 0
    assert main(["trace", "gru.safetensors", "x.csv", "--out", "g.npz"]) == 0
    traces = [rnnviz.load_trace(name) for name in ("b.npz", "r.npz", "g.npz")]

    assert traces[0].config.hidden_size == 5
    assert traces[1].config.nonlinearity == "relu"
    assert [trace.config.kind for trace in traces] == ["GRU", "RNN", "GRU"]


def test_trace_takes_the_net_of_a_trace_and_sequences_of_several_lengths():
    Path("two.csv").write_text("1,2,3\n4,5,6\n\n7,8,9\n")
    assert main(["trace", "trace.npz", "two.csv", "--out", "t.npz"]) == 0

    assert rnnviz.load_trace("t.npz").lengths == (2, 1)


def test_trace_reads_inputs_wider_than_a_picture():
    """Embeddings often have 300 numbers, and states 512."""
    torch.save(nn.GRU(300, 512).state_dict(), "wide.pt")
    np.save("wide.npy", np.zeros((2, 300), np.float32))
    np.save("h.npy", np.ones((1, 512), np.float32))

    assert main(["trace", "wide.pt", "wide.npy", "--hx", "h.npy", "--out", "t.npz"]) == 0


def test_trace_says_by_its_exit_code_that_torch_differs(capsys, monkeypatch):
    """The comparison is of another run, that of a net with one weight changed."""
    from rnnviz.cli import runs

    def changed(trace, module):
        with torch.no_grad():
            module.weight_hh_l1_reverse[2, 1] += 0.5
        return rnnviz.compare(trace, module)

    monkeypatch.setattr(runs, "compare", changed)
    code = main(["trace", "net.pt", "x.npy", "--out", "t.npz"])

    assert code == 1
    assert "NOT equal, first at Step(layer=1, direction='reverse'" in capsys.readouterr().out


def test_data_writes_all_three_formats():
    trace = rnnviz.load_trace("trace.npz")
    options = ["--layer", "1", "--direction", "reverse", "--t", "0:3", "--quantity", "h,c"]
    for name in ("csv", "parquet"):
        assert main(["data", "trace.npz", "--format", name, "--out", f"d.{name}", *options]) == 0
    assert main(["data", "trace.npz", "--format", "safetensors", "--out", "d.safetensors"]) == 0
    cell = trace.cell(1, "reverse")

    for frame in (pd.read_csv("d.csv"), pd.read_parquet("d.parquet")):
        assert set(frame["t"]) == {0, 1, 2}
        for quantity, array in (("h", cell.h), ("c", cell.c)):
            found = frame[frame["quantity"] == quantity]["value"].to_numpy(np.float32)
            np.testing.assert_array_equal(found, array[:3].ravel())
    np.testing.assert_array_equal(load_file("d.safetensors")["h_l1_reverse"], cell.h)


def test_data_takes_numbers_one_by_one():
    options = ["--unit", "1,3", "--t", "0,2:4", "--sample", "0", "--layer", "0"]
    assert main(["data", "trace.npz", "--format", "csv", "--out", "d.csv", *options]) == 0
    frame = pd.read_csv("d.csv")

    assert set(frame[frame["quantity"] == "h"]["unit"]) == {1, 3}
    assert set(frame["t"]) == {0, 2, 3}
    assert set(frame["layer"]) == {0}


def test_script_of_a_large_net_is_an_archive():
    torch.save(nn.GRU(3, 40).state_dict(), "large.pt")
    assert main(["trace", "large.pt", "x.csv", "--out", "t.npz"]) == 0
    assert main(["script", "t.npz", "--out", "net.zip"]) == 0
    with zipfile.ZipFile("net.zip") as archive:
        archive.extractall("unpacked")
    done = subprocess.run([sys.executable, "net.py"], cwd="unpacked", check=False)

    assert done.returncode == 0


def test_diagnose_says_that_numbers_are_equal(capsys):
    output, (h_n, c_n) = make_lstm()(torch.from_numpy(np.load("x.npy")))
    Path("output.txt").write_text(str(output.detach()))
    np.save("h_n.npy", h_n.detach().numpy())
    Path("c_n.txt").write_text(f"c_n = {c_n.detach()}")
    results = ["--output", "output.txt", "--h-n", "h_n.npy", "--c-n", "c_n.txt"]

    assert main(["diagnose", "net.pt", "x.npy", *results]) == 0
    assert "Verdict: equal." in capsys.readouterr().out


def test_diagnose_names_the_mistake(capsys):
    """The blocks of the gates g and o are taken for each other."""
    net, x = make_lstm(), torch.from_numpy(np.load("x.npy"))
    swapped = make_lstm()
    with torch.no_grad():
        for parameter in swapped.parameters():
            i, f, g, o = parameter.chunk(4)
            parameter.copy_(torch.cat([i, f, o, g]))
        theirs = swapped(x)[0].numpy()
    np.save("output.npy", theirs)
    code = main(["diagnose", "net.pt", "x.npy", "--output", "output.npy"])
    shown = capsys.readouterr().out

    assert code == 1
    assert shown == f"{rnnviz.diagnose(net, x, output=theirs)}\n"
    assert "Verdict: one mistake." in shown


def test_force_writes_over_a_file_and_keeps_its_permissions_to_the_umask(folder):
    Path("t.npz").write_text("old")
    Path("t.npz").chmod(0o600)
    assert main(["trace", "net.pt", "x.npy", "--out", "t.npz"]) == 2
    assert Path("t.npz").read_text() == "old"
    assert main(["trace", "net.pt", "x.npy", "--out", "t.npz", "--force"]) == 0

    umask = os.umask(0)
    os.umask(umask)
    assert rnnviz.load_trace("t.npz").seq_len == 6
    assert Path("t.npz").stat().st_mode & 0o777 == 0o666 & ~umask
    assert not list(folder.glob(".*"))


def test_a_file_that_cannot_be_written_leaves_the_old_one(folder, monkeypatch, capsys):
    """The disk is full when the new one takes its place."""
    Path("t.npz").write_text("old")

    def full(_, target):
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(Path, "replace", full)
    code = main(["trace", "net.pt", "x.npy", "--out", "t.npz", "--force"])

    assert code == 3
    assert capsys.readouterr().err == "rnnviz: t.npz: No space left on device.\n"
    assert Path("t.npz").read_text() == "old"
    assert not list(folder.glob(".*"))
