"""Where lanes lie."""

import pytest

from rnnviz.figures.lanes import row_middles, unrolled_plan, window
from tests.figures.conftest import typed_trace


@pytest.mark.parametrize(
    ("seq_len", "t", "shown"),
    [
        (1, None, range(0, 1)),
        (24, 20, range(0, 24)),
        (100, None, range(0, 24)),
        (100, 50, range(38, 62)),
        (100, 99, range(76, 100)),
        (25, 24, range(1, 25)),
    ],
)
def test_window_holds_t_and_stays_within_the_sequence(seq_len, t, shown):
    assert window(seq_len, t) == shown


def test_layers_go_up_and_reverse_lies_above_forward(trace):
    plan = unrolled_plan(trace, None)

    edges = [edge for lane in plan.lanes for edge in (lane.bottom, lane.top)]
    assert edges == sorted(edges)
    assert [lane.cell.direction for lane in plan.lanes] == ["forward", "reverse"] * 2
    assert plan.input_top < plan.bands[0].bottom
    assert plan.bands[0].pill_top < plan.bands[1].bottom


def test_initial_state_stands_left_of_forward_and_right_of_reverse(trace):
    plan = unrolled_plan(trace, None)

    assert [lane.start(plan.steps, plan.length) for lane in plan.lanes] == [-1, 5, -1, 5]


def test_window_in_the_middle_shows_no_initial_state():
    plan = unrolled_plan(typed_trace(seq_len=100, layers=1), 50)

    assert [lane.start(plan.steps, plan.length) for lane in plan.lanes] == [None, None]


def test_unit_0_is_the_highest_row():
    assert list(row_middles(0, 40, 4)) == [35, 25, 15, 5]
