"""The table of subcommands; a new one is a row of it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import NamedTuple

from rnnviz.cli.figure import FIGURE_NOTES, add_figure, run_figure
from rnnviz.cli.film import FILM_NOTES, add_film, run_film
from rnnviz.cli.player import add_html, run_html
from rnnviz.cli.records import (
    add_data,
    add_script,
    add_xlsx,
    run_data,
    run_script,
    run_xlsx,
)
from rnnviz.cli.runs import add_diagnose, add_trace, run_diagnose, run_trace


class Command(NamedTuple):
    """A subcommand.

    Attributes:
        name: as it is typed.
        summary: what it does, in a line.
        example: what could be typed after `python -m rnnviz`.
        more: other examples, for its own help.
        notes: what its own help says below them.
        add_arguments: adds its arguments.
        run: does it and gives the exit code.
    """

    name: str
    summary: str
    example: str
    add_arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]
    more: tuple[str, ...] = ()
    notes: str = ""


COMMANDS: tuple[Command, ...] = (
    Command(
        name="trace",
        summary="Run a net by hand, hold it against torch.nn, and keep every number.",
        example="trace model.pt x.npy --net encoder.rnn --out trace.npz",
        add_arguments=add_trace,
        run=run_trace,
    ),
    Command(
        name="data",
        summary="Write the numbers of a trace as a table or as safetensors.",
        example="data trace.npz --format csv --layer 1 --direction reverse --t 0:10 --quantity h "
        "--out h.csv",
        add_arguments=add_data,
        run=run_data,
    ),
    Command(
        name="script",
        summary="Write a trace as a script in plain torch.",
        example="script trace.npz --out net.py",
        add_arguments=add_script,
        run=run_script,
    ),
    Command(
        name="figure",
        summary="Write a moment of a trace as a picture: SVG, PDF, PNG or TikZ.",
        example="figure trace.npz --view map --step 20 --preset column --out fig.pdf",
        more=(
            "figure trace.npz --view step --at 1.reverse.4.3 --gate f --preset wide --out step.svg",
            "figure trace.npz --view whole --preset web-dark --dpi 96 --out net.png",
            "figure trace.npz --layers 0:1 --timesteps 0:4 --labels 'a b c d e f' --out part.tex",
            "figure trace.npz --order time-first --preset slide --title 'Time first' --link "
            "https://example.org --out slide.pdf",
            "figure trace.npz --blank --no-frame --preset grey --caption fig.txt --out fig.pdf",
        ),
        notes=FIGURE_NOTES,
        add_arguments=add_figure,
        run=run_figure,
    ),
    Command(
        name="film",
        summary="Write a trace as a film: GIF, WebP or MP4.",
        example="film trace.npz --view map --span 0:24 --speed 2 --out net.gif",
        more=(
            "film trace.npz --walk time --size 1280 --theme dark --out net.mp4",
            "film trace.npz --view whole --order both --span 6:12 --out step.webp",
        ),
        notes=FILM_NOTES,
        add_arguments=add_film,
        run=run_film,
    ),
    Command(
        name="html",
        summary="Write a trace as one page that plays it, without a server or a network.",
        example='html trace.npz --out player.html --wrong-order --start 1.reverse.4.3 --title "My '
        'net"',
        add_arguments=add_html,
        run=run_html,
    ),
    Command(
        name="xlsx",
        summary="Write a trace as a workbook whose formulas compute the net.",
        example="xlsx trace.npz --out net.xlsx",
        add_arguments=add_xlsx,
        run=run_xlsx,
    ),
    Command(
        name="diagnose",
        summary="Name the mistake that makes exactly the numbers of your own net.",
        example="diagnose model.pt x.npy --output mine.txt --h-n mine_h_n.npy",
        add_arguments=add_diagnose,
        run=run_diagnose,
    ),
)
