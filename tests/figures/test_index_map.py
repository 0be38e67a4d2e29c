"""The index map: the numbers that torch returns, and the words that each of them brings."""

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pack_sequence

import rnnviz
from rnnviz.figures import Look, index_map
from rnnviz.figures.index_map import MAX_WORDED
from rnnviz.figures.theme import PALETTES
from rnnviz.shapes import laid_out
from tests.figures.conftest import maps_of, named, typed_trace


def lstm(**options):
    net = torch.nn.LSTM(2, 3, bidirectional=True, **options)
    return rnnviz.trace(net, torch.randn(5, 2, 2))


def packed_trace():
    sequences = [torch.randn(length, 2) for length in (2, 4, 3)]
    return rnnviz.trace(
        torch.nn.GRU(2, 3, num_layers=2, bidirectional=True),
        pack_sequence(sequences, enforce_sorted=False),
    )


def text_of(figure, panel, row, column):
    """What pointing at one number shows, with its place filled in."""
    heat = maps_of(figure)[panel]
    template = heat.hovertemplate.replace("%{x:d}", str(column)).replace("%{y:d}", str(row))
    return template.replace("%{customdata}", heat.customdata[row][column])


@pytest.mark.parametrize("layout", ["time-first", "batch-first", "unbatched"])
def test_maps_hold_output_and_h_n(layout):
    sample = 0 if layout == "unbatched" else 1
    trace = typed_trace(layout=layout, batch=1 if layout == "unbatched" else 2)
    output, h_n = maps_of(index_map(trace, sample=sample))

    features = np.concatenate([cell.h[:, sample] for cell in trace.cells[2:]], axis=1)
    np.testing.assert_array_equal(output.z, features.T)
    np.testing.assert_array_equal(h_n.z, [cell.h_last[sample] for cell in trace.cells])


def test_an_lstm_has_a_map_of_c_n():
    trace = lstm(num_layers=2)
    figure = index_map(trace, sample=1)

    np.testing.assert_array_equal(maps_of(figure)[2].z, trace.c_n[:, 1])
    assert "c_n[2, 1, 1] = " in text_of(figure, 2, 2, 1)
    assert "layer 1, forward, t = 4, unit 1, sample 1<br>= c_n[-2, 1, 1]" in text_of(
        figure, 2, 2, 1
    )


def test_words_name_the_cell_the_expression_and_what_is_the_same():
    figure = index_map(typed_trace(), sample=1)

    words = text_of(figure, 0, 4, 0)
    assert words.startswith("<b>output[0, 1, 4] = ")
    assert "layer 1, reverse, t = 0, unit 1, sample 1" in words
    assert words.removesuffix("<extra></extra>").endswith("<br>= h_n[3, 1, 1]<br>= h_n[-1, 1, 1]")
    assert "= h_n" not in text_of(figure, 0, 4, 4)
    assert "<br>= output[0, 1, 4]" in text_of(figure, 1, 3, 1)
    assert "<br>=" not in text_of(figure, 1, 0, 1)


def test_what_both_hold_is_framed():
    figure = index_map(typed_trace())

    def frames(direction):
        found = [s for s in figure.layout.shapes if s.name == f"shared, {direction}"]
        return [(s.xref, s.x0, s.x1, s.yref, s.y0, s.y1) for s in found]

    assert frames("forward") == [
        ("x", 3.5, 4.5, "y", -0.5, 2.5),
        ("x2", -0.5, 2.5, "y2", 1.5, 2.5),
    ]
    assert frames("reverse") == [
        ("x", -0.5, 0.5, "y", 2.5, 5.5),
        ("x2", -0.5, 2.5, "y2", 2.5, 3.5),
    ]


