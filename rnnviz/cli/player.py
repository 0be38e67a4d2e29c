"""`html`: a trace as one page that plays."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rnnviz.cli.again import run_again
from rnnviz.cli.errors import WRONG_USAGE, blaming
from rnnviz.cli.files import add_out, check_out, write_out
from rnnviz.cli.records import (
    add_labels,
    add_record,
    add_sample,
    check_sample,
    read_labels,
    read_record,
)
from rnnviz.exports.player_html import THEMES, check_page_size, player_html
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
    add_labels(parser)
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
    labels = read_labels(args)
    trace = read_record(args.trace)
    check_sample(trace, args)
    with blaming(args.trace):
        check_page_size(trace, sample=args.sample, wrong=args.wrong_order)
    again = run_again(trace, args.trace, wrong="--wrong-order" if args.wrong_order else "")
    with blaming(args.trace, WRONG_USAGE):
        page = player_html(
            trace,
            comparison=again.comparison,
            wrong=again.wrong,
            sample=args.sample,
            labels=labels,
            theme=args.theme,
            hide=[part.strip() for part in args.hide.split(",") if part.strip()],
            title=args.title,
            start=args.start,
        )
    written = write_out(args.out, page.encode("utf-8", "replace"), force=args.force)
    print(again.said)
    print(written)
    return again.code
