import pytest

from rnnviz.inputs.checks import check_size, counted, excerpt


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("abc", "'abc'"),
        ("x" * 28, "'" + "x" * 28 + "'"),
        ("x" * 29, "'" + "x" * 27 + "…'"),
        ("x" * 1_000_000, "'" + "x" * 27 + "…'"),
        ("a\nb\u202e", r"'a\nb\u202e'"),
        ((1,) * 99, "(" + "1, " * 9 + "…)"),
    ],
    ids=["short", "30", "31", "long", "unprintable", "shape"],
)
def test_excerpt_shows_at_most_30_characters(value, expected):
    shown = excerpt(value)

    assert shown == expected
    assert len(shown) <= 30


@pytest.mark.parametrize("value", [1, 5], ids=["least", "most"])
def test_check_size_takes_both_ends(value):
    check_size("size", value, 5)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "0 numbers"), (1, "1 number"), (2, "2 numbers")],
    ids=["none", "one", "two"],
)
def test_counted_writes_the_plural(number, expected):
    assert counted(number, "number") == expected
