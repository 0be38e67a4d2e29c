"""What is said of a table before it is made is what the table then is."""

import csv
import io

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence

import rnnviz
from rnnviz.exports import foreseen as module
from rnnviz.exports.foreseen import foreseen
from rnnviz.exports.selection import Selection
from rnnviz.exports.tables import trace_csv, trace_parquet


def traced(net, *shape):
    torch.manual_seed(0)
    return rnnviz.trace(net, torch.randn(*shape, dtype=next(net.parameters()).dtype))


def lines(data):
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


NETS = {
    "RNN": lambda: traced(nn.RNN(3, 4, 2, bidirectional=True), 5, 1, 3),
    "LSTM": lambda: traced(nn.LSTM(3, 8, 2, bidirectional=True, proj_size=3), 30, 2, 3),
    "GRU in float64": lambda: traced(nn.GRU(3, 16, 1).double(), 40, 3, 3),
    "packed": lambda: rnnviz.trace(
        nn.LSTM(3, 4), pack_sequence([torch.ones(n, 3) for n in (2, 9, 4)], enforce_sorted=False)
    ),
}
SOME = Selection(quantities=("h", "x"), timesteps=(1, 3), units=(0, 2))


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("selection", [Selection(), SOME], ids=["all", "some"])
@pytest.mark.parametrize("tokens", [False, True], ids=["plain", "tokens"])
def test_it_is_what_the_table_is(name, selection, tokens):
    trace = NETS[name]()
    words = ["=é"] * trace.seq_len if tokens else None
    said = foreseen(trace, selection, tokens=words, shown=20)
    data = trace_csv(trace, selection, tokens=words)
    head, *rows = lines(data)

    assert said.rows == len(rows)
    assert said.header == tuple(head)
    assert [[str(cell) for cell in row] for row in said.first] == rows[:20]
    assert said.csv_bytes == pytest.approx(len(data), rel=0.1, abs=60)
    assert said.too_many == {}


def test_the_size_of_a_large_parquet_is_about_right():
    trace = traced(nn.LSTM(5, 32, 2, bidirectional=True), 64, 1, 5)

    assert foreseen(trace, Selection()).parquet_bytes == pytest.approx(
        len(trace_parquet(trace)), rel=0.35
    )


def test_what_is_too_much_is_told_for_each_format(monkeypatch):
    trace = NETS["RNN"]()
    rows = foreseen(trace, Selection()).rows
    monkeypatch.setattr(module, "MAX_CSV_ROWS", rows - 1)
    said = foreseen(trace, Selection())

    assert said.rows == rows
    assert list(said.too_many) == ["csv"]
    assert f"{rows:,} rows, more than the {rows - 1:,} allowed: narrow" in said.too_many["csv"]


def test_nothing_is_no_table():
    with pytest.raises(ValueError, match="the selection must hold a number"):
        foreseen(NETS["packed"](), Selection(samples=(0,), timesteps=(7,)))
