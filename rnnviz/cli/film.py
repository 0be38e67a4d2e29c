"""`film`: a trace as a film, update by update or along time."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import get_args

from rnnviz.cli.again import run_again
from rnnviz.cli.errors import WRONG_USAGE, CommandError, blaming
from rnnviz.cli.figure import check_drawable, needing_packages, packed_again
from rnnviz.cli.files import add_out, check_out, write_out
from rnnviz.cli.records import (
    add_labels,
    add_record,
    add_sample,
    check_sample,
    one_span,
    read_labels,
    read_record,
)
from rnnviz.exports.drawing import Drawer
from rnnviz.exports.moments import FilmPlan, screen
from rnnviz.exports.shot import VIEW_WORDS, Shot
from rnnviz.figures.theme import ThemeName
from rnnviz.limits import MAX_FILM_WIDTH, MIN_FILM_WIDTH
from rnnviz.scene.schedules import ORDERS
from rnnviz.scene.templates import SPEEDS

_KINDS = ("gif", "webp", "mp4")
_WIDTH = 720

# For the help.
FILM_NOTES = """\
.gif plays everywhere, in 256 colours; .mp4 is for slides and videos; .webp has every colour.
Ctrl+C stops it, and nothing is written."""


def add_film(parser: ArgumentParser) -> None:
    """The arguments of `film`."""
    add_record(parser)
    add_out(parser, "the film to write; its ending says what it is: .gif, .webp or .mp4")
    add_sample(parser)
    add_labels(parser)
    parser.add_argument("--view", choices=VIEW_WORDS, default="map")
    parser.add_argument(
        "--walk",
        choices=("order", "time"),
        default="order",
        help="update by update, or along time with everything computed",
    )
    parser.add_argument("--order", choices=ORDERS, default="layer-first", help="of computing")
    parser.add_argument(
        "--span",
        type=one_span,
        metavar="FROM:TO",
        help="of updates, along time of timesteps, both from 0: 0:24 is the first 24; else all. "
        "What stands in the film counts updates from 1, as the player does",
    )
    parser.add_argument("--speed", type=float, choices=SPEEDS, default=1, help="as in the player")
    parser.add_argument(
        "--size",
        type=int,
        default=_WIDTH,
        metavar="PIXELS",
        help=f"of its width, even, from {MIN_FILM_WIDTH} to {MAX_FILM_WIDTH}; {_WIDTH} if not said",
    )
    parser.add_argument("--theme", choices=get_args(ThemeName), default="light")


def run_film(args: Namespace) -> int:
    """Write a trace as a film, and say on stderr how far it is."""
    kind = Path(args.out).suffix.lower().removeprefix(".")
    if kind not in _KINDS:
        endings = ", ".join(f".{one}" for one in _KINDS)
        raise CommandError(WRONG_USAGE, f"--out must end in one of {endings}; got {args.out}.")
    check_out(args.out, force=args.force)
    labels = read_labels(args)
    trace = read_record(args.trace)
    check_sample(trace, args)
    with blaming(args.trace, WRONG_USAGE):
        plan = FilmPlan(
            shot=Shot(view=args.view, walk=args.walk, order=args.order),
            preset=screen(args.theme, args.size),
            width=args.size,
            span=args.span,
            speed=args.speed,
        )
        check_drawable(trace, args.sample)
    wrong = "--order time-first" if args.order == "time-first" else ""
    again = run_again(trace, args.trace, wrong=wrong)
    with blaming(args.trace, WRONG_USAGE), needing_packages("films"):
        # Here, as the other commands do without Pillow.
        from rnnviz.exports.moving import film

        with Drawer(packed_again(trace, again, args.sample, labels)) as drawer:
            data = film(drawer, plan, kind, progress=_tell)
    print("\n".join([again.said, write_out(args.out, data, force=args.force)]))
    return again.code


def _tell(done: int, count: int) -> None:
    """How far it is: on a terminal in a line of its own, elsewhere ten times."""
    if sys.stderr.isatty():
        end = "\n" if done == count else ""
        print(f"\rpicture {done} of {count}", end=end, file=sys.stderr, flush=True)
    elif done * 10 // count > (done - 1) * 10 // count:
        print(f"picture {done} of {count}", file=sys.stderr, flush=True)
