"""Axes that count."""

import pytest

from rnnviz.figures.axes import chosen_column, time_axis, unit_axis, whole_ticks
from rnnviz.figures.look import Look


@pytest.mark.parametrize(
    ("start", "stop", "ticks"),
    [
        (0, 1, [0]),
        (0, 5, [0, 1, 2, 3, 4]),
        (0, 24, list(range(0, 24, 2))),
        (38, 62, list(range(38, 62, 2))),
        (0, 256, list(range(0, 256, 25))),
    ],
)
def test_ticks_are_round_whole_numbers(start, stop, ticks):
    assert whole_ticks(start, stop) == ticks


def test_unit_axis_has_unit_0_at_the_top():
    assert unit_axis(3, "hidden unit")["range"] == [2.5, -0.5]


def test_time_axis_shows_the_token_under_its_timestep():
    axis = time_axis(0, 3, Look(labels=("<b>", "%{x}", " ")))

    assert axis["ticktext"] == ["0<br>&lt;b&gt;", "1<br>&#37;{x}", "2<br>␣"]


def test_time_axis_of_a_window_shows_its_own_tokens():
    axis = time_axis(2, 4, Look(labels=tuple("abcd")))

    assert axis["ticktext"] == ["2<br>c", "3<br>d"]
    assert axis["range"] == [1.5, 3.5]


def test_chosen_column_surrounds_its_timestep():
    rim, frame = chosen_column(3, Look(), y0=0, y1=1)

    assert (frame["x0"], frame["x1"], frame["name"]) == (2.5, 3.5, "t = 3")
    assert rim["line"]["width"] > frame["line"]["width"]
