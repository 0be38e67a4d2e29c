"""Columns on a common scale."""

import numpy as np
import pytest

from rnnviz.inputs import SCALES, Series, scaled

RNG = np.random.default_rng(0)


def series(values, **more):
    values = np.asarray(values, dtype=np.float64)
    columns = tuple(f"c{k}" for k in range(values.shape[2]))
    return Series(values=values, columns=columns, **more)


def test_mean_0_spread_1_over_all_samples_and_timesteps():
    made = scaled(series(RNG.normal(5, 3, (2, 50, 3))), "mean 0, spread 1")

    np.testing.assert_allclose(made.values.mean(axis=(0, 1)), 0, atol=1e-12)
    np.testing.assert_allclose(made.values.std(axis=(0, 1)), 1, rtol=1e-12)


def test_within_one_reaches_both_ends_of_every_column():
    made = scaled(series(RNG.normal(5, 3, (2, 50, 3))), "-1 to 1")

    np.testing.assert_allclose(made.values.min(axis=(0, 1)), -1, rtol=1e-12)
    np.testing.assert_allclose(made.values.max(axis=(0, 1)), 1, rtol=1e-12)


@pytest.mark.parametrize("how", SCALES[1:])
def test_padding_has_no_part_in_it(how):
    values = RNG.normal(5, 3, (2, 6, 2))
    values[1, 2:] = 0
    made = scaled(series(values, lengths=(6, 2)), how)
    alone = scaled(series(np.concatenate([values[0], values[1, :2]])[None]), how)

    np.testing.assert_allclose(made.values[0], alone.values[0, :6])
    np.testing.assert_allclose(made.values[1, :2], alone.values[0, 6:])
    assert not made.values[1, 2:].any() and made.lengths == (6, 2)


@pytest.mark.parametrize("how", SCALES[1:])
@pytest.mark.parametrize("value", [0.1, 0.0, -7e300])
def test_column_of_one_number_becomes_0(how, value):
    made = scaled(series([[[value, 1.0], [value, 2.0]]]), how)

    assert not made.values[..., 0].any() and made.values[..., 1].any()


def test_largest_floats_stay_finite():
    made = scaled(series([[[-1.7e308], [1.7e308]]]), "-1 to 1")

    assert made.values.ravel().tolist() == [-1, 1]


def test_as_they_are_is_the_same_series():
    given = series([[[1.0]]])
    assert scaled(given, "as they are") is given


def test_other_words_are_refused():
    with pytest.raises(ValueError, match=r"scale must be one of as they are, .* got 'z-score'"):
        scaled(series([[[1.0]]]), "z-score")
