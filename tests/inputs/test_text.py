import random
import unicodedata

import numpy as np
import pytest
import regex

from rnnviz.inputs import UNKNOWN, characters, one_hot, rotated, vocabulary_of, widen

SCRIPTS = {
    "latin": ("hello", ["h", "e", "l", "l", "o"]),
    "accent": ("e\u0301a\u0308", ["\u00e9", "\u00e4"]),
    "accent without composed form": ("x\u0301y", ["x\u0301", "y"]),
    "chinese": ("你好", ["你", "好"]),
    "hangul jamo": ("\u1112\u1161\u11ab", ["한"]),
    "devanagari": ("नमस्ते", ["न", "म", "स्ते"]),
    "arabic": ("سَلام", ["سَ", "ل", "ا", "م"]),
    "family": ("👨‍👩‍👧!", ["👨‍👩‍👧", "!"]),
    "skin tone": ("👍🏽", ["👍🏽"]),
    "flags": ("🇩🇪🇫🇷", ["🇩🇪", "🇫🇷"]),
    "line break": ("a\r\nb", ["a", "\r\n", "b"]),
    "lone surrogate": ("a\ud800b", ["a", "\ud800", "b"]),
    "nothing": ("", []),
}

# Each text has neighbours in its vocabulary, though not in the text, that Unicode would join.
MELTING = {
    "flag letters": "🇩 🇪",
    "accent alone": "\u0301 a",
    "accent at the start": "a\n\u0301",
    "virama and consonant": "अ वाक् रम",
    "jamo": "\u1112 \u1161",
    "return, feed": "\r \n",
    "joiner": "👩\u200d 👧",
}


@pytest.mark.parametrize(("text", "expected"), SCRIPTS.values(), ids=SCRIPTS)
def test_characters_are_those_a_reader_sees(text, expected):
    assert characters(text) == tuple(expected)


@pytest.mark.parametrize("seed", range(5))
def test_characters_are_the_clusters_of_the_normalised_text(seed):
    """Normalising cluster by cluster, which is fast, equals normalising the text, which is not."""
    generator = random.Random(seed)
    pool = [*map(chr, range(0x20, 0x3200)), *"\u200d\u2060\r\n", *map(chr, range(0x1F1E6, 0x1F200))]
    marks = [char for char in pool if unicodedata.category(char).startswith("M")]
    for _ in range(300):
        text = "".join(generator.choice(generator.choice((pool, marks))) for _ in range(8))
        text = unicodedata.normalize(generator.choice(("NFC", "NFD")), text)

        assert list(characters(text)) == regex.findall(r"\X", unicodedata.normalize("NFC", text))


def test_characters_refuse_endless_accents():
    """A letter with 200,000 accents would keep the normalisation busy for 20 seconds."""
    with pytest.raises(
        ValueError,
        match=r"^a character must have at most 32 code points, number 2 has 200001\.$",
    ):
        characters("ba" + "\u0301\u0323" * 100_000)


def test_characters_take_as_many_accents_as_allowed():
    assert len(characters("x" + "\u0323" * 31)) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [("hello", "helo"), ("e\u0301\u00e9e", "\u00e9e"), ("", "")],
    ids=["latin", "one letter spelled twice", "nothing"],
)
def test_vocabulary_of_has_each_character_once(text, expected):
    assert vocabulary_of(text) == expected


@pytest.mark.parametrize(
    ("vocabulary", "text", "expected"),
    [
        ("helo", "world", "helowrd"),
        ("hello", "", "helo"),
        ("", "abba", "ab"),
        ("ba", "ab", "ba"),
        ("e\u0301", "\u00e9", "\u00e9"),
    ],
    ids=["missing", "duplicates", "empty", "nothing missing", "same after NFC"],
)
def test_widen_appends_what_is_missing(vocabulary, text, expected):
    assert widen(vocabulary, text) == expected


@pytest.mark.parametrize("text", MELTING.values(), ids=MELTING)
def test_vocabulary_of_keeps_neighbours_apart(text):
    """Whatever the text, its vocabulary knows each of its characters."""
    made = one_hot(text, vocabulary_of(text))

    assert made.columns == (*dict.fromkeys(characters(text)), UNKNOWN)
    assert made.unknown == ()


