"""Sequences out of numpy's .npz."""

import io
import zipfile

import numpy as np
import pytest

from rnnviz.inputs import read_series
from rnnviz.limits import MAX_FILE_VALUES


def saved(*, save=np.savez, **arrays):
    file = io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


def zipped(members, **options):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", **options) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return file.getvalue()


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("shape", [(5,), (5, 3), (2, 5, 3)])
def test_one_array_is_read_as_of_a_npy(save, shape):
    array = np.random.default_rng(0).normal(size=shape)
    made = read_series("a.npz", saved(save=save, x=array))

    np.testing.assert_array_equal(made.values.reshape(shape), array)
    assert made.lengths is None


def test_several_arrays_are_sequences_of_their_own_lengths():
    parts = {f"s{k}": np.full((length, 2), k + 1.0) for k, length in enumerate((3, 5, 2))}
    made = read_series("a.npz", saved(**parts))

    assert made.lengths == (3, 5, 2) and made.values.shape == (3, 5, 2)
    for sample, part in enumerate(parts.values()):
        np.testing.assert_array_equal(made.values[sample, : len(part)], part)
        assert not made.values[sample, len(part) :].any()


def test_several_arrays_of_one_length_are_a_full_batch():
    made = read_series("a.npz", saved(a=np.ones((4, 2)), b=np.ones((4, 2))))

    assert made.lengths is None and made.batch == 2


HUGE = zipped([("a.npy", b"\0" * (9 * MAX_FILE_VALUES))], compression=zipfile.ZIP_DEFLATED)
LYING = saved(a=np.ones((4, 2))).replace(b"(4, 2)", b"(4, 9)")
HOSTILE = {
    "no archive": (b"PK\x03\x04 and more", "broken, encrypted, or no archive"),
    "cut short": (saved(a=np.ones((4, 2)))[:-30], "broken"),
    "empty archive": (zipped([]), "must hold 1 to 16 arrays, got 0"),
    "too many": (saved(**{f"a{k}": np.ones(2) for k in range(17)}), "1 to 16 arrays, got 17"),
    "bomb": (HUGE, "must take at most .* its directory says 9,000,000"),
    "text": (zipped([("a.txt", b"1,2")]), r"must hold arrays alone, got 'a\.txt'"),
    "objects": (saved(a=np.array([{}, []], dtype=object)), "'a': .*Python objects, never read"),
    "words": (saved(a=np.array(["x"])), "'a': .* must hold real numbers"),
    "lying header": (LYING, "broken|bytes of numbers"),
    "NaN": (saved(a=np.array([1, np.nan])), "'a': .* finite numbers, got nan"),
    "columns": (saved(a=np.ones((4, 2)), b=np.ones((4, 3))), "'a' has 2, 'b' 3"),
    "batches": (saved(a=np.ones((2, 4, 2)), b=np.ones((4, 2))), r"'a' has \(2, 4, 2\)"),
    "no .npy": (zipped([("a.npy", b"hello")]), "does not begin like one"),
}


@pytest.mark.parametrize("name", list(HOSTILE))
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_broken_and_hostile_files_are_refused_in_words(name):
    data, words = HOSTILE[name]
    with pytest.raises(ValueError, match=words):
        read_series("a.npz", data)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_is_refused():
    data = zipped([("a.npy", npy(np.ones(2))), ("a.npy", npy(np.ones(3)))])
    with pytest.raises(ValueError, match="holds a name twice"):
        read_series("a.npz", data)
