"""Symmetric ranges over the whole run."""

import numpy as np
import pytest

from rnnviz.figures import ranges
from rnnviz.figures.look import Look
from tests.figures.conftest import trace_of, typed_cell


@pytest.mark.parametrize(
    ("value", "limit"),
    [(0, 1), (1, 1), (1.01, 1.5), (7, 8), (9, 10), (0.032, 0.04), (123, 150), (1e308, 1e308)],
)
def test_rounded_up_gives_the_next_round_limit(value, limit):
    assert ranges.rounded_up(value) == pytest.approx(limit)


def test_state_scale_is_the_range_of_tanh_or_fits_the_run(trace):
    assert ranges.state_scale(trace, Look()).limit == 1.0
    assert ranges.state_scale(trace, Look(fit=True)).limit == pytest.approx(0.92)


def test_relu_states_run_to_the_largest_of_all_cells():
    quiet = typed_cell(0, "forward", nonlinearity="relu")
    loud = typed_cell(1, "forward", nonlinearity="relu", h=quiet.h * 100)
    trace = trace_of((quiet, loud))

    assert ranges.state_scale(trace, Look()).limit == 100.0
    assert ranges.state_scale(trace, Look(fit=True)).limit == pytest.approx(92.0)


def test_product_scale_covers_products_and_pre_activation(trace):
    """The largest is wh of layer 1 reverse at t = 0, unit 0: |0 - 0.301 - 2|."""
    assert ranges.product_scale(trace, Look(fit=True)).limit == pytest.approx(2.301)
    assert ranges.product_scale(trace, Look()).limit == 3.0


def test_weight_scale_covers_all_parameters(trace):
    """The largest is bias_ih of unit 2, 2.25."""
    assert ranges.weight_scale(trace, Look(fit=True)).limit == pytest.approx(2.25)


def test_largest_skips_what_is_not_finite():
    assert ranges.largest([np.array([np.nan, -3.0, np.inf])]) == 3.0
    assert ranges.largest([np.array([np.nan])]) == 0.0
    assert ranges.largest([np.zeros((0, 3))]) == 0.0
