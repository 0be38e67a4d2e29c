"""Files that a command reads and writes."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path

from rnnviz.cli.errors import REFUSED, TOO_LARGE, WRONG_USAGE, CommandError, blaming, one_line


def read_bytes(name: str, most: int) -> bytes:
    """A whole file.

    Raises:
        CommandError: it cannot be read, is no ordinary file, or has more than `most` bytes.
    """
    path = Path(name)
    with blaming(name):
        size = path.stat().st_size
        if not path.is_file():
            raise CommandError(REFUSED, f"{name}: it is no ordinary file.")
        if size > most:
            raise CommandError(
                TOO_LARGE, f"{name}: it must have at most {most:,} bytes, got {size:,}."
            )
        return path.read_bytes()


def add_out(parser: ArgumentParser, help: str) -> None:
    """The arguments that say where to write."""
    parser.add_argument("--out", metavar="FILE", required=True, help=help)
    parser.add_argument("--force", action="store_true", help="write over a FILE that is there")


def check_out(name: str, *, force: bool) -> None:
    """Refuse a place where nothing can be written, before anything is computed.

    Raises:
        CommandError: there is something already, and not `force`, or something that is no file;
            or no such folder.
    """
    with blaming(name):
        path = Path(name)
        if not path.name or path.is_dir():
            raise CommandError(WRONG_USAGE, f"--out must be a file, got the folder {name}.")
        if not path.parent.is_dir():
            raise CommandError(REFUSED, f"{name}: its folder is not there.")
        if not os.path.lexists(path):
            return
        if not path.is_file():
            raise CommandError(WRONG_USAGE, f"--out must be an ordinary file, got {name}.")
        if not force:
            raise CommandError(WRONG_USAGE, f"{name} is there already; --force writes over it.")


def write_out(name: str, data: bytes, *, force: bool) -> str:
    """Write a file as a whole or not at all; gives the line to print.

    Raises:
        CommandError: as for `check_out`, or the disk does not take it.
    """
    check_out(name, force=force)
    path = Path(name)
    part = path.with_name(f".{path.name[:100]}.{os.getpid()}.part")
    try:
        with blaming(name):
            with part.open("xb") as file:
                file.write(data)
            part.replace(path)
    finally:
        with blaming(name):
            part.unlink(missing_ok=True)
    return one_line(f"wrote {name}, {len(data):,} bytes")
