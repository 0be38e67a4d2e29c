"""The page of shapes: its tables are torch's, its numbers the engine's."""

import numpy as np
import pytest

import rnnviz
from rnnviz.shapes import block_rows
from tests.pages.conftest import traced
from tests.pages.test_views import SETTINGS, engine_run, maps

SHAPES = "../../pages/inside/shapes.py"


def open_shapes(visit, sample=0, layout="as run", **settings):
    page = visit(**SETTINGS | settings)
    page.at.switch_page(SHAPES).run()
    if sample:
        page.at.slider(key="sample").set_value(sample).run()
    if layout != "as run":
        page.at.segmented_control(key="layout").set_value(layout).run()
    assert not page.at.exception
    return page


def table(page, index):
    """The first two columns of a table, code marks taken off."""
    frame = page.at.table[index].value
    plain = frame.map(lambda text: text.strip("`").replace("\u00a0", " "))
    return dict(zip(plain.iloc[:, 0], plain.iloc[:, 1], strict=True))


def spelled(shape):
    return str(tuple(shape))


def words(page):
    return " ".join(text.value for text in page.at.main.markdown)


def test_parameters_are_torchs(visit):
    page = open_shapes(visit, layers=2)
    config = rnnviz.RNNConfig(input_size=3, hidden_size=4, num_layers=2, bidirectional=True)

    assert table(page, 0) == {
        name: spelled(parameter.shape)
        for name, parameter in rnnviz.build(config, 5).named_parameters()
    }
    assert "Rows of" not in words(page)


@pytest.mark.parametrize(
    ("layout", "shapes"),
    [
        ("as run", {"input": "(6, 3, 3)", "output": "(6, 3, 8)", "h_n": "(2, 3, 4)"}),
        ("sequence first", {"input": "(6, 3, 3)", "output": "(6, 3, 8)", "h_n": "(2, 3, 4)"}),
        ("batch_first", {"input": "(3, 6, 3)", "output": "(3, 6, 8)", "h_n": "(2, 3, 4)"}),
        ("unbatched", {"input": "(6, 3)", "output": "(6, 8)", "h_n": "(2, 4)"}),
    ],
)
def test_a_layout_changes_the_shapes_and_no_number(visit, layout, shapes):
    page = open_shapes(visit, sample=1, layout=layout)
    output, h_n = maps(page.figures()[0])
    trace = engine_run()[0]

    assert shapes.items() <= table(page, 1).items()
    np.testing.assert_allclose(output, trace.output[:, 1].T, rtol=1e-6)
    np.testing.assert_allclose(h_n, trace.h_n[:, 1], rtol=1e-6)


def test_the_nets_own_layout_may_be_batch_first(visit):
    assert table(open_shapes(visit, batch_first="true"), 1)["output"] == "(3, 6, 8)"


def test_it_says_that_the_last_output_is_not_h_n_in_reverse(visit):
    page = open_shapes(visit, sample=2)
    trace = engine_run()[0]

    said = words(page)
    last, final = (
        f"{value:.4g}".replace("-", "−")
        for value in (
            trace.output[-1, 2, 4].item(),
            trace.h_n[1, 2, 0].item(),
        )
    )
    assert f"**Reverse: `output[-1, 2, 4]` ({last}) is not `h_n[1, 2, 0]` ({final})**" in said
    assert "Its final state is at t = 0: `output[0, 2, 4]`." in said
    assert "Forward: `output[-1, 2, 0]`" in said


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_gates_have_their_rows(visit, run_of, kind):
    run_of(*traced(kind))
    page = open_shapes(visit)

    first = "`0:4` input gate i, `4:8` forget gate f" if kind == "LSTM" else "`0:4` reset gate r"
    assert first in words(page)
    assert len(maps(page.figures()[-1])) == (3 if kind == "LSTM" else 2)


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_the_blocks_of_the_chosen_cell_are_drawn_and_listed(visit, run_of, kind):
    record, result = traced(kind)
    run_of(record, result)
    page = open_shapes(visit)
    page.at.selectbox(key="cell").set_value("layer 1, reverse").run()
    cell = record.cell(1, "reverse")

    count = len(cell.gate_names)
    for figure, weight in zip(page.figures(), (cell.weight_ih, cell.weight_hh), strict=False):
        drawn = maps(figure)
        assert len(drawn) == count
        np.testing.assert_allclose(np.concatenate(drawn), weight, rtol=1e-6)
    assert page.titles()[:2] == ["weight_ih_l1_reverse", "weight_hh_l1_reverse"]
    listed = table(page, 1)
    rows = block_rows(record.config, 1, "reverse")
    assert listed == {row.name: row.expression for row in rows}
    assert f"keep {2 * count} matrices apart" in words(page)
    assert ("rnnviz.lstm_to_gates" in words(page)) == (kind == "LSTM")


def test_an_rnn_stacks_nothing(visit):
    page = open_shapes(visit)

    assert "Which block is which" not in [text.value for text in page.at.subheader]
    assert len(page.figures()) == 1


def test_packed_input_shows_its_parts_and_what_padding_does(visit, run_of):
    record, result = traced("LSTM", packed=True)
    run_of(record, result)
    page = open_shapes(visit)

    shapes = table(page, 2)
    assert shapes["output.data"] == "(12, 8)"
    assert shapes["input.sorted_indices"] == "(3,)"
    assert "The samples have 2, 6, 4 timesteps." in words(page)
    assert "`output[-1, 0, 0]` (0) is not `h_n[2, 0, 0]`" in words(page)
    np.testing.assert_allclose(maps(page.figures()[-1])[0], record.output.data.T, rtol=1e-6)
    page.at.segmented_control(key="layout").set_value("batch_first").run()
    assert table(page, 2)["output"] == "(3, 6, 8)"
    assert maps(page.figures()[-1])[0].shape == (8, 2)


def test_colours_by_place(visit):
    page = open_shapes(visit)
    page.at.segmented_control(key="by").set_value("place").run()

    output, h_n = maps(page.figures()[0])
    assert output.tolist() == [[0] * 6] * 4 + [[1] * 6] * 4
    assert h_n.tolist() == [[0] * 4, [1] * 4]


def test_a_text_is_cut_to_the_sample_alone(visit):
    page = visit(text="hello")
    page.at.switch_page(SHAPES).run()
    page.at.segmented_control(key="layout").set_value("unbatched").run()

    assert not page.at.exception
    axis = page.figures()[0]["layout"]["xaxis"]
    assert axis["ticktext"][:2] == ["0<br>h", "1<br>e"]


@pytest.mark.parametrize(
    ("choice", "word", "kept"),
    [
        ("layout", "as run", []),
        ("layout", "batch_first", ["index_map_value"]),
        ("by", "place", ["index_map_place"]),
    ],
    ids=["as-at-first", "layout", "colours"],
)
def test_a_map_laid_out_otherwise_is_kept_for_the_page_export(visit, choice, word, kept):
    """There a run by itself gives the map as it is at first."""
    page = open_shapes(visit)
    page.at.segmented_control(key=choice).set_value(word).run()
    found = page.at.session_state["_kept_charts"] if kept else {}

    assert list(found) == kept
    (link,) = [one for one in page.at.get("page_link") if "index_map" in one.proto.query_string]
    assert link.proto.query_string.endswith(f"chart={kept[0] if kept else 'index_map'}")
