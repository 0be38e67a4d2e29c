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
