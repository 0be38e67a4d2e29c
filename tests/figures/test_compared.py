"""RNNviz beside torch.nn."""

import numpy as np
import pytest

from rnnviz.figures import cell_comparison, comparison
from rnnviz.figures.compared import by_time, difference_of
from tests.figures.conftest import maps_of, named, typed_comparison, typed_trace


@pytest.mark.parametrize("layout", ["time-first", "batch-first", "unbatched"])
def test_output_is_drawn_by_time_in_every_layout(layout):
    trace = typed_trace(layout=layout, batch=1 if layout == "unbatched" else 2)
    sample = trace.batch - 1

    values = by_time(trace, trace.output, sample)
    assert values.shape == (5, 6)
    np.testing.assert_array_equal(values[:, 3:], trace.cell(1, "reverse").h[:, sample])


def test_difference_knows_what_is_equal():
    ours = np.float32([1.0, np.nan, np.inf, np.nan, -np.inf])
    theirs = np.float32([0.5, np.nan, np.inf, 1.0, np.inf])

    np.testing.assert_array_equal(difference_of(ours, theirs), [0.5, 0.0, 0.0, np.nan, -np.inf])


def test_panels_are_ours_theirs_and_the_difference(trace):
    ours, theirs, difference = maps_of(comparison(trace, typed_comparison(trace, by=0.25)))

    np.testing.assert_array_equal(ours.z, trace.output[:, 0].T)
    np.testing.assert_array_equal(theirs.z, trace.output[:, 0].T + np.float32(0.25))
    np.testing.assert_allclose(difference.z, -0.25, atol=1e-6)
    assert ours.zmax == theirs.zmax == 1.0
    assert difference.zmax == pytest.approx(0.25, abs=1e-6)


def test_largest_difference_is_printed_with_its_limit(trace):
    texts = [
        a.text for a in comparison(trace, typed_comparison(trace, by=1.2e-7)).layout.annotations
    ]

    assert texts == ["RNNviz", "torch.nn", "max |difference| = 1.2e-07 (limit 1e-05)"]


def test_no_difference_is_said_and_drawn(trace):
    figure = comparison(trace, typed_comparison(trace))

    texts = [a.text for a in figure.layout.annotations]
    assert texts[2] == "difference: exactly 0 everywhere (limit 1e-05)"
    assert (maps_of(figure)[2].z == 0).all()
    assert "exactly 0" in figure.layout.meta["alt"]


def test_first_wrong_place_is_framed_where_it_lies_in_output(trace):
    figure = comparison(trace, typed_comparison(trace, by=0.1, at=(1, "reverse", 2)))

    frames = [s for s in figure.layout.shapes if s.name == "first wrong place"]
    assert [(s.x0, s.x1, s.y0, s.y1) for s in frames] == [(1.5, 2.5, 2.5, 5.5)] * 3
    assert "first wrong place: layer 1, reverse, t = 2" in figure.layout.title.subtitle.text


def test_first_wrong_place_below_is_named_but_not_framed(trace):
    figure = comparison(trace, typed_comparison(trace, by=0.1, at=(0, "forward", 1)))

    assert not figure.layout.shapes
    assert "layer 0, forward, t = 1" in figure.layout.title.subtitle.text


def test_chosen_timestep_is_framed(trace):
    figure = comparison(trace, typed_comparison(trace), t=4)

    assert named(figure.layout.shapes, "t = 4").x0 == 3.5


def test_cell_comparison_takes_the_cell_it_names(trace):
    result = typed_comparison(trace, by=0.25, at=(1, "forward", 3))
    figure = cell_comparison(trace, result, 1, "forward", sample=1)
    ours, theirs, _ = maps_of(figure)

    np.testing.assert_array_equal(ours.z, trace.cell(1, "forward").h[:, 1].T)
    np.testing.assert_array_equal(theirs.z, result.cells[2][:, 1].T)
    frame = named(figure.layout.shapes, "first wrong place")
    assert (frame.x0, frame.y0, frame.y1) == (2.5, -0.5, 2.5)
    assert not cell_comparison(trace, result, 1, "reverse").layout.shapes


def test_hover_names_torchs_index(trace):
    figure = comparison(trace, typed_comparison(trace), sample=1)

    assert "torch.nn: output[%{x}, 1, %{y}] = " in maps_of(figure)[1].hovertemplate
