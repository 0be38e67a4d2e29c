import inspect
import io
import pickle
import re
import sys
import tracemalloc

import numpy as np
import pytest

from rnnviz.inputs.npy import read_npy


def npy(array, version=None):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, version=version)
    return buffer.getvalue()


def raw(header, body=b"", version=(1, 0)):
    """A .npy with any header."""
    text = header.encode("latin-1") + b"\n"
    length = len(text).to_bytes(2 if version[0] == 1 else 4, "little")
    return b"\x93NUMPY" + bytes(version) + length + text + body


def described(shape, descr="'<f8'", body=b""):
    return raw(f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}", body)


DTYPES = ["f2", "<f4", ">f4", "<f8", ">f8", "i1", "u1", "<i2", ">i4", "<i8", ">u8", "g"]


@pytest.mark.parametrize("dtype", DTYPES)
def test_read_npy_takes_real_numbers(dtype):
    made = read_npy(npy(np.array([[1, 2], [3, 4], [5, 6]], dtype)))

    np.testing.assert_array_equal(made.values, [[[1, 2], [3, 4], [5, 6]]])
    assert made.values.dtype == np.float64
    assert made.columns == ("column 1", "column 2")


def test_read_npy_takes_booleans():
    made = read_npy(npy(np.array([[True, False]])))

    np.testing.assert_array_equal(made.values, [[[1, 0]]])


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((6,), (1, 6, 1)), ((6, 1), (1, 6, 1)), ((3, 2), (1, 3, 2)), ((2, 3, 1), (2, 3, 1))],
    ids=["1-D", "column", "2-D", "3-D"],
)
@pytest.mark.parametrize("order", ["C", "F"])
def test_read_npy_takes_one_to_three_dimensions_in_either_order(shape, expected, order):
    array = np.arange(6.0).reshape(shape)
    made = read_npy(npy(np.asarray(array, order=order)))

    np.testing.assert_array_equal(made.values, array.reshape(expected))
    assert made.values.flags.c_contiguous


def test_read_npy_takes_version_2():
    assert read_npy(npy(np.zeros((2, 2)), version=(2, 0))).seq_len == 2


def test_read_npy_does_not_keep_the_bytes_alive():
    """The values are the series' own: nothing that is cached hangs on the upload."""
    assert read_npy(npy(np.zeros((2, 2)))).values.flags.writeable


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was loaded",))


SHAPES = r"^the .npy must be \(seq_len,\), .* each at least 1; got "
BROKEN = r"^the .npy is cut short, or its header is broken or too long\.$"
MISTAKES = {
    "empty": (b"", r"^expected a .npy, but the file does not begin like one\.$"),
    "text": (b"1,2\n", r"does not begin like one\.$"),
    "raw pickle": (pickle.dumps(Bomb()), r"does not begin like one\.$"),
    "npz": (b"PK\x03\x04rest", r"^expected a .npy with one array, got a zip archive such as .npz"),
    "magic alone": (b"\x93NUMPY", BROKEN),
    "cut in the length": (npy(np.zeros(3))[:9], BROKEN),
    "cut in the header": (npy(np.zeros(3))[:60], BROKEN),
    "cut in the numbers": (
        npy(np.zeros((3, 2)))[:-1],
        r"^the .npy must have 48 bytes of numbers for its shape \(3, 2\), got 47\.$",
    ),
    "too many bytes": (npy(np.zeros(3)) + b"\0", r"must have 24 bytes .* got 25\.$"),
    "version 3": (
        raw("{}", version=(3, 0)),
        r"^the .npy must be of version 1\.0 or 2\.0, got 3\.0\.$",
    ),
    "object": (
        npy(np.array([Bomb(), None])),
        r"^the .npy must hold numbers, it holds Python objects, never read here\.$",
    ),
    "object in a record": (described("(1,)", "[('a', '|O')]"), r"it holds Python objects"),
    "complex": (
        npy(np.zeros(3, complex)),
        r"^the .npy must hold real numbers, got 'complex128'\.$",
    ),
    "string": (npy(np.array(["a"])), r"real numbers, got '<U1'\.$"),
    "bytes": (npy(np.array([b"a"])), r"real numbers, got '\|S1'\.$"),
    "dates": (npy(np.zeros(2, "M8[s]")), r"real numbers, got 'datetime64\[s\]'\.$"),
    "record": (npy(np.zeros(2, [("a", "f8")])), r"real numbers, got .*'<f8'"),
    "no size": (described("(2,)", "'V0'"), r"real numbers, got '\|V0'\.$"),
    "0-D": (npy(np.float64(1)), SHAPES + r"\(\)\.$"),
    "4-D": (npy(np.zeros((1, 1, 1, 1))), SHAPES + r"\(1, 1, 1, 1\)\.$"),
    "no rows": (npy(np.zeros((0, 2))), SHAPES + r"\(0, 2\)\.$"),
    "no columns": (npy(np.zeros((2, 0))), SHAPES + r"\(2, 0\)\.$"),
    "negative": (described("(-1, 2)"), SHAPES + r"\(-1, 2\)\.$"),
    "both negative": (described("(-1, -2)"), SHAPES + r"\(-1, -2\)\.$"),
    "many dimensions": (described("(" + "1, " * 99 + ")"), SHAPES + r"\((1, ){9}…\)\.$"),
    "too many columns": (
        npy(np.zeros((1, 257), "i1")),
        r"^the .npy must have at most 256 columns, got 257\.$",
    ),
    "too many samples": (
        npy(np.zeros((17, 1, 1), "i1")),
        r"^the .npy must have at most 16 samples, got 17\.$",
    ),
    "too many numbers": (
        npy(np.zeros(1_000_001, "i1")),
        r"^the .npy must hold at most 1000000 numbers, got shape \(1000001,\)\.$",
    ),
    "absurd": (described(f"({10**30},)"), r"at most 1000000 numbers, got shape \(10{26}…\)\.$"),
    "product that wraps": (described(f"({2**60}, 16)"), r"at most 1000000 numbers"),
    "nan": (
        npy(np.array([[0, 1], [2, np.nan]])),
        r"^the .npy must hold finite numbers, got nan at \[1, 1\]\.$",
    ),
    "inf in 1-D": (npy(np.array([0, -np.inf])), r"finite numbers, got -inf at \[1\]\.$"),
    "inf in 3-D": (
        npy(np.full((1, 1, 1), np.inf, "f2")),
        r"finite numbers, got inf at \[0, 0, 0\]\.$",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "message"), MISTAKES.values(), ids=MISTAKES)
