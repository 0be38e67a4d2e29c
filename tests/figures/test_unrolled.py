"""The unrolled diagram."""

import numpy as np
import pytest

from rnnviz.figures import Look, unrolled_diagram
from tests.figures.conftest import maps_of, named, trace_of, typed_cell, typed_trace


def test_lane_is_a_column_per_timestep_with_unit_0_on_top(trace):
    lane = named(unrolled_diagram(trace, sample=1).data, "layer 1, reverse")

    # Heights grow upwards, so that the last row drawn is unit 0; every second column is a gap.
    expected = trace.cell(1, "reverse").h[:, 1].T[::-1]
    np.testing.assert_array_equal(np.asarray(lane.z)[:, ::2], expected)
    assert np.isnan(np.asarray(lane.z)[:, 1::2]).all()
    assert [row[0] for row in lane.customdata] == [2, 1, 0]
    assert list(lane.y) == sorted(lane.y)
    middles = (np.asarray(lane.x)[::2] + np.asarray(lane.x)[1::2]) / 2
    np.testing.assert_allclose(middles, [0, 1, 2, 3, 4])


def test_directions_share_their_columns(trace):
    data = unrolled_diagram(trace).data

    np.testing.assert_array_equal(
        named(data, "layer 0, forward").x, named(data, "layer 0, reverse").x
    )


@pytest.mark.parametrize(("direction", "middle"), [("forward", -1), ("reverse", 5)])
def test_initial_state_stands_where_its_lane_starts(trace, direction, middle):
    figure = unrolled_diagram(trace, sample=1)
    start = named(figure.data, f"h_0 of layer 1, {direction}")
    lane = named(figure.data, f"layer 1, {direction}")

    assert np.mean(start.x) == pytest.approx(middle)
    assert list(start.y) == list(lane.y)
    np.testing.assert_array_equal(np.asarray(start.z)[:, 0], trace.cell(1, direction).h_0[1][::-1])


def test_ends_are_labelled_with_their_row_of_h_n(trace):
    ends = named(unrolled_diagram(trace).data, "ends")

    labels = dict(zip(ends.text, ends.x, strict=True))
    assert labels["h_n[0]"] > 4 and labels["h_n[2]"] > 4
    assert labels["h_n[1]"] < 0 and labels["h_n[3]"] < 0
    starts = [x for x, text in zip(ends.x, ends.text, strict=True) if text == "h_0"]
    assert starts == [-1, 5, -1, 5]


def test_hover_names_torchs_indices(trace):
    data = unrolled_diagram(trace, sample=1).data

    top = named(data, "layer 1, reverse").hovertemplate
    assert "h[%{x}][%{customdata}] = %{z:.9~g}" in top
    assert "layer 1, reverse" in top
    assert "output[%{x}, 1, 3 + %{customdata}]" in top
    assert "at t = 0 also in h_n[3, 1, %{customdata}]" in top
    low = named(data, "layer 0, forward").hovertemplate
    assert "read by layer 1 as x[%{x}][%{customdata}]" in low
    assert "at t = 4 also in h_n[0, 1, %{customdata}]" in low
    start = named(data, "h_0 of layer 0, reverse").hovertemplate
    assert "h_0[1, 1, %{customdata}]" in start and "h_0 (initial)" in start


def test_pills_say_the_order_of_joining(trace):
    pills = named(unrolled_diagram(trace).data, "joined states")

    assert pills.text[0].startswith(
        "<b>x[0] of layer 1</b><br>h[0] of layer 0: [forward | reverse]"
    )
    assert pills.text[-1].startswith("<b>output[4, 0, :]</b>")
    assert "shape (6,)" in pills.text[-1]


def test_forward_half_of_the_pill_is_left(trace):
    shapes = unrolled_diagram(trace).layout.shapes

    def first_x(name):
        return float(named(shapes, name).path.split("M")[1].split(",")[0])

    assert first_x("forward pills") < 0 <= first_x("reverse pills")


def test_chosen_timestep_spans_all_layers(trace):
    figure = unrolled_diagram(trace, t=3)

    column = named(figure.layout.shapes, "t = 3")
    assert (column.x0, column.x1) == (2.5, 3.5)
    assert column.y0 <= 0
    assert column.y1 >= max(named(figure.data, "layer 1, reverse").y)


def test_long_sequence_shows_a_window_and_says_so():
    trace = typed_trace(seq_len=100, layers=1, batch=1)
    figure = unrolled_diagram(trace, t=50)
    lane = named(figure.data, "layer 0, forward")

    assert np.asarray(lane.z).shape == (3, 2 * 24 - 1)
    assert lane.z[2][0] == trace.cell(0, "forward").h[38, 0, 0]
    assert "steps 38–61 of 0–99 shown" in figure.layout.title.subtitle.text
    assert not any((m.name or "").startswith("h_0") for m in figure.data)
    assert set(named(figure.data, "ends").text) == {"⋯"}


def test_many_units_become_stripes_without_numbers():
    figure = unrolled_diagram(typed_trace(hidden=17, layers=1, inputs=20))

    assert named(figure.data, "layer 0, forward").ygap == 0
    assert all(trace.name != "numbers" for trace in figure.data)


def test_small_net_shows_its_numbers(trace):
    figure = unrolled_diagram(trace)

    texts = {t.strip() for m in figure.data if m.name == "numbers" for row in m.text for t in row}
    assert {"0.41", "−0.28"} <= texts


def test_drawing_stays_light():
    trace = typed_trace(seq_len=256, hidden=64, layers=6, batch=1)
    figure = unrolled_diagram(trace, t=128, look=Look(fit=True))

    assert len(figure.data) <= 20
    assert len(figure.layout.shapes) <= 6


def test_odd_values_are_marked_and_explained():
    cell = typed_cell(0, "forward")
    cell.h[2, 0, 1] = np.nan
    figure = unrolled_diagram(trace_of((cell,)))

    marks = named(figure.data, "marks")
    odd = [
        (x, v) for x, v, s in zip(marks.x, marks.customdata, marks.text, strict=True) if s == "×"
    ]
    assert odd == [(2, "NaN (absent)")]
    assert "× NaN" in figure.layout.title.subtitle.text


@pytest.mark.parametrize("both", [False, True], ids=["one-way", "both-ways"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_smallest_net_is_drawn(both, theme):
    trace = typed_trace(seq_len=1, hidden=1, inputs=1, layers=1, both=both, batch=1)

    figure = unrolled_diagram(trace, t=0, look=Look(theme=theme, labels=("<i>",)))
    assert figure.layout.xaxis.ticktext == ("0<br>&lt;i&gt;",)
    assert len(maps_of(figure)) == (5 if both else 3)
