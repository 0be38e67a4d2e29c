"""How long each sample of a padded batch is, as typed."""

from __future__ import annotations

import re

from rnnviz.inputs.checks import excerpt

# A number of ASCII digits, few enough for any length there is.
_NUMBER = re.compile(r"[0-9]{1,6}")


def read_lengths(text: str, batch: int, seq_len: int) -> tuple[int, ...]:
    """One length per sample from text such as `5, 3, 4`; commas or blanks part them.

    Raises:
        ValueError: there is not one whole number from 1 to seq_len per sample.
    """
    words = text.replace(",", " ").split()
    if all(_NUMBER.fullmatch(word) for word in words) and len(words) == batch:
        lengths = tuple(int(word) for word in words)
        if all(1 <= length <= seq_len for length in lengths):
            return lengths
    noun = "number" if batch == 1 else "numbers"
    raise ValueError(
        f"lengths must be {batch} whole {noun} from 1 to {seq_len}, one per sample; "
        f"got {excerpt(text)}."
    )
