"""A text on its way into a net: cut into tokens, then one column or one row of numbers for each."""

from __future__ import annotations

from typing import NamedTuple

from rnnviz.files.load import Table
from rnnviz.inputs import (
    Series,
    Unit,
    embedded_tokens,
    most_tokens,
    one_hot_tokens,
    read_text,
    tokens_of,
    vocabulary_of_unit,
)
from rnnviz.limits import MAX_FILE_TOKENS
from rnnviz.ui.opened import Opened
from rnnviz.ui.settings import OF_NET_FILE, SORTED_TEXT, Settings


class Reading(NamedTuple):
    """A text as a net is to read it.

    Attributes:
        unit: what a token is.
        tokens: one for each timestep.
        vocabulary: one for each column or row of numbers.
        table: the embedding that they go through, None for one-hot.
        cut: whether the text goes on after the tokens.
    """

    unit: Unit
    tokens: tuple[str, ...]
    vocabulary: tuple[str, ...]
    table: Table | None
    cut: bool

    @property
    def unknown(self) -> tuple[str, ...]:
        """The tokens outside the vocabulary, each once, in the order of the text."""
        known = set(self.vocabulary)
        return tuple(dict.fromkeys(token for token in self.tokens if token not in known))

    @property
    def input_size(self) -> int:
        """How many numbers a timestep has."""
        if self.table is not None:
            return self.table.weight.shape[1]
        # Every byte is known; else one column more is shared by what is not.
        return len(self.vocabulary) + (self.unit != "bytes")


def holds_text(settings: Settings, name: str) -> bool:
    """Whether the input is a text, typed or in a file of that name."""
    if settings.input == "text":
        return True
    is_txt = name.lower().endswith(".txt")
    return settings.input == "file" and is_txt and settings.read_as == "text"


def read_tokens(settings: Settings, file: tuple[str, bytes], opened: Opened | None) -> Reading:
    """The text of the settings or of the file, (name, bytes), cut into tokens.

    Raises:
        ValueError: it is no text, or the net's file has not what the settings name.
    """
    text = settings.text if settings.input == "text" else read_text(file[1])
    table = embedding_of(settings, opened)
    found = tokens_of(text, settings.unit, MAX_FILE_TOKENS + 1)
    vocabulary = _vocabulary(settings, found, table, opened)
    # One-hot rows have at most 256 columns, of which the longest text may have all.
    most = MAX_FILE_TOKENS if table is None else most_tokens(table.weight.shape[1])
    most //= settings.batch if settings.input == "text" else 1
    return Reading(settings.unit, found[:most], vocabulary, table, len(found) > most)


def series_of(settings: Settings, reading: Reading) -> Series:
    """The numbers that the net reads.

    Raises:
        ValueError: there are none, or the vocabulary does not fit.
    """
    batch = settings.batch if settings.input == "text" else 1
    unit, tokens, vocabulary = reading[:3]
    if reading.table is None:
        return one_hot_tokens(tokens, vocabulary, unit, batch)
    weight = reading.table.weight.double().numpy()
    name = reading.table.name
    return embedded_tokens(tokens, vocabulary, weight, unit, batch=batch, name=name)


def embedding_of(settings: Settings, opened: Opened | None) -> Table | None:
    """The embedding that the settings name in the net's file; None if they name none.

    Raises:
        ValueError: the file has none of that name that fits the net.
    """
    if not (settings.is_opened and settings.embedding):
        return None
    return _named(opened, "embedding", settings.embedding, settings.net_name)


def head_of(settings: Settings, opened: Opened | None) -> Table | None:
    """The linear layer that the settings name in the net's file; None if they name none.

    Raises:
        ValueError: the file has none of that name that fits the net.
    """
    if not (settings.is_opened and settings.head):
        return None
    return _named(opened, "head", settings.head, settings.net_name)


def vocabulary_in_file(opened: Opened | None, rows: int) -> tuple[str, ...] | None:
    """The vocabulary of the net's file for a table of so many rows.

    The one of just that length, else the longest of those that are shorter.
    """
    if opened is None:
        return None
    fitting = [found for found in opened.file.vocabularies.values() if len(found) <= rows]
    return max(fitting, key=len, default=None)


def head_tokens(opened: Opened, reading: Reading | None, outputs: int) -> tuple[str, ...] | None:
    """What a head's outputs stand for: the vocabulary that has just as many entries, if one has."""
    known = [*opened.file.vocabularies.values(), *([reading.vocabulary] if reading else [])]
    return next((found for found in known if len(found) == outputs), None)


def _named(opened: Opened, what: str, name: str, net_name: str) -> Table:
    net = opened.net(net_name)
    tables = opened.file.embeddings(net) if what == "embedding" else opened.file.heads(net)
    for table in tables:
        if table.name == name:
            return table
    known = ", ".join(repr(table.name) for table in tables) or "none"
    raise ValueError(
        f"{opened.name} has no {what} {name!r} that fits the net: there are {known}. Choose it on "
        "the page “Open a net”."
    )


def _vocabulary(
    settings: Settings, tokens: tuple[str, ...], table: Table | None, opened: Opened | None
) -> tuple[str, ...]:
    if settings.unit == "bytes":
        return vocabulary_of_unit("", "bytes")
    if settings.vocab_is == SORTED_TEXT:
        return tuple(sorted(set(tokens)))
    if settings.vocab_is == OF_NET_FILE and table is not None:
        found = vocabulary_in_file(opened, len(table.weight))
        if found is None:
            raise ValueError(
                f"{opened.name} holds no list of tokens for the {len(table.weight):,} rows of "
                f"{table.name!r}; type the vocabulary, or take the text's own."
            )
        return found
    return vocabulary_of_unit(settings.vocab, settings.unit)
