"""Names for the colours and looks of a TikZ picture, so that each can be changed in one place."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_uppercase


class Styles:
    """Colours and looks, each named once, in the order in which they are met."""

    def __init__(self) -> None:
        self.colors: dict[str, str] = {}
        self.looks: dict[str, dict[str, str]] = {}

    def color(self, color: str) -> str:
        """The name of a `#rrggbb` colour: rnnvizA, rnnvizB, ..."""
        return self.colors.setdefault(color, f"rnnviz{_letters(len(self.colors))}")

    def look(self, kind: str, options: str) -> str:
        """The name of a style: `rnnviz line 1`, ..."""
        looks = self.looks.setdefault(kind, {})
        return looks.setdefault(options, f"rnnviz {kind} {len(looks) + 1}")

    def definitions(self, roles: dict[str, str]) -> Iterator[str]:
        """The lines that define the colours."""
        for color, name in self.colors.items():
            role = f" % {roles[color]}" if color in roles else ""
            yield f"\\definecolor{{{name}}}{{HTML}}{{{color[1:].upper()}}}{role}"

    def options(self) -> Iterator[str]:
        """The lines that define the styles."""
        for looks in self.looks.values():
            yield from (f"  {name}/.style={{{options}}}," for options, name in looks.items())


def _letters(index: int) -> str:
    """A, B, ... Z, AA, AB, ..."""
    found = ""
    while index >= 0:
        index, letter = divmod(index, 26)
        found, index = ascii_uppercase[letter] + found, index - 1
    return found
