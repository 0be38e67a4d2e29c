"""One number of the workbook is changed, LibreOffice computes it anew, torch.nn is the oracle."""

import io
import os
import shutil
import subprocess

import numpy as np
import openpyxl
import pytest
import torch
from torch import nn

import rnnviz
from rnnviz.exports.workbook import workbook_xlsx
from rnnviz.exports.workbook_lanes import HEAD
from tests.engine.test_forward import make
from tests.exports.test_workbook import named

# The sample that is written, and what its changed number becomes.
SAMPLE, VALUE = 1, -0.8125

BOTH = {"num_layers": 2, "bidirectional": True}
# Options of a net, and (name, row, column) of the number that is changed.
CASES = {
    "RNN, x": (BOTH, ("x", 2, 1)),
    "RNN, relu, W_ih": (BOTH | {"nonlinearity": "relu", "scale": 0.4}, ("W_ih_l0_reverse", 1, 2)),
    "RNN, no bias, h_0": ({"bias": False}, ("h_0", 0, 3)),
    "LSTM, x": (BOTH | {"kind": "LSTM"}, ("x", 4, 0)),
    "LSTM, W_hh": (BOTH | {"kind": "LSTM"}, ("W_hh_l1_reverse", 6, 2)),
    "LSTM, c_0": (BOTH | {"kind": "LSTM", "batch_first": True}, ("c_0", 3, 1)),
    "LSTM projected, W_hr": (BOTH | {"kind": "LSTM", "proj_size": 2}, ("W_hr_l0", 1, 3)),
    "LSTM far out, b_hh": (BOTH | {"kind": "LSTM", "scale": 900.0}, ("b_hh_l0", 5, 0)),
    "GRU, x": (BOTH | {"kind": "GRU"}, ("x", 0, 2)),
    "GRU, b_hn": (BOTH | {"kind": "GRU"}, ("b_hh_l1_reverse", 9, 0)),
    "GRU, b_in": (BOTH | {"kind": "GRU"}, ("b_ih_l0", 10, 0)),
    "GRU, no bias, h_0": ({"kind": "GRU", "bias": False}, ("h_0_l0", 0, 1)),
}


def changed(net, x, hx, at):
    """The same number changed for torch."""
    name, row, column = at
    states = hx if isinstance(hx, tuple) else (hx,)
    with torch.no_grad():
        if name == "x":
            (x[SAMPLE] if net.batch_first else x[:, SAMPLE])[row, column] = VALUE
        elif name[:3] in ("h_0", "c_0"):
            states[name[0] == "c"][row, SAMPLE, column] = VALUE
        else:
            parameter = net.get_parameter(name.replace("W", "weight").replace("b", "bias", 1))
            parameter.view(len(parameter), -1)[row, column] = VALUE


