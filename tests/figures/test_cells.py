"""Colours, numbers and marks of cells."""

import numpy as np
import pytest

from rnnviz.figures import cells
from rnnviz.figures.cells import Grid
from rnnviz.figures.look import Look
from rnnviz.figures.theme import ShareScale, SignedScale

SCALE = SignedScale(limit=1.0)


def grid(values):
    return Grid.counted(np.array(values), SCALE)


@pytest.mark.parametrize(
    ("value", "limit", "text"),
    [
        (-0.424, 1, "−0.42"),
        (0.0, 1, "0"),
        (-0.0, 1, "0"),
        (1.0, 1, "1"),
        (12.34, 50, "12.3"),
        (123.4, 500, "123"),
        (45678.9, 1e5, "5e4"),
        (-3.2e-8, 4e-8, "−3e−8"),
    ],
)
def test_short_text_fits_a_cell(value, limit, text):
    assert cells.short_text(value, limit) == text


def test_gates_are_coloured_from_0_to_1():
    settings = cells.color_settings(ShareScale())

    assert (settings["zmin"], settings["zmax"]) == (0.0, 1.0)
    assert (cells.color_settings(SCALE)["zmin"], settings["colorscale"][0][1]) == (-1.0, "#f7f7f7")


def test_full_text_identifies_a_float32():
    value = np.float32(0.1)

    assert np.float32(cells.full_text(value)) == value
    assert cells.full_text(-np.inf) == "−infinity"
    assert cells.full_text(np.nan) == "NaN (absent)"


def test_cell_map_keeps_rows_and_range():
    heatmap = cells.cell_map(grid([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]), "v = %VALUE")

    np.testing.assert_array_equal(heatmap.z, [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]])
    assert (heatmap.zmin, heatmap.zmax) == (-1.0, 1.0)
    assert heatmap.hovertemplate == "v = %{z:.9~g}<extra></extra>"


def test_cell_map_says_in_words_what_is_no_number():
    heatmap = cells.cell_map(grid([[0.5, np.nan, np.inf]]), "v = %VALUE")

    assert heatmap.hovertemplate == "v = %{text}<extra></extra>"
    assert list(heatmap.text[0]) == ["0.5", "NaN (absent)", "+infinity"]
    np.testing.assert_array_equal(heatmap.z, [[0.5, np.nan, np.nan]])


def test_cell_map_turns_float16_into_what_plotly_knows():
    heatmap = cells.cell_map(grid(np.ones((2, 2), np.float16)), "%VALUE")

    assert heatmap.z.dtype == np.float32


def test_numbers_are_black_on_pale_and_white_on_dark_cells():
    black, white = cells.number_maps(grid([[0.1, -0.99], [1.0, -0.2]]))

    assert [[text.strip() for text in row] for row in black.text] == [["0.10", ""], ["", "−0.20"]]
    assert [[text.strip() for text in row] for row in white.text] == [["", "−0.99"], ["1", ""]]
    assert (black.textfont.color, white.textfont.color) == ("#000000", "#ffffff")


def test_number_layers_have_texts_of_one_length():
    """Plotly fits the longest text of a layer, and both layers must get one size."""
    lengths = {
        max(len(text) for row in layer.text for text in row)
        for layer in cells.number_maps(grid([[0.1, -0.99]]), fill=0.5)
    }

    assert len(lengths) == 1
    assert lengths.pop() >= 10


@pytest.mark.parametrize(
    ("shape", "numbered"),
    [((16, 24), True), ((17, 24), False), ((16, 25), False), ((1, 6), True), ((1, 7), False)],
)
def test_grid_is_numbered_while_cells_are_large(shape, numbered):
    assert grid(np.zeros(shape)).numbered is numbered


def test_marks_stand_on_every_odd_cell():
    marks = cells.mark_scatter(grid([[0.0, np.nan, 1.5], [np.inf, -np.inf, 0.2]]), Look())

    assert list(zip(marks.x, marks.y, marks.text, strict=True)) == [
        (1, 0, "×"),
        (2, 0, "▲"),
        (0, 1, "+∞"),
        (1, 1, "−∞"),
    ]


def test_marks_are_bounded():
    marks = cells.mark_scatter(grid(np.full((100, 100), np.nan)), Look())

    assert len(marks.x) == cells.MAX_MARKS


def test_marks_ignore_a_rounding_error_past_the_range():
    assert cells.mark_scatter(grid(np.float32([[1.0000001]])), Look()) is None


def test_legend_names_only_the_marks_that_are_there():
    assert cells.marks_legend([grid([[0.1]])]) == ""
    assert cells.marks_legend([grid([[np.nan]]), grid([[2.0]])]) == " · × NaN · ▲ past the range"
