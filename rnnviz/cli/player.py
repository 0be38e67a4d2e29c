"""`html`: a trace as one page that plays."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rnnviz.cli.errors import DIFFERS, DONE, WRONG_USAGE, CommandError, blaming
from rnnviz.cli.files import add_out, check_out, read_bytes, write_out
from rnnviz.cli.records import add_record, add_sample, check_sample, read_record
from rnnviz.engine.again import call_again
from rnnviz.engine.checks import Module
from rnnviz.engine.compare import compare
from rnnviz.engine.mistakes import time_first
from rnnviz.exports.player_html import THEMES, check_page_size, player_html
from rnnviz.files.nets import module_of
from rnnviz.limits import MAX_FILE_BYTES
from rnnviz.records import Trace
from rnnviz.scene.templates import PARTS


def add_html(parser: ArgumentParser) -> None:
    """The arguments of `html`."""
    add_record(parser)
    add_out(parser, "the .html to write; it needs neither a server nor a network")
    add_sample(parser)
    parser.add_argument(
        "--wrong-order",
        action="store_true",
        help="also what a loop over time first makes of a net with two directions",
    )
    parser.add_argument(
        "--labels",
        metavar="TOKENS",
        help='a token for each timestep: "a b c", or a .txt with one on each line',
    )
    parser.add_argument("--theme", choices=THEMES, default="auto")
    parser.add_argument(
        "--hide", metavar="PARTS", default="", help=f"by commas, of {', '.join(PARTS)}"
    )
    parser.add_argument("--title", default="RNNviz", help="what stands above the player")
    parser.add_argument(
        "--start",
        metavar="MOMENT",
        default="",
        help="where it begins: layer.direction.t.unit, as in the app's links; one that the run has "
        "not is passed over",
    )


def run_html(args: Namespace) -> int:
    """Write a trace as a page that plays, with torch.nn's states beside it."""
    check_out(args.out, force=args.force)
    labels = None if args.labels is None else _labels(args.labels)
    trace = read_record(args.trace)
    check_sample(trace, args)
    with blaming(args.trace):
        check_page_size(trace, sample=args.sample, wrong=args.wrong_order)
    module, said = _module(trace, args)
    comparison = None if module is None else compare(trace, module)
    if comparison is not None:
        verdict = "equal" if comparison.equal else f"NOT equal, first at {comparison.first}"
        said = f"max |difference| to torch.nn: {comparison.max_difference:.3g}, {verdict}"
    with blaming(args.trace, WRONG_USAGE):
        page = player_html(
            trace,
            comparison=comparison,
            wrong=_wrong(trace, module) if args.wrong_order else None,
            sample=args.sample,
            labels=labels,
            theme=args.theme,
            hide=[part.strip() for part in args.hide.split(",") if part.strip()],
            title=args.title,
            start=args.start,
        )
    written = write_out(args.out, page.encode("utf-8", "replace"), force=args.force)
    print(said)
    print(written)
    return DONE if comparison is None or comparison.equal else DIFFERS


def _labels(text: str) -> list[str]:
    if not text.lower().endswith(".txt"):
        return text.split()
    data = read_bytes(text, MAX_FILE_BYTES)
    with blaming(text):
        return data.decode("utf-8-sig").splitlines()


def _module(trace: Trace, args: Namespace) -> tuple[Module | None, str]:
    """The net that was traced; None and why, where the file cannot say what it computes.

    Raises:
        CommandError: it has no wrong order, and one is asked for.
    """
    if args.wrong_order:
        _check_has_wrong_order(trace, args.trace)
    try:
        return module_of(trace), ""
    except ValueError as error:
        if args.wrong_order:
            raise CommandError(WRONG_USAGE, f"--wrong-order: {error}") from error
        return None, f"not held against torch.nn: {error}"


def _check_has_wrong_order(trace: Trace, name: str) -> None:
    reasons = {
        "has one direction, whose order is right": not trace.config.bidirectional,
        "has samples of different lengths": trace.is_packed,
        "has something held": bool(trace.clamps),
        "was made with dropout": any(cell.dropout_mask is not None for cell in trace.cells),
    }
    for reason, holds in reasons.items():
        if holds:
            raise CommandError(WRONG_USAGE, f"--wrong-order cannot be shown: {name} {reason}.")


def _wrong(trace: Trace, module: Module) -> Trace:
    return time_first(module, *call_again(trace, next(module.parameters())))
