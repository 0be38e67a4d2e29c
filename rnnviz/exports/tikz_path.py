"""The outlines of a display list, written as SVG's path data, in TikZ's own words."""

from __future__ import annotations

import math
import re

_PIECE = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
# How many numbers each command takes.
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "A": 7, "Z": 0}

Point = tuple[float, float]


def tikz_path(d: str, scale: float) -> str:
    """An outline for TikZ's `\\path`, its numbers times `scale`.

    Raises:
        ValueError: it has a command other than M, L, H, V, C, A and Z, in either case, or an arc
            that is no part of a circle.
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
            raise ValueError(
                f"a path must be made of M, L, H, V, C, A and Z, got {command!r} in {d}."
            )
        if takes == 0:
            parts.append("-- cycle")
            here, command = start, ""
            continue
        numbers = [float(pieces.pop(0)) for _ in range(takes)]
        before, points = here, _points(command, numbers, here)
        here = points[-1]
        texts = [f"({number(x * scale)},{number(y * scale)})" for x, y in points]
        if command in "Mm":
            start = here
            parts.append(texts[0])
            # Pairs that follow without a command of their own are lines.
            command = "L" if command == "M" else "l"
        elif command in "Cc":
            parts.append(f".. controls {texts[0]} and {texts[1]} .. {texts[2]}")
        elif command in "Aa":
            parts.append(_arc(numbers, before, here, scale))
        else:
            parts.append(f"-- {texts[0]}")
    return " ".join(parts)


def _points(command: str, numbers: list[float], here: Point) -> list[Point]:
    """The places that a command names, none of them relative."""
    x, y = here if command.islower() else (0.0, 0.0)
    if command in "Aa":
        return [(x + numbers[5], y + numbers[6])]
    if command in "Hh":
        return [(x + numbers[0], here[1])]
    if command in "Vv":
        return [(here[0], y + numbers[0])]
    return [(x + a, y + b) for a, b in zip(numbers[::2], numbers[1::2], strict=True)]


def _arc(numbers: list[float], start: Point, end: Point, scale: float) -> str:
    """A part of a circle.

    Source: https://www.w3.org/TR/SVG2/implnote.html#ArcImplementationNotes
    """
    radius, other, _, large, clockwise = numbers[:5]
    across, down = (end[0] - start[0]) / 2, (end[1] - start[1]) / 2
    half = math.hypot(across, down)
    if radius != other or half == 0:
        raise ValueError(f"an arc must be a part of a circle, got {numbers}.")
    radius = max(radius, half)
    # From the middle of the chord to the centre, to one side of it or to the other.
    off = math.sqrt(radius**2 - half**2) / half * (1 if large == clockwise else -1)
    center = start[0] + across + off * down, start[1] + down - off * across
    first, last = (math.atan2(y - center[1], x - center[0]) for x, y in (start, end))
    turn = (last - first) % math.tau if clockwise else -((first - last) % math.tau)
    degrees = [number(math.degrees(angle)) for angle in (first, first + turn)]
    return f"arc[start angle={degrees[0]}, end angle={degrees[1]}, radius={number(radius * scale)}]"


def number(value: float, digits: int = 3) -> str:
    """A number of millimetres, without an exponent, which TeX does not read."""
    found = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if found == "-0" else found
