"""The outlines of a display list, written as SVG's path data, in TikZ's own words."""

from __future__ import annotations

import re

_PIECE = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
# How many numbers each command takes.
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "Z": 0}


def tikz_path(d: str, scale: float) -> str:
    """An outline for TikZ's `\\path`, its numbers times `scale`.

    Raises:
        ValueError: it has a command other than M, L, H, V, C and Z, in either case.
    """
    pieces = _PIECE.findall(d)
    parts: list[str] = []
    here = start = (0.0, 0.0)
    command = ""
    while pieces:
        if pieces[0].isalpha():
            command = pieces.pop(0)
        takes = _TAKES.get(command.upper())
        if takes is None:
            raise ValueError(f"a path must be made of M, L, H, V, C and Z, got {command!r} in {d}.")
        if takes == 0:
            parts.append("-- cycle")
            here, command = start, ""
            continue
        numbers = [float(pieces.pop(0)) for _ in range(takes)]
        points = _points(command, numbers, here)
        here = points[-1]
        texts = [f"({number(x * scale)},{number(y * scale)})" for x, y in points]
        if command in "Mm":
            start = here
            parts.append(texts[0])
            # Pairs that follow without a command of their own are lines.
            command = "L" if command == "M" else "l"
        elif command in "Cc":
            parts.append(f".. controls {texts[0]} and {texts[1]} .. {texts[2]}")
        else:
            parts.append(f"-- {texts[0]}")
    return " ".join(parts)


def _points(
    command: str, numbers: list[float], here: tuple[float, float]
) -> list[tuple[float, float]]:
    """The places that a command names, none of them relative."""
    x, y = here if command.islower() else (0.0, 0.0)
    if command in "Hh":
        return [(x + numbers[0], here[1])]
    if command in "Vv":
        return [(here[0], y + numbers[0])]
    return [(x + a, y + b) for a, b in zip(numbers[::2], numbers[1::2], strict=True)]


def number(value: float, digits: int = 3) -> str:
    """A number of millimetres, without an exponent, which TeX does not read."""
    found = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if found == "-0" else found
