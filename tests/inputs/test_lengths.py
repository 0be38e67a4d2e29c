"""Lengths of samples, as typed."""

import pytest

from rnnviz.inputs import read_lengths


@pytest.mark.parametrize(
    ("text", "lengths"),
    [("5, 3, 4", (5, 3, 4)), ("5 3 4", (5, 3, 4)), (" 1,1,,5 ", (1, 1, 5)), ("05 3 4", (5, 3, 4))],
)
def test_lengths_are_parted_by_commas_or_blanks(text, lengths):
    assert read_lengths(text, 3, 5) == lengths


@pytest.mark.parametrize(
    "text",
    ["5, 3", "5, 3, 4, 1", "5, 3, 0", "5, 3, 6", "5, 3, -1", "5, 3, x", "5.0, 3, 4", "٣, 3, 4"],
)
def test_other_text_is_refused_with_what_was_expected(text):
    with pytest.raises(ValueError, match=r"lengths must be 3 whole numbers from 1 to 5.*got"):
        read_lengths(text, 3, 5)


def test_long_text_is_cut_in_the_message():
    with pytest.raises(
        ValueError, match="1 whole number from 1 to 5, one per sample; got"
    ) as error:
        read_lengths("9" * 5000, 1, 5)

    assert len(str(error.value)) < 120
