import io

import numpy as np
import pytest

from rnnviz.inputs import EXTENSIONS, read_series
from rnnviz.limits import MAX_FILE_BYTES


def npy(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b"1,2\n3,4"),
        ("A.B.CSV", b"1,2\n3,4"),
        ("a.tsv", b"1\t2\n3\t4"),
        ("a.txt", b"1;2\n3;4"),
        ("a.npy", npy(np.array([[1, 2], [3, 4]]))),
        ("a.NPY", npy(np.array([[1, 2], [3, 4]]))),
    ],
    ids=["csv", "upper case", "tsv", "txt", "npy", "upper case npy"],
)
def test_read_series_goes_by_the_extension(name, data):
    made = read_series(name, data)

    np.testing.assert_array_equal(made.values, [[[1, 2], [3, 4]]])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a.xlsx", "'a.xlsx'"),
        ("a.zip", "'a.zip'"),
        ("notes", "'notes'"),
        ("x" * 300 + ".pkl", "'" + "x" * 27 + "…'"),
    ],
    ids=["xlsx", "zip", "none", "long name"],
)
def test_read_series_refuses_other_extensions(name, shown):
    with pytest.raises(ValueError) as caught:
        read_series(name, b"1,2\n")

    expected = "the name must end in one of .csv, .tsv, .txt, .npy, .npz."
    assert str(caught.value) == f"{shown}: {expected}"


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_read_series_refuses_too_many_bytes(extension):
    with pytest.raises(
        ValueError,
        match=r"^'a\.\w+': the file must have at most 33554432 bytes, got 33554433\.$",
    ):
        read_series(f"a.{extension}", bytes(MAX_FILE_BYTES + 1))


def test_read_series_names_the_file_in_the_error():
    with pytest.raises(
        ValueError, match=r"^'my data\.csv': line 2, column 1: a number is missing\.$"
    ):
        read_series("my data.csv", b"1,2\n,4\n")


HOSTILE = {
    "long field": b"1,2\n" + b"x" * 5000 + b",1",
    "long header": b"a," * 200_000,
    "controls": b"1\n\x1b[31m\x07" * 50,
    "right to left": "1\n\u202e\u202e".encode() * 40,
    "astral": "1\n\U000e0001".encode() * 40,
    "wide row": b"1\n" + b"1," * 900_000,
    "tall quote": b'1\n"' + b"\n" * 900_000,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_read_series_errors_stay_one_short_line(data):
    with pytest.raises(ValueError) as caught:
        read_series("\u202e" * 100 + "\n" + ".csv", data)

    assert len(str(caught.value)) <= 200
    assert str(caught.value).isprintable()
