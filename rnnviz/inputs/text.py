"""Text as input: what a reader sees as one character is one timestep, in any script."""

from __future__ import annotations

import unicodedata

import regex

from rnnviz.limits import MAX_CHAR_CODE_POINTS

# The last column, shared by every character outside the vocabulary.
UNKNOWN = "unknown"

# Word joiner, invisible. In a vocabulary it stands for nothing but keeps its neighbours apart: a
# flag's two letters, or a Hindi consonant with virama and the next one, would become one character.
APART = "\u2060"


def characters(text: str) -> tuple[str, ...]:
    """The characters as a reader counts them: extended grapheme clusters of the text in NFC.

    A letter with its accents, a Devanagari syllable, a Hangul syllable, an emoji joined of several
    and a line break written as two are one character each.

    Raises:
        ValueError: a character has more code points than any script needs.

    Source: https://www.unicode.org/reports/tr29/#Grapheme_Cluster_Boundaries
    """
    clusters = _clusters(text)
    for position, cluster in enumerate(clusters, start=1):
        if len(cluster) > MAX_CHAR_CODE_POINTS:
            raise ValueError(
                f"a character must have at most {MAX_CHAR_CODE_POINTS} code points, "
                f"number {position} has {len(cluster)}."
            )
    # One by one and only now: normalising a run of accents takes the square of its length.
    return tuple(unicodedata.normalize("NFC", cluster) for cluster in clusters)


def vocabulary_of(text: str) -> str:
    """The distinct characters of the text in order of first appearance."""
    return widen("", text)


def widen(vocabulary: str, text: str) -> str:
    """The vocabulary without duplicates, and after it what the text has besides.

    Where two neighbours would melt into one character, an invisible word joiner stands between.
    """
    widened: list[str] = []
    for character in dict.fromkeys(entries(vocabulary) + entries(text)):
        if widened and _clusters(widened[-1] + character) != [widened[-1], character]:
            widened.append(APART)
        widened.append(character)
    return "".join(widened)


def rotated(items: tuple[str, ...], sample: int) -> tuple[str, ...]:
    """The characters of one sample, made of those of sample 0: rotated left by `sample`."""
    start = sample % max(1, len(items))
    return items[start:] + items[:start]


def _clusters(text: str) -> list[str]:
    return regex.findall(r"\X", text)


def entries(vocabulary: str) -> tuple[str, ...]:
    """The distinct characters of a vocabulary, without the word joiners between them."""
    return tuple(dict.fromkeys(c for c in characters(vocabulary) if c != APART))
