"""Where hand-made errors are seen, in the order of computing."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from rnnviz.diagnosis.case import case_of
from rnnviz.diagnosis.numbers import Known, arrays
from rnnviz.diagnosis.pattern import wrong_numbers, wrong_states
from rnnviz.engine.varied import run_varied

SEQ_LEN, BATCH, UNITS = 4, 2, 3


def made(kind="RNN", batch=BATCH, lengths=None, **options):
    torch.manual_seed(0)
    net = getattr(nn, kind)(2, UNITS, 2, bidirectional=True, **options)
    first = net.batch_first and batch > 0
    sizes = (batch, SEQ_LEN) if first else (SEQ_LEN, batch)
    x = torch.randn(*(sizes if batch else (SEQ_LEN,)), 2)
    if lengths:
        x = pack_padded_sequence(x, lengths, first, enforce_sorted=False)
    return run_varied(case_of(net, x))


def found_in(right, limit=0.1, **changed):
    """What is found where the named results have these (index, difference) pairs added."""
    known, limits = {}, {}
    for name, changes in changed.items():
        values = arrays(right.returned)[name].copy()
        for index, difference in changes:
            values[index] += difference
        known[name] = Known(values=values, rounding=np.zeros(values.shape))
        limits[name] = np.full(values.shape, limit)
    return wrong_numbers(known, right, limits)


def places(found):
    return [(d.layer, d.direction, d.t, d.sample, d.unit, d.seen_in) for d in found.firsts]


def test_output_belongs_to_the_cells_of_the_last_layer():
    """The reverse pass begins at the end: its first wrong number is that of the largest t."""
    changes = [((1, 0, 2), 0.5), ((3, 1, 0), 0.7), ((0, 0, 4), 0.3), ((2, 0, 4), 0.2)]
    changes += [((2, 1, 3), 0.9), ((1, 1, 0), 0.4)]
    right = made()
    found = found_in(right, output=changes)

    assert places(found) == [(1, "forward", 1, 0, 2, "output"), (1, "reverse", 2, 0, 1, "output")]
    assert found.first == found.firsts[0]
    output = right.returned.output
    assert found.first.expected == pytest.approx(output[1, 0, 2].item())
    assert found.first.got == pytest.approx(output[1, 0, 2].item() + 0.5)
    assert np.isnan(found.pattern[:2]).all()
    np.testing.assert_allclose(
        found.pattern[2:], [[0, 0.5, 0, 0.7], [0.3, 0, 0.9, 0]], rtol=0, atol=1e-9
    )


@pytest.mark.parametrize("first", [False, True], ids=["time-first", "batch-first"])
def test_output_is_read_as_it_is_laid_out(first):
    at = (1, 2, 5) if first else (2, 1, 5)
    found = found_in(made(batch_first=first), output=[(at, 0.5)])
    assert places(found) == [(1, "reverse", 2, 1, 2, "output")]


@pytest.mark.parametrize("first", [False, True], ids=["time-first", "batch-first"])
def test_results_without_a_batch_are_of_one_sample(first):
    right = made(batch=0, batch_first=first)
    assert places(found_in(right, output=[((2, 1), 0.5)])) == [(1, "forward", 2, 0, 1, "output")]
    assert places(found_in(right, h_n=[((1, 2), 0.5)])) == [(0, "reverse", 0, 0, 2, "h_n")]


def test_a_final_state_stands_where_it_was_computed():
    """Forwards at the end, of each sample its own; in reverse at t = 0."""
    changes = [((0, 1, 2), 0.5), ((1, 0, 1), 0.25)]
    found = found_in(made(), h_n=changes)
    expected = np.full((4, SEQ_LEN), np.nan)
    expected[[0, 1, 2, 3], [3, 0, 3, 0]] = [0.5, 0.25, 0, 0]
    assert places(found) == [(0, "forward", 3, 1, 2, "h_n"), (0, "reverse", 0, 0, 1, "h_n")]
    np.testing.assert_allclose(found.pattern, expected, rtol=0, atol=1e-9)

    found = found_in(made("LSTM", lengths=[4, 2]), c_n=changes)
    expected[[0, 2], 1], expected[0, 3] = [0.5, 0], 0
    assert places(found) == [(0, "forward", 1, 1, 2, "c_n"), (0, "reverse", 0, 0, 1, "c_n")]
    np.testing.assert_allclose(found.pattern, expected, rtol=0, atol=1e-9)


def test_the_lowest_wrong_layer_comes_first_whatever_result_shows_it():
    """output is looked at first here, and it knows of layer 1 alone."""
    found = found_in(made(), output=[((0, 0, 0), 0.5)], h_n=[((1, 0, 0), 0.5), ((2, 0, 0), 0.5)])
    assert places(found) == [(0, "reverse", 0, 0, 0, "h_n")]


def test_of_two_results_the_earlier_wrong_number_counts_and_the_first_of_two_at_once():
    right = made()
    at_end, early = [((2, 0, 0), 0.5)], [((1, 0, 1), 0.2)]
    both = found_in(right, h_n=at_end, output=early)
    assert places(both) == places(found_in(right, output=early, h_n=at_end))
    assert places(both) == [(1, "forward", 1, 0, 1, "output")]
    same = found_in(right, output=[((3, 1, 1), 0.5)], h_n=at_end)
    assert places(same) == [(1, "forward", 3, 1, 1, "output")]
    # In reverse the larger t is the earlier one.
    reverse = found_in(right, output=[((2, 0, 4), 0.2)], h_n=[((3, 0, 0), 0.5)])
    assert places(reverse) == [(1, "reverse", 2, 0, 1, "output")]
    np.testing.assert_allclose(both.pattern[2], [0, 0.2, 0, 0.5], rtol=0, atol=1e-9)
    np.testing.assert_allclose(both.pattern[0, 3], 0, atol=1e-9)


def test_a_difference_at_its_limit_is_none_and_what_is_unknown_is_left_out():
    right = made()
    found = found_in(right, h_n=[((0, 0, 0), 0.1), ((0, 0, 1), np.nan)], limit=0.1 + 1e-12)
    assert found.first is None and found.firsts == ()
    assert found.pattern[0, 3] == pytest.approx(0.1)
    known = {"h_n": Known(values=np.zeros((4, BATCH, 2)), rounding=np.zeros((4, BATCH, 2)))}
    output = arrays(right.returned)["output"]
    zero = Known(values=output, rounding=np.zeros(output.shape))
    limits = {"h_n": np.zeros(1), "output": np.zeros(1)}
    found = wrong_numbers(known | {"output": zero}, right, limits)
    assert found.first is None
    assert (found.pattern[2:] == 0).all()


@pytest.mark.parametrize("lengths", [None, [4, 2]], ids=["one length", "padded"])
def test_states_of_a_run_are_compared_up_to_the_tolerance(lengths):
    right = made(lengths=lengths)
    ran = list(right.ran)
    ran[1] = ran[1]._replace(h=ran[1].h.clone())
    ran[1].h[0, 0, 2] += 0.3
    ran[1].h[1, 1, 2] += 0.0009
    ran[1].h[3, 1, 2] = 7.0 if lengths else ran[1].h[3, 1, 2]  # Padding of the second sample.
    found = wrong_states(right._replace(ran=ran), right, 0.001)

    assert places(found) == [(0, "reverse", 0, 0, 2, "h")]
    np.testing.assert_allclose(found.pattern[1], [0.3, 0.0009, 0, 0], rtol=0, atol=1e-6)
    assert wrong_states(right, right, 0.0) is None
    assert wrong_states(right._replace(ran=ran), right, 0.4) is None
    assert wrong_states(right._replace(ran=ran), right, 0.2) is not None


@pytest.mark.parametrize("lengths", [None, [4, 2]], ids=["one length", "padded"])
def test_tolerance_of_states_is_relative_where_they_are_large(lengths):
    right = made(lengths=lengths)
    large = [one._replace(h=one.h * 100) for one in right.ran]
    off = [one._replace(h=one.h + 0.01) for one in large]
    right = right._replace(ran=large)
    assert wrong_states(right._replace(ran=off), right, 0.001) is None
    assert wrong_states(right._replace(ran=off), right, 0.0001) is not None
    wide = [one._replace(h=torch.cat([one.h, one.h], -1)) for one in off]
    assert wrong_states(right._replace(ran=[off[0], *wide[1:]]), right, 0.0001) is None
