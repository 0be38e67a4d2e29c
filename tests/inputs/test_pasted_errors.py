import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.inputs.pasted import read_numbers
from rnnviz.limits import MAX_FILE_VALUES, MAX_PASTED_ARRAYS, MAX_PASTED_CHARS

GARBAGE = {
    "nothing": ("", "the text must hold numbers, it is blank"),
    "blank": (" \n\t", "the text must hold numbers, it is blank"),
    "a word": ("\nhello", "line 2: expected numbers, got 'hello'"),
    "a call": ("[1]\nprint(x)", r"line 2: expected an array such as tensor\(\[...\]\), got 'print"),
    "no number": ("[1,\n 2, x]", r"line 2: expected a number, got 'x\]'"),
    "two points": ("[1.2.3]", r"line 1: expected a number, got '1.2.3\]'"),
    "a complex number": ("tensor([1.+2.j])", "line 1: expected a number, got '1.+2.j"),
    "None": ("[None]", "line 1: expected an array"),
    "underscore": ("[1_000]", "line 1: expected a number"),
    "other digits": ("[١٢]", "line 1: expected"),
    "too large": ("[1,\n\n1e999]", "line 3: expected a number within float64, got '1e999"),
    "a long number": (f"[1, {'2' * 401}]", "line 1: expected a number, got '22222"),
    "missing": ("[1,,2]", "line 1: expected a number, got ',2"),
    "comma first": ("[,2]", "line 1: expected a number, got ',2"),
    "ragged": ("[[1, 2],\n [3, 4],\n [5]]",
               "line 3: the list that ends here has 1 item, expected 2 items as in line 1"),
    "ragged gap": ("[[1, ..., 2],\n [1, 2]]",
                   r'line 2: the list .* 2 items, expected 1 \+ 1 items around "..." as in line 1'),
    "two gaps": ("[1, ..., 2, ..., 3]", 'line 1: expected only one "..." in a list'),
    "list after numbers": ("[1,\n[2]]", "line 2: expected a number, as before"),
    "number after lists": ("[[2],\n1]", "line 2: expected a list, as before"),
    "number after empty lists": ("[[],\n1]", "line 2: expected a list, as before"),
    "not closed": ("[[1, 2]\n", r"line 1: expected \], the text ends there"),
    "tuple not closed": ("(tensor([1]),\n", r"line 1: expected \), the text ends there"),
    "closed too often": ("[1]]", "line 1: expected an array"),
    "other bracket": ("[1)", r"line 1: expected \], got"),
    "name without array": ("(output)", "line 1: expected an array"),
    "five words": ("a b c d e [1]", "line 1: expected an array such as .*, got 'a b c d e"),
    "no option": ("tensor([1], 5)", "line 1: expected an option such as dtype=torch.float64"),
    "two arrays in one": ("tensor([1] [2])", r"line 1: expected , or \)"),
    "tensor alone": ("[1] tensor", r"line 1: expected \(, the text ends there"),
    "tensor cut": ("tensor(", r"line 1: expected a number or \[, the text ends there"),
    "sizes cut": ("tensor([], size=(2", r"line 1: expected \), the text ends there"),
    "no sizes": ("tensor([], size=(x, 2))", "line 1: expected a size, got 'x"),
    "deep": ("[" * 9 + "1" + "]" * 9, "line 1: expected at most 8 brackets in one another"),
    "ragged table": ("1,2\n3", "line 2: expected 2 numbers as in line 1, got 1"),
    "word in a table": ("1,2\n3,x", "line 2: expected a number, got 'x'"),
    "hole in a table": ("1,,2", "line 1: expected a number, got ''"),
    "header alone": ("1 2\n\na b\n", "line 3: expected numbers, got 'a b'"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), GARBAGE.values(), ids=GARBAGE)
def test_read_numbers_refuses(text, message):
    with pytest.raises(ValueError, match=message):
        read_numbers(text)