def test_widen_keeps_long_neighbours_apart():
    """Joined they would have more code points than a character may have."""
    first, second = "x" + "\u0323" * 30, "\u0301" * 30

    assert one_hot(first + "\n" + second, widen(first, second)).unknown == (1,)


def test_one_hot_puts_each_character_into_its_column():
    made = one_hot("hello", "helo")

    expected = [
        [1, 0, 0, 0, 0],
        [0, 1, 0, 0, 0],
        [0, 0, 1, 0, 0],
        [0, 0, 1, 0, 0],
        [0, 0, 0, 1, 0],
    ]
    np.testing.assert_array_equal(made.values, [expected])
    assert made.values.dtype == np.float64
    assert made.labels == ("h", "e", "l", "l", "o")
    assert made.columns == ("h", "e", "l", "o", UNKNOWN)
    assert made.unknown == ()


def test_one_hot_shares_the_last_column_among_unknown_characters():
    made = one_hot("aXbY", "ab")

    np.testing.assert_array_equal(made.values[0], [[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1]])
    assert made.unknown == (1, 3)
    assert made.labels == ("a", "X", "b", "Y")


@pytest.mark.parametrize("text", ["a", "aaa", "xyz", "日本"], ids=["a", "aaa", "xyz", "japanese"])
def test_one_hot_input_size_depends_on_the_vocabulary_alone(text):
    assert one_hot(text, "ab").input_size == 3


def test_one_hot_compares_after_normalising():
    made = one_hot("e\u0301", "\u00e9")

    assert made.unknown == ()
    assert one_hot("\u00e9", "e\u0301").unknown == ()


def test_one_hot_drops_duplicates_of_the_vocabulary():
    assert one_hot("a", "abab").columns == ("a", "b", UNKNOWN)


def test_one_hot_rotates_the_text_from_sample_to_sample():
    made = one_hot("abc", "abc", batch=4)

    assert made.values.shape == (4, 3, 4)
    assert made.values.argmax(axis=2).tolist() == [[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 1, 2]]
    assert made.labels == ("a", "b", "c")


def test_one_hot_unknown_is_that_of_sample_0():
    made = one_hot("aX", "a", batch=2)

    assert made.unknown == (1,)
    assert made.values[:, :, -1].tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize(
    ("sample", "expected"),
    [(0, "hello"), (1, "elloh"), (4, "ohell"), (5, "hello")],
    ids=["0", "1", "last", "once around"],
)
def test_rotated_gives_the_characters_of_a_sample(sample, expected):
    assert rotated(tuple("hello"), sample) == tuple(expected)


def test_rotated_of_no_labels_is_empty():
    assert rotated((), 3) == ()


@pytest.mark.parametrize(
    ("text", "vocabulary", "message"),
    [
        ("", "ab", r"^the text must have from 1 to 20,000 characters, got 0\.$"),
        ("a" * 20_002, "ab", r"^the text must have from 1 to 20,000 characters, got 20,001\.$"),
        ("a", "", r"^the vocabulary must have from 1 to 255 characters, got 0\.$"),
        ("a", "\u2060", r"^the vocabulary must have from 1 to 255 characters, got 0\.$"),
        (
            "a",
            "".join(map(chr, range(0x4E00, 0x4F00))),
            r"^the vocabulary must have from 1 to 255 characters, got 256\.$",
        ),
        ("a", "x" + "\u0323" * 32, r"^a character must have at most 32 .* number 1 has 33\.$"),
    ],
    ids=["no text", "long text", "no vocabulary", "only a joiner", "long vocabulary", "accents"],
)
def test_one_hot_refuses_text_out_of_range(text, vocabulary, message):
    with pytest.raises(ValueError, match=message):
        one_hot(text, vocabulary)


def test_one_hot_counts_characters_not_code_points():
    """256 characters of 7 code points each are a text of the longest length."""
    made = one_hot("👨‍👩‍👧‍👦" * 256, "".join(map(chr, range(0x4E00, 0x4EFF))))

    assert made.values.shape == (1, 256, 256)


@pytest.mark.parametrize("batch", [0, 17], ids=["none", "too many"])
def test_one_hot_refuses_a_batch_out_of_range(batch):
    with pytest.raises(ValueError, match=rf"^batch must be from 1 to 16, got {batch}\.$"):
        one_hot("a", "a", batch)
