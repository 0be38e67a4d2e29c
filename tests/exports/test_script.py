"""The script in plain torch is run, in its own process, and must print what torch gives."""

import io
import itertools
import zipfile

import numpy as np
import pytest
import torch

import rnnviz
from rnnviz.exports.beside import MAX_LITERALS, input_arrays
from rnnviz.exports.script import torch_script
from rnnviz.files.script_zip import script_zip
from tests.engine.test_forward import make
from tests.warm import run_script


def run(script, folder):
    (folder / "net.py").write_text(script, encoding="utf-8")
    done = run_script("net.py", folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def assert_near(output, theirs):
    """torch.nn's output in two processes: on some processors oneDNN sums in another order."""
    few = 4 * torch.finfo(output.dtype).eps
    torch.testing.assert_close(output, theirs, rtol=few, atol=few)


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
    """It asserts by itself that both ways agree; here its net and input are ours, bit by bit."""
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
    assert_near(output, theirs.transpose(0, 1) if net.batch_first else theirs)


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


LARGE = CASES | {"unbatched": {"num_layers": 2}}


def unpacked(trace, folder):
    """The script of a large run, with its files in the folder."""
    with zipfile.ZipFile(io.BytesIO(script_zip(trace))) as archive:
        archive.extractall(folder)
        assert archive.namelist() == ["net.py", "weights.pt", "input.npz"]
    return (folder / "net.py").read_text("utf-8")


@pytest.mark.parametrize("name", list(LARGE))
def test_many_numbers_are_read_from_the_files_beside_it(name, tmp_path):
    options = {"dtype": torch.float32, "scale": 0.1, "sizes": (50, 2, 30, 40)} | LARGE[name]
    net, x, h_0 = make(**options)
    if name == "unbatched":
        x, h_0 = x[:, 0], h_0[:, 0]
    trace = rnnviz.trace(net, x, h_0)
    script = unpacked(trace, tmp_path)
    assert x.numel() > MAX_LITERALS / 2
    assert len(script.splitlines()) < 60
    run(script + "\ntorch.save((rnn.state_dict(), x, output), 'out.pt')\n", tmp_path)
    weights, x_there, output = torch.load(tmp_path / "out.pt", weights_only=True)

    for key, value in net.state_dict().items():
        assert torch.equal(weights[key], value)
    given = torch.as_tensor(trace.cells[0].x)
    assert torch.equal(x_there, given.to(x.dtype))
    theirs = net(x, h_0)[0].detach()
    theirs = theirs.transpose(0, 1) if net.batch_first else theirs
    assert_near(output, theirs[:, None] if name == "unbatched" else theirs)


@pytest.mark.parametrize("what", ["weight", "input", "output"])
def test_the_script_fails_where_a_file_beside_it_is_another(what, tmp_path):
    net, x, h_0 = make(torch.float32, kind="GRU", sizes=(50, 2, 30, 40), scale=0.1)
    trace = rnnviz.trace(net, x, h_0)
    script = unpacked(trace, tmp_path)
    run(script, tmp_path)
    arrays = input_arrays(trace)
    if what == "weight":
        weights = torch.load(tmp_path / "weights.pt", weights_only=True)
        weights["weight_hh_l0"][3, 2] += 0.01
        torch.save(weights, tmp_path / "weights.pt")
    else:
        changed = arrays["x" if what == "input" else "output"].copy()
        changed[4, 1, 2] += 0.01
        np.savez(tmp_path / "input.npz", **arrays | {{"input": "x"}.get(what, what): changed})

    with pytest.raises(AssertionError, match="Tensor-likes are not close"):
        run(script, tmp_path)


def test_not_finite_numbers_are_written_out(tmp_path):
    net, x, h_0 = make(torch.float32)
    x[0, 0, 0], x[1, 1, 1], x[2, 0, 0] = torch.nan, torch.inf, -1e-30
    script = torch_script(rnnviz.trace(net, x, h_0), seed=None)
    script = script.split("def run_by_hand")[0] + "\ntorch.save(x, 'x.pt')\n"
    run(script, tmp_path)

    there = torch.load(tmp_path / "x.pt", weights_only=True)
    torch.testing.assert_close(there, x, rtol=0, atol=0, equal_nan=True)


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_with_a_seed_or_files_a_script_has_fewer_than_60_lines(kind, dtype):
    """However much of the input is written out, in every direction and layer."""
    for layers, size, steps in itertools.product((1, 2, 6), (1, 4, 9), (1, 5, 12, 40)):
        options = {"num_layers": layers, "bidirectional": True, "batch_first": True}
        options |= {"proj_size": size - 1} if kind == "LSTM" else {}
        config = rnnviz.RNNConfig(kind=kind, input_size=5, hidden_size=size, dtype=dtype, **options)
        net = rnnviz.build(config, 11)
        trace = rnnviz.trace(net, torch.randn(1, steps, 5, dtype=getattr(torch, dtype)))

        assert len(torch_script(trace, seed=11).splitlines()) < 60
        assert len(torch_script(trace, seed=None, beside=True).splitlines()) < 60


def test_numbers_are_written_in_lines_as_wide_as_the_code():
    net, x, h_0 = make(torch.float32, num_layers=2, bidirectional=True)
    lines = torch_script(rnnviz.trace(net, x, h_0), seed=None).splitlines()

    assert max(map(len, lines)) < 130
    assert all(line.strip() for line in lines[3 : lines.index("rnn.load_state_dict(weights)")])


def test_a_small_run_may_have_its_numbers_beside_it(tmp_path):
    net, x, h_0 = make(torch.float32)
    trace = rnnviz.trace(net, x, h_0)
    script = unpacked(trace, tmp_path)

    assert "weights.pt" in script
    assert "weights = {" in torch_script(trace, seed=None)
    run(script, tmp_path)


@pytest.mark.parametrize("kind", ["GRU", "LSTM"])
def test_a_seed_or_files_stand_for_gated_nets_too(kind, tmp_path):
    """The seed where the input fits the script, files where it does not."""
    config = rnnviz.RNNConfig(kind=kind, input_size=8, hidden_size=6, bidirectional=True)
    net = rnnviz.build(config, 11)

    for steps in (10, 70):
        trace = rnnviz.trace(net, torch.randn(steps, 1, 8))
        script = torch_script(trace, seed=11)
        assert ("manual_seed(11)" in script) == (steps == 10)
        assert ("load_state_dict" in script) == (steps == 70)
        if steps == 70:
            assert unpacked(trace, tmp_path) == script
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
