import pprint

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.inputs.pasted import read_numbers
from rnnviz.records.pasted import place


@pytest.fixture(autouse=True)
def _print_options_of_their_own():
    """Whatever a test sets for printing is undone after it."""
    with np.printoptions():
        yield
    torch.set_printoptions(profile="default")


def drawn(shape, dtype=torch.float32, size=1.0):
    numbers = torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return (numbers * size).to(dtype)


def assert_shown(pasted, true):
    """What the text shows is right within its own rounding, the rest is NaN.

    numpy prints what tells a float32 from its neighbours, which is up to half of their distance
    away from it.
    """
    true = np.asarray(torch.as_tensor(true).double())
    eps = 6e-8 if pasted.values.size and "float32" in pasted.name else 1e-15
    read, near = place(pasted, true.shape), np.nan_to_num(np.abs(true), posinf=0.0)
    shown = ~np.isnan(read) | np.isnan(true)
    kept = np.ones(true.shape, bool) & shown
    rounding = pasted.rounding.reshape(-1)
    assert kept.sum() == pasted.values.size
    apart = np.abs(np.where(read == true, 0.0, read - true))[kept]
    assert np.all((apart <= rounding * (1 + 1e-6) + eps * near[kept]) | np.isnan(true[kept]))
    np.testing.assert_array_equal(np.isnan(pasted.values.reshape(-1)), np.isnan(true[kept]))


SHAPES = [(), (1,), (7,), (2, 3), (5, 2, 8), (2, 1, 3, 2), (0,), (2, 0), (0, 3, 2), (30, 40),
          (2000,), (12, 9, 11), (1, 1001), (8, 200), (7, 7, 7, 7)]  # fmt: skip


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_read_numbers_reads_a_printed_tensor(shape, dtype):
    """Above 1000 numbers torch shows the corners alone."""
    numbers = drawn(shape, dtype)

    (pasted,) = read_numbers(str(numbers))

    assert_shown(pasted, numbers)
    whole = numbers.numel() <= 1000
    assert (pasted.gaps == (None,) * numbers.dim()) == whole
    assert pasted.decimals == (4 if numbers.numel() else None)


OPTIONS = {
    "precision": {"precision": 7},
    "one digit": {"precision": 1},
    "wide": {"linewidth": 300},
    "narrow": {"linewidth": 20},
    "scientific": {"sci_mode": True},
    "scientific, fine": {"sci_mode": True, "precision": 9},
    "plain": {"sci_mode": False},
    "all": {"threshold": 10**6},
    "corners": {"threshold": 5, "edgeitems": 1},
    "two at the edge": {"threshold": 5, "edgeitems": 2},
}


