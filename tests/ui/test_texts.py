"""Texts through one-hot columns or a file's embedding, window by window, and what a head says."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.files.load import load_named
from rnnviz.limits import MAX_FILE_BYTES, MAX_FILE_TOKENS, MAX_SEQ_LEN, MAX_TEXT_VALUES
from rnnviz.ui.cache import make_run
from rnnviz.ui.opened import Opened
from rnnviz.ui.settings import DEFAULTS, FROM_FILE, OF_NET_FILE, SORTED_TEXT, Settings
from rnnviz.ui.texts import (
    embedding_of,
    head_of,
    head_tokens,
    holds_text,
    read_tokens,
    series_of,
    vocabulary_in_file,
)
from rnnviz.ui.uploads import fingerprint
from tests.files.hostile import as_torch

SETTINGS = Settings(**{name: DEFAULTS[name] for name in Settings.__dataclass_fields__})
NO_FILE = ("", b"")
LETTERS = "\n abcdefghij"


class Language(nn.Module):
    """A character model as people write it."""

    def __init__(self, kind="LSTM", bidirectional=False):
        super().__init__()
        torch.manual_seed(1)
        self.embed = nn.Embedding(len(LETTERS), 6)
        options = {"bidirectional": bidirectional, "dtype": torch.float32}
        self.rnn = getattr(nn, kind)(6, 8, 2, **options)
        self.head = nn.Linear(16 if bidirectional else 8, len(LETTERS))

    def forward(self, ids):
        return self.head(self.rnn(self.embed(ids))[0])


def opened(model, **more):
    data = as_torch({"model": model.state_dict(), **more})
    file = load_named("model.pt", data, max_bytes=MAX_FILE_BYTES)
    return Opened(name="model.pt", data=data, mark=fingerprint("model.pt", data), file=file)


def text_of(length):
    letters = np.random.default_rng(0).integers(0, len(LETTERS), length)
    return "".join(LETTERS[letter] for letter in letters), torch.tensor(letters)


def through(file, **changes):
    chosen = {"weights": FROM_FILE, "net": file.mark, "net_name": "model.rnn", "h0": "zeros"}
    around = {"embedding": "model.embed", "head": "model.head", "vocab_is": OF_NET_FILE}
    return replace(SETTINGS, **chosen, **around, **changes)


@pytest.mark.parametrize("bidirectional", [False, True], ids=["forward only", "both ways"])
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_every_window_of_a_long_text_is_what_the_whole_model_says(kind, bidirectional):
    """Embedding, net and head of torch, over 10,000 characters at once."""
    model = Language(kind, bidirectional)
    file = opened(model, chars=list(LETTERS))
    text, ids = text_of(10_000)
    data = text.encode()
    with torch.no_grad():
        states = model.rnn(model.embed(ids))[0]
        logits = model(ids).numpy()
    for start in (0, 777, 9_999 - 300, 9_990):
        settings = through(file, input="file", start=start)
        run = make_run(settings, ("a.txt", data), file)
        stop = min(start + MAX_SEQ_LEN, 10_000)

        assert run.comparison.equal
        assert run.labels(0) == tuple(text[start:stop])
        assert run.carried == (start > 0 or bidirectional)
        assert run.head.tokens == tuple(LETTERS)
        ours = run.trace.output[:, 0]
        np.testing.assert_allclose(ours, states[start:stop].numpy(), rtol=1e-4, atol=2e-6)
        np.testing.assert_allclose(run.head.logits[:, 0], logits[start:stop], rtol=1e-4, atol=5e-6)


def test_without_carrying_a_window_starts_from_h_0():
    model = Language()
    file = opened(model, chars=list(LETTERS))
    text, ids = text_of(1_000)
    data = text.encode()
    settings = through(file, input="file", start=500, carry=False)
    run = make_run(settings, ("a.txt", data), file)

    assert not run.carried
    with torch.no_grad():
        expected = model.rnn(model.embed(ids[500:756]))[0]
    np.testing.assert_allclose(run.trace.output[:, 0], expected, rtol=1e-5, atol=1e-6)


def test_changed_weights_count_for_what_comes_before_the_window_too():
    model = Language()
    file = opened(model, chars=list(LETTERS))
    text, ids = text_of(600)
    settings = through(file, input="file", start=400, edits="weight_hh_l0[3,2]=2.5")
    run = make_run(settings, ("a.txt", text.encode()), file)
    with torch.no_grad():
        model.rnn.weight_hh_l0[3, 2] = 2.5
        expected = model.rnn(model.embed(ids))[0][400:]

    np.testing.assert_allclose(run.trace.output[:, 0], expected, rtol=1e-4, atol=2e-6)


def test_initial_state_of_a_window_can_be_changed_without_harm_to_the_next():
    model = Language()
    file = opened(model, chars=list(LETTERS))
    data = text_of(600)[0].encode()
    settings = through(file, input="file", start=400)
    before = make_run(settings, ("a.txt", data), file).trace.cells[0].h_0.copy()
    changed = make_run(replace(settings, edits="h_0[0,0,1]=9"), ("a.txt", data), file)

    assert changed.trace.cells[0].h_0[0, 1] == 9
    again = make_run(replace(settings, seed=1), ("a.txt", data), file)
    np.testing.assert_array_equal(again.trace.cells[0].h_0, before)


def test_typed_text_goes_through_the_embedding_by_its_own_sorted_characters():
    model = Language()
    file = opened(model)
    settings = through(file, text="cab", batch=2)
    run = make_run(replace(settings, vocab_is=SORTED_TEXT), NO_FILE, file)
    rows = model.embed.weight.detach().numpy()

    np.testing.assert_array_equal(run.trace.cells[0].x[:, 0], rows[[2, 0, 1]])
    np.testing.assert_array_equal(run.trace.cells[0].x[:, 1], rows[[0, 1, 2]])
    assert run.labels(1) == ("a", "b", "c")
    assert run.head.tokens is None


def test_unknown_characters_are_zeros_and_marked():
    file = opened(Language(), chars=list(LETTERS))
    run = make_run(through(file, text="aXb"), NO_FILE, file)

    assert run.labels(0) == ("a", "X?", "b")
    assert not run.trace.cells[0].x[1].any() and run.trace.cells[0].x[0].any()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"embedding": "model.head"}, r"model\.pt has no embedding 'model\.head' that fits"),
        ({"head": "nowhere"}, r"has no head 'nowhere' that fits .* 'model\.head'"),
        ({"vocab_is": "typed", "vocab": LETTERS + "xyz"}, "from 1 to 12 entries"),
    ],
)
def test_what_does_not_fit_the_file_is_refused_in_words(changes, words):
    file = opened(Language(), chars=list(LETTERS))
    with pytest.raises(ValueError, match=words):
        make_run(replace(through(file), **changes), NO_FILE, file)


def test_file_without_tokens_says_so():
    file = opened(Language())
    with pytest.raises(ValueError, match=r"holds no list of tokens for the 12 rows of 'model\.emb"):
        make_run(through(file), NO_FILE, file)


def test_text_longer_than_what_is_read_is_cut_and_says_so():
    data = b"helo " * 10_000
    settings = replace(SETTINGS, input="file", start=19_900)
    run = make_run(settings, ("a.txt", data))

    assert run.cut and run.whole.seq_len == 20_000
    assert run.trace.seq_len == 100 and run.comparison.equal


def test_text_file_may_hold_numbers():
    settings = replace(SETTINGS, input="file", read_as="numbers")
    run = make_run(settings, ("a.txt", b"1;2\n3;4"))

    assert run.trace.cells[0].x[:, 0].tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("unit", "text", "labels"),
    [("bytes", "é", (r"\xc3", r"\xa9")), ("words", "hello there.", ("hello", "there?", ".?"))],
)
def test_typed_text_by_bytes_and_words(unit, text, labels):
    run = make_run(replace(SETTINGS, unit=unit, text=text, vocab="hello"), NO_FILE)

    assert run.labels(0) == labels
    assert run.trace.config.input_size == (256 if unit == "bytes" else 2)


@pytest.mark.parametrize(
    ("changes", "unknown", "input_size"),
    [
        ({"unit": "characters", "vocab": "ab"}, ("x", " "), 3),
        ({"unit": "words", "vocab": "xa"}, ("b",), 2),
        ({"unit": "bytes", "vocab": "ab"}, (), 256),
        ({"unit": "bytes", "vocab_is": SORTED_TEXT}, (), 256),
        ({"vocab_is": SORTED_TEXT}, (), 5),
        ({"vocab_is": OF_NET_FILE, "vocab": "ab"}, ("x", " "), 3),
    ],
)
def test_reading_knows_what_it_lacks_and_how_wide_it_is(changes, unknown, input_size):
    settings = replace(SETTINGS, text="xa b xa", **changes)
    reading = read_tokens(settings, NO_FILE, None)

    assert reading.unknown == unknown
    assert reading.input_size == input_size == series_of(settings, reading).input_size


def test_reading_through_an_embedding_is_as_wide_as_its_rows():
    file = opened(Language(), chars=list(LETTERS))
    reading = read_tokens(through(file, text="aXb"), NO_FILE, file)

    assert reading.input_size == 6 and reading.unknown == ("X",)


@pytest.mark.parametrize(("length", "cut"), [(MAX_FILE_TOKENS, False), (MAX_FILE_TOKENS + 1, True)])
def test_text_of_a_file_is_one_sample_whatever_the_batch(length, cut):
    settings = replace(SETTINGS, input="file", batch=2)
    reading = read_tokens(settings, ("a.txt", b"h" * length), None)

    assert len(reading.tokens) == MAX_FILE_TOKENS and reading.cut == cut
    assert series_of(settings, reading).batch == 1


class Wide(nn.Module):
    """Rows of so many numbers that a text is cut for them."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(2, 4_096)
        self.rnn = nn.RNN(4_096, 1)


