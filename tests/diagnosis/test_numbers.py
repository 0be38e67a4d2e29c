"""How exactly somebody's numbers are known, and how far others lie from them."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from rnnviz.diagnosis.case import case_of
from rnnviz.diagnosis.numbers import Known, differences, known, reference
from rnnviz.engine.varied import Returned
from rnnviz.inputs import read_numbers

NAN, INF = np.nan, np.inf


def of(given, shape=(), batch_first=False):
    return known("output", given, shape, batch_first=batch_first)


@pytest.mark.parametrize(
    ("given", "rounding"),
    [
        (np.array([0.12, -0.5, 3.07]), 0.005),
        (np.array([0.1234, -0.5, 123.0, NAN, INF]), 0.00005),
        ([[0.5, -0.2]], 0.05),
        ([1.0, 0.123456789012], 0.5e-12),
        ([1.0, -2.0, 0.0], 0.0),  # Integers are taken as exact.
        ([1, -2, 0], 0.0),
        (torch.tensor([1, 2]), 0.0),
        (np.cumsum([0.1] * 30), 0.05),  # Sums are off by more than the last bit.
    ],
    ids=str,
)
def test_numbers_with_few_digits_were_rounded_to_them(given, rounding):
    found = of(given)
    np.testing.assert_array_equal(found.values, np.asarray(given, dtype=np.float64))
    np.testing.assert_allclose(found.rounding, rounding, rtol=1e-3, atol=1e-14)
    assert found.rounding.shape == found.values.shape


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_numbers_with_all_their_digits_are_as_exact_as_their_dtype(dtype):
    """Also beyond 1, where a bit is worth more; the digits that they lack are no rounding."""
    given = torch.linspace(0.3, 900.0, 40, dtype=torch.float64).sqrt().to(dtype)
    # numpy has no bfloat16.
    for form in [given] if dtype == torch.bfloat16 else [given, given.numpy()]:
        exact = given.double() * torch.finfo(dtype).eps
        np.testing.assert_allclose(of(form).rounding, exact, rtol=1e-9)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_rounded_numbers_kept_in_a_dtype_are_rounded_and_as_exact_as_it(dtype):
    given = torch.tensor([0.1234, -0.5, 0.9876], dtype=dtype)
    expected = 0.00005 + given.double().abs().numpy() * torch.finfo(dtype).eps
    np.testing.assert_allclose(of(given).rounding, expected, rtol=1e-9)


def test_what_is_not_finite_is_told_apart_from_what_is_unknown():
    found = of(np.array([NAN, INF, -INF, 0.25]))
    assert found.count == 3
    assert of(np.array([NAN, INF])).count == 1
    assert found.rounding[0] == found.rounding[1] == 0.005
    with pytest.raises(ValueError, match=r"of its 2, shape \(2,\), none is known"):
        of(np.array([NAN, NAN]))


def test_complex_and_logical_numbers_are_refused():
    for given in (np.array([True]), [True, False], np.array([1j]), np.array(["1.0"])):
        with pytest.raises(TypeError, match="output must hold real numbers, got"):
            of(given)
    with pytest.raises(TypeError, match=r"must hold real numbers, got torch\.complex64"):
        of(torch.tensor([1j]))


@pytest.mark.parametrize("first", [False, True], ids=["time-first", "batch-first"])
def test_padding_of_a_packed_sequence_is_unknown(first):
    x = torch.arange(1.0, 7.0).reshape(3, 2, 1) + 0.123456  # (seq_len, batch, 1)
    x = x.transpose(0, 1) if first else x
    packed = pack_padded_sequence(x, [1, 3], first, enforce_sorted=False)
    found = of(packed, batch_first=first).values
    x = x.double().numpy()
    x[(0, slice(1, None)) if first else (slice(1, None), 0)] = NAN
    np.testing.assert_array_equal(found, x)


def test_text_keeps_the_exactness_that_it_shows():
    """That of its digits, zeros at their end included, number by number."""
    (text,) = read_numbers("tensor([[1.2000, 3.4000]])")
    assert (of(text).rounding == 0.00005).all()
    (text,) = read_numbers("tensor([[0.5000, ..., 0.2500, 0.1250], [1.0000, ..., 0.5, 0.75]])")
    found = of(text, (2, 6))
    np.testing.assert_array_equal(
        found.values, [[0.5, NAN, NAN, NAN, 0.25, 0.125], [1, NAN, NAN, NAN, 0.5, 0.75]]
    )
    shown = ~np.isnan(found.values)
    np.testing.assert_array_equal(found.rounding[shown], text.rounding.ravel())
    assert found.rounding[0, 0] == pytest.approx(0.00005)
    assert (found.rounding[~shown] == 0).all()
    with pytest.raises(ValueError, match=r"must be \(2, 3\)"):
        of(text, (2, 3))


def test_limits_are_the_rounding_and_the_tolerance_of_the_net():
    net = nn.RNN(1, 2)
    case = case_of(net, torch.zeros(1, 1, 1))
    right = Returned(torch.tensor([[[0.5, -4.0]]]), torch.tensor([[[0.25, float("inf")]]]), None)
    given = {
        "output": Known(values=np.zeros((1, 1, 2)), rounding=np.array([[[0.01, 0.0]]])),
        "h_n": Known(values=np.zeros((1, 1, 2)), rounding=np.zeros((1, 1, 2))),
    }
    limits = reference(case, right, given)
    np.testing.assert_allclose(limits["output"], [[[0.01 + 1e-8 + 4e-5, 4e-5]]], rtol=1e-9)
    np.testing.assert_allclose(limits["h_n"], 1e-5)
    assert limits.keys() == given.keys()


def test_a_difference_is_none_where_nothing_is_known_and_infinite_where_nothing_was_computed():
    got = np.array([1.0, NAN, INF, INF, -INF, 2.0, 3.0, NAN])
    wanted = np.array([1.5, 2.0, INF, 1.0, INF, NAN, INF, NAN])
    np.testing.assert_array_equal(
        differences(got, wanted), [0.5, 0.0, 0.0, INF, INF, INF, INF, 0.0]
    )
