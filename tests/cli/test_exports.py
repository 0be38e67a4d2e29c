"""`html` and `xlsx`: what they write, read by programs that are not ours, and bad calls."""

import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import torch
from torch import nn

import rnnviz
from rnnviz.cli.main import main
from rnnviz.engine.mistakes import time_first
from rnnviz.exports import player_html, workbook
from tests.cli.conftest import make_lstm


class Page(HTMLParser):
    """The texts of a page's elements, by their tags."""

    def __init__(self, name):
        super().__init__()
        self.texts, self.open = {}, []
        self.feed(Path(name).read_text("utf-8"))
        self.given = json.loads(self.texts["script"][0])

    def handle_starttag(self, tag, _):
        self.open.append(tag)

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if self.open and data.strip():
            self.texts.setdefault(self.open[-1], []).append(data)


def save(name, trace):
    Path(name).write_bytes(rnnviz.trace_npz(trace))


def net_of(kind="RNN", **options):
    torch.manual_seed(3)
    return getattr(nn, kind)(3, 4, num_layers=2, bidirectional=True, **options).eval()


def dropped():
    save("t.npz", rnnviz.trace(net_of(dropout=0.5).train(), torch.ones(5, 2, 3)))


def packed():
    rows = nn.utils.rnn.pack_sequence([torch.ones(3, 3), torch.ones(5, 3)], enforce_sorted=False)
    save("t.npz", rnnviz.trace(net_of("GRU"), rows))


def held():
    clamp = rnnviz.Clamp(quantity="h", layer=0, value=0.0)
    save("t.npz", rnnviz.trace(net_of(), torch.ones(5, 3), clamps=[clamp]))


def one_cell():
    save("t.npz", rnnviz.trace(nn.LSTMCell(3, 4), torch.ones(3)))


def of_batches():
    x, h_0 = torch.rand(2, 5, 3), torch.rand(4, 2, 4)
    save("t.npz", rnnviz.trace(net_of("GRU", batch_first=True), x, h_0))


def of_python():
    stack = rnnviz.CellStack([nn.RNNCell(3, 4)], activations={"h": lambda a: a.sin()})
    save("t.npz", rnnviz.trace(stack, torch.ones(5, 1, 3)))


def wide():
    config = rnnviz.RNNConfig(input_size=3, hidden_size=4200)
    save("t.npz", rnnviz.trace(rnnviz.build(config, 0, weights="zeros"), torch.ones(2, 3)))


MADE = {
    "dropout": dropped,
    "packed": packed,
    "held": held,
    "one cell": one_cell,
    "batch first": of_batches,
}


def test_a_page_holds_what_was_asked_for(capsys):
    options = ["--theme", "dark", "--hide", "code, strip", "--title", "Mine <b>", "--sample", "0"]
    options += ["--start", "1.reverse.4.3", "--labels", "a b c d e f"]
    assert main(["html", "trace.npz", "--out", "p.html", *options]) == 0
    page, shown = Page("p.html"), capsys.readouterr().out

    assert page.texts["title"] == page.texts["h1"] == ["Mine <b>"]
    assert page.given["theme"] == "dark"
    assert page.given["hide"] == ["code", "strip"]
    assert page.given["seed"] == {"at": "1.reverse.4.3"}
    assert page.given["compared"] is True
    assert len(page.given["runs"]["runs"]) == 1
    assert re.fullmatch(
        r"max \|difference\| to torch.nn: \S+, equal\nwrote p.html, [0-9,]+ bytes\n", shown
    )


def test_a_page_is_the_one_that_python_makes():
    """Its comparison and its wrong order are made again of the file alone."""
    net, x = make_lstm(), torch.from_numpy(np.load("x.npy"))
    run = rnnviz.trace(net, x)
    expected = player_html.player_html(
        run, comparison=rnnviz.compare(run, net), wrong=time_first(net, x), labels=["a", "b c"] * 3
    )
    Path("tokens.txt").write_text("a\nb c\n" * 3, "utf-8")
    options = ["--wrong-order", "--labels", "tokens.txt"]
    assert main(["html", "trace.npz", "--out", "p.html", *options]) == 0

    assert Path("p.html").read_text("utf-8") == expected


@pytest.mark.parametrize("name", MADE)
def test_a_page_is_made_of_any_run(name):
    MADE[name]()
    assert main(["html", "t.npz", "--out", "p.html"]) == 0

    assert Page("p.html").given["compared"] is True


def test_a_wrong_order_starts_from_the_states_of_the_run():
    of_batches()
    net, x = net_of("GRU", batch_first=True), rnnviz.load_trace("t.npz").cells[0].x
    x, h_0 = torch.from_numpy(x).transpose(0, 1), torch.from_numpy(states("t.npz"))
    run = rnnviz.trace(net, x, h_0)
    expected = player_html.player_html(
        run, comparison=rnnviz.compare(run, net), wrong=time_first(net, x, h_0), sample=1
    )
    assert main(["html", "t.npz", "--out", "p.html", "--wrong-order", "--sample", "1"]) == 0

    assert Path("p.html").read_text("utf-8") == expected


def states(name):
    with np.load(name) as arrays:
        return arrays["h_0"]


def test_a_page_without_torch_says_why(capsys):
    of_python()
    assert main(["html", "t.npz", "--out", "p.html"]) == 0

    assert Page("p.html").given["compared"] is False
    assert "not held against torch.nn: activation h must be one of" in capsys.readouterr().out


