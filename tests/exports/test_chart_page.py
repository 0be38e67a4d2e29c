"""Charts on a page of some height, and what stands beside, above and on their panels."""

import pytest

from rnnviz.exports.chart_file import chart_for
from rnnviz.exports.chart_size import PX_PER_MM, PX_PER_PT, text_width
from rnnviz.figures import (
    Look,
    gates,
    hidden_heatmap,
    index_map,
    product_heatmaps,
    unrolled_diagram,
    weight_heatmaps,
)
from rnnviz.figures.presets import PRESETS
from tests.exports.pictured import run_of

SLIDE = PRESETS["slide"]


def inner_width(layout):
    return layout.width - layout.margin.l - layout.margin.r


def test_columns_have_room_between_them_for_a_legend_and_names_of_rows():
    """Of which both are long here."""
    _, trace = run_of("LSTM")
    chart = chart_for(index_map(trace), SLIDE)
    layout = chart.layout
    size = layout.template.layout.yaxis.tickfont.size
    bar = layout.template.data.heatmap[0].colorbar.thickness
    starts = {axis.domain[0] for axis in chart.select_xaxes()}
    between = (max(starts) - layout.xaxis.domain[1]) * inner_width(layout)

    assert len(starts) == 2
    assert between > bar + text_width("+1.5", size) + text_width("0 · l0 →", size) + 2 * size


@pytest.mark.parametrize("figure", [gates, product_heatmaps])
def test_names_of_panels_end_before_the_words_of_a_legend(figure):
    _, trace = run_of("LSTM")
    chart = chart_for(figure(trace, 1, "reverse"), SLIDE)
    layout = chart.layout
    bar = layout.template.data.heatmap[0].colorbar.thickness

    assert len({axis.domain[0] for axis in chart.select_xaxes()}) == 3
    for note in layout.annotations:
        low, high = layout["xaxis" + note.xref.split()[0][1:]].domain
        room = (high - low) * inner_width(layout) + bar
        assert text_width(note.text, note.font.size) <= room + 0.01


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_weights_of_any_cell_fit_a_slide(kind):
    """The two long names above the biases are shortened to what the title leaves open."""
    _, trace = run_of(kind)
    layout = chart_for(weight_heatmaps(trace, 1, "reverse"), SLIDE).layout

    assert "layer 1, reverse" in layout.title.text
    assert [note.text for note in layout.annotations][-1] == "bias_ih, bias_hh"


@pytest.mark.parametrize("place", ["column", "wide", "grey"])
@pytest.mark.parametrize("labels", [None, ("antidisestablishment",) * 5], ids=["short", "long"])
def test_no_chart_is_higher_than_a_printed_page(place, labels):
    """They would be shrunk there, and their text with them; these are 349 mm by themselves."""
    _, trace = run_of("LSTM")
    chart = chart_for(
        product_heatmaps(trace, 1, "reverse", look=Look(labels=labels)), PRESETS[place]
    )
    low = chart_for(hidden_heatmap(trace, 1, "reverse"), PRESETS[place])

    assert chart.layout.height == pytest.approx(247 * PX_PER_MM)
    assert any(one.name == "numbers" for one in chart.data)
    assert low.layout.height < 60 * PX_PER_MM
    assert chart_for(product_heatmaps(trace, 1, "reverse"), PRESETS["web"]).layout.height > 1400


def test_numbers_beside_the_lines_between_gates_are_whole():
    _, trace = run_of("LSTM")
    chart = chart_for(product_heatmaps(trace, 1, "reverse"), PRESETS["column"])
    plot = chart.layout.height - chart.layout.margin.t - chart.layout.margin.b
    low, high = chart.layout.yaxis.domain
    row = (high - low) * plot / 16
    line = next(one.line.width for one in chart.layout.shapes if one.name == "between gates")
    size = next(one.textfont.size for one in chart.data if one.name == "numbers")

    # Half of the line lies on the row; the text is in the middle of it.
    assert 5 * PX_PER_PT <= size <= row - line
    assert row < 6 * PX_PER_PT + line


def test_a_minus_stands_where_its_own_cell_has_room():
    """Here on the input, whose cells are higher than those of the states; no digit would fit."""
    _, trace = run_of("LSTM", steps=24, hidden=32, inputs=8)
    chart = chart_for(unrolled_diagram(trace), PRESETS["grey"])
    (marks,) = (one for one in chart.data if one.name == "numbers")

    assert set(marks.text) == {"−"}
    assert len(marks.text) == (trace.cells[0].x < 0).sum()
    assert marks.textfont.size >= 5 * PX_PER_PT