def test_read_npy_says_what_is_wrong(data, message):
    with pytest.raises(ValueError, match=message) as caught:
        read_npy(data)

    assert len(str(caught.value)) <= 165


HEADERS = {
    "nothing": "",
    "no dict": "[1, 2]",
    "no shape": "{'descr': '<f8', 'fortran_order': False}",
    "open bracket": "{",
    "open brackets": "(" * 900,
    "minuses": "-" * 900 + "1",
    "uneven indentation": "a\n  b\n c",
    "dtype of an empty record": "{'descr': ({},), 'fortran_order': False, 'shape': (2,)}",
    "unhashable key": "{[]: 1}",
    "shape is a list": "{'descr': '<f8', 'fortran_order': False, 'shape': [2]}",
    "shape of floats": "{'descr': '<f8', 'fortran_order': False, 'shape': (2.0,)}",
    "huge digits": "{'descr': '<f8', 'fortran_order': False, 'shape': (" + "9" * 5000 + ",)}",
    "order is a word": "{'descr': '<f8', 'fortran_order': 'C', 'shape': (2,)}",
    "no such dtype": "{'descr': 'spam', 'fortran_order': False, 'shape': (2,)}",
    "dtype of odd parts": "{'descr': [()], 'fortran_order': False, 'shape': (2,)}",
    "surrogate in the dtype": "{'descr': '<f8\\ud800', 'fortran_order': False, 'shape': (2,)}",
    "a call": "__import__('os').getcwd()",
    "too long": "{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}" + " " * 1000,
}  # fmt: skip


@pytest.mark.parametrize("version", [(1, 0), (2, 0)], ids=["1.0", "2.0"])
@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_read_npy_refuses_broken_headers(header, version):
    with pytest.raises(ValueError, match=BROKEN):
        read_npy(raw(header, bytes(16), version))


def test_read_npy_refuses_a_header_too_deep_for_the_stack_that_is_left():
    limit = sys.getrecursionlimit()
    depth = len(inspect.stack(0))
    sys.setrecursionlimit(depth + 60)
    try:
        with pytest.raises(ValueError, match=BROKEN):
            read_npy(raw("-" * 990 + "1"))
    finally:
        sys.setrecursionlimit(limit)


def test_read_npy_reads_true_as_one_in_a_shape():
    assert read_npy(described("(True, 2)", body=bytes(16))).values.shape == (1, 1, 2)


@pytest.mark.skipif(
    np.finfo("g").max == np.finfo("f8").max, reason="long double is float64 on this machine"
)
def test_read_npy_refuses_a_long_double_beyond_float64():
    with pytest.raises(ValueError, match=r"finite numbers, got inf at \[1\]\.$"):
        read_npy(npy(np.array([0, np.finfo("g").max], "g")))


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
def test_read_npy_meets_any_flipped_byte_with_a_series_or_one_line():
    """Every byte of a header set to several others: nothing but a ValueError comes out."""
    good = npy(np.arange(6.0).reshape(3, 2))
    for position in range(len(good) - 48):
        for byte in (0, 10, 32, 39, 40, 45, 57, 92, 123, 255):
            data = good[:position] + bytes([byte]) + good[position + 1 :]
            try:
                read_npy(data)
            except ValueError as error:
                assert re.match(r"the \.npy |expected a \.npy", str(error)), (position, byte)


def test_read_npy_allocates_nothing_for_a_shape_that_is_not_there():
    """A header of 100 bytes that promises a million numbers costs next to no memory."""
    data = described("(1000, 250)")
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="must have 2000000 bytes"):
            read_npy(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 500_000
