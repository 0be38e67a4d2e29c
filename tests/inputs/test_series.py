import numpy as np
import pytest

from rnnviz.inputs import Series, window


def series(**changes):
    """Two samples of three timesteps and two columns; values count up from 0."""
    parts = {
        "values": np.arange(12.0).reshape(2, 3, 2),
        "labels": ("a", "b", "ü"),
        "columns": ("x", "unknown"),
        "unknown": (0, 2),
    }
    return Series(**(parts | changes))


def test_series_reads_its_sizes_from_values():
    made = series()

    assert (made.batch, made.seq_len, made.input_size) == (2, 3, 2)


def test_series_of_numbers_needs_no_labels():
    made = Series(values=np.zeros((1, 2, 1)), columns=("x",))

    assert made.labels == () and made.unknown == ()


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"values": [[1.0]]}, TypeError, r"^values must be a float64 array, got list\.$"),
        (
            {"values": np.zeros((2, 3, 2), np.float32)},
            TypeError,
            r"^values must be a float64 array, got float32\.$",
        ),
        (
            {"values": np.zeros((3, 2))},
            ValueError,
            r"^values must be \(batch, seq_len, input_size\), each at least 1; got \(3, 2\)\.$",
        ),
        ({"values": np.zeros((2, 0, 2))}, ValueError, r"each at least 1; got \(2, 0, 2\)\.$"),
        (
            {"values": np.where(np.arange(12.0) == 9, np.nan, 0).reshape(2, 3, 2)},
            ValueError,
            r"^values must be finite, got nan at \[1, 1, 1\]\.$",
        ),
        ({"labels": ("a",)}, ValueError, r"^labels must have 3 entries, got 1\.$"),
        ({"columns": ()}, ValueError, r"^columns must have 2 entries, got 0\.$"),
        ({"unknown": (3,)}, ValueError, r"^unknown must be ascending timesteps .*got \(3,\)\.$"),
        ({"unknown": (-1,)}, ValueError, r"below seq_len=3, got \(-1,\)\.$"),
        ({"unknown": (2, 0)}, ValueError, r"got \(2, 0\)\.$"),
        ({"unknown": (1, 1)}, ValueError, r"got \(1, 1\)\.$"),
    ],
    ids=[
        "list", "float32", "2-D", "no timestep", "nan", "labels", "columns",
        "past the end", "negative", "descending", "twice",
    ],
)  # fmt: skip
def test_series_refuses_parts_that_do_not_fit(changes, error, message):
    with pytest.raises(error, match=message):
        series(**changes)


def test_window_cuts_values_and_words():
    cut = window(series(), 1, 2)

    np.testing.assert_array_equal(cut.values, [[[2, 3], [4, 5]], [[8, 9], [10, 11]]])
    assert cut.labels == ("b", "ü")
    assert cut.columns == ("x", "unknown")
    assert cut.unknown == (1,)


def test_window_ends_before_its_stop():
    assert window(series(), 0, 2).unknown == (0,)


def test_window_of_everything_is_the_series():
    cut = window(series(), 0, 3)

    np.testing.assert_array_equal(cut.values, series().values)
    assert cut.unknown == (0, 2)


def test_window_of_numbers_has_no_labels():
    cut = window(Series(values=np.zeros((1, 5, 1)), columns=("x",)), 2, 2)

    assert cut.seq_len == 2 and cut.labels == ()


@pytest.mark.parametrize(
    ("start", "seq_len", "error", "message"),
    [
        (-1, 2, ValueError, r"^start must be from 0 to 2, got -1\.$"),
        (3, 1, ValueError, r"^start must be from 0 to 2, got 3\.$"),
        (1, 3, ValueError, r"^seq_len must be from 1 to 2, got 3\.$"),
        (1, 0, ValueError, r"^seq_len must be from 1 to 2, got 0\.$"),
        (1.0, 1, TypeError, r"^start must be an int, got 1\.0\.$"),
        (0, True, TypeError, r"^seq_len must be an int, got True\.$"),
    ],
    ids=["before", "after", "too long", "empty", "float", "bool"],
)
def test_window_refuses_what_lies_outside(start, seq_len, error, message):
    with pytest.raises(error, match=message):
        window(series(), start, seq_len)


def ragged(*lengths):
    values = np.zeros((len(lengths), max(lengths), 1))
    for sample, length in enumerate(lengths):
        values[sample, :length, 0] = np.arange(length) + 1
    return Series(values=values, columns=("a",), lengths=lengths)


@pytest.mark.parametrize("lengths", [(3,), (0, 3), (4, 3), (2, 2)])
def test_lengths_that_do_not_fit_are_refused(lengths):
    with pytest.raises(ValueError, match="lengths must be 2 numbers from 1 to seq_len=3"):
        Series(values=np.zeros((2, 3, 1)), columns=("a",), lengths=lengths)


def test_window_of_unlike_samples_keeps_what_each_has_there():
    cut = window(ragged(3, 6, 5), 2, 3)

    assert cut.lengths == (1, 3, 3)
    assert cut.values[:, :, 0].tolist() == [[3, 0, 0], [3, 4, 5], [3, 4, 5]]
    assert window(ragged(3, 6, 5), 0, 2).lengths is None


def test_window_past_a_samples_end_is_refused():
    with pytest.raises(ValueError, match=r"sample 1 has only 2 timesteps, .* at most 1, .* got 2"):
        window(ragged(5, 2), 2, 3)