def test_packed_output_shows_every_sample_and_where_it_stands():
    trace = packed_trace()
    figure = index_map(trace, sample=0)

    np.testing.assert_array_equal(maps_of(figure)[0].z, trace.output.data.T)
    # The longest first: sample 1, 2, 0 at t = 0; row 5 is sample 0 at its last timestep.
    words = text_of(figure, 0, 1, 5)
    assert words.startswith("<b>output.data[5, 1] = ")
    assert "t = 1, unit 1, sample 0<br>= pad_packed_sequence(output)[0][1, 0, 1]" in words
    assert "<br>= h_n[2, 0, 1]" in words
    assert figure.layout.xaxis.ticktext == ("0<br>t = 0", "3<br>t = 1", "6<br>t = 2", "8<br>t = 3")
    # Of this sample alone: the others end in other rows.
    frame = named(figure.layout.shapes, "shared, forward")
    assert (frame.x0, frame.x1) == (4.5, 5.5)


def test_padding_is_absent():
    padded = laid_out(packed_trace(), "batch_first")
    figure = index_map(padded, sample=0)

    assert maps_of(figure)[0].z.shape == (6, 2)
    assert tuple(figure.layout.xaxis.range) == (-0.5, 3.5)
    assert figure.layout.annotations[0].text == "output (3, 4, 6) · 0 from t = 2 on"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_by_place_the_colour_is_the_direction(theme):
    figure = index_map(typed_trace(), by="place", look=Look(theme=theme))
    output, h_n = maps_of(figure)
    palette = PALETTES[theme]

    assert [color for _, color in output.colorscale] == [
        palette.forward,
        palette.reverse,
        palette.forward_soft,
        palette.reverse_soft,
    ]
    assert output.z.T.tolist() == [[0, 0, 0, 1, 1, 1]] * 5
    assert h_n.z.tolist() == [[2] * 3, [3] * 3, [0] * 3, [1] * 3]
    written = [data for data in figure.data if data.name == "numbers" and data.yaxis == "y2"]
    joined = np.array(
        [
            [a.strip() + b.strip() for a, b in zip(*rows, strict=True)]
            for rows in zip(*(data.text for data in written), strict=True)
        ]
    )
    assert joined.tolist()[2:] == [["4 · 0", "4 · 1", "4 · 2"], ["0 · 0", "0 · 1", "0 · 2"]]


def test_by_place_the_label_still_has_the_number():
    trace = typed_trace()
    heat = maps_of(index_map(trace, by="place"))[0]

    assert heat.text[4][0] == f"{trace.cells[3].h[0, 0, 1]:.9g}".replace("-", "−")
    assert "= %{text}</b>" in heat.hovertemplate


@pytest.mark.parametrize("by", ["value", "place"])
def test_labels_name_indices_and_not_the_words_of_the_axis(by):
    """Plotly puts a tick's text, such as `1<br>e`, where a template has no number format."""
    for heat in maps_of(index_map(lstm(), by=by, look=Look(labels=tuple("hello")))):
        assert "%{x:d}" in heat.hovertemplate
        assert "%{x}" not in heat.hovertemplate
        assert "%{y}" not in heat.hovertemplate


def test_of_a_large_net_only_shared_numbers_bring_words():
    trace = typed_trace(layers=1, hidden=128, seq_len=100, batch=1)
    assert 2 * 128 * 100 > MAX_WORDED
    words = np.array(maps_of(index_map(trace))[0].customdata)

    assert words[200, 50] == ""
    assert words[200, 0].endswith("<br>= h_n[1, 0, 72]<br>= h_n[-1, 0, 72]")


def test_alt_says_what_is_the_same():
    alt = index_map(typed_trace()).layout.meta["alt"]

    assert "h_n[2, 0, 0] = output[-1, 0, 0]; h_n[3, 0, 0] = output[0, 0, 3]." in alt


def test_what_is_not_there_is_refused():
    with pytest.raises(ValueError, match="sample must be between 0 and 1"):
        index_map(typed_trace(), sample=2)
    with pytest.raises(ValueError, match="by must be 'value' or 'place', got 'lane'"):
        index_map(typed_trace(), by="lane")
