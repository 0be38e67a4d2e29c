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
from rnnviz.records import Trace
from rnnviz.scene.assemble import ASSETS
from rnnviz.scene.blob import pack
from rnnviz.scene.squeeze import squeeze

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="needs node")

SCRIPT = """
import {{ readFileSync, writeFileSync }} from "node:fs";
import {{ unsqueezed }} from "{module}";
const runs = await unsqueezed(JSON.parse(readFileSync("squeezed.json", "utf-8")));
runs.forEach((run, index) => writeFileSync(`${{index}}.bin`, run));
"""


def opened(squeezed, folder):
    """What JavaScript makes of it."""
    (folder / "squeezed.json").write_text(json.dumps(squeezed._asdict()), "utf-8")
    (folder / "squeezed.mjs").write_text((ASSETS / "squeezed.js").read_text("utf-8"), "utf-8")
    (folder / "main.mjs").write_text(SCRIPT.format(module="./squeezed.mjs"), "utf-8")
    subprocess.run(["node", "main.mjs"], cwd=folder, check=True)
    return [(folder / f"{index}.bin").read_bytes() for index in range(len(squeezed.sizes))]


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


def test_what_is_known_already_costs_next_to_nothing():
    """torch's h beside h, a beside its parts, and a run beside itself."""
    config = rnnviz.RNNConfig(input_size=3, hidden_size=32, num_layers=2, bidirectional=True)
    net = rnnviz.build(config, 0)
    trace: Trace = rnnviz.trace(net, torch.randn(30, 1, 3)).numpy()
    blob = packed(trace, net)
    once, twice = (len(squeeze([(trace, blob)] * count).data) for count in (1, 2))
    unknown = sum(
        sum(getattr(cell, name).nbytes for name in ("wx", "wh", "h", "weight_ih", "weight_hh"))
        for cell in trace.cells
    )

    assert once < 4 / 3 * unknown
    assert twice < 1.05 * once
