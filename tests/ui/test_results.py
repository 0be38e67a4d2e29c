"""Which result each of a visitor's arrays is, and how a file of them is read."""

import io

import numpy as np
import pytest
import torch

from rnnviz.records.pasted import Pasted
from rnnviz.ui.results import NOT_USED, _of_file, guessed, stamp

ALL = ("output", "h_n", "c_n")


@pytest.mark.parametrize(
    ("given", "names", "expected"),
    [
        (["", ""], ALL, ["output", "h_n"]),
        (["h_n", ""], ALL, ["h_n", "output"]),
        (["", "c_n", ""], ALL, ["output", "c_n", "h_n"]),
        (["mine.output", "res.h_n"], ALL[:2], ["output", "h_n"]),
        (["a", "b", "c"], ALL[:2], ["output", "h_n", NOT_USED]),
        (["output", "output"], ALL[:2], ["output", "h_n"]),
    ],
)
def test_arrays_are_taken_by_name_then_by_order(given, names, expected):
    assert guessed(given, names) == expected


@pytest.mark.parametrize("ending", ["npy", "npz", "pt", "safetensors", "csv", "txt"])
def test_files_of_results_are_read(ending):
    values, file = np.arange(24, dtype=np.float32).reshape(2, 3, 4) / 8, io.BytesIO()
    match ending:
        case "npy":
            np.save(file, values)
        case "npz":
            np.savez(file, output=values)
        case "pt":
            torch.save({"output": torch.from_numpy(values)}, file)
        case "safetensors":
            from safetensors.numpy import save

            file.write(save({"output": values}))
        case "csv":
            values = values[0]
            np.savetxt(file, values, delimiter=",", fmt="%.3f")
        case "txt":
            file.write(f"output = {torch.from_numpy(values)}".encode())
    (found,) = _of_file(f"mine.{ending}", file.getvalue())

    got = found.given.values if isinstance(found.given, Pasted) else np.asarray(found.given)
    np.testing.assert_array_equal(got, values)
    assert found.name == ("" if ending in ("npy", "csv") else "output")
    assert str(values.shape) in found.shape


def test_broken_files_are_told_in_a_sentence():
    with pytest.raises(ValueError, match=r"mine\.pt'?: it is no torch checkpoint"):
        _of_file("mine.pt", b"nothing")
    with pytest.raises(ValueError, match=r"line 1: .*abc"):
        _of_file("mine.txt", b"tensor([abc])")
    with pytest.raises(ValueError, match="must be text in UTF-8"):
        _of_file("mine.csv", b"\xff\xfe\x00")


def test_stamp_tells_numbers_and_names_apart():
    one, two = np.zeros(3), np.ones(3)
    marks = {stamp({"output": one}), stamp({"output": two}), stamp({"h_n": one}), stamp({})}
    assert len(marks) == 4
    assert stamp({"output": one}) == stamp({"output": one.copy()})
