"""The script that runs somebody's own net: filled in, run in an interpreter of its own, pasted."""

import zipfile
from io import BytesIO

import pytest
import torch
from torch import nn

import rnnviz
from rnnviz.exports.try_script import needs_numbers, try_script
from rnnviz.files.script_zip import try_zip
from rnnviz.inputs import read_numbers
from tests.warm import run_script

# What a user fills in: torch's own net, which is right.
FUNCTION = """    net = torch.nn.{kind}({arguments})
    net.load_state_dict(weights)
    return net(x, {states})
"""
CLASS = FUNCTION.replace(
    "weights)", "{f'{name}{end}': value for name, values in named for end, value in values})"
).replace(
    "    net = torch",
    "    named = [('weight_ih', zip(ends, weight_ih)), ('weight_hh', zip(ends, weight_hh)),\n"
    "             ('bias_ih', zip(ends, bias_ih)), ('bias_hh', zip(ends, bias_hh))]\n"
    "    net = torch",
)


def made(kind, hidden, **options):
    torch.manual_seed(1)
    net = getattr(nn, kind)(3, hidden, 2, bidirectional=True, **options)
    x = torch.randn(4, 5, 3)
    states = [torch.randn(4, 4 if net.batch_first else 5, hidden) for _ in range(2)]
    hx = tuple(states) if kind == "LSTM" else states[0]
    return net, x, hx


def printed(script, adapter, body, folder):
    """What the script prints with one adapter filled in."""
    before, after = script.split(f"def {adapter}(")
    after = after.replace("    return None\n", body, 1)
    (folder / "try_mine.py").write_text(before + f"def {adapter}(" + after)
    ran = run_script("try_mine.py", folder)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("hidden", [3, 16], ids=["written out", "beside"])
def test_what_the_filled_in_script_prints_is_diagnosed(kind, hidden, tmp_path):
    net, x, hx = made(kind, hidden, batch_first=kind == "GRU")
    trace = rnnviz.trace(net, x, hx)
    assert needs_numbers(trace) == (hidden == 16)
    if hidden == 16:
        with zipfile.ZipFile(BytesIO(try_zip(trace))) as archive:
            archive.extractall(tmp_path)
        script = (tmp_path / "try_mine.py").read_text()
    else:
        script = try_script(trace)
    assert "rnnviz" not in script.replace("RNNviz", "")
    arguments = f"3, {hidden}, 2, bidirectional=True, batch_first={net.batch_first}"
    states = "(h_0, c_0)" if kind == "LSTM" else "h_0"
    for adapter, body in (("by_function", FUNCTION), ("by_class", CLASS)):
        filled = body.replace("{kind}", kind).replace("{arguments}", arguments)
        text = printed(script, adapter, filled.replace("{states}", states), tmp_path)
        results = dict(zip(("output", "h_n", "c_n"), read_numbers(text), strict=False))
        found = rnnviz.diagnose(net, x, hx, **results)

        assert found.verdict == "equal"
        assert [result.name for result in results.values()] == list(results)


def test_script_that_is_not_filled_in_says_so(tmp_path):
    script = try_script(rnnviz.trace(*made("RNN", 3)))
    assert "Fill in by_function" in printed(script, "by_function", "    return None\n", tmp_path)


def test_runs_that_cannot_be_tried_are_refused():
    net, x, hx = made("RNN", 3)
    packed = nn.utils.rnn.pack_padded_sequence(x, [4, 4, 3, 2, 1])
    with pytest.raises(ValueError, match="needs one length for all samples"):
        try_script(rnnviz.trace(net, packed, hx))
    with pytest.raises(ValueError, match=r"cannot hold anything; take back h_l0"):
        clamp = rnnviz.Clamp(quantity="h", layer=0, value=0.0)
        try_script(rnnviz.trace(net, x, hx, clamps=[clamp]))
    with pytest.raises(ValueError, match="needs a net of torch"):
        try_script(rnnviz.trace(nn.RNNCell(3, 2), torch.randn(1, 3)))
