"""Text cut into tokens, which are a net's timesteps: characters, bytes, or words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import islice
from typing import Literal, get_args

import numpy as np
import regex

from rnnviz.inputs.checks import check_size, excerpt
from rnnviz.inputs.series import Series
from rnnviz.inputs.text import UNKNOWN, characters, entries, widen
from rnnviz.limits import (
    MAX_BATCH,
    MAX_CHAR_CODE_POINTS,
    MAX_COLUMN_CHARS,
    MAX_FILE_BYTES,
    MAX_FILE_TOKENS,
    MAX_INPUT_SIZE,
    MAX_TEXT_VALUES,
    MAX_VOCABULARY_CHARS,
)

Unit = Literal["characters", "bytes", "words"]

UNITS: tuple[Unit, ...] = get_args(Unit)

BYTES = 256

# A word with its apostrophes and hyphens, or one mark that is no word.
_WORD = regex.compile(r"[\w\p{M}]+(?:['’\-][\w\p{M}]+)*|[^\w\s\p{M}]")


def tokens_of(text: str, unit: Unit, most: int = MAX_FILE_TOKENS) -> tuple[str, ...]:
    """The tokens of a text, of a longer one its first `most`.

    Characters are as `characters` counts them. Bytes are those of UTF-8, shown as ASCII where it
    has a sign, else as `\\x0a`. Words are runs of letters and digits, with every punctuation mark
    a token of its own and blanks left out; upper and lower case differ.

    Raises:
        ValueError: a character has too many code points.
    """
    if unit == "bytes":
        return tuple(map(_byte, text[:most].encode("utf-8", "surrogatepass")[:most]))
    if unit == "words":
        return tuple(islice(_words(text), most))
    # Of a text of a megabyte only what is read is looked at.
    return characters(text[: most * MAX_CHAR_CODE_POINTS])[:most]


def vocabulary_of_unit(vocabulary: str, unit: Unit) -> tuple[str, ...]:
    """The distinct tokens that a vocabulary's text lists, in their order.

    Of bytes all 256, whatever the text; words stand between blanks.

    Raises:
        ValueError: a character has too many code points.
    """
    if unit == "bytes":
        return tuple(map(_byte, range(BYTES)))
    if unit == "words":
        return tuple(dict.fromkeys(unicodedata.normalize("NFC", vocabulary).split()))
    return entries(vocabulary)


def widened(vocabulary: str, text: str, unit: Unit) -> str:
    """The vocabulary's text, and after it the tokens that the text has besides."""
    if unit == "characters":
        return widen(vocabulary, text)
    known = vocabulary_of_unit(vocabulary, unit)
    return " ".join(dict.fromkeys((*known, *tokens_of(text, unit))))


def one_hot(text: str, vocabulary: str, batch: int = 1, unit: Unit = "characters") -> Series:
    """A text as rows with a single 1: one column per entry of the vocabulary, then "unknown".

    The last column is shared by all tokens outside the vocabulary, and always there, so that
    input_size depends on the vocabulary alone; bytes, which are all known, have none. Sample b is
    the text rotated left by b tokens ("hello" -> "elloh"), so that the samples of a batch can be
    told apart; labels and unknown are those of sample 0.

    Raises:
        TypeError: batch is no int.
        ValueError: the text or the vocabulary is empty or too long, a character has too many code
            points, or batch is out of range.
    """
    known = vocabulary_of_unit(vocabulary, unit)
    return one_hot_tokens(tokens_of(text, unit, MAX_FILE_TOKENS + 1), known, unit, batch)