def test_text_is_cut_to_the_numbers_that_a_batch_may_have():
    file = opened(Wide(), chars=["a", "b"])
    most = MAX_TEXT_VALUES // 4_096
    typed = through(file, text="ab" * 128, batch=16)
    filed = through(file, input="file", batch=16)
    reading = read_tokens(typed, NO_FILE, file)
    long = read_tokens(filed, ("a.txt", b"ab" * most), file)

    assert len(reading.tokens) == most // 16 < 256 and reading.cut
    assert series_of(typed, reading).values.shape == (16, most // 16, 4_096)
    assert len(long.tokens) == most and long.cut


@pytest.mark.parametrize(
    ("changes", "name", "held"),
    [
        ({"input": "text"}, "", True),
        ({"input": "file"}, "A.TXT", True),
        ({"input": "file"}, "a.csv", False),
        ({"input": "file", "read_as": "numbers"}, "a.txt", False),
        ({"input": "random numbers"}, "a.txt", False),
    ],
)
def test_input_holds_a_text(changes, name, held):
    assert holds_text(replace(SETTINGS, **changes), name) == held


def test_vocabulary_of_the_files_own_is_the_longest_that_fits():
    file = opened(Language(), few=list("ab"), chars=list(LETTERS), all=list(LETTERS + "xyz"))

    assert vocabulary_in_file(file, 12) == tuple(LETTERS)
    assert vocabulary_in_file(file, 14) == tuple(LETTERS)
    assert vocabulary_in_file(file, 11) == ("a", "b")
    assert vocabulary_in_file(file, 1) is None
    assert vocabulary_in_file(None, 12) is None


def test_heads_outputs_are_named_by_a_vocabulary_of_just_their_number():
    file = opened(Language(), chars=list(LETTERS), few=list("ab"))
    settings = replace(SETTINGS, vocab="xyz")
    reading = read_tokens(settings, NO_FILE, None)

    assert head_tokens(file, reading, 3) == ("x", "y", "z")
    assert head_tokens(file, None, 3) is None
    other = read_tokens(replace(settings, vocab="yz"), NO_FILE, None)
    assert head_tokens(file, other, 2) == ("a", "b")


def test_tables_of_a_file_that_is_not_used_are_left_alone():
    settings = replace(SETTINGS, embedding="model.embed", head="model.head")

    assert embedding_of(settings, None) is None and head_of(settings, None) is None
