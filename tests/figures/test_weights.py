"""The parameters of a cell."""

import numpy as np
import pytest

from rnnviz.figures import Look, weight_heatmaps
from tests.figures.conftest import maps_of, named, trace_of, typed_cell


def test_panels_hold_the_parameters_as_torch_stores_them(trace):
    w_ih, w_hh, biases = maps_of(weight_heatmaps(trace, 1, "reverse"))

    np.testing.assert_array_equal(w_ih.z, trace.cell(1, "reverse").weight_ih)
    np.testing.assert_array_equal(w_hh.z, trace.cell(1, "reverse").weight_hh)
    np.testing.assert_array_equal(biases.z, [[0.25, 1.25, 2.25], [0, -1, -2]])


def test_all_weights_of_the_net_share_a_range(trace):
    maps = maps_of(weight_heatmaps(trace, 0, "forward", look=Look(fit=True)))

    assert {m.zmax for m in maps} == {2.25}
    assert {m.zmin for m in maps} == {-2.25}


def test_titles_are_torchs_names_with_shapes(trace):
    texts = [a.text for a in weight_heatmaps(trace, 1, "reverse").layout.annotations]

    assert texts == [
        "weight_ih_l1_reverse · (3, 6)",
        "weight_hh_l1_reverse · (3, 3)",
        "bias_ih_l1_reverse, bias_hh_l1_reverse · (3,)",
    ]


def test_upper_layer_says_which_columns_read_which_direction(trace):
    figure = weight_heatmaps(trace, 1, "forward")

    assert figure.layout.xaxis.title.text == "reads layer 0: [forward 0–2 | reverse 3–5]"
    forward = named(figure.layout.shapes, "reads forward")
    reverse = named(figure.layout.shapes, "reads reverse")
    assert (forward.x0, forward.x1, reverse.x0, reverse.x1) == (-0.5, 2.5, 2.5, 5.5)


def test_layer_0_reads_the_input(trace):
    figure = weight_heatmaps(trace, 0, "reverse")

    assert figure.layout.xaxis.title.text == "reads: input feature"
    assert not figure.layout.shapes


@pytest.mark.parametrize(("direction", "step"), [("forward", "t−1"), ("reverse", "t+1")])
def test_recurrent_weights_say_what_they_read(trace, direction, step):
    figure = weight_heatmaps(trace, 0, direction)

    assert figure.layout.xaxis2.title.text == f"reads: hidden unit at {step}"


def test_net_without_bias_has_two_panels():
    trace = trace_of((typed_cell(0, "forward", bias_ih=None, bias_hh=None),))

    assert len(maps_of(weight_heatmaps(trace, 0, "forward"))) == 2
