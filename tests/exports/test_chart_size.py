"""How wide a text is taken to be."""

import pytest

from rnnviz.exports.chart_size import text_width


def test_bold_letters_are_wider_than_others():
    """DejaVu Sans Bold, the widest that stands in for our font, by a ninth to an eighth."""
    plain = text_width("W_io", 10)

    assert 1.11 * plain <= text_width("<b>W_io</b>", 10) <= 1.13 * plain
    assert text_width("<b>W_io</b> [12:16]", 10) == pytest.approx(
        text_width("<b>W_io</b>", 10) + text_width(" [12:16]", 10)
    )


def test_the_longest_line_counts():
    assert text_width("a<br><i>aaa</i><br>aa", 10) == text_width("aaa", 10)


def test_capitals_and_wide_letters_have_their_own_widths():
    """Of DejaVu Sans, in thousandths: W 989, M 863, m 974, G 775, N 748, the ellipsis 1000."""
    for letters, width in (("W", 989), ("M", 863), ("m", 974), ("G", 775), ("N", 748), ("…", 1000)):
        assert width - 5 <= 1000 * text_width(letters, 1) <= width + 45
