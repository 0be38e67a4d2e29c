"""The drawn 7."""

import itertools

import numpy as np

from rnnviz.inputs.picture import SIDE, drawn_seven


def test_it_is_a_seven():
    """A bar above, a slope from its right end down to the left, and nothing at the edges."""
    picture = drawn_seven().values[0]
    rows = [np.flatnonzero(row > 0.5) for row in picture]

    assert picture.shape == (SIDE, SIDE)
    assert picture.min() == 0
    assert picture.max() == 1
    assert len(rows[7]) > 10
    assert all(len(rows[row]) <= 5 for row in range(10, 22))
    means = [rows[row].mean() for row in range(10, 22)]
    assert all(later < earlier for earlier, later in itertools.pairwise(means[::3]))
    assert not any(rows[row].size for row in (*range(5), *range(25, 28)))


def test_samples_are_moved_to_the_right():
    values = drawn_seven(3).values

    np.testing.assert_array_equal(values[2], np.roll(values[0], 2, axis=1))
    assert not np.array_equal(values[0], values[1])