def with_change(data, at):
    """The file with one number changed and, as openpyxl has it, no values beside the formulas."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    if at is not None:
        name, row, column = at
        ((sheet, area),) = book.defined_names[name].destinations
        cell = book[sheet][area.split(":")[0].replace("$", "")].offset(row, column)
        assert isinstance(cell.value, float)
        cell.value = VALUE
    return book


def stack():
    """Cells of every kind with all activations that have a name."""
    torch.manual_seed(0)
    cells, reverse = (
        [nn.LSTMCell(3, 4), nn.GRUCell(8, 2), nn.RNNCell(4, 3)] for _ in ("forward", "reverse")
    )
    given = [
        {"i": "hardsigmoid", "f": "hardsigmoid_0.2", "g": "softsign", "o": "relu", "c": "hardtanh"},
        {"r": "hardtanh", "z": "hardsigmoid", "n": "identity"},
        {"h": "softsign"},
    ]
    net = rnnviz.CellStack(cells, reverse, activations=given).double()
    return net, torch.randn(5, 2, 3).double() * 3


@pytest.fixture(scope="module")
def computed(tmp_path_factory):
    """Every case as LibreOffice computes it, by name."""
    if shutil.which("soffice") is None and not os.environ.get("CI"):
        pytest.skip("LibreOffice is not installed")
    folder = tmp_path_factory.mktemp("workbooks")
    nets = {
        name: (rnnviz.trace(*make(**{"scale": 0.7} | options)), at)
        for name, (options, at) in CASES.items()
    }
    nets["stack"] = rnnviz.trace(*stack()), None
    files = {name: folder / f"{k}.xlsx" for k, name in enumerate(nets)}
    for name, (trace, at) in nets.items():
        with_change(workbook_xlsx(trace, sample=SAMPLE), at).save(files[name])
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless"]
    command += ["--convert-to", "xlsx", "--outdir", str(folder / "out"), *map(str, files.values())]
    subprocess.run(command, check=True, capture_output=True, timeout=150)
    return {
        name: openpyxl.load_workbook(folder / "out" / file.name, data_only=True)
        for name, file in files.items()
    }


@pytest.mark.parametrize("name", CASES)
def test_a_changed_number_computes_what_torch_computes(name, computed):
    options, at = CASES[name]
    net, x, hx = make(**options)
    before = net(x, hx)[0]
    changed(net, x, hx, at)
    output, finals = net(x, hx)
    h_n, *c_n = finals if isinstance(finals, tuple) else (finals,)
    if net.batch_first:
        before, output = before.transpose(0, 1), output.transpose(0, 1)
    book = computed[name]

    assert (output - before)[:, SAMPLE].abs().max() > 1e-4
    for returned, array in zip(("output", "h_n", "c_n"), (output, h_n, *c_n), strict=False):
        expected = array[:, SAMPLE].detach().numpy()
        np.testing.assert_allclose(named(book, returned), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_every_cell_holds_what_a_new_workbook_shows(name, computed):
    """The value that a formula carries is the one it gives, in every block."""
    options, at = CASES[name]
    net, x, hx = make(**options)
    changed(net, x, hx, at)
    data = workbook_xlsx(rnnviz.trace(net, x, hx), sample=SAMPLE)
    shown = openpyxl.load_workbook(io.BytesIO(data), data_only=True)

    for sheet in (sheet.title for sheet in shown if sheet.title.startswith("layer")):
        for ours, theirs in zip(
            shown[sheet].iter_rows(min_row=HEAD - 1, min_col=2),
            computed[name][sheet].iter_rows(min_row=HEAD - 1, min_col=2),
            strict=True,
        ):
            for one, other in zip(ours, theirs, strict=True):
                wanted = one.value
                if isinstance(wanted, float):
                    wanted = pytest.approx(wanted, rel=1e-9, abs=1e-9)
                assert other.value == wanted, (sheet, other.coordinate)


def test_the_largest_difference_says_how_far_a_change_went(computed):
    options, at = CASES["RNN, x"]
    net, x, hx = make(**options)
    before, h_before = net(x, hx)
    changed(net, x, hx, at)
    after, h_after = net(x, hx)
    apart = max(
        (one - other)[:, SAMPLE].abs().max().item()
        for one, other in ((after, before), (h_after, h_before))
    )

    assert named(computed["RNN, x"], "max_difference").item() == pytest.approx(apart, rel=1e-9)


def test_a_stack_with_activations_of_its_own_is_computed(computed):
    net, x = stack()
    output, (h_n, c_n) = net(x)
    book = computed["stack"]

    np.testing.assert_allclose(
        named(book, "output"), output[:, SAMPLE].detach().numpy(), rtol=1e-9, atol=1e-12
    )
    for row, h in zip(named(book, "h_n"), h_n, strict=True):
        width = h.shape[1]
        np.testing.assert_allclose(row[:width], h[SAMPLE].detach().numpy(), rtol=1e-9, atol=1e-12)
        assert np.isnan(row[width:]).all()
    assert named(book, "c_n").shape == (2, 4)
    assert c_n[2] is None
