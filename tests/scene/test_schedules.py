"""The orders of computing: every update once, and which of them keep to what torch.nn computes."""

import pytest
import torch

import rnnviz
from rnnviz import RNNConfig, Step
from rnnviz.scene.schedules import ORDERS, schedule


def lanes(num_layers, bidirectional):
    config = RNNConfig(
        input_size=3, hidden_size=4, num_layers=num_layers, bidirectional=bidirectional
    )
    return config.lanes


@pytest.mark.parametrize("bidirectional", [False, True], ids=["one-way", "both-ways"])
@pytest.mark.parametrize("num_layers", [1, 3])
def test_layer_first_is_the_order_of_the_trace(num_layers, bidirectional):
    config = RNNConfig(
        input_size=3, hidden_size=4, num_layers=num_layers, bidirectional=bidirectional
    )
    trace = rnnviz.trace(rnnviz.build(config), torch.zeros(5, 3))

    assert schedule("layer-first", config.lanes, 5) == trace.steps


def test_both_directions_take_turns():
    assert schedule("both", lanes(2, True), 3) == (
        Step(0, "forward", 0),
        Step(0, "reverse", 2),
        Step(0, "forward", 1),
        Step(0, "reverse", 1),
        Step(0, "forward", 2),
        Step(0, "reverse", 0),
        Step(1, "forward", 0),
        Step(1, "reverse", 2),
        Step(1, "forward", 1),
        Step(1, "reverse", 1),
        Step(1, "forward", 2),
        Step(1, "reverse", 0),
    )


def test_time_first_takes_a_step_in_all_layers():
    assert schedule("time-first", lanes(2, True), 3) == (
        Step(0, "forward", 0),
        Step(0, "reverse", 2),
        Step(1, "forward", 0),
        Step(1, "reverse", 2),
        Step(0, "forward", 1),
        Step(0, "reverse", 1),
        Step(1, "forward", 1),
        Step(1, "reverse", 1),
        Step(0, "forward", 2),
        Step(0, "reverse", 0),
        Step(1, "forward", 2),
        Step(1, "reverse", 0),
    )


def test_one_direction_takes_one_step_per_layer():
    steps = [(layer, t) for layer, _, t in schedule("time-first", lanes(2, False), 2)]

    assert steps == [(0, 0), (1, 0), (0, 1), (1, 1)]


@pytest.mark.parametrize("order", ORDERS)
def test_every_update_comes_once(order):
    for num_layers, bidirectional, seq_len in [(1, False, 1), (3, True, 5), (2, True, 4)]:
        own = lanes(num_layers, bidirectional)
        steps = schedule(order, own, seq_len)

        assert len(steps) == len(set(steps)) == len(own) * seq_len
        assert {(layer, direction) for layer, direction, _ in steps} == set(own)
        assert {t for *_, t in steps} == set(range(seq_len))


def first_too_early(steps, directions, seq_len):
    """The first update that needs a state not yet there: its predecessor, or one below at its t."""
    done = set()
    for layer, direction, t in steps:
        before = t - 1 if direction == "forward" else t + 1
        needs = {Step(layer, direction, before)} if 0 <= before < seq_len else set()
        if layer > 0:
            needs |= {Step(layer - 1, way, t) for way in directions}
        if not needs <= done:
            return Step(layer, direction, t)
        done.add(Step(layer, direction, t))
    return None


@pytest.mark.parametrize(
    ("order", "bidirectional", "first"),
    [
        ("layer-first", True, None),
        ("layer-first", False, None),
        ("both", True, None),
        ("both", False, None),
        ("time-first", True, Step(1, "forward", 0)),
        ("time-first", False, None),
    ],
)
def test_only_time_first_with_two_directions_needs_what_is_not_there_yet(
    order, bidirectional, first
):
    steps = schedule(order, lanes(3, bidirectional), 5)
    directions = ("forward", "reverse")[: 1 + bidirectional]

    assert first_too_early(steps, directions, 5) == first
