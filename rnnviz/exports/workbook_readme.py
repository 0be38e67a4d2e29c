"""The first sheet of a workbook: what it is, how large, and how it is computed anew."""

from __future__ import annotations

from importlib.metadata import version

import rnnviz
from rnnviz.config import NetConfig, StackConfig
from rnnviz.exports.workbook_book import Book
from rnnviz.figures.names import net_name
from rnnviz.figures.shares import timesteps_of
from rnnviz.records import Trace

_SHEET = "README"

_USE = (
    ("Sheets", ""),
    ("weights", "every weight and bias; named W_ih_l0, W_hh_l0_reverse, b_ih_l0, W_hr_l0, ..."),
    ("input", "x, a row for each timestep; named x"),
    ("states", "h_0 and c_0 before the first update; named h_0, c_0, h_0_l0, ..."),
    ("layer ...", "a row for each timestep, a column for each unit, from the operands to h"),
    ("check", "output, h_n and c_n by formula beside the record; named output, h_n, c_n"),
    ("", ""),
    ("To compute it anew", ""),
    ("", "Change any number on weights, input or states: all that depends on it follows."),
    ("", "Everything at once: Ctrl+Alt+F9 in Excel, Ctrl+Shift+F9 in LibreOffice Calc."),
    ("", "The cell max_difference on the sheet check compares with the run as it was recorded;"),
    ("", "after a change it says how far the change moved what the net returns."),
    ("", ""),
    ("Worth knowing", ""),
    ("", "Row t is timestep t in both directions; a reverse sheet reads its h from the row below."),
    ("", "A spreadsheet computes in float64, whatever dtype the run had."),
    ("", "In a sigmoid a is not taken below -700, where exp(-a) leaves the range of numbers."),
    ("", "Colours run over the ranges of the run as it was recorded: brown below 0, blue above,"),
    ("", "gates between 0 and 1 from pale to dark."),
)


def write_readme(book: Book, trace: Trace, sample: int) -> None:
    """The sheet in words."""
    book.sheet(_SHEET, (1, 0), (20, 90))
    book.text(_SHEET, (0, 0), f"{net_name(trace)}, every number a formula", "title")
    for row, (name, words) in enumerate((*_facts(trace, sample), ("", ""), *_USE), 2):
        book.text(_SHEET, (row, 0), name, "heading")
        book.text(_SHEET, (row, 1), words)


def _facts(trace: Trace, sample: int) -> list[tuple[str, str]]:
    """Names and values of what was run."""
    config = trace.config
    facts = {
        "net": net_name(trace),
        "input_size": config.input_size,
        "hidden_size": _hidden_size(config),
        "num_layers": config.num_layers,
        "bidirectional": config.bidirectional,
        "bias": config.bias,
    }
    if not isinstance(config, StackConfig) and config.proj_size:
        facts["proj_size"] = config.proj_size
    facts |= {
        "dtype of the run": config.dtype,
        "timesteps": timesteps_of(trace.cells[0], sample),
        "sample": f"{sample} of a batch of {trace.batch}",
        "made by": f"RNNviz {rnnviz.__version__}, torch {version('torch')}, "
        f"XlsxWriter {version('xlsxwriter')}",
    }
    return [(name, str(value)) for name, value in facts.items()]


def _hidden_size(config: NetConfig) -> str:
    sizes = [config.cells_of(layer).hidden_size for layer in range(config.num_layers)]
    return ", ".join(map(str, dict.fromkeys(sizes) if len(set(sizes)) == 1 else sizes))
