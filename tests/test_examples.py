"""The nets by formula do what they claim, on random input."""

import random

import pytest
import torch

import rnnviz
from rnnviz import examples


def one_hot(text, alphabet):
    """Rows of torch.eye; a letter outside the alphabet has the last column."""
    columns = [alphabet.index(c) if c in alphabet else len(alphabet) for c in text]
    return torch.eye(len(alphabet) + 1)[columns]


def words(alphabet, count=20):
    letters = random.Random(0)
    return ["".join(letters.choices(alphabet, k=letters.randint(1, 60))) for _ in range(count)]


@pytest.mark.parametrize("text", words("abcd"))
def test_remember_first_keeps_the_first_letter(text):
    output = rnnviz.trace(examples.remember_first(), one_hot(text, "abcd")).output
    expected = -torch.ones(len(text), 5)
    expected[:, "abcd".index(text[0])] = 1

    assert torch.equal(output.sign(), expected)
    assert output.abs().min() > 0.7


@pytest.mark.parametrize("steps", [0, 1, 3])
@pytest.mark.parametrize("text", words("abc", 5))
def test_delay_gives_the_input_of_some_steps_ago(text, steps):
    x = one_hot(text, "abc")
    last = rnnviz.trace(examples.delay(steps, 4), x).output[:, -4:]
    padded = torch.cat([torch.zeros(steps, 4), x])

    assert torch.equal(last, padded[: len(text)])


@pytest.mark.parametrize("text", words("()a"))
def test_count_brackets_counts(text):
    output = rnnviz.trace(examples.count_brackets(), one_hot(text, "()")).output
    depth = opened = closed = 0
    for t, letter in enumerate(text):
        opened += letter == "("
        closed += letter == ")"
        depth = max(0, depth + (letter == "(") - (letter == ")"))

        assert output[t].tolist() == [depth, opened, closed]


@pytest.mark.parametrize("text", words("01"))
def test_toggle_gives_the_parity(text):
    output = rnnviz.trace(examples.toggle(), one_hot(text, "01")).output
    for t in range(len(text)):
        odd = text[: t + 1].count("1") % 2

        assert output[t].tolist() == [odd, 1 - odd]


@pytest.mark.parametrize("period", [3, 5, 8, 12.5, 24, 50, 100])
def test_oscillator_turns_once_in_a_period(period):
    steps = int(50 * period)
    push = torch.zeros(steps, 1)
    push[0] = 1.0
    output = rnnviz.trace(examples.oscillator(period), push).output
    angle = torch.atan2(output[:, 1], output[:, 0]).double()
    turned = (angle[1:] - angle[:-1]).remainder(2 * torch.pi).sum().item() / (2 * torch.pi)

    assert turned == pytest.approx(steps / period, rel=0.03)
    assert output[-1].norm() > 0.2
    assert (rnnviz.trace(examples.oscillator(period), torch.zeros(9, 1)).output == 0).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("text", words("()a"))
def test_lstm_count_brackets_counts_in_its_cell_state(text, dtype):
    """By torch itself, one step after the other; c is exact however long the text."""
    net, x = examples.lstm_count_brackets().to(dtype), one_hot(text, "()").to(dtype)
    counts = [0, 0, 0]
    states = None
    with torch.no_grad():
        for t, letter in enumerate(text):
            opened, closed = letter == "(", letter == ")"
            added = (opened - closed, opened, closed)
            counts = [a + b for a, b in zip(counts, added, strict=True)]
            _, states = net(x[t : t + 1], states)

            assert states[1][0].tolist() == counts
    assert rnnviz.trace(net, x).cells[0].c[-1, 0].tolist() == counts


@pytest.mark.parametrize("text", words("sra"))
def test_lstm_remember_flag_holds_it_until_it_is_reset(text):
    net, x = examples.lstm_remember_flag(), one_hot(text, "sr")
    flag, states = 0, None
    c = rnnviz.trace(net, x).cells[0].c[:, 0, 0]
    with torch.no_grad():
        for t, letter in enumerate(text):
            flag = {"s": 1, "r": 0}.get(letter, flag)
            _, states = net(x[t : t + 1], states)

            assert states[1].item() == pytest.approx(flag, abs=1e-6)
            assert c[t].item() == pytest.approx(flag, abs=1e-6)


@pytest.mark.parametrize(
    ("make", "words_"),
    [
        (lambda: examples.delay(-1), "steps must be at least 0, got -1"),
        (lambda: examples.count_brackets(1), "at least 2.*got 1"),
        (lambda: examples.lstm_count_brackets(1), "at least 2.*got 1"),
        (lambda: examples.lstm_remember_flag(1), "at least 2.*got 1"),
        (lambda: examples.toggle(1), "at least 2.*got 1"),
        (lambda: examples.oscillator(2), "at least 3 steps, got 2"),
        (lambda: examples.remember_first(0), "input_size must be at least 1, got 0"),
    ],
    ids=["delay", "brackets", "LSTM brackets", "LSTM flag", "toggle", "oscillator", "remember"],
)
def test_sizes_that_cannot_work_are_refused(make, words_):
    with pytest.raises(ValueError, match=words_):
        make()
