"""What counts as a vocabulary, and in which order its tokens stand."""

import pytest

from rnnviz.files.vocabularies import MAX_ENTRIES, MAX_ENTRY_CHARS, vocabulary_in

LONGEST = "a" * MAX_ENTRY_CHARS


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("x", ["b", "a"], ("b", "a")),
        ("x", ("b", "a"), ("b", "a")),
        ("x", {"b": 1, "c": 2, "a": 0}, ("a", "b", "c")),
        ("x", {2: "c", 0: "a", 1: "b"}, ("a", "b", "c")),
        ("x", [LONGEST, "b"], (LONGEST, "b")),
        ("ALPHABET", "ba", ("b", "a")),
        ("my_symbols", "ba", ("b", "a")),
    ],
    ids=["two", "tuple", "token to row", "row to token", "longest", "capitals", "symbols"],
)
def test_vocabulary_stands_in_the_order_of_its_rows(name, value, expected):
    assert vocabulary_in(name, value) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x", [LONGEST + "a", "b"]),
        ("x", {"a": False, "b": True}),
        ("x", {"a": 0, "b": 0}),
        ("x", {0: "a", 2: "b"}),
        ("mode", "ba"),
        ("chars", "aa"),
        ("x", 3),
    ],
    ids=["too long", "no rows", "one row", "gap", "an option", "twice", "number"],
)
def test_what_is_no_vocabulary_is_left_out(name, value):
    assert vocabulary_in(name, value) is None


def test_vocabulary_has_an_end():
    most = [f"word{k}" for k in range(MAX_ENTRIES)]

    assert len(vocabulary_in("itos", most)) == MAX_ENTRIES
    assert vocabulary_in("itos", [*most, "more"]) is None
