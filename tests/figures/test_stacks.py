"""Every figure of stacks, whose cells differ in kind, size and activations."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

import rnnviz
from rnnviz.figures import (
    Look,
    animated_states,
    cell_comparison,
    comparison,
    gates,
    hidden_heatmap,
    index_map,
    product_heatmaps,
    unrolled_diagram,
    weight_heatmaps,
)
from rnnviz.figures.activations import applied
from rnnviz.figures.ranges import gate_scale, product_scale, state_range_words
from rnnviz.figures.shares import shares_of
from rnnviz.figures.theme import ShareScale, SignedScale
from tests.figures.conftest import maps_of, named, trace_of, typed_cell
from tests.figures.test_gates import bars_of, lstm_cell
from tests.figures.test_index_map import text_of


def steep(a):
    return 40 * a.exp()


OWN = (
    {"h": "hardtanh"},
    {"i": "hardsigmoid", "g": "softsign", "o": "relu", "c": steep},
    {"n": "identity"},
)


def stack_of(both=True, activations=OWN):
    torch.manual_seed(0)
    ways = 1 + both

    def cells():
        return [nn.RNNCell(4, 3), nn.LSTMCell(3 * ways, 5), nn.GRUCell(5 * ways, 2)]

    return rnnviz.CellStack(cells(), cells() if both else None, activations=activations)


def run(**options):
    return rnnviz.trace(stack_of(**options), torch.randn(6, 2, 4)).numpy()


def lstm_with(*activations):
    return replace(lstm_cell(), activations=activations)


def titles_of(figure):
    return [a.text for a in figure.layout.annotations]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("activations", [OWN, None], ids=["own", "torch's"])
@pytest.mark.parametrize("both", [False, True], ids=["one way", "both ways"])
def test_every_figure_can_be_drawn(both, activations, theme):
    stack = stack_of(both, activations)
    record = rnnviz.trace(stack, torch.randn(6, 2, 4))
    result, look = rnnviz.compare(record, stack), Look(theme=theme, fit=theme == "dark")
    figures = [
        unrolled_diagram(record, sample=1, look=look),
        animated_states(record, sample=1, look=look),
        comparison(record, result, sample=1, look=look),
        index_map(record, sample=1, look=look),
        index_map(record, by="place", look=look),
    ]
    for cell in record.cells:
        lane = cell.layer, cell.direction
        figures += [
            draw(record, *lane, look=look)
            for draw in (hidden_heatmap, product_heatmaps, gates, weight_heatmaps)
        ]
        figures.append(cell_comparison(record, result, *lane, look=look))

    for figure in figures:
        assert json.loads(figure.to_json())["layout"]["meta"]["alt"]


def test_the_unrolled_stack_names_layers_and_ends():
    figure = unrolled_diagram(run())

    assert figure.layout.title.text == "Unrolled stack · 3 layers, bidirectional"
    assert figure.layout.title.subtitle.text.startswith("RNN 3, LSTM 5, GRU 2 · 6 timesteps")
    assert [text for text in named(figure.data, "ends").text if text != "h_0"] == [
        f"h_n[{row}]" for row in range(6)
    ]
    assert (
        "also in h_n[3][0, %{customdata}]" in named(figure.data, "layer 1, reverse").hovertemplate
    )


def test_a_gate_is_drawn_on_the_scale_of_its_activation():
    record = run()
    panels = maps_of(gates(record, 1, "forward"))

    wide = product_scale(record, Look()).limit
    assert wide > 1
    assert [(panel.zmin, panel.zmax) for panel in panels[:4]] == [
        (0, 1),
        (0, 1),
        (-1, 1),
        (-wide, wide),
    ]
    assert panels[0].colorscale == panels[1].colorscale != panels[3].colorscale


def test_what_a_function_makes_larger_widens_its_scale():
    stack = rnnviz.CellStack([nn.LSTMCell(2, 3)], activations={"o": steep})
    record = rnnviz.trace(stack, torch.zeros(1, 1, 2)).numpy()
    scale = gate_scale(record, record.cells[0], "o", Look())

    assert scale.limit >= record.cells[0].gate("o").max() > product_scale(record, Look()).limit
    assert gate_scale(record, record.cells[0], "i", Look()) == ShareScale()
    assert gate_scale(record, record.cells[0], "g", Look()) == SignedScale(limit=1.0)


def test_titles_name_the_activations():
    figure = gates(run(), 1, "reverse")

    assert titles_of(figure) == [
        "input gate i = hardsigmoid(a)",
        "forget gate f = σ(a)",
        "cell gate g = softsign(a)",
        "output gate o = relu(a)",
        "cell state c = f · c<sub>t+1</sub> + i · g",
        "hidden state h = o · steep(c)",
    ]
    assert "softsign| > 0.99" in figure.layout.title.subtitle.text
    assert titles_of(gates(run(), 0, "forward")) == ["hidden state h = hardtanh(a)"]


def test_a_users_name_is_shown_and_never_obeyed():
    assert applied("<b>%{x}", "a") == "&lt;b&gt;&#37;{x}(a)"
    assert applied("hardsigmoid_0.2", "a") == "hardsigmoid_0.2(a)"


def test_only_shares_are_open_and_only_what_is_like_tanh_saturates():
    cell = lstm_with("hardsigmoid", "relu", "sigmoid", "identity", "softsign")
    shares = shares_of(cell, 0)

    assert list(shares.gates) == ["i", "g"]
    # o is no share, so that nothing keeps h within ±1.
    assert {name: share.tolist() for name, share in shares.saturated.items()} == {"c": [0, 0.5, 0]}
    assert shares.off is None
    assert shares_of(lstm_with(*["hardsigmoid_0.2"] * 4, "hardtanh"), 0).saturated.keys() == {
        "c",
        "h",
    }


def test_of_relu_only_an_rnn_is_off():
    gate = lstm_with("relu", "sigmoid", "tanh", "sigmoid", "tanh")

    assert shares_of(gate, 0).off is None
    assert shares_of(typed_cell(0, "forward", nonlinearity="relu"), 0).off is not None


def test_a_cell_without_any_range_has_no_strips_and_no_words_about_them():
    cell = replace(typed_cell(0, "forward"), activations=("identity",))
    figure = gates(trace_of((cell,)), 0, "forward")

    assert bars_of(figure, "h") == []
    assert figure.layout.title.subtitle.text == "sample 0"
    assert figure.layout.meta["alt"].endswith("columns: hidden state h.")


def test_products_group_gates_by_their_range():
    figure = product_heatmaps(run(), 1, "forward")
    blocks = [panel for panel in maps_of(figure) if panel.name in ("i", "f", "g", "o")]

    assert titles_of(figure)[3:] == [
        "i = hardsigmoid(a<sub>t</sub>); f = σ(a<sub>t</sub>)",
        "g = softsign(a<sub>t</sub>)",
        "o = relu(a<sub>t</sub>)",
        "c<sub>t</sub> = f · c<sub>t−1</sub> + i · g",
        "h<sub>t</sub> = o · steep(c<sub>t</sub>)",
    ]
    assert [panel.zmin for panel in blocks[-2:]] == [0, 0]
    assert "0 to 1 for gates" in figure.layout.title.subtitle.text
    assert figure.layout.meta["alt"].startswith("Eight heatmaps")
    assert "candidate g, gate o" in figure.layout.meta["alt"]


@pytest.mark.parametrize("count", [1, 2], ids=["all alike", "none alike"])
def test_products_count_their_panels(count):
    """Four gates without bound have a panel each; four shares have one together."""
    names = dict.fromkeys("ifgo", "identity" if count == 2 else "sigmoid")
    stack = rnnviz.CellStack([nn.LSTMCell(2, 3)], activations=names)
    figure = product_heatmaps(rnnviz.trace(stack, torch.randn(4, 1, 2)), 0, "forward")

    word, panels = {1: ("Six", 6), 2: ("Nine", 9)}[count]
    assert figure.layout.meta["alt"].startswith(word)
    assert len(titles_of(figure)) == panels
    assert ("0 to 1 for gates" in figure.layout.title.subtitle.text) == (count == 1)


def test_the_index_map_has_a_panel_for_every_size():
    record = run()
    figure = index_map(record, sample=1)
    output, *states = maps_of(figure)

    assert titles_of(figure) == [
        "output (6, 2, 4)",
        "h_n[0] to h_n[1] (2, 3) each",
        "h_n[2] to h_n[3] (2, 5) each",
        "h_n[4] to h_n[5] (2, 2) each",
        "c_n[2] to c_n[3] (2, 5) each",
    ]
    assert figure.layout.title.text == "output, h_n, c_n, number by number"
    assert output.z.shape == (4, 6)
    wanted = [record.h_n[0:2], record.h_n[2:4], record.h_n[4:6], record.c_n[2:4]]
    for panel, rows in zip(states, wanted, strict=True):
        np.testing.assert_array_equal(panel.z, [row[1] for row in rows])


def test_the_index_map_of_one_way_has_a_panel_for_every_cell():
    figure = index_map(run(both=False))

    assert titles_of(figure)[1:] == [
        "h_n[0] (2, 3)",
        "h_n[1] (2, 5)",
        "h_n[2] (2, 2)",
        "c_n[1] (2, 5)",
    ]
    assert "<b>h_n[1 + 0][0, 4] = " in text_of(figure, 2, 0, 4)


def test_cells_of_one_size_share_a_panel_but_those_without_c_part_it():
    torch.manual_seed(0)
    cells = [nn.LSTMCell(2, 3), nn.GRUCell(3, 3), nn.LSTMCell(3, 3)]
    figure = index_map(rnnviz.trace(rnnviz.CellStack(cells), torch.randn(4, 2)))

    assert titles_of(figure)[1:] == ["h_n[0] to h_n[2] (3,) each", "c_n[0] (3,)", "c_n[2] (3,)"]


def test_labels_of_the_index_map_fetch_the_number():
    figure = index_map(run(), sample=1)

    text = text_of(figure, 3, 1, 0)
    assert text.startswith("<b>h_n[4 + 1][1, 0] = ")
    assert "layer 2, reverse, t = 0, unit 0, sample 1" in text
    assert "<br>= h_n[-1][1, 0]<br>= output[0, 1, 2]" in text
    assert "c_n[2 + 0][1, 4]" in text_of(figure, 4, 0, 4)


def test_what_output_and_h_n_share_is_framed_in_both():
    figure = index_map(run())
    frames = {
        (shape.name, shape.xref, shape.yref, shape.y0, shape.y1)
        for shape in figure.layout.shapes
        if shape.name.startswith("shared")
    }

    assert frames == {
        ("shared, forward", "x", "y", -0.5, 1.5),
        ("shared, reverse", "x", "y", 1.5, 3.5),
        ("shared, forward", "x4", "y4", -0.5, 0.5),
        ("shared, reverse", "x4", "y4", 0.5, 1.5),
    }
    assert "h_n[4][0, 0] = output[-1, 0, 0]" in figure.layout.meta["alt"]


@pytest.mark.parametrize(
    ("activations", "oracle"), [(OWN, "plain torch"), (None, "torch.nn")], ids=["own", "torch's"]
)
def test_torch_nn_is_named_only_where_it_has_such_cells(activations, oracle):
    stack = stack_of(activations=activations)
    record = rnnviz.trace(stack, torch.randn(6, 2, 4))
    result = rnnviz.compare(record, stack)
    whole, cell = comparison(record, result), cell_comparison(record, result, 1, "reverse")

    assert whole.layout.title.text == f"output · RNNviz and {oracle}"
    assert titles_of(whole)[1] == titles_of(cell)[1] == oracle
    for figure in (whole, cell):
        assert f"RNNviz, {oracle}" in figure.layout.meta["alt"]
        assert ("torch.nn" in figure.to_json()) == (oracle == "torch.nn")


def test_weights_have_the_modules_names():
    figure = weight_heatmaps(run(), 1, "reverse")

    assert titles_of(figure) == [
        "reverse.1.weight_ih · (20, 6)",
        "reverse.1.weight_hh · (20, 5)",
        "reverse.1.bias_ih, reverse.1.bias_hh · (20,)",
    ]
    assert "<b>reverse.1.bias_%{x}[" in maps_of(figure)[-1].hovertemplate
    plain = maps_of(weight_heatmaps(run(), 0, "forward"))
    assert "<b>cells.0.bias_%{y}[%{x}]" in plain[-1].hovertemplate


def test_the_range_of_h_names_what_bounds_it():
    alike = rnnviz.trace(stack_of(activations=None), torch.randn(6, 2, 4)).numpy()
    hard = rnnviz.trace(
        stack_of(activations=({"h": "hardtanh"}, None, None)), torch.randn(6, 2, 4)
    ).numpy()

    assert state_range_words(alike, Look()) == "colour ±1, the range of tanh"
    assert state_range_words(hard, Look()) == "colour ±1, which no h can leave"
    assert state_range_words(run(), Look()).endswith("the largest |h| rounded up")