def one_hot_tokens(
    tokens: tuple[str, ...], vocabulary: tuple[str, ...], unit: Unit, batch: int = 1
) -> Series:
    """`one_hot` of a text and a vocabulary that are cut into tokens."""
    if not 1 <= len(vocabulary) <= MAX_INPUT_SIZE - (unit != "bytes"):
        raise ValueError(
            f"the vocabulary must have from 1 to {MAX_VOCABULARY_CHARS} {unit}, "
            f"got {len(vocabulary)}."
        )
    columns = vocabulary if unit == "bytes" else (*vocabulary, UNKNOWN)
    ids = token_ids(tokens, vocabulary, unit, batch, len(columns))  # (batch, seq_len)
    values = np.eye(len(columns))[np.where(ids < 0, len(vocabulary), ids)]
    names = tuple(name[:MAX_COLUMN_CHARS] for name in columns)
    return _series(values, tokens, ids, names)


def embedded_tokens(
    tokens: tuple[str, ...],
    vocabulary: tuple[str, ...],
    table: np.ndarray,
    unit: Unit,
    *,
    batch: int = 1,
    name: str = "embedding",
) -> Series:
    """Tokens as rows of an embedding's table; entry k of the vocabulary has row k.

    A token outside the vocabulary has no row and is read as zeros.

    Args:
        tokens: of sample 0; sample b is they rotated left by b.
        vocabulary: at most as many entries as the table has rows.
        table: (num_embeddings, embedding_dim).
        unit: what the tokens are.
        batch: number of samples.
        name: of the embedding, for the columns.

    Raises:
        ValueError: there are no or too many tokens or entries.
    """
    rows, width = table.shape
    if not 1 <= len(vocabulary) <= rows:
        raise ValueError(
            f"the vocabulary must have from 1 to {rows:,} entries, one for each row of "
            f"{excerpt(name)} that is used; got {len(vocabulary):,}."
        )
    ids = token_ids(tokens, vocabulary, unit, batch, width)  # (batch, seq_len)
    values = np.zeros((*ids.shape, width))
    values[ids >= 0] = table[ids[ids >= 0]]
    columns = tuple(f"{name[: MAX_COLUMN_CHARS - 8]}[{column}]" for column in range(width))
    return _series(values, tokens, ids, columns)


def token_ids(
    tokens: tuple[str, ...], vocabulary: tuple[str, ...], unit: Unit, batch: int, width: int
) -> np.ndarray:
    """The place of each token in the vocabulary, -1 outside it. Shape (batch, seq_len).

    Raises:
        ValueError: there are no tokens, or too many for rows of `width` numbers.
    """
    check_size("batch", batch, MAX_BATCH)
    most = most_tokens(width * batch)
    if not 1 <= len(tokens) <= most:
        raise ValueError(f"the text must have from 1 to {most:,} {unit}, got {len(tokens):,}.")
    place = {token: k for k, token in enumerate(vocabulary)}
    ids = np.array([place.get(token, -1) for token in tokens])
    return np.stack([np.roll(ids, -sample) for sample in range(batch)])


def most_tokens(width: int) -> int:
    """How many timesteps of so many numbers a text may become."""
    return max(1, min(MAX_FILE_TOKENS, MAX_TEXT_VALUES // width))


def read_text(data: bytes) -> str:
    """The text of a file in UTF-8, line breaks as one character.

    Raises:
        ValueError: it is no such text, empty, or too large.
    """
    if len(data) > MAX_FILE_BYTES:
        raise ValueError(f"the file must have at most {MAX_FILE_BYTES:,} bytes, got {len(data):,}.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(
            f"the text must be UTF-8; byte {error.start} (line {line}) is none."
        ) from error
    if not text:
        raise ValueError("the text must have at least one character, the file is empty.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _words(text: str) -> Iterator[str]:
    for found in _WORD.finditer(text):
        yield unicodedata.normalize("NFC", found.group())


def _series(
    values: np.ndarray, tokens: tuple[str, ...], ids: np.ndarray, columns: tuple[str, ...]
) -> Series:
    unknown = tuple(np.flatnonzero(ids[0] < 0).tolist())
    return Series(values=values, labels=tokens, columns=columns, unknown=unknown)


def _byte(value: int) -> str:
    return chr(value) if 0x20 < value < 0x7F else f"\\x{value:02x}"
