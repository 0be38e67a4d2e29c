"""The verdict on the wrong order: against torch's output, and on hand-typed errors."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import rnnviz
from rnnviz import Step
from rnnviz.config import TOLERANCE
from rnnviz.engine.mistakes import time_first
from rnnviz.scene.schedules import schedule
from rnnviz.scene.what_if import what_if
from tests.engine.test_forward import make
from tests.figures.conftest import typed_comparison, typed_trace

BOTH = {"num_layers": 2, "bidirectional": True}


def verdict(net, x, h_0):
    """What the app would say of this net with time first."""
    truth = rnnviz.compare(rnnviz.trace(net, x, h_0), net).numpy()
    wrong = time_first(net, x, h_0).numpy()
    return what_if(wrong, truth, schedule("time-first", wrong.config.lanes, wrong.seq_len))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("layout", ["batched", "batch_first", "unbatched"])
def test_two_layers_go_wrong_where_the_upper_one_begins(layout, dtype):
    options = BOTH | {"batch_first": layout == "batch_first"}
    net, x, h_0 = make(dtype, unbatched=layout == "unbatched", scale=0.5, **options)
    found = verdict(net, x, h_0)
    with torch.no_grad():
        theirs = net(x, h_0)[0].double()
    apart = (time_first(net, x, h_0).output.double() - theirs).abs().max().item()
    tolerance = TOLERANCE[str(dtype).removeprefix("torch.")]

    assert found.first == [Step(1, "forward", 0), Step(1, "reverse", 4)]
    assert found.wrong == ["00000", "00000", "11111", "11111"]
    assert found.difference == pytest.approx(apart, rel=1e-9)
    assert found.difference > 0.05
    assert found.limit == pytest.approx(tolerance * max(1.0, theirs.abs().max().item()))


@pytest.mark.parametrize("seq_len", [2, 3, 12])
@pytest.mark.parametrize("num_layers", [2, 3])
def test_every_layer_above_the_first_is_wrong(num_layers, seq_len):
    net, x, h_0 = make(sizes=(seq_len, 3, 2, 4), num_layers=num_layers, bidirectional=True)
    found = verdict(net, x, h_0)

    assert found.first == [Step(1, "forward", 0), Step(1, "reverse", seq_len - 1)]
    assert found.wrong[:2] == ["0" * seq_len] * 2
    assert len(found.wrong) == 2 * num_layers
    assert all(row[0] == "1" for row in found.wrong[2::2])
    assert all(row[-1] == "1" for row in found.wrong[3::2])


ALIKE = {
    "one direction": ((5, 2, 3, 4), {"num_layers": 3}),
    "one layer": ((5, 2, 3, 4), {"bidirectional": True}),
    "one timestep": ((1, 2, 3, 4), BOTH),
    "one of each": ((1, 1, 1, 1), {}),
}


@pytest.mark.parametrize(("sizes", "options"), ALIKE.values(), ids=ALIKE.keys())
def test_nothing_is_wrong_where_the_order_does_not_matter(sizes, options):
    net, x, h_0 = make(sizes=sizes, **options)
    found = verdict(net, x, h_0)
    lanes = net.num_layers * (1 + net.bidirectional)

    assert found.first == []
    assert found.wrong == ["0" * sizes[0]] * lanes
    assert found.difference <= found.limit


def test_what_is_nan_in_both_is_right_and_in_one_alone_is_wrong():
    """NaN in the middle: in torch all of layer 1 is NaN, as it reads one direction or the other.

    With time first its first two updates read states of both directions from before the NaN.
    """
    net, x, h_0 = make(**BOTH)
    x[2, 1] = torch.nan
    found = verdict(net, x, h_0)

    assert found.wrong[:2] == ["00000", "00000"]
    assert found.difference == np.inf
    # The other sample is wrong everywhere.
    assert found.wrong[2:] == ["11111", "11111"]
    alone = verdict(net, x[:, 1:], h_0[:, 1:].contiguous())
    assert alone.wrong == ["00000", "00000", "11000", "00011"]
    assert alone.first == [Step(1, "forward", 0), Step(1, "reverse", 4)]


@pytest.mark.parametrize("value", [np.nan, np.inf], ids=str)
def test_what_is_the_same_everywhere_is_right_even_if_no_number(value):
    net, x, h_0 = make(nonlinearity="relu", **BOTH)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.abs_()
    found = verdict(net, torch.full_like(x, value), h_0.abs())

    assert found.first == []
    assert found.wrong == ["00000"] * 4
    assert found.difference == 0


def typed(*places, by=1.0, limits=None):
    """A typed trace that is off in single numbers, and torch's states: places (row, t, sample)."""
    truth = typed_comparison(typed_trace())
    trace = typed_trace()
    cells = list(trace.cells)
    for row, t, sample in places:
        h = cells[row].h.copy()
        h[t, sample, 2] += by
        cells[row] = replace(cells[row], h=h)
    if limits is not None:
        truth = replace(truth, cell_limits=np.array(limits))
    return replace(trace, cells=tuple(cells)), truth


def judged(typed_case, order="time-first"):
    trace, truth = typed_case
    return what_if(trace, truth, schedule(order, trace.config.lanes, trace.seq_len))


@pytest.mark.parametrize("sample", [0, 1])
@pytest.mark.parametrize("row", [0, 1, 2, 3])
def test_one_wrong_number_is_found_in_every_sample(row, sample):
    found = judged(typed((row, 3, sample)))

    assert found.wrong == ["00010" if lane == row else "00000" for lane in range(4)]
    assert found.first == [Step(row // 2, ("forward", "reverse")[row % 2], 3)]
    # The output is what it was: only its own difference counts here.
    assert found.difference == 0


def test_each_cell_is_held_against_its_own_limit():
    places = [(row, 1, 0) for row in range(4)]
    found = judged(typed(*places, by=0.5, limits=[0.4, 0.6, 0.4, 0.6]))

    assert found.wrong == ["01000", "00000", "01000", "00000"]


@pytest.mark.parametrize(("more", "wrong"), [(0.0, "00000"), (-1e-12, "01000")], ids=str)
def test_what_is_as_far_off_as_the_limit_is_right(more, wrong):
    """As in `Comparison.equal`."""
    trace, truth = typed((0, 1, 0), by=0.25)
    ours, theirs = (array[1, 0, 2].astype(float) for array in (trace.cells[0].h, truth.cells[0]))
    limits = np.full(4, abs(ours - theirs) + more)

    assert judged((trace, replace(truth, cell_limits=limits))).wrong[0] == wrong


def test_the_limit_is_that_of_the_output():
    """Which is relative where states are large."""
    trace, truth = typed()

    assert judged((trace, replace(truth, output_limit=0.125))).limit == 0.125


def test_the_first_one_is_the_first_to_be_computed():
    """In the order asked for: upwards, in reverse downwards, by steps or by layers."""
    case = typed((0, 3, 0), (0, 4, 0), (2, 1, 0), (1, 1, 0), (1, 3, 1), (3, 2, 0))

    assert judged(case).first == [Step(0, "reverse", 3), Step(1, "forward", 1)]
    assert judged(case, "layer-first").first == [Step(0, "forward", 3), Step(0, "reverse", 3)]
