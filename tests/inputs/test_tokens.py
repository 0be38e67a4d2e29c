"""Texts as characters, bytes or words, with one column or one row of an embedding for each."""

import numpy as np
import pytest

from rnnviz.inputs import (
    embedded_tokens,
    most_tokens,
    one_hot,
    one_hot_tokens,
    read_text,
    tokens_of,
    vocabulary_of_unit,
    widened,
)
from rnnviz.limits import MAX_FILE_BYTES, MAX_FILE_TOKENS, MAX_TEXT_VALUES

TABLE = np.arange(12.0).reshape(4, 3) - 5.5


@pytest.mark.parametrize(
    ("unit", "text", "expected"),
    [
        ("characters", "né\n👩‍👧", ["n", "é", "\n", "👩‍👧"]),
        ("bytes", "a é\n~", ["a", r"\x20", r"\xc3", r"\xa9", r"\x0a", "~"]),
        ("bytes", "\x7f\ud800", [r"\x7f", r"\xed", r"\xa0", r"\x80"]),
        ("words", "Don't stop, it’s 3.5!", ["Don't", "stop", ",", "it’s", "3", ".", "5", "!"]),
        ("words", "well-known हिन्दी text\n", ["well-known", "हिन्दी", "text"]),
        ("words", "cafe\u0301", ["caf\u00e9"]),
        ("words", " \n ", []),
    ],
)
def test_tokens_of_cuts_a_text(unit, text, expected):
    assert list(tokens_of(text, unit)) == expected


@pytest.mark.parametrize("unit", ["characters", "bytes", "words"])
def test_tokens_of_a_long_text_are_its_first(unit):
    text = "é b " * 50_000
    whole = tokens_of("é b " * 10, unit)

    assert tokens_of(text, unit, 7) == whole[:7]
    assert len(tokens_of(text, unit)) == MAX_FILE_TOKENS


def test_first_characters_may_have_several_code_points_each():
    assert tokens_of("👩‍👧" * 5, "characters", 2) == ("👩‍👧", "👩‍👧")


def test_vocabulary_of_bytes_is_all_of_them():
    known = vocabulary_of_unit("whatever", "bytes")

    assert len(set(known)) == 256
    assert known[ord("a")] == "a" and known[10] == r"\x0a" and known[0xFF] == r"\xff"


def test_vocabulary_of_words_stands_between_blanks():
    assert vocabulary_of_unit("to be or\nnot to be", "words") == ("to", "be", "or", "not")
    assert vocabulary_of_unit("cafe\u0301", "words") == ("caf\u00e9",)


@pytest.mark.parametrize(("unit", "text"), [("characters", "hxllo"), ("words", "to err, is human")])
def test_widened_vocabulary_knows_the_whole_text(unit, text):
    vocabulary = widened("helo" if unit == "characters" else "is to", text, unit)

    assert one_hot(text, vocabulary, unit=unit).unknown == ()
    assert vocabulary_of_unit(vocabulary, unit)[0] == ("h" if unit == "characters" else "is")


def test_one_hot_bytes_have_no_column_for_unknown():
    made = one_hot("é", "", unit="bytes")

    assert made.values.shape == (1, 2, 256)
    assert made.values[0].argmax(axis=1).tolist() == [0xC3, 0xA9]
    assert made.unknown == ()


def test_one_hot_words_mark_the_unknown():
    made = one_hot("to be sure", "be to", unit="words")

    assert made.columns == ("be", "to", "unknown")
    assert made.values[0].argmax(axis=1).tolist() == [1, 0, 2]
    assert made.unknown == (2,)


def test_embedded_tokens_are_rows_of_the_table_and_zeros_where_unknown():
    made = embedded_tokens(("c", "?", "a"), ("a", "b", "c"), TABLE, "characters", batch=2)

    np.testing.assert_array_equal(made.values[0], [TABLE[2], np.zeros(3), TABLE[0]])
    np.testing.assert_array_equal(made.values[1], [np.zeros(3), TABLE[0], TABLE[2]])
    assert made.unknown == (1,) and made.labels == ("c", "?", "a")
    assert made.columns == ("embedding[0]", "embedding[1]", "embedding[2]")


@pytest.mark.parametrize("entries", [(), tuple("abcde")], ids=["none", "more than rows"])
def test_embedded_tokens_refuse_a_vocabulary_that_does_not_fit(entries):
    with pytest.raises(ValueError, match=rf"from 1 to 4 entries, .* 'emb' .*; got {len(entries)}"):
        embedded_tokens(("a",), entries, TABLE, "characters", name="emb")


def test_text_of_wide_rows_may_be_shorter():
    width = 4_096
    most = most_tokens(width)
    tokens = ("a",) * (most + 1)

    assert most * width <= MAX_TEXT_VALUES < (most + 1) * width
    with pytest.raises(ValueError, match=rf"from 1 to {most:,} characters, got {most + 1:,}\."):
        embedded_tokens(tokens, ("a",), np.zeros((1, width)), "characters")


def test_samples_and_columns_leave_room_for_fewer_tokens():
    known = vocabulary_of_unit("", "bytes")
    most = MAX_TEXT_VALUES // (256 * 16)

    assert most_tokens(MAX_TEXT_VALUES + 1) == 1
    with pytest.raises(ValueError, match=rf"from 1 to {most:,} bytes, got {most + 1:,}\."):
        one_hot_tokens(("a",) * (most + 1), known, "bytes", 16)
    table = np.zeros((1, 4_096))
    with pytest.raises(ValueError, match=rf"from 1 to {most // 16:,} words, got {most:,}\."):
        embedded_tokens(("a",) * most, ("a",), table, "words", batch=16)


def test_long_names_are_cut():
    made = one_hot_tokens(("a",), ("w" * 50, "a"), "words")
    through = embedded_tokens(("a",), ("a",), np.zeros((1, 2)), "words", name="e" * 50)

    assert made.columns == ("w" * 40, "a", "unknown")
    assert through.columns == ("e" * 32 + "[0]", "e" * 32 + "[1]")


def test_one_hot_tokens_refuse_too_many_entries():
    words = tuple(f"w{k}" for k in range(256))
    with pytest.raises(ValueError, match="vocabulary must have from 1 to 255 words, got 256"):
        one_hot_tokens(("w0",), words, "words")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a\r\nb\rc", "a\nb\nc"),
        (b"\xef\xbb\xbfab", "ab"),
        ("é☃".encode(), "é☃"),
        (b"a" * MAX_FILE_BYTES, "a" * MAX_FILE_BYTES),
    ],
    ids=["line breaks", "mark", "signs", "largest"],
)
def test_read_text_reads_utf8(data, expected):
    assert read_text(data) == expected


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"ab\ncd\xff", r"must be UTF-8; byte 5 \(line 2\)"),
        (b"", "the file is empty"),
        (b"\x00" * (32 * 2**20 + 1), "must have at most 33,554,432 bytes, got 33,554,433"),
    ],
    ids=["bytes", "empty", "too large"],
)
def test_read_text_refuses_in_words(data, message):
    with pytest.raises(ValueError, match=message):
        read_text(data)