@pytest.mark.parametrize("size", [1e-9, 1e-3, 1.0, 3e4, 1e9], ids="size {:.0e}".format)
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_read_numbers_reads_tensors_however_torch_prints_them(options, size):
    numbers = drawn((6, 9, 5), size=size)
    torch.set_printoptions(**options)

    (pasted,) = read_numbers(repr(numbers))

    assert_shown(pasted, numbers)
    assert pasted.values.size == (numbers.numel() if "edgeitems" not in options else
                                  (2 * options["edgeitems"]) ** 3)  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "options",
    [
        {}, {"precision": 3}, {"suppress": True, "precision": 12}, {"linewidth": 30},
        {"floatmode": "fixed"}, {"sign": "+"}, {"sign": " "}, {"floatmode": "unique"},
        {"threshold": 5, "edgeitems": 1},
        {"threshold": 10**6}, {"threshold": 20, "edgeitems": 2, "precision": 2},
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("size", [1e-9, 1.0, 1e7], ids="size {:.0e}".format)
@pytest.mark.parametrize("write", [str, repr])
def test_read_numbers_reads_printed_arrays(write, size, options, dtype):
    np.set_printoptions(**options)
    for shape in SHAPES[1:]:
        numbers = drawn(shape, size=size).numpy().astype(dtype)
        text = write(numbers)
        if numbers.size == 0 and write is str:
            # print shows the brackets alone.
            continue

        (pasted,) = read_numbers(f"{dtype} = {text}")

        assert_shown(pasted, numbers)


def test_read_numbers_takes_the_shape_that_numpy_tells():
    (pasted,) = read_numbers(repr(np.ones((2000, 3))))

    assert pasted.shape == (2000, 3)
    with pytest.raises(ValueError, match=r"must be \(1999, 3\), it is \(2000, 3\)"):
        place(pasted, (1999, 3))


@pytest.mark.parametrize("write", [repr, pprint.pformat, lambda lists: repr(tuple(lists[0]))])
def test_read_numbers_reads_lists_of_python(write):
    lists = drawn((1, 2, 40, 3), torch.float64).tolist()

    pasted = read_numbers(write(lists))

    full = pasted[0].values if len(pasted) == 1 else np.stack([p.values for p in pasted])[None]
    np.testing.assert_array_equal(full, lists)
    assert all(p.decimals >= 16 for p in pasted)


@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
def test_read_numbers_reads_what_a_net_returns(kind):
    """output, h_n or output, (h_n, c_n), with the functions that made them."""
    output, finals = kind(3, 4, 2, bidirectional=True)(drawn((5, 2, 3)))
    flat = [output, *finals] if kind is nn.LSTM else [output, finals]

    pasted = read_numbers(repr((output, finals)))

    assert len(pasted) == len(flat)
    for one, true in zip(pasted, flat, strict=True):
        assert_shown(one, true.detach())


@pytest.mark.parametrize(
    ("text", "names", "values"),
    [
        ("output: tensor([1., 2.])\nh_n = tensor([3.])", ["output", "h_n"], [[1, 2], [3]]),
        ("output tensor([1.])\nh_n: [[2, 3]]", ["output", "h_n"], [[1], [[2, 3]]]),
        ("output=tensor([1.]), h_n=array([2., 3.])  c_n=[[4]]", ["output", "h_n", "c_n"],
         [[1], [2, 3], [[4]]]),
        ("Parameter containing:\ntensor([1.], requires_grad=True)", ["Parameter containing"],
         [[1]]),
        ("[tensor([1.]), tensor([2.])]", ["", ""], [[1], [2]]),
        ("[tensor(1.), tensor(2.)]", ["", ""], [1, 2]),
        ("(array([1., 2.]), (array([3.]),))", ["", ""], [[1, 2], [3]]),
        ("([[1, 2]], [3])", ["", ""], [[[1, 2]], [3]]),
        ("((1, 2), (3, 4))", ["", ""], [[1, 2], [3, 4]]),
        ("[(1, 2), (3, 4)]", [""], [[[1, 2], [3, 4]]]),
        ("(1, 2)", [""], [[1, 2]]),
        ("[np.float64(1.5), np.float32(-2.0)]", [""], [[1.5, -2]]),
        ("[[1 -2]\n [3. 4]]", [""], [[[1, -2], [3, 4]]]),
        ("tensor([1., -0., nan, inf, -inf], device='cuda:0', dtype=torch.float64,\n"
         "       grad_fn=<CopySlices>)", [""], [[1, -0.0, np.nan, np.inf, -np.inf]]),
        ("tensor(1.0e+03 *\n       [ 1.5000, -2.0000])", [""], [[1500, -2000]]),
        ("tensor([], size=(2, 0), grad_fn=<A>)", [""], [np.zeros((2, 0))]),
        ("[[], []]", [""], [np.zeros((2, 0))]),
        ("\ufeff[−1, 2,]\r\n", [""], [[-1, 2]]),
        ("1,2\n3,4", [""], [[[1, 2], [3, 4]]]),
        ("1;2\r3; 4", [""], [[[1, 2], [3, 4]]]),
        (" 1 -2\t3\n\n\n4\n5\n", ["", ""], [[[1, -2, 3]], [[4], [5]]]),
        ("a,b\n1,2e1", [""], [[[1, 20]]]),
    ],
)  # fmt: skip
def test_read_numbers_reads(text, names, values):
    pasted = read_numbers(text)

    assert [one.name for one in pasted] == names
    for one, expected in zip(pasted, values, strict=True):
        np.testing.assert_array_equal(one.values, expected)
        np.testing.assert_array_equal(np.signbit(one.values), np.signbit(expected))


@pytest.mark.parametrize(
    ("text", "decimals", "rounding"),
    [
        ("[0.1234, 1.0000]", 4, [5e-5, 5e-5]),
        ("[0.5 0.25]", 2, [5e-3, 5e-3]),
        ("[1.2340e-02, 1.0000e+03, 0.0000e+00]", 1, [5e-7, 5e-2, 0]),
        ("[1e-05, 0.1234567]", 7, [5e-8, 5e-8]),
        ("[1., 2., 0.]", None, [0, 0, 0]),
        ("[1, 2]", None, [0, 0]),
        ("[nan, inf, 0.12]", 2, [0, 0, 5e-3]),
        ("tensor(1.0e+03 * [1.2345])", 1, [5e-2]),
        ("[1.5e+20]", -19, [5e18]),
        ("0.123,4.5", 3, [[5e-4, 5e-4]]),
    ],
)
def test_read_numbers_tells_how_finely_each_was_printed(text, decimals, rounding):
    (pasted,) = read_numbers(text)

    assert pasted.decimals == decimals
    np.testing.assert_allclose(pasted.rounding, rounding, rtol=1e-9, atol=0)


def test_place_puts_the_corners_where_they_stand():
    (pasted,) = read_numbers("[[1, ..., 2, 3],\n ...,\n [4, ..., 5, 6]]")

    placed = place(pasted, (3, 5))

    nan = np.nan
    np.testing.assert_array_equal(
        placed, [[1, nan, nan, 2, 3], [nan] * 5, [4, nan, nan, 5, 6]]
    )  # fmt: skip
    assert pasted.gaps == (1, 1)


@pytest.mark.parametrize("shape", [(2, 5), (3, 3), (3, 5, 1), (3,)], ids=str)
def test_place_refuses_what_cannot_be(shape):
    """A "..." stands for one item at least."""
    (pasted,) = read_numbers("[[1, ..., 2, 3],\n ...,\n [4, ..., 5, 6]]")

    with pytest.raises(ValueError, match=r"the pasted array must be .*, it is \(1 \+ \? \+ 1, 1"):
        place(pasted, shape)


def test_place_refuses_to_fill_memory():
    (pasted,) = read_numbers("[1, ..., 2]")

    with pytest.raises(ValueError, match="at most 1000000 numbers"):
        place(pasted, (10**12,))