MEGABYTE = 10**6
HUGE = {
    "[": "[" * MEGABYTE,
    "[[ with blanks": "[ " * (MEGABYTE // 2),
    "(": "(" * MEGABYTE,
    "tensor(": "tensor(" * (MEGABYTE // 7),
    "digits": "1" * MEGABYTE,
    "digits in a list": "[" + "1" * MEGABYTE + "]",
    "digits, then not": "[" + "1" * MEGABYTE + "x]",
    "points": "[" + "." * MEGABYTE,
    "commas": "[1" + "," * MEGABYTE,
    "blanks": "1" + " " * MEGABYTE + "x",
    "blanks in a list": "[" + " " * MEGABYTE,
    "empty lists": "[" + "[]," * (MEGABYTE // 3),
    "many arrays": "[]" * (MEGABYTE // 2),
    "scalars cut": "[np.float64(" * (MEGABYTE // 12),
    "scalar cut": "[np.float64(" + "1" * MEGABYTE,
    "options": "tensor([1]" + ", a=b" * (MEGABYTE // 5),
    "sizes": "tensor([1], size=(" + "1," * (MEGABYTE // 2),
    "tables": "1\n\n" * (MEGABYTE // 3),
    "words": "a " * (MEGABYTE // 2) + "[1]",
    "exponent": "[1e" + "9" * MEGABYTE + "]",
    "lines": "\n" * MEGABYTE + "x",
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE)
def test_read_numbers_refuses_a_megabyte_of_nonsense_in_no_time(text):
    started = time.monotonic()

    with pytest.raises(ValueError):
        read_numbers(text)

    # A step for each pair of characters would take days.
    assert time.monotonic() - started < 10


def test_read_numbers_bounds_what_it_reads():
    with pytest.raises(ValueError, match=f"at most {MAX_PASTED_CHARS} characters, got"):
        read_numbers("1" * (MAX_PASTED_CHARS + 1))
    with pytest.raises(ValueError, match=f"line 2: expected at most {MAX_FILE_VALUES} numbers"):
        read_numbers("[" + "1 " * MAX_FILE_VALUES + "\n1]")
    with pytest.raises(ValueError, match=f"at most {MAX_PASTED_ARRAYS} arrays, got"):
        read_numbers("[1] " * (MAX_PASTED_ARRAYS + 1))
    with pytest.raises(ValueError, match=f"at most {MAX_PASTED_ARRAYS} tables"):
        read_numbers("1\n\n" * (MAX_PASTED_ARRAYS + 1))

    assert len(read_numbers("[1] " * MAX_PASTED_ARRAYS)) == MAX_PASTED_ARRAYS


PIECES = [
    "[", "]", "(", ")", ",", "...", "tensor", "tensor(", "array(", " ", "\n", "1", "-0.", "1e5",
    "nan", "inf", "*", "1.0e+03 *", "dtype=x", ", size=(2, 0)", "h_n", "=", ":", ";", "\t", "x",
    "np.float64(1)", "Parameter containing:", ".", "e", "-", "\0", "'", "<", "٣", "1e999", "\u2028",
]  # fmt: skip
PRINTED = [
    repr((torch.ones(2, 3), (torch.rand(2, 1, 2), torch.rand(3, 2)))),
    repr(torch.rand(30, 40)), str(np.eye(40)), repr(np.zeros((0, 2))), "a,b\n1,2\n3,4\n",
]  # fmt: skip


@st.composite
def texts(draw):
    """Pieces in any order, or a printed text with some pieces put in or taken out."""
    pieces = st.lists(st.sampled_from(PIECES), max_size=30)
    if draw(st.booleans()):
        return "".join(draw(pieces))
    text = draw(st.sampled_from(PRINTED))
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 9)))
    return text[:start] + "".join(draw(pieces)[:3]) + text[end:]


@settings(max_examples=1500, deadline=None, derandomize=True)
@given(texts() | st.text(max_size=40))
def test_read_numbers_reads_or_refuses_anything(text):
    try:
        arrays = read_numbers(text)
    except ValueError as error:
        assert "\n" not in str(error)
        assert len(str(error)) < 250
        return
    for pasted in arrays:
        assert pasted.values.dtype == np.float64
        assert pasted.values.shape == pasted.rounding.shape
        assert len(pasted.gaps) == pasted.values.ndim
        assert pasted.decimals is None or isinstance(pasted.decimals, int)
        assert np.all(pasted.rounding >= 0)
