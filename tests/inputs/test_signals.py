import numpy as np
import pytest

from rnnviz.inputs import noise, sines

SIZES = [(1, 1, 1), (1, 3, 16), (2, 2, 4), (3, 256, 2), (12, 3, 2), (256, 256, 2)]
SIZE_IDS = ["1x1", "one timestep", "two timesteps", "few timesteps", "usual", "largest"]


def test_sines_have_one_more_period_in_each_column():
    """With 4 timesteps in the fastest period nothing is slowed: 1, 2, 3 periods in 12 steps."""
    made = sines(12, 3)
    turn = 2 * np.pi * np.arange(1, 13) / 12

    expected = np.stack([np.sin(turn), np.sin(2 * turn), np.sin(3 * turn)], axis=1)
    np.testing.assert_allclose(made.values, expected[None], atol=1e-12)
    assert made.columns == ("sin 1", "sin 2", "sin 3")
    assert made.labels == ()


def test_sines_are_slowed_alike_where_the_sequence_is_too_short():
    """Eight columns in 4 timesteps: the last one has one period, the first an eighth of one."""
    values = sines(4, 8).values[0]

    np.testing.assert_allclose(values[:, 7], [1, 0, -1, 0], atol=1e-12)
    np.testing.assert_allclose(values[:, 0], np.sin(np.pi / 16 * np.arange(1, 5)), atol=1e-12)


def test_sines_of_samples_differ_in_phase():
    """Two samples lie a quarter of a turn apart: a sine and a cosine."""
    turn = 2 * np.pi * np.arange(1, 9) / 8
    values = sines(8, 1, 2).values[:, :, 0]

    np.testing.assert_allclose(values, [np.sin(turn), np.cos(turn)], atol=1e-12)


@pytest.mark.parametrize(("seq_len", "input_size", "batch"), SIZES, ids=SIZE_IDS)
def test_sines_differ_between_columns_and_between_samples(seq_len, input_size, batch):
    values = sines(seq_len, input_size, batch).values

    assert values.shape == (batch, seq_len, input_size)
    columns = np.moveaxis(values, 2, 0).reshape(input_size, -1)
    assert len(np.unique(columns.round(9), axis=0)) == input_size
    assert len(np.unique(values.reshape(batch, -1).round(9), axis=0)) == batch


@pytest.mark.parametrize(("seq_len", "input_size", "batch"), SIZES, ids=SIZE_IDS)
def test_noise_has_the_size_asked_for(seq_len, input_size, batch):
    made = noise(seq_len, input_size, batch, seed=7)

    assert made.values.shape == (batch, seq_len, input_size)
    assert made.columns[-1] == f"noise {input_size}"


def test_noise_gives_the_published_numbers():
    """As printed for `default_rng(0)`, which is PCG64, in many a text on numpy."""
    values = noise(2, 2, seed=0).values

    expected = [[[0.12573022, -0.13210486], [0.64042265, 0.10490012]]]
    np.testing.assert_allclose(values, expected, atol=5e-9)


def test_noise_depends_on_the_seed_alone():
    np.random.default_rng().standard_normal(3)

    np.testing.assert_array_equal(noise(5, 2, 2, seed=3).values, noise(5, 2, 2, seed=3).values)
    assert not np.array_equal(noise(5, 2, seed=3).values, noise(5, 2, seed=4).values)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((0, 1, 1), r"^seq_len must be from 1 to 256, got 0\.$"),
        ((257, 1, 1), r"^seq_len must be from 1 to 256, got 257\.$"),
        ((1, 4097, 1), r"^input_size must be from 1 to 4096, got 4097\.$"),
        ((1, 1, 17), r"^batch must be from 1 to 16, got 17\.$"),
        ((1, 1, 0), r"^batch must be from 1 to 16, got 0\.$"),
    ],
    ids=["no timestep", "seq_len", "input_size", "batch", "no sample"],
)
@pytest.mark.parametrize(
    "make", [sines, lambda *sizes: noise(*sizes, seed=0)], ids=["sines", "noise"]
)
def test_signals_refuse_sizes_out_of_range(make, sizes, message):
    with pytest.raises(ValueError, match=message):
        make(*sizes)


@pytest.mark.parametrize("seed", [-1, 2**31], ids=["negative", "too large"])
def test_noise_refuses_a_seed_out_of_range(seed):
    with pytest.raises(ValueError, match=rf"^seed must be from 0 to 2147483647, got {seed}\.$"):
        noise(1, 1, seed=seed)


def test_sines_refuse_a_size_that_is_no_int():
    with pytest.raises(TypeError, match=r"^seq_len must be an int, got '3'\.$"):
        sines("3", 1)
