"""The script of a stack is run, in its own process, and must print what the stack gives."""

import pytest
import torch
from torch import nn

import rnnviz
from rnnviz.exports.script import torch_script
from tests.exports.test_script import run, unpacked

OWN = [
    {"h": "softsign"},
    {"i": "hardsigmoid", "g": "hardtanh", "o": "hardsigmoid_0.2", "c": "identity"},
    {"n": "relu"},
]


def stack_of(both=True, *, seed=5, activations=OWN, dtype=torch.float32, bias=True, **options):
    torch.manual_seed(seed)
    ways, settings = 1 + both, {"dtype": dtype, "bias": bias}
    relu = options.pop("nonlinearity", "tanh")

    def cells():
        return [
            nn.RNNCell(4, 3, nonlinearity=relu, **settings),
            nn.LSTMCell(3 * ways, 5, **settings),
            nn.GRUCell(5 * ways, 2, **settings),
        ]

    forward = cells()
    reverse = cells() if both else None
    return rnnviz.CellStack(forward, reverse, activations=activations, **options)


CASES = {
    "one way": {"both": False},
    "both ways": {},
    "torch's own": {"activations": None, "nonlinearity": "relu"},
    "no bias, batch_first": {"bias": False, "batch_first": True},
    "float64": {"dtype": torch.float64},
    "bfloat16": {"dtype": torch.bfloat16, "both": False},
}


@pytest.mark.parametrize("options", CASES.values(), ids=CASES.keys())
def test_the_script_rebuilds_the_very_numbers(options, tmp_path):
    stack = stack_of(**options)
    x = torch.randn(
        *((2, 6) if stack.batch_first else (6, 2)), 4, dtype=stack.cells[0].weight_ih.dtype
    )
    h_0 = [torch.randn(2, cell.hidden_size, dtype=x.dtype) for _, cell, _ in stack.lanes()]
    c_0 = [torch.randn_like(h) if h.shape[1] == 5 else None for h in h_0]
    hx = (tuple(h_0), tuple(c_0))
    script = torch_script(rnnviz.trace(stack, x, hx), seed=None)
    assert len(script.splitlines()) < 420
    script += "\ntorch.save((stack.state_dict(), x, h_0, c_0, output, h_n, c_n), 'out.pt')\n"
    run(script, tmp_path)
    weights, *given, output, h_n, c_n = torch.load(tmp_path / "out.pt", weights_only=True)

    assert list(weights) == list(stack.state_dict())
    for name, value in stack.state_dict().items():
        assert torch.equal(weights[name], value)
    time_major = x.transpose(0, 1) if stack.batch_first else x
    for there, here in zip(given, (time_major, h_0, c_0), strict=True):
        torch.testing.assert_close(there, here, rtol=0, atol=0)
    theirs, (h_there, c_there) = stack(x, hx)
    theirs = theirs.transpose(0, 1) if stack.batch_first else theirs
    bound = 2e-2 if x.dtype == torch.bfloat16 else 1e-5
    close = {"rtol": bound, "atol": bound}
    torch.testing.assert_close(output, theirs.detach(), **close)
    for mine, other in zip((*h_n, *c_n), (*h_there, *c_there), strict=True):
        torch.testing.assert_close(mine, None if other is None else other.detach(), **close)


def test_a_seed_stands_for_default_weights(tmp_path):
    stack = stack_of(seed=11)
    trace = rnnviz.trace(stack, torch.randn(6, 1, 4))
    script = torch_script(trace, seed=11)

    assert "torch.manual_seed(11)" in script
    assert "load_state_dict" not in script
    assert len(script.splitlines()) < 120
    run(script + "\ntorch.save(output, 'out.pt')\n", tmp_path)
    torch.testing.assert_close(
        torch.load(tmp_path / "out.pt", weights_only=True), torch.as_tensor(trace.output)
    )


def test_a_seed_stands_for_what_build_gives(tmp_path):
    """The script makes its cells in the order of `build`."""
    net = rnnviz.build(stack_of().config, 7)
    script = torch_script(rnnviz.trace(net, torch.randn(6, 1, 4)), seed=7)
    run(script + "\ntorch.save(stack.state_dict(), 'out.pt')\n", tmp_path)

    weights = torch.load(tmp_path / "out.pt", weights_only=True)
    torch.testing.assert_close(weights, dict(net.state_dict()), rtol=0, atol=0)


@pytest.mark.parametrize("options", CASES.values(), ids=CASES.keys())
def test_many_numbers_are_read_from_the_files_beside_it(options, tmp_path):
    stack = stack_of(**options)
    x = torch.randn(
        *((1, 400) if stack.batch_first else (400, 1)), 4, dtype=stack.cells[0].weight_ih.dtype
    )
    script = unpacked(rnnviz.trace(stack, x), tmp_path)

    assert len(script.splitlines()) < 140
    run(script, tmp_path)
    weights = torch.load(tmp_path / "weights.pt", weights_only=True)
    weights["cells.2.weight_ih"][-1, 0] += 5
    torch.save(weights, tmp_path / "weights.pt")
    with pytest.raises(AssertionError, match="Tensor-likes are not close"):
        run(script, tmp_path)


def test_the_script_fails_where_the_output_is_another(tmp_path):
    trace = rnnviz.trace(stack_of(), torch.randn(6, 1, 4))
    script = torch_script(trace, seed=None).replace("F.softsign", "torch.tanh")

    with pytest.raises(AssertionError, match="Tensor-likes are not close"):
        run(script, tmp_path)


def test_a_function_without_a_name_is_refused():
    def wave(a):
        return a.sin()

    stack = rnnviz.CellStack([nn.RNNCell(4, 3), nn.LSTMCell(3, 2)], activations=[None, {"c": wave}])
    trace = rnnviz.trace(stack, torch.randn(6, 1, 4))
    told = (
        r"function of one's own, wave at c of layer 1, cannot .* not recorded; give .* tanh, relu"
    )
    with pytest.raises(ValueError, match=told):
        torch_script(trace, seed=3)


def test_a_packed_run_is_refused():
    packed = nn.utils.rnn.pack_sequence([torch.randn(5, 4), torch.randn(3, 4)])

    with pytest.raises(ValueError, match="packed run cannot be written"):
        torch_script(rnnviz.trace(stack_of(), packed), seed=None)
