"""`figure`: one moment of a trace as a picture for print, slides, the web or LaTeX."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import get_args

import torch

import rnnviz
from rnnviz.cli.again import Again, run_again
from rnnviz.cli.errors import WRONG_USAGE, CommandError, blaming
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
from rnnviz.config import Direction
from rnnviz.exports.caption import caption, of_sample
from rnnviz.exports.drawing import Drawer, check_drawn_size
from rnnviz.exports.shot import VIEW_WORDS, Shot
from rnnviz.exports.still import Still, still, still_bytes
from rnnviz.exports.tikz import tikz_picture
from rnnviz.figures.presets import DEFAULT_PRESET, PRESETS, Preset
from rnnviz.figures.theme import COLOR_MAPS
from rnnviz.records import Trace
from rnnviz.scene.blob import Words, numbers_bytes, pack
from rnnviz.scene.schedules import ORDERS, schedule
from rnnviz.scene.templates import PHASES
from rnnviz.scene.what_if import WhatIf, what_if

_KINDS = ("svg", "pdf", "png", "tex")

# How far before its end an update is shown as computed.
_REST = 1e-6

# No printer has more.
_MOST_DPI = 9_600

# For the help.
FIGURE_NOTES = "views:\n{}\n\npresets, with the pixels per inch of a PNG:\n{}".format(
    "\n".join(f"  {name:10}{words}" for name, words in VIEW_WORDS.items()),
    "\n".join(f"  {name:10}{one.words}, {one.dpi}" for name, one in PRESETS.items()),
)


def add_figure(parser: ArgumentParser) -> None:
    """The arguments of `figure`."""
    add_record(parser)
    add_out(parser, "the picture to write; its ending says what it is: .svg, .pdf, .png or .tex")
    parser.add_argument("--view", choices=VIEW_WORDS, default="map", help="listed below")
    parser.add_argument("--preset", choices=PRESETS, default=DEFAULT_PRESET, help="listed below")
    add_sample(parser)
    _add_moment(parser)
    _add_part(parser)
    _add_look(parser)


def _add_moment(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("the moment, else the last update")
    when = group.add_mutually_exclusive_group()
    when.add_argument(
        "--at",
        metavar="MOMENT",
        default="",
        help="layer.direction.t.unit, as in the app's links: 1.reverse.4.3; the part of the update "
        "may follow, as in 1.reverse.4.3.wh",
    )
    when.add_argument(
        "--step",
        metavar="N",
        type=int,
        help="what is there after update N of the order of computing, from 0: the player, which "
        "counts from 1, calls it update N + 1",
    )
    group.add_argument(
        "--order",
        choices=ORDERS,
        default="layer-first",
        help="of computing; time-first is the wrong one, run anew",
    )
    group.add_argument("--all", action="store_true", help="also what is computed later")


def _add_part(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("the part of the net, else all of it")
    spans = {"layers": "the map", "units": "the map and the anatomy", "timesteps": "the map"}
    for name, words in spans.items():
        group.add_argument(
            f"--{name}", metavar="FROM:TO", type=one_span, help=f"of {words}: 3 or 0:10"
        )
    group.add_argument("--directions", choices=get_args(Direction), help="of the map")
    group.add_argument(
        "--gate", default="", help="of the anatomy and the sum: i, f, g, o or r, z, n"
    )


def _add_look(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("how it looks")
    add_labels(group)
    group.add_argument("--title", default="", help="above the picture")
    group.add_argument("--colors", choices=COLOR_MAPS, help="in place of the preset's")
    group.add_argument("--apart", action="store_true", help="both biases in columns of their own")
    group.add_argument(
        "--fit", action="store_true", help="colours run to the largest number of this run"
    )
    group.add_argument("--blank", action="store_true", help="a schematic: dots in place of numbers")
    group.add_argument("--no-legend", action="store_true", help="the colours are not explained")
    group.add_argument("--no-frame", action="store_true", help="the map frames no cell")
    group.add_argument("--dpi", type=int, metavar="N", help="pixels per inch of a .png")
    group.add_argument("--link", default="", metavar="URL", help="a QR code with it in the corner")
    group.add_argument(
        "--caption", metavar="FILE", help="the .txt for the caption, which is printed otherwise"
    )


def run_figure(args: Namespace) -> int:
    """Write a moment of a trace as a picture, and say what stands below it."""
    kind = _kind(args)
    labels = read_labels(args)
    trace = read_record(args.trace)
    check_sample(trace, args)
    with blaming(args.trace, WRONG_USAGE):
        shot = _shot(args, trace)
        check_drawable(trace, args.sample)
    wrong = "--order time-first" if shot.order == "time-first" else ""
    again = run_again(trace, args.trace, wrong=wrong)
    preset = PRESETS[args.preset]
    preset = replace(preset, colors=args.colors) if args.colors else preset
    with blaming(args.trace, WRONG_USAGE), needing_packages("pictures"):
        judged = _judged(again)
        with Drawer(packed_again(trace, again, args.sample, labels)) as drawer:
            picture = still(drawer, shot, preset, title=args.title, link=args.link)
        data = _bytes(picture, preset, kind, args)
    apart = again.comparison and again.comparison.max_difference
    apart = apart if judged is None else judged.difference
    what = of_sample(shot.words(picture.at), trace, args.sample)
    words = _caption(trace, what, apart, shot.colors(preset.colors, trace))
    print("\n".join([again.said, *_written(args, data, words, picture)]))
    return again.code


def _kind(args: Namespace) -> str:
    """What is to be written, once the options are known to go with it."""
    kind = Path(args.out).suffix.lower().removeprefix(".")
    if kind not in _KINDS:
        endings = ", ".join(f".{one}" for one in _KINDS)
        raise CommandError(WRONG_USAGE, f"--out must end in one of {endings}; got {args.out}.")
    check_out(args.out, force=args.force)
    if args.caption is not None:
        check_out(args.caption, force=args.force)
        if Path(args.caption).resolve() == Path(args.out).resolve():
            raise CommandError(WRONG_USAGE, f"--caption must be another file than {args.out}.")
    if args.dpi is not None and kind != "png":
        raise CommandError(WRONG_USAGE, f"--dpi is of a .png, and --out is a .{kind}.")
    if args.dpi is not None and not 1 <= args.dpi <= _MOST_DPI:
        raise CommandError(WRONG_USAGE, f"--dpi must be from 1 to {_MOST_DPI}, got {args.dpi}.")
    if args.link and kind == "tex":
        raise CommandError(WRONG_USAGE, "--link is of .svg, .pdf and .png; --out is a .tex.")
    return kind


def _shot(args: Namespace, trace: Trace) -> Shot:
    """What is asked for, as far as it can be known without drawing.

    Raises:
        ValueError: the run has it not.
    """
    gates = list(dict.fromkeys(gate for cell in trace.cells for gate in cell.gate_names))
    if args.gate and args.gate not in gates:
        there = f"--gate must be one of {', '.join(gates)}" if gates else "the net has no gates"
        raise ValueError(f"{there}; got {args.gate!r}.")
    if args.step is not None:
        length = trace.seq_len if trace.lengths is None else trace.lengths[args.sample]
        last = len(trace.cells) * length - 1
        if not 0 <= args.step <= last:
            raise ValueError(f"--step must be between 0 and {last}, got {args.step}.")
    shot = Shot(
        view=args.view,
        at=args.at,
        tau=None if args.step is None else args.step + 1 - _REST,
        order=args.order,
        all=args.all,
        gate=args.gate,
        apart=args.apart,
        fit=args.fit,
        frame=not args.no_frame,
        legend=not args.no_legend,
        blank=args.blank,
        layers=args.layers,
        directions=None if args.directions is None else (args.directions,),
        units=args.units,
        timesteps=args.timesteps,
    )
    _check_part_of_update(shot.at, trace)
    return shot


def _check_part_of_update(at: str, trace: Trace) -> None:
    """The drawing itself passes over a part that there is not."""
    layer, direction, *_, part = at.split(".") if at.count(".") == 4 else ("", "", "")
    for cell in trace.cells:
        parts = PHASES[cell.kind]
        if part and (str(cell.layer), cell.direction) == (layer, direction) and part not in parts:
            raise ValueError(
                f"the part of the update in --at must be one of {', '.join(parts)}; got {part!r}."
            )


def _judged(again: Again) -> WhatIf | None:
    """What the wrong order got wrong, where it is drawn."""
    wrong = again.wrong
    if wrong is None:
        return None
    return what_if(
        wrong, again.comparison, schedule("time-first", wrong.config.lanes, wrong.seq_len)
    )


def check_drawable(trace: Trace, sample: int) -> None:
    """Refuse a run that is too large to be drawn.

    Raises:
        TooLargeError: it is.
    """
    check_drawn_size(numbers_bytes(trace, sample=sample))


def packed_again(trace: Trace, again: Again, sample: int, labels: list[str] | None) -> bytes:
    """The run that is drawn, the wrong one if there is one, of one sample with its labels."""
    judged = _judged(again)
    trace, truth = again.wrong or trace, again.comparison
    torch_h = truth.cells if truth else [cell.h for cell in trace.cells]
    return pack(trace, torch_h, sample=sample, words=Words(labels), what_if=judged)


def _bytes(picture: Still, preset: Preset, kind: str, args: Namespace) -> bytes:
    if kind == "tex":
        return tikz_picture(picture.drawing, preset, title=args.title).encode()
    return still_bytes(picture, kind, dpi=args.dpi or preset.dpi)


def _written(args: Namespace, data: bytes, words: str, picture: Still) -> Iterator[str]:
    """Write the files; what to print of them."""
    yield write_out(args.out, data, force=args.force)
    if picture.units is not None:
        first, end = picture.units
        yield f"the page has room for {end - first} of the units, from {first}"
    if args.caption is None:
        yield words
    else:
        yield write_out(args.caption, f"{words}\n".encode(), force=args.force)


def _caption(trace: Trace, what: str, apart: float | None, colors: str) -> str:
    versions = (f"RNNviz {rnnviz.__version__}", f"torch {torch.__version__}")
    return caption(trace, what=what, seed=None, apart=apart, versions=versions, colors=colors)


@contextmanager
def needing_packages(extra: str) -> Iterator[None]:
    """What goes wrong inside for want of a package names it, and the extra that has it.

    Raises:
        CommandError: in place of an ImportError.
    """
    try:
        yield
    except ImportError as error:
        name = (error.name or "").replace("_", "-")
        words = f"this needs {name}: pip install 'rnnviz[{extra}]'." if name else str(error)
        raise CommandError(WRONG_USAGE, words) from error
