"""Reads a command line and runs its subcommand."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from typing import NoReturn

from rnnviz.cli.commands import COMMANDS, Command
from rnnviz.cli.errors import DONE, EXIT_CODES, STOPPED, TOO_LARGE, WRONG_USAGE, CommandError

_PROGRAM = "python -m rnnviz"


class _Parser(ArgumentParser):
    """One line for an error, where argparse writes the usage before it."""

    def error(self, message: str) -> NoReturn:
        raise CommandError(WRONG_USAGE, f"{message}; see {self.prog} --help")


def main(argv: Sequence[str]) -> int:
    """Run a command.

    Args:
        argv: what follows `python -m rnnviz`.

    Returns:
        The exit code; what each means stands in the help.
    """
    try:
        code = _run(argv)
        # Here, where its failure can still be dealt with; there may be no stdout at all.
        print(end="", flush=True)
        return code
    except BrokenPipeError:
        # The reader of the output, such as `head`, has had enough. What Python still holds of it
        # would fail once more at the exit (https://docs.python.org/3/library/signal.html).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _run(argv: Sequence[str]) -> int:
    try:
        args = _parser().parse_args(argv)
        return args.run(args)
    except CommandError as error:
        return _said(error.code, str(error))
    except KeyboardInterrupt:
        return _said(STOPPED, "stopped; nothing was written.")
    except MemoryError:
        return _said(TOO_LARGE, "memory is full; lower seq_len, batch or the size of the net.")
    except SystemExit as stop:
        # After --help.
        return stop.code or DONE


def _said(code: int, message: str) -> int:
    print(f"rnnviz: {message}", file=sys.stderr)
    return code


def _parser() -> ArgumentParser:
    examples = "\n".join(f"  {_PROGRAM} {command.example}" for command in COMMANDS)
    parser = _Parser(
        prog=_PROGRAM,
        description="Recurrent nets of torch run by hand, every number kept and checked.",
        epilog=f"examples:\n{examples}\n\n{EXIT_CODES}",
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        own = commands.add_parser(
            command.name,
            help=command.summary,
            description=command.summary,
            epilog=_epilog(command),
            formatter_class=RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        command.add_arguments(own)
        own.set_defaults(run=command.run)
    return parser


def _epilog(command: Command) -> str:
    examples = (command.example, *command.more)
    lines = ["examples:" if command.more else "example:"]
    lines += [f"  {_PROGRAM} {example}" for example in examples]
    parts = ["\n".join(lines), command.notes, EXIT_CODES]
    return "\n\n".join(part for part in parts if part)
