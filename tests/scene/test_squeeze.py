"""Runs squeezed by Python and opened again by the JavaScript of the page: not a bit may differ."""

import json
import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pytest
import torch

import rnnviz
from rnnviz.engine.mistakes import time_first
from rnnviz.scene import squeeze as module
from rnnviz.scene.assemble import ASSETS
from rnnviz.scene.blob import pack
from rnnviz.scene.squeeze import squeeze

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="needs node")

SCRIPT = """
import { readFileSync, writeFileSync } from "node:fs";
import { unsqueezed } from "./squeezed.js";
const runs = await unsqueezed(JSON.parse(readFileSync("squeezed.json", "utf-8")));
runs.forEach((run, index) => writeFileSync(`${index}.bin`, run));
"""


def opened(squeezed, folder):
    """What JavaScript makes of it."""
    (folder / "squeezed.json").write_text(json.dumps(squeezed._asdict()), "utf-8")
    for name in ("squeezed.js", "foretold.js", "mersenne.js"):
        shutil.copy(ASSETS / name, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "main.mjs").write_text(SCRIPT, "utf-8")
    subprocess.run(["node", "main.mjs"], cwd=folder, check=True)
    return [(folder / f"{index}.bin").read_bytes() for index in range(len(squeezed.runs))]


def packed(trace, net, sample=0):
    return pack(trace, rnnviz.compare(trace, net).numpy().cells, sample=sample)


KINDS = {
    "RNN": {},
    "RNN without bias": {"bias": False},
    "LSTM": {"kind": "LSTM"},
    "LSTM with proj_size": {"kind": "LSTM", "proj_size": 2},
    "GRU": {"kind": "GRU"},
    "float64": {"dtype": "float64"},
    "float16": {"dtype": "float16"},
    "bfloat16": {"dtype": "bfloat16"},
}


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS.keys())
def test_both_orders_come_back_bit_for_bit(options, tmp_path):
    config = rnnviz.RNNConfig(
        input_size=3, hidden_size=5, num_layers=3, bidirectional=True, **options
    )
    net = rnnviz.build(config, 0)
    x = torch.randn(7, 2, 3, dtype=getattr(torch, config.dtype), generator=torch.manual_seed(1))
    right, wrong = rnnviz.trace(net, x).numpy(), time_first(net, x).numpy()
    runs = [(trace, packed(trace, net, 1)) for trace in (right, wrong)]

    assert opened(squeeze(runs), tmp_path) == [blob for _, blob in runs]


def both_orders(seed, change=None, **options):
    """Both orders of a net of several hundred weights drawn for a seed, packed."""
    config = rnnviz.RNNConfig(
        input_size=3, hidden_size=11, num_layers=2, bidirectional=True, **options
    )
    net = rnnviz.build(config, seed)
    if change:
        with torch.no_grad():
            change(net)
    x = torch.randn(4, 1, 3, dtype=getattr(torch, config.dtype), generator=torch.manual_seed(1))
    runs = [run.numpy() for run in (rnnviz.trace(net, x), time_first(net, x))]
    return [(trace, packed(trace, net)) for trace in runs]


@pytest.mark.parametrize("seed", [0, 2**32 - 1, 3 * 2**32 + 5, -7])
@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS.keys())
def test_weights_of_a_seed_are_drawn_again_bit_for_bit(options, seed, tmp_path):
    runs = both_orders(seed, **options)
    squeezed = squeeze(runs, seed)

    assert opened(squeezed, tmp_path) == [blob for _, blob in runs]
    assert (squeezed.drawn is not None) == ("dtype" not in options)
    if squeezed.drawn:
        weights = sum(
            array.size
            for cell in runs[0][0].cells
            for name, array in cell.arrays()
            if name.startswith(("weight", "bias"))
        )
        assert len(squeezed.data) < len(squeeze(runs).data) - 4 * weights


def one_bit(net):
    """The very last number that was drawn, by as little as may be."""
    last = list(net.parameters())[-1]
    last[-1] = torch.nextafter(last[-1], torch.tensor(9.0))


def minus_zero(net):
    net.weight_hh_l0.zero_()[0, 0] = -0.0


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
@pytest.mark.parametrize("change", [one_bit, minus_zero])
def test_weights_that_the_seed_did_not_give_stay_in_the_data(kind, change, tmp_path):
    drawn, changed = both_orders(4, kind=kind), both_orders(4, change, kind=kind)

    assert squeeze(drawn, 5) == squeeze(drawn)
    assert squeeze(changed, 4) == squeeze(changed)
    assert opened(squeeze(changed, 4), tmp_path) == [blob for _, blob in changed]


