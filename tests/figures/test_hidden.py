"""The heatmap of one cell's states."""

import numpy as np
import pytest

from rnnviz.figures import Look, hidden_heatmap
from tests.figures.conftest import maps_of, named, trace_of, typed_cell, typed_trace


def test_rows_are_units_and_columns_timesteps(trace):
    (states,) = maps_of(hidden_heatmap(trace, 1, "reverse", sample=1))

    assert states.z.shape == (3, 5)
    # 0.1 t + 0.01 unit + 0.5 sample - 0.001 layer - 0.3 in reverse
    assert states.z[2, 4] == pytest.approx(0.4 + 0.02 + 0.5 - 0.001 - 0.3)
    assert states.z[0, 3] == pytest.approx(0.3 + 0.5 - 0.001 - 0.3)


def test_range_is_that_of_tanh_and_unit_0_is_at_the_top(trace):
    figure = hidden_heatmap(trace, 0, "forward")

    assert (figure.data[0].zmin, figure.data[0].zmax) == (-1, 1)
    assert figure.layout.yaxis.range == (2.5, -0.5)
    assert list(figure.layout.xaxis.tickvals) == [0, 1, 2, 3, 4]


def test_fit_takes_the_range_of_the_whole_run(trace):
    figure = hidden_heatmap(trace, 1, "reverse", look=Look(fit=True))

    assert figure.data[0].zmax == pytest.approx(0.92)
    assert "fitted to this run" in figure.layout.title.subtitle.text


def test_hover_and_words_name_the_place(trace):
    figure = hidden_heatmap(trace, 1, "reverse", sample=1, t=3)

    hover = figure.data[0].hovertemplate
    assert "h[%{x}][%{y}] = %{z:.9~g}" in hover
    assert "layer 1, reverse" in hover
    assert "layer 1, reverse" in figure.layout.title.text
    assert "±1" in figure.layout.title.subtitle.text
    assert "sample 1 · t = 3" in figure.layout.title.subtitle.text
    assert "t = 0 is computed last" in figure.layout.meta["alt"]


def test_chosen_timestep_is_framed(trace):
    figure = hidden_heatmap(trace, 0, "forward", t=3)

    frame = named(figure.layout.shapes, "t = 3")
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (2.5, 3.5, 0, 1)
    assert not hidden_heatmap(trace, 0, "forward").layout.shapes


def test_numbers_stand_in_the_cells(trace):
    numbers = named(hidden_heatmap(trace, 0, "forward").data, "numbers")

    assert numbers.text[1][4].strip() == "0.41"


def test_absent_states_are_marked():
    cell = typed_cell(0, "forward")
    cell.h[2, 1, 0] = np.nan
    trace = trace_of((cell,))

    marks = named(hidden_heatmap(trace, 0, "forward", sample=1).data, "marks")
    assert (marks.x[0], marks.y[0], marks.text[0]) == (2, 0, "×")
    assert all(m.name != "marks" for m in hidden_heatmap(trace, 0, "forward").data)


def test_labels_are_text(trace):
    figure = hidden_heatmap(trace, 0, "forward", look=Look(labels=("<b>", "a", "b", "c", "%{z}")))

    assert figure.layout.xaxis.ticktext[0] == "0<br>&lt;b&gt;"
    assert figure.layout.xaxis.ticktext[4] == "4<br>&#37;{z}"


@pytest.mark.parametrize(("seq_len", "hidden"), [(1, 1), (256, 256), (1, 5), (30, 1)])
def test_any_size_is_drawn(seq_len, hidden):
    trace = typed_trace(seq_len=seq_len, hidden=hidden, layers=1, batch=1)

    figure = hidden_heatmap(trace, 0, "reverse", t=0)
    assert figure.data[0].z.shape == (hidden, seq_len)
    assert 150 < figure.layout.height < 700


def test_missing_cell_is_refused(trace):
    with pytest.raises(ValueError, match="no cell"):
        hidden_heatmap(trace, 2, "forward")
