"""`data`, `script` and `xlsx`: what is made of a trace's file."""

from __future__ import annotations

import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import get_args

from rnnviz.cli.errors import (
    DONE,
    REFUSED,
    TOO_LARGE,
    WRONG_USAGE,
    CommandError,
    blaming,
)
from rnnviz.cli.files import add_out, check_out, read_bytes, write_out
from rnnviz.config import Direction
from rnnviz.exports.beside import needs_files
from rnnviz.exports.npz import load_trace
from rnnviz.exports.script import torch_script
from rnnviz.exports.selection import Selection
from rnnviz.exports.tables import trace_csv, trace_parquet
from rnnviz.exports.tensors import trace_safetensors
from rnnviz.figures.look import DEFAULT_LOOK, checked
from rnnviz.files.script_zip import script_zip
from rnnviz.limits import MAX_FILE_BYTES, MAX_FILE_VALUES
from rnnviz.records import Trace

TABLES = {"csv": trace_csv, "parquet": trace_parquet}

# Fields of a selection by their options.
_AXES = {"layer": "layers", "t": "timesteps", "unit": "units", "sample": "samples"}


def add_record(parser: ArgumentParser) -> None:
    """The argument that names a trace."""
    parser.add_argument("trace", metavar="TRACE.npz", help="what `trace` wrote")


def read_record(name: str) -> Trace:
    """The trace in a file.

    Raises:
        CommandError: it is none.
    """
    with blaming(name):
        return load_trace(name)


def add_sample(parser: ArgumentParser) -> None:
    """The argument that chooses one sample of a trace."""
    parser.add_argument(
        "--sample", type=int, default=0, metavar="N", help="which of a batch, from 0"
    )


def check_sample(trace: Trace, args: Namespace) -> None:
    """Refuse a sample that the trace has not.

    Raises:
        CommandError: it has not.
    """
    with blaming(args.trace, WRONG_USAGE):
        checked(trace, DEFAULT_LOOK, sample=args.sample)


def add_labels(parser: ArgumentParser) -> None:
    """The argument that gives each timestep a token."""
    parser.add_argument(
        "--labels",
        metavar="TOKENS",
        help='a token for each timestep: "a b c", or a .txt with one on each line',
    )


def read_labels(args: Namespace) -> list[str] | None:
    """The tokens, if there are any.

    Raises:
        CommandError: their file cannot be read.
    """
    text: str | None = args.labels
    if text is None or not text.lower().endswith(".txt"):
        return None if text is None else text.split()
    data = read_bytes(text, MAX_FILE_BYTES)
    with blaming(text):
        return data.decode("utf-8-sig").splitlines()


def add_data(parser: ArgumentParser) -> None:
    """The arguments of `data`."""
    add_record(parser)
    parser.add_argument("--format", choices=(*TABLES, "safetensors"), required=True)
    add_out(parser, "the file to write")
    for option, field in _AXES.items():
        parser.add_argument(
            f"--{option}", type=_numbers, metavar="N", help=f"{field} from 0: 3, 0:10 or 1,4,7"
        )
    parser.add_argument("--direction", choices=get_args(Direction))
    parser.add_argument(
        "--quantity",
        metavar="NAMES",
        help="x, wx, wh, a, a gate, r_hn, c, tanh_c, h, dropout_mask, output, h_n or c_n; several "
        "by commas; a_f is gate f's part of a",
    )


def run_data(args: Namespace) -> int:
    """Write the numbers of a trace for other programs."""
    check_out(args.out, force=args.force)
    selection = _selection(args)
    if args.format not in TABLES and selection != Selection():
        raise CommandError(WRONG_USAGE, "safetensors holds the whole trace; select with csv.")
    trace = read_record(args.trace)
    if args.format not in TABLES:
        data = trace_safetensors(trace)
    else:
        try:
            with blaming(args.trace, WRONG_USAGE):
                data = TABLES[args.format](trace, selection)
        except ImportError as error:
            raise CommandError(
                WRONG_USAGE, "--format parquet needs pyarrow: pip install pyarrow."
            ) from error
    print(write_out(args.out, data, force=args.force))
    return DONE


def _selection(args: Namespace) -> Selection:
    names = None if args.quantity is None else tuple(args.quantity.replace(" ", "").split(","))
    return Selection(
        directions=None if args.direction is None else (args.direction,),
        quantities=names,
        **{field: getattr(args, option) for option, field in _AXES.items()},
    )


def one_span(text: str, such: str = "3 or 0:10") -> tuple[int, int]:
    """Where `3` or `0:10` begins and, as in Python, before what it ends.

    Args:
        text: what was typed.
        such: what it could be, for the error.

    Raises:
        ArgumentTypeError: it is none.
    """
    match = re.fullmatch(r"(\d{1,9})(?::(\d{1,9}))?", text.replace(" ", ""), re.ASCII)
    start, stop = (int(match[1]), int(match[2] or int(match[1]) + 1)) if match else (0, 0)
    if not start < stop <= MAX_FILE_VALUES:
        raise ArgumentTypeError(
            f"it must be numbers up to {MAX_FILE_VALUES:,} such as {such}; got {text!r}"
        )
    return start, stop


def _numbers(text: str) -> tuple[int, ...]:
    """The numbers of `3`, `0:10` or `1,4,7`."""
    # All are read before a list is made of any.
    spans = [one_span(part, "3, 0:10 or 1,4,7") for part in text.split(",")]
    return tuple(number for span in spans for number in range(*span))


def add_script(parser: ArgumentParser) -> None:
    """The arguments of `script`."""
    add_record(parser)
    add_out(parser, "the .py to write, or a .zip with the numbers beside it, as a large net needs")


def run_script(args: Namespace) -> int:
    """Write a trace as a script in plain torch that asserts what it computes."""
    check_out(args.out, force=args.force)
    trace = read_record(args.trace)
    zipped = args.out.lower().endswith(".zip")
    with blaming(args.trace, REFUSED):
        beside = needs_files(trace, seed=None)
        data = script_zip(trace) if zipped else torch_script(trace, seed=None).encode()
    if beside and not zipped:
        raise CommandError(
            TOO_LARGE,
            f"{args.trace}: its numbers are too many for a script; give --out a name that "
            "ends in .zip for a script with its numbers beside it.",
        )
    print(write_out(args.out, data, force=args.force))
    return DONE


def add_xlsx(parser: ArgumentParser) -> None:
    """The arguments of `xlsx`."""
    add_record(parser)
    add_out(parser, "the .xlsx to write, for Excel and LibreOffice")
    add_sample(parser)


def run_xlsx(args: Namespace) -> int:
    """Write one sample of a trace as a workbook that computes."""
    check_out(args.out, force=args.force)
    try:
        # Here, as the other commands do without xlsxwriter.
        from rnnviz.exports.workbook import workbook_xlsx
    except ImportError as error:
        raise CommandError(WRONG_USAGE, "xlsx needs xlsxwriter: pip install xlsxwriter.") from error
    trace = read_record(args.trace)
    check_sample(trace, args)
    with blaming(args.trace):
        data = workbook_xlsx(trace, sample=args.sample)
    print(write_out(args.out, data, force=args.force))
    return DONE