def test_numbers_that_are_none_come_back_bit_for_bit(tmp_path):
    """NaN has many bit patterns, and infinities make new ones in a sum."""
    config = rnnviz.RNNConfig(input_size=3, hidden_size=4, num_layers=2, bidirectional=True)
    net = rnnviz.build(config, 0)
    with torch.no_grad():
        net.bias_ih_l0[:2] = torch.tensor([torch.inf, torch.nan])
        net.bias_hh_l0[0] = -torch.inf
    x = torch.randn(4, 1, 3)
    x[1, 0, 0] = torch.nan
    trace = rnnviz.trace(net, x).numpy()
    # A sum that is a number where the parts make none.
    cell = replace(trace.cells[0], a=np.ones_like(trace.cells[0].a))
    trace = replace(trace, cells=(cell, *trace.cells[1:]))
    blob = packed(trace, net)

    assert opened(squeeze([(trace, blob)]), tmp_path) == [blob]


def test_the_timesteps_of_a_shorter_sample_come_back(tmp_path):
    net = torch.nn.GRU(3, 4, 2, bidirectional=True)
    rows = [torch.randn(length, 3) for length in (5, 2)]
    trace = rnnviz.trace(net, torch.nn.utils.rnn.pack_sequence(rows)).numpy()
    blob = packed(trace, net, 1)

    assert opened(squeeze([(trace, blob)]), tmp_path) == [blob]


def dropped():
    net = torch.nn.GRU(3, 4, 2, bidirectional=True, dropout=0.5).train()
    return net, rnnviz.trace(net, torch.randn(5, 2, 3))


def held():
    net = torch.nn.LSTM(3, 4, 2, bidirectional=True)
    clamp = rnnviz.Clamp(quantity="c", layer=0, start=1, stop=3, value=9.0)
    return net, rnnviz.trace(net, torch.randn(5, 2, 3), clamps=[clamp])


def stack():
    cells = [torch.nn.LSTMCell(3, 4), torch.nn.RNNCell(4, 2, nonlinearity="relu")]
    net = rnnviz.CellStack(
        [*cells, torch.nn.GRUCell(2, 3)], activations=[{"g": "softsign"}, *2 * [None]]
    )
    return net, rnnviz.trace(net, torch.randn(5, 2, 3))


def huge():
    """Sums past the largest number, and numbers next to nothing."""
    net = torch.nn.RNN(3, 4, 2, nonlinearity="relu", bidirectional=True)
    x = torch.randn(5, 2, 3) * torch.tensor([1e38, 1e-40, 0.0])
    return net, rnnviz.trace(net, x)


def saturated():
    net = torch.nn.LSTM(3, 4, 2, bidirectional=True)
    return net, rnnviz.trace(net, 1000 * torch.randn(5, 2, 3))


@pytest.mark.parametrize("seed", [None, 0])
@pytest.mark.parametrize("make", [dropped, held, stack, huge, saturated])
def test_runs_that_are_not_foreseen_come_back_bit_for_bit(make, seed, tmp_path):
    torch.manual_seed(0)
    net, trace = make()
    blob = packed(trace, net, 1)

    assert opened(squeeze([(trace.numpy(), blob)], seed), tmp_path) == [blob]


def test_a_run_of_many_products_comes_back_without_them(monkeypatch, tmp_path):
    net = torch.nn.LSTM(3, 4, 2, bidirectional=True)
    trace = rnnviz.trace(net, torch.randn(5, 1, 3)).numpy()
    blob = packed(trace, net)
    monkeypatch.setattr(module, "_MOST_PRODUCTS", 5 * 2 * (16 * (3 + 4) + 16 * (8 + 4)) - 1)
    squeezed = squeeze([(trace, blob)])

    assert opened(squeezed, tmp_path) == [blob]
    assert all("wx" not in lane["own"] and "a" in lane["own"] for lane in squeezed.runs[0]["lanes"])
    monkeypatch.undo()
    assert all("wx" in lane["own"] for lane in squeeze([(trace, blob)]).runs[0]["lanes"])


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
def test_what_can_be_told_costs_next_to_nothing(kind):
    """All but the weights; of those a deflated float32 takes a little more than 3 bytes."""
    config = rnnviz.RNNConfig(
        input_size=8, hidden_size=32, num_layers=2, bidirectional=True, kind=kind
    )
    net = rnnviz.build(config, 0)
    x = torch.randn(60, 1, 8, generator=torch.manual_seed(1))
    right, wrong = rnnviz.trace(net, x).numpy(), time_first(net, x).numpy()
    runs = [(trace, packed(trace, net)) for trace in (right, wrong)]
    once, twice = (len(squeeze(runs[:count]).data) * 3 / 4 for count in (1, 2))
    weights = sum(cell.weight_ih.size + cell.weight_hh.size for cell in right.cells)
    numbers = sum(cell.wx.size * 2 + cell.a.size + cell.h.size for cell in right.cells)

    assert once < 3.3 * weights + 0.8 * numbers
    assert twice < once + 0.4 * numbers