def test_a_page_says_by_its_exit_code_that_torch_differs(capsys):
    """Numbers of the file are not what its weights give."""
    with np.load("trace.npz") as arrays:
        changed = dict(arrays)
    changed["weight_hh_l1_reverse"][2, 1] += 0.5
    np.savez("changed.npz", **changed)

    assert main(["html", "changed.npz", "--out", "p.html"]) == 1
    assert "NOT equal, first at Step(layer=1, direction='reverse'" in capsys.readouterr().out
    assert Page("p.html").given["compared"] is True


def test_a_workbook_holds_the_numbers_of_the_sample(capsys):
    of_batches()
    run = rnnviz.load_trace("t.npz")
    assert main(["xlsx", "t.npz", "--out", "n.xlsx", "--sample", "1"]) == 0
    values, formulas = (openpyxl.load_workbook("n.xlsx", data_only=data) for data in (True, False))
    ((sheet, area),) = values.defined_names["x"].destinations
    found = [[cell.value for cell in row] for row in values[sheet][area]]
    written = [cell for row in formulas["layer 0 forward"].iter_rows() for cell in row]

    np.testing.assert_allclose(found, run.cells[0].x[:, 1], atol=1e-7)
    assert sum(cell.data_type == "f" for cell in written) >= run.seq_len * 4
    assert re.fullmatch(r"wrote n.xlsx, [0-9,]+ bytes\n", capsys.readouterr().out)


HTML, XLSX = "html trace.npz --out new", "xlsx trace.npz --out new"
T_HTML = "html t.npz --out new --wrong-order"

# Arguments, exit code, what the line says, and what makes the trace that it needs.
CALLS = {
    "html, no trace": ("html no.npz --out new", 3, "no.npz: No such file", None),
    "html, no out": ("html trace.npz", 2, "required: --out; see", None),
    "html, out is there": ("html trace.npz --out x.csv", 2, "x.csv is there already", None),
    "theme": (f"{HTML} --theme blue", 2, "invalid choice: 'blue'", None),
    "part": (f"{HTML} --hide code,maps", 2, "must name parts among map", None),
    "start": (f"{HTML} --start 1.backward.0.0", 2, "start must be a moment such as", None),
    "sample": (f"{HTML} --sample 1", 2, "sample must be between 0 and 0, got 1", None),
    "sample is no number": (f"{HTML} --sample a", 2, "invalid int value: 'a'", None),
    "labels": (f"{HTML} --labels abc", 2, "one text per timestep, 6 in all, got 1", None),
    "no file of labels": (f"{HTML} --labels no.txt", 3, "no.txt: No such file", None),
    "wrong order, one direction": (T_HTML, 2, "t.npz has one direction", one_cell),
    "wrong order, lengths": (T_HTML, 2, "has samples of different lengths", packed),
    "wrong order, held": (T_HTML, 2, "t.npz has something held", held),
    "wrong order, dropout": (T_HTML, 2, "t.npz was made with dropout", dropped),
    "page too large": ("html t.npz --out new", 4, "a page holds up to 64 MiB", wide),
    "xlsx, no trace": ("xlsx x.npy --out new", 3, "x.npy: the file must be a .npz", None),
    "xlsx, out is there": ("xlsx trace.npz --out x.csv", 2, "x.csv is there already", None),
    "xlsx, sample": (f"{XLSX} --sample -1", 2, "sample must be between 0 and 0, got -1", None),
    "xlsx, dropout": ("xlsx t.npz --out new", 3, "t.npz: a run with dropout cannot", dropped),
    "xlsx, held": ("xlsx t.npz --out new", 3, "in which something is held cannot", held),
    "xlsx, a function": ("xlsx t.npz --out new", 3, "cannot be written as a formula", of_python),
    "xlsx too large": ("xlsx t.npz --out new", 4, "columns, 16,384 are possible", wide),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_bad_call_says_why_in_one_line(name, assert_refused):
    line, code, message, maker = CALLS[name]
    if maker:
        maker()

    assert_refused(line, code, message)


def test_labels_that_are_no_text_are_refused(capsys):
    Path("tokens.txt").write_bytes(b"\xff\xfe1")

    assert main(["html", "trace.npz", "--out", "new", "--labels", "tokens.txt"]) == 3
    assert capsys.readouterr().err.startswith("rnnviz: tokens.txt: ")


def test_sizes_are_checked_before_anything_is_computed(monkeypatch):
    """Neither torch nor the wrong order runs for a page or a workbook that will not be."""

    def computed(*_):
        raise AssertionError("computed")

    monkeypatch.setattr("rnnviz.cli.again.compare", computed)
    monkeypatch.setattr("rnnviz.cli.again.time_first", computed)
    monkeypatch.setattr(workbook, "in_float64", computed)
    monkeypatch.setattr(player_html, "PAGE_MAX_BYTES", 1000)
    monkeypatch.setattr(workbook, "MAX_FORMULAS", 9)

    assert main(["html", "trace.npz", "--out", "new", "--wrong-order"]) == 4
    assert main(["xlsx", "trace.npz", "--out", "new"]) == 4


def test_a_workbook_without_xlsxwriter_says_what_to_install(monkeypatch, capsys):
    for name in list(sys.modules):
        if name.startswith(("rnnviz.exports.workbook", "xlsxwriter")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)

    assert main(["xlsx", "trace.npz", "--out", "new"]) == 2
    assert capsys.readouterr().err == "rnnviz: xlsx needs xlsxwriter: pip install xlsxwriter.\n"
