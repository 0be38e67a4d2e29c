"""The plan: which cells, in which order, from which row of h_0."""

from dataclasses import replace

import pytest

from rnnviz import RNNConfig
from rnnviz.engine.plan import Lane, buffer_numbers, plan


def test_lanes_go_layer_by_layer_and_start_from_torchs_rows():
    config = RNNConfig(input_size=3, hidden_size=4, num_layers=2, bidirectional=True)

    assert plan(config) == (
        Lane(0, "forward", "_l0", 0),
        Lane(0, "reverse", "_l0_reverse", 1),
        Lane(1, "forward", "_l1", 2),
        Lane(1, "reverse", "_l1_reverse", 3),
    )


def test_one_direction_has_a_row_per_layer():
    config = RNNConfig(input_size=3, hidden_size=4, num_layers=3)

    assert [(lane.suffix, lane.row) for lane in plan(config)] == [
        ("_l0", 0),
        ("_l1", 1),
        ("_l2", 2),
    ]


def test_buffers_hold_four_quantities_per_cell_and_the_joined_states():
    """By hand: T 5, B 2, H 4 are 40 numbers; 4 of them per cell, 2 more where two are joined."""
    one = RNNConfig(input_size=3, hidden_size=4, num_layers=2)
    both = RNNConfig(input_size=3, hidden_size=4, num_layers=2, bidirectional=True)

    assert buffer_numbers(one, 5, 2) == 2 * 4 * 40
    assert buffer_numbers(both, 5, 2) == 2 * (8 + 2) * 40


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ({"kind": "GRU"}, 4 * 12 + 2 * 4),
        ({"kind": "LSTM"}, 4 * 16 + 2 * 4 + 4),
        ({"kind": "LSTM", "proj_size": 3}, 4 * 16 + 2 * 4 + 3),
    ],
    ids=["GRU", "LSTM", "LSTM projected"],
)
def test_buffers_of_gated_cells(options, numbers):
    """By hand for H 4: a GRU keeps 4 rows of 3 gates, r_hn and h; an LSTM of 4, c, tanh(c), h."""
    one = RNNConfig(input_size=3, hidden_size=4, num_layers=2, **options)
    state = one.state_size

    assert buffer_numbers(one, 5, 2) == 2 * numbers * 10
    # The mask of layer 0, and what layer 1 reads.
    assert buffer_numbers(one, 5, 2, drops=True) == (2 * numbers + 2 * state) * 10
    both = replace(one, bidirectional=True)
    assert buffer_numbers(both, 5, 2) == 2 * (2 * numbers + 2 * state) * 10
    assert buffer_numbers(both, 5, 2, drops=True) == (4 * numbers + 6 * state) * 10
    # Seven packed rows stand for the last join.
    assert buffer_numbers(both, 5, 2, packed=7) == (4 * numbers + 2 * state) * 10 + 7 * 2 * state
