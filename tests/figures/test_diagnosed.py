"""Results beside each other, and the map of their error, from hand-typed numbers."""

import numpy as np

from rnnviz.figures import Look
from rnnviz.figures.diagnosed import Beside, error_map, results_beside

LANES = [(0, "forward"), (0, "reverse"), (1, "forward"), (1, "reverse")]
TORCH = np.array([[0.5, -0.25], [0.75, 0.0], [0.1, 0.2]])  # (seq_len, features)
YOURS = np.array([[0.5, -0.5], [np.nan, 0.0], [0.1, 0.4]])


def panels(figure):
    """The heatmaps of numbers by their titles."""
    maps = [trace for trace in figure.data if trace.type == "heatmap" and trace.name != "numbers"]
    return {trace.name: np.asarray(trace.z) for trace in maps}


def test_output_is_shown_three_times_with_both_differences():
    beside = Beside("output", TORCH, YOURS, YOURS, "D13", frames=((1, 2, 0),))
    figure = results_beside(beside, sample=2)
    shown = panels(figure)

    titles = ["torch.nn", "yours", "D13", "yours - torch.nn", "yours - D13"]
    assert list(shown) == titles
    np.testing.assert_array_equal(shown["torch.nn"], TORCH.T)
    np.testing.assert_allclose(shown["yours - torch.nn"], (YOURS - TORCH).T)
    known = ~np.isnan(YOURS.T)
    assert (shown["yours - D13"][known] == 0).all()
    scales = [(t.zmin, t.zmax) for t in figure.data if t.type == "heatmap" and t.name in titles]
    np.testing.assert_allclose(scales, [(-1, 1)] * 3 + [(-0.3, 0.3)] * 2)
    assert "sample 2" in figure.layout.title.subtitle.text
    frames = [shape for shape in figure.layout.shapes if shape.name == "first wrong"]
    assert len(frames) == 5
    assert {(f.x0, f.x1, f.y0, f.y1) for f in frames} == {(-0.5, 0.5, 0.5, 1.5)}


def test_h_n_has_a_row_for_each_cell():
    rows = np.arange(8.0).reshape(4, 2) / 10
    figure = results_beside(Beside("h_n", rows, rows + 0.1, None, ""), lanes=LANES)
    shown = panels(figure)
    assert list(shown) == ["torch.nn", "yours", "yours - torch.nn"]
    np.testing.assert_allclose(shown["yours - torch.nn"], 0.1)
    assert "layer 1 reverse" in figure.layout.yaxis.ticktext
    assert "at most 0.1 to torch.nn" in figure.layout.meta["alt"]


def test_error_is_mapped_with_layer_0_at_the_bottom_and_its_begin_framed():
    pattern = np.array([[0.0, 0.0], [0.0, np.nan], [0.3, 0.1], [0.0, 0.2]])
    firsts = [(1, "forward", 0), (1, "reverse", 1)]
    figure = error_map(pattern, LANES, firsts, look=Look(theme="dark"))

    np.testing.assert_array_equal(panels(figure)[""], pattern[::-1])
    assert figure.layout.yaxis.ticktext[0] == "layer 1 reverse"
    frames = [shape for shape in figure.layout.shapes if shape.name == "first wrong"]
    assert [(f.x0, f.y0) for f in frames] == [(-0.5, 0.5), (0.5, -0.5)]
    assert (
        "begins at layer 1 forward, t = 0 and layer 1 reverse, t = 1"
        in figure.layout.title.subtitle.text
    )
    assert "7 places known" in figure.layout.meta["alt"]


def test_map_without_errors_frames_nothing():
    figure = error_map(np.zeros((4, 2)), LANES)
    assert not figure.layout.shapes
    assert "begins" not in figure.layout.title.subtitle.text


def test_panels_share_one_time_axis_at_the_bottom_and_each_has_its_frame():
    beside = Beside("output", TORCH, YOURS, None, "D13", frames=((1, 2, 2),))
    figure = results_beside(beside, sample=1)
    axes = [figure.layout.xaxis, figure.layout.xaxis2, figure.layout.xaxis3]

    assert [axis.showticklabels for axis in axes[:2]] == [False, False]
    assert [axis.matches for axis in axes[:2]] == ["x3", "x3"]
    assert axes[2].title.text and not axes[0].title.text
    assert tuple(axes[2].range) == (-0.5, 2.5)
    frames = [shape for shape in figure.layout.shapes if shape.name == "first wrong"]
    assert [(f.xref, f.yref) for f in frames] == [("x", "y"), ("x2", "y2"), ("x3", "y3")]
    (torchs, *_) = [trace for trace in figure.data if trace.name == "torch.nn"]
    assert "output at t = %{x}, sample 1, feature %{y}" in torchs.hovertemplate


def test_ranges_hold_large_numbers_and_infinite_ones_that_are_equal_do_not_differ():
    torchs, yours = np.array([[np.inf, 30.0]]), np.array([[np.inf, 29.5]])
    figure = results_beside(Beside("h_n", torchs, yours, torchs, "H6"), lanes=LANES[:1])
    shown = panels(figure)
    np.testing.assert_array_equal(shown["yours - torch.nn"], [[0.0, -0.5]])
    np.testing.assert_array_equal(shown["yours - H6"], [[0.0, -0.5]])
    limits = {t.name: t.zmax for t in figure.data if t.type == "heatmap" and t.name in shown}
    assert limits["yours"] >= 30 and limits["yours - torch.nn"] == 0.5
    (one, *_) = [trace for trace in figure.data if trace.name == "yours"]
    assert "h_n[%{y}, 0, %{x}]" in one.hovertemplate
    assert "torch.nn, yours, H6, and the differences" in figure.layout.meta["alt"]
    assert tuple(figure.layout.yaxis.range) == (0.5, -0.5)
    assert tuple(figure.layout.yaxis.tickvals) == (0,)


def test_error_map_ranges_over_its_errors_and_its_timesteps():
    pattern = np.array([[0.0, 0.02, 0.03], [0.0, 0.0, 0.01]])
    figure = error_map(pattern, LANES[:2], [(0, "forward", 1)])
    (shown,) = [t for t in figure.data if t.type == "heatmap" and t.name != "numbers"]
    assert shown.zmax == 0.03
    assert tuple(figure.layout.xaxis.range) == (-0.5, 2.5)
    (frame,) = [shape for shape in figure.layout.shapes if shape.name == "first wrong"]
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (0.5, 1.5, 0.5, 1.5)
