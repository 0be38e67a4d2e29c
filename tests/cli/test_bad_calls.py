"""Bad calls: each ends with its exit code and one line that names the thing; nothing is written."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import rnnviz
from rnnviz.cli.errors import CommandError, one_line
from rnnviz.cli.files import write_out
from rnnviz.cli.main import main
from rnnviz.exports import tables


def packed_trace():
    x = nn.utils.rnn.pack_sequence([torch.ones(3, 2), torch.ones(2, 2)])
    Path("packed.npz").write_bytes(rnnviz.trace_npz(rnnviz.trace(nn.GRU(2, 2), x)))


def large_trace():
    run = rnnviz.trace(nn.GRU(3, 40), torch.zeros(2, 3))
    Path("large.npz").write_bytes(rnnviz.trace_npz(run))


def sparse(name, size):
    with open(name, "wb") as file:
        file.truncate(size)


def long_run():
    torch.save(nn.RNN(1, 512).state_dict(), "wide.pt")
    np.save("long.npy", np.zeros((1_000_000, 1), np.float32))


def saved(name, *shape, value=0.5):
    np.save(name, np.full(shape, value))


def half():
    torch.save(nn.GRU(3, 4, dtype=torch.float16).state_dict(), "half.pt")
    saved("huge.npy", 2, 3, value=1e6)


def text(name, content):
    Path(name).write_bytes(content)


NOTHING = ()
TRACE = "trace net.pt x.npy --out new"
DATA = "data trace.npz --out new"

# Arguments, exit code, what the line says, and what makes the files that it needs.
CALLS = {
    "no command": ("", 2, "required: COMMAND", NOTHING),
    "unknown command": ("paint", 2, "invalid choice: 'paint' (choose from 'trace'", NOTHING),
    "no input": ("trace net.pt --out new", 2, "required: INPUT; see", NOTHING),
    "no out": ("trace net.pt x.npy", 2, "required: --out; see", NOTHING),
    "unknown option": (f"{TRACE} --nett a", 2, "unrecognized arguments: --nett a", NOTHING),
    "abbreviation": (f"{TRACE} --batch", 2, "unrecognized arguments: --batch", NOTHING),
    "out is there": ("trace net.pt x.npy --out x.csv", 2, "x.csv is there already", NOTHING),
    "out is a folder": ("trace net.pt x.npy --out . --force", 2, "must be a file", NOTHING),
    "out is a device": (
        "script trace.npz --out /dev/null --force",
        2,
        "must be an ordinary file",
        NOTHING,
    ),
    "no folder for out": ("script trace.npz --out no/new", 3, "no/new: its folder", NOTHING),
    "no model": ("trace no.pt x.npy --out new", 3, "no.pt: No such file", NOTHING),
    "model is a folder": ("trace . x.npy --out new", 3, "no ordinary file", NOTHING),
    "model is text": ("trace x.csv x.npy --out new", 3, "'x.csv': it is no torch", NOTHING),
    "model is a pickle": (
        "trace bad.pt x.npy --out new",
        3,
        "which may hold code",
        (text, "bad.pt", b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94."),
    ),
    "model is huge": (
        "trace big.pt x.npy --out new",
        4,
        "at most 1,073,741,824 bytes",
        (sparse, "big.pt", 2**31),
    ),
    "several nets": (
        "trace two.pt x.npy --out new",
        2,
        "one of 'a', 'b' of two.pt; got none",
        NOTHING,
    ),
    "no such net": ("trace two.pt x.npy --net c --out new", 2, "got 'c'", NOTHING),
    "unknown nonlinearity": (f"{TRACE} --nonlinearity gelu", 2, "choice: 'gelu'", NOTHING),
    "nonlinearity of an LSTM": (f"{TRACE} --nonlinearity relu", 2, "of kind LSTM", NOTHING),
    "h_0 alone": (f"{TRACE} --hx x.npy", 2, "give --hx and --cx", NOTHING),
    "c_0 of a GRU": (
        "trace gru.safetensors x.npy --hx x.npy --cx x.npy --out new",
        2,
        "--cx is of an LSTM",
        NOTHING,
    ),
    "h_0 of another shape": (
        "trace gru.safetensors x.npy --hx h.npy --out new",
        3,
        "h.npy: ",
        (saved, "h.npy", 2, 4),
    ),
    "h_0 as text": (
        "trace gru.safetensors x.npy --hx x.csv --out new",
        2,
        "must be a .npy",
        NOTHING,
    ),
    "no input file": ("trace net.pt no.npy --out new", 3, "no.npy: No such file", NOTHING),
    "input is a folder": ("trace net.pt . --out new", 3, "no ordinary file", NOTHING),
    "input of another width": (
        "trace net.pt w.npy --out new",
        3,
        "w.npy: each timestep must have input_size=3",
        (saved, "w.npy", 5, 4),
    ),
    "input of four axes": (
        "trace net.pt w.npy --out new",
        3,
        "w.npy: the .npy must be",
        (saved, "w.npy", 1, 2, 3, 4),
    ),
    "input is no number": (
        "trace net.pt w.csv --out new",
        3,
        "line 2, column 2: expected a number",
        (text, "w.csv", b"1,2,3\n4,x,6\n"),
    ),
    "input of an unknown ending": (
        "trace net.pt net.pt --out new",
        3,
        "must end in one of",
        NOTHING,
    ),
    "input too large for the dtype": (
        "trace half.pt huge.npy --out new",
        3,
        "must fit float16",
        (half,),
    ),
    "input of too many bytes": (
        "trace net.pt big.npy --out new",
        4,
        "at most 33,554,432 bytes",
        (sparse, "big.npy", 2**26),
    ),
    "input of too many numbers": (
        "trace net.pt big.npy --out new",
        4,
        "at most 1000000 numbers",
        (saved, "big.npy", 400_000, 3),
    ),
    "input of too many columns": (
        "trace net.pt big.csv --out new",
        4,
        "has 300 columns",
        (text, "big.csv", b"1," * 299 + b"1"),
    ),
    "record too large": (
        "trace wide.pt long.npy --out new",
        4,
        "lower seq_len=1000000",
        (long_run,),
    ),
    "no trace": ("data no.npz --format csv --out new", 3, "no.npz: No such file", NOTHING),
    "no trace but numbers": (
        "script x.npy --out new",
        3,
        "x.npy: the file must be a .npz",
        NOTHING,
    ),
    "no format": (DATA, 2, "required: --format", NOTHING),
    "unknown format": (f"{DATA} --format xls", 2, "invalid choice: 'xls'", NOTHING),
    "no such layer": (f"{DATA} --format csv --layer 2", 2, "layers must be among 0 to 1", NOTHING),
    "no such timestep": (
        f"{DATA} --format csv --t 0:7",
        2,
        "timesteps must be among 0 to 5",
        NOTHING,
    ),
    "no such unit": (f"{DATA} --format csv --unit 8", 2, "units must be among 0 to 7", NOTHING),
    "no such quantity": (f"{DATA} --format csv --quantity r", 2, "got 'r'", NOTHING),
    "no quantity": (f"{DATA} --format csv --quantity h,", 2, "got ''", NOTHING),
    "no span": (f"{DATA} --format csv --t 3:3", 2, "argument --t: it must be", NOTHING),
    "endless span": (f"{DATA} --format csv --t 0:999999999", 2, "numbers up to 1,000,000", NOTHING),
    "no direction": (f"{DATA} --format csv --direction up", 2, "invalid choice: 'up'", NOTHING),
    "selection of safetensors": (
        f"{DATA} --format safetensors --t 0",
        2,
        "the whole trace",
        NOTHING,
    ),
    "script of a packed run": (
        "script packed.npz --out new",
        3,
        "packed.npz: a packed run cannot",
        (packed_trace,),
    ),
    "script of a large net": ("script large.npz --out new", 4, "ends in .zip", (large_trace,)),
    "nothing to diagnose": ("diagnose net.pt x.npy", 2, "give --output", NOTHING),
    "diagnose without numbers": (
        "diagnose net.pt x.npy --output o.txt",
        3,
        "o.txt: ",
        (text, "o.txt", b"hello"),
    ),
    "diagnose two arrays": (
        "diagnose net.pt x.npy --output o.txt",
        3,
        "o.txt: it must hold one array, got 2",
        (text, "o.txt", b"tensor([1.])\ntensor([2.])"),
    ),
    "diagnose no text": (
        "diagnose net.pt x.npy --output o.txt",
        3,
        "o.txt: ",
        (text, "o.txt", b"\xff\xfe1"),
    ),
    "c_n of a GRU": (
        "diagnose gru.safetensors x.npy --c-n h.npy",
        3,
        "c_n must be None",
        (saved, "h.npy", 1, 4),
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_bad_call_says_why_in_one_line(name, assert_refused):
    line, code, message, (*maker,) = CALLS[name]
    if maker:
        maker[0](*maker[1:])

    assert_refused(line, code, message)


def test_a_table_of_too_many_rows_says_what_to_narrow(monkeypatch, capsys):
    monkeypatch.setattr(tables, "MAX_CSV_ROWS", 5)

    assert main(["data", "trace.npz", "--format", "csv", "--out", "new"]) == 4
    assert "more than the 5 allowed: narrow quantities (now 23)" in capsys.readouterr().err


def test_parquet_without_pyarrow_says_what_to_install(monkeypatch, capsys):
    for name in ("pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, name, None)

    assert main(["data", "trace.npz", "--format", "parquet", "--out", "new"]) == 2
    assert (
        capsys.readouterr().err == "rnnviz: --format parquet needs pyarrow: pip install pyarrow.\n"
    )


def test_a_file_name_that_would_steer_a_terminal_is_written_out(capsys):
    assert main(["trace", "net.pt", "\x1b[31m\n.npy", "--out", "new"]) == 3
    shown = capsys.readouterr().err

    assert re.search(r"\\x1b\[31m", shown) and "\x1b" not in shown
    assert shown.count("\n") == 1


def test_a_message_of_several_lines_becomes_one():
    assert one_line("hidden_size\n    must be\t1, got\x00") == "hidden_size must be 1, got\\x00"


def test_a_file_that_came_while_the_command_ran_is_not_written_over():
    with pytest.raises(CommandError, match=r"x\.csv is there already"):
        write_out("x.csv", b"new", force=False)

    assert Path("x.csv").read_text() == "1,2,3\n4,5,6\n"
