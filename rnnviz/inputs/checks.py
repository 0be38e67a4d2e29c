"""What every kind of input checks alike, and how an error shows what came."""

from __future__ import annotations

# Long enough to recognise a field or a file's name, short enough for one line of an error.
EXCERPT_CHARS = 30


def check_size(name: str, value: int, most: int, *, least: int = 1) -> None:
    """Nothing, if the value is an int from `least` to `most`.

    Raises:
        TypeError: the value is no int.
        ValueError: it is out of range.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an int, got {excerpt(value)}.")
    if not least <= value <= most:
        raise ValueError(f"{name} must be from {least} to {most}, got {excerpt(value)}.")


def excerpt(value: object) -> str:
    """What came, as Python writes it, cut to at most 30 characters."""
    # A string is cut first: the repr of a field of 100,000 characters is not needed.
    written = repr(value[: EXCERPT_CHARS + 1] if isinstance(value, str) else value)
    if len(written) <= EXCERPT_CHARS:
        return written
    return f"{written[: EXCERPT_CHARS - 2]}…{written[-1]}"


def counted(number: int, noun: str) -> str:
    """`1 number`, `2 numbers`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
