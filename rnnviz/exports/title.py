"""The title above a picture, in lines that fit its width."""

from __future__ import annotations

import re

from rnnviz.exports.chart_size import text_width

# How much wider its letters are.
_SEMIBOLD = 1.08


def title_lines(title: str, room: float, size: float) -> list[str]:
    """A title in lines that fit the room; a word that is wider is broken anywhere.

    Args:
        title: the words; none give no line.
        room: the width, in the unit of `size`.
        size: of its letters.
    """
    lines = [""] if title.strip() else []
    for word in re.findall(r"\s*\S+", title):
        for part in word if _width(word, size) > room else [word]:
            if lines[-1] and _width(lines[-1] + part, size) > room:
                lines.append(part.lstrip())
            else:
                lines[-1] += part
    return lines


def _width(text: str, size: float) -> float:
    return _SEMIBOLD * text_width(text, size)
