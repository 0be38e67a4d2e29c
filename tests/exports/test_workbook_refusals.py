"""What cannot be a workbook is refused in one sentence that says what to do."""

import io
import math

import openpyxl
import pytest
import torch
from torch import nn

import rnnviz
from rnnviz.exports import workbook
from rnnviz.exports.workbook import check_workbook, workbook_xlsx
from tests.engine.test_forward import make


def small(**options):
    return rnnviz.trace(*make(**options))


def dropped():
    net, x, h_0 = make(num_layers=2, dropout=0.5)
    return rnnviz.trace(net.train(), x, h_0)


def held():
    clamp = rnnviz.Clamp(quantity="h", layer=0, value=0.0)
    return rnnviz.trace(*make(), clamps=[clamp])


def of_python():
    stack = rnnviz.CellStack([nn.RNNCell(3, 4)], activations={"h": lambda a: a.sin()})
    return rnnviz.trace(stack, torch.zeros(5, 2, 3))


def with_number(value):
    net, x, h_0 = make(nonlinearity="relu")
    x[1, 0, 2] = value
    return rnnviz.trace(net, x, h_0)


CASES = {
    "dropout": (dropped, "dropout.*eval mode"),
    "a clamp": (held, "something is held.*take back"),
    "a function": (of_python, "activation .* of layer 0 cannot be written as a formula"),
    "NaN": (lambda: with_number(math.nan), "x of layer 0 forward must be finite"),
    "infinite": (lambda: with_number(-math.inf), "x of layer 0 forward must be finite"),
}


@pytest.mark.parametrize(("make_trace", "message"), CASES.values(), ids=CASES.keys())
def test_a_run_that_formulas_cannot_give_is_refused(make_trace, message):
    with pytest.raises(ValueError, match=message):
        workbook_xlsx(make_trace())


def test_a_sample_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="sample must be between 0 and 1, got 2"):
        workbook_xlsx(small(), sample=2)


def test_an_infinity_in_another_sample_does_not_matter():
    assert workbook_xlsx(with_number(math.nan), sample=1)


@pytest.mark.parametrize(
    ("bound", "message"),
    [
        ("MAX_FORMULAS", r"about [0-9,]+ formulas, 9 are possible; lower seq_len"),
        ("MAX_NUMBERS", "weights and inputs, 9 are possible; lower hidden_size"),
        ("MAX_COLUMNS", "columns, 9 are possible; lower hidden_size or input_size"),
    ],
)
def test_a_workbook_past_its_bounds_is_refused(bound, message, monkeypatch):
    monkeypatch.setattr(workbook, bound, 9)

    with pytest.raises(ValueError, match=message):
        workbook_xlsx(small())


def test_its_size_is_known_before_it_is_made():
    net, x, h_0 = make(num_layers=2, bidirectional=True)
    trace = rnnviz.trace(net, x, h_0)
    book = openpyxl.load_workbook(io.BytesIO(workbook_xlsx(trace)))
    formulas = sum(
        cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row
    )

    assert check_workbook(trace) == pytest.approx(formulas, rel=0.2)


def test_a_large_net_is_refused_before_it_is_computed():
    """Its sheet would be wider than Excel can have."""
    net = nn.LSTM(2, 1100)

    with pytest.raises(ValueError, match=r"columns, 16,384 are possible"):
        workbook_xlsx(rnnviz.trace(net, torch.zeros(1, 2)))
