"""Vocabularies in checkpoints: the token of each row of an embedding, where a file says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# A word embedding of half a million rows is the largest in use; a token of a hundred characters is
# already a broken one.
MAX_ENTRIES = 500_000
MAX_ENTRY_CHARS = 100

# A string is a vocabulary of its characters only under such a name: most are options.
_NAMES = ("alphabet", "char", "itos", "letter", "stoi", "symbol", "token", "vocab")


def vocabulary_in(name: str, value: object) -> tuple[str, ...] | None:
    """The tokens of a container in the order of their rows, None if it is no vocabulary.

    Known are a list of strings, a mapping from token to row (stoi), one from row to token (itos),
    whose rows run from 0 without a gap, and under a name such as `chars` a string.
    """
    if isinstance(value, str) and any(part in name.lower() for part in _NAMES):
        return _checked(value)
    if isinstance(value, list | tuple):
        return _checked(value)
    if isinstance(value, Mapping):
        by_row = dict(value)
        if all(type(row) is int for row in value.values()):
            by_row = {row: token for token, row in value.items()}
        if by_row.keys() == set(range(len(value))):
            return _checked([by_row[row] for row in range(len(value))])
    return None


def _checked(tokens: Sequence[object]) -> tuple[str, ...] | None:
    if not 2 <= len(tokens) <= MAX_ENTRIES or not all(map(_is_token, tokens)):
        return None
    return tuple(tokens) if len(set(tokens)) == len(tokens) else None


def _is_token(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= MAX_ENTRY_CHARS
