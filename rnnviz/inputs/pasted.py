"""Numbers that people paste: printed tensors and arrays, lists of Python, tables."""

from __future__ import annotations

import re

from rnnviz.inputs.pasted_results import read_results
from rnnviz.inputs.pasted_table import read_tables
from rnnviz.limits import MAX_PASTED_CHARS
from rnnviz.records.pasted import Pasted

# What an f-string makes of {output=}.
_NAMED = re.compile(
    r"\b([A-Za-z_][\w.]*)=(?=\s*(?:(?:torch\.)?tensor\(|(?:np\.|numpy\.)?array\(|\[))"
)


def read_numbers(text: str) -> tuple[Pasted, ...]:
    """The arrays of a pasted text, in its order.

    Reads what `print` and `repr` write of tensors of torch and arrays of numpy, wrapped, cut short
    by "..." and in scientific notation too; tuples and lists of them, as `output, (h_n, c_n)`;
    nested lists of Python; and tables, whose columns stand apart by commas, semicolons or blanks
    and which end at a blank line. The text is never evaluated.

    Raises:
        ValueError: the text is none of these, too long or holds too many numbers; says in which
            line and what came.
    """
    if len(text) > MAX_PASTED_CHARS:
        raise ValueError(
            f"the text must have at most {MAX_PASTED_CHARS} characters, got {len(text)}."
        )
    # Chats and word processors put these in the place of what was printed.
    plain = text.removeprefix("\ufeff").replace("−", "-").replace("…", "...")
    plain = _NAMED.sub(r"\1 = ", re.sub(r"\r\n?", "\n", plain))
    if not plain.strip():
        raise ValueError("the text must hold numbers, it is blank.")
    if re.search(r"[\[(]", plain) is None:
        return tuple(
            Pasted(values=table, gaps=(None, None), rounding=rounding, shape=table.shape)
            for table, rounding in read_tables(plain)
        )
    return tuple(
        Pasted(
            values=result.values,
            gaps=result.gaps,
            rounding=result.rounding,
            shape=result.shape,
            name=result.name,
        )
        for result in read_results(plain)
    )
