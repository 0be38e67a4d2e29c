"""How a command ends, and errors that say so in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rnnviz.limits import TooLargeError

DONE, DIFFERS, WRONG_USAGE, REFUSED, TOO_LARGE = range(5)
# What a shell gives for a program that Ctrl+C ends.
STOPPED = 130

# For the help.
EXIT_CODES = f"""\
exit codes:
  {DONE}  done
  {DIFFERS}  the numbers differ from torch.nn's (diagnose: from the net's)
  {WRONG_USAGE}  wrong usage: an option, or something that the file has not
  {REFUSED}  a file cannot be read or written, or is refused
  {TOO_LARGE}  too large: the message says what to lower
  {STOPPED}  stopped by Ctrl+C"""


class CommandError(Exception):
    """Why a command cannot go on.

    Attributes:
        code: the exit code.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(one_line(message))
        self.code = code


@contextmanager
def blaming(name: str, code: int = REFUSED) -> Iterator[None]:
    """What goes wrong inside is the fault of `name`, a file or an option; "" if the error says.

    Raises:
        CommandError: in place of what the library raises for files and arguments, with `code`, or
            that for what is too large.
    """
    try:
        yield
    except OSError as error:
        where = name or error.filename
        raise CommandError(code, f"{where}: {error.strerror or error}.") from error
    except (ValueError, TypeError, RuntimeError, NotImplementedError) as error:
        before = f"{name}: " if name else ""
        code = TOO_LARGE if _is_too_large(error) else code
        raise CommandError(code, f"{before}{error}") from error


def one_line(text: str) -> str:
    """A text without its line breaks and what else a terminal would take for a command."""
    words = " ".join(text.split())
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in words)


def _is_too_large(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, TooLargeError):
            return True
        error = error.__cause__
    return False
