"""Charts on a page of fixed height: what stands beside and above their columns."""

import pytest

from rnnviz.exports.chart_file import chart_for
from rnnviz.exports.chart_size import text_width
from rnnviz.figures import gates, index_map, product_heatmaps, weight_heatmaps
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
