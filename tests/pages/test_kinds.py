"""LSTM, GRU, projection, dropout and lengths, from the link to every page."""

import numpy as np
import pytest

from tests.pages.test_step import assert_matches
from tests.pages.test_views import maps

PAGES = ["check/compare.py", "inside/gates.py", "inside/shapes.py", "inside/step.py"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"kind": "LSTM", "proj": 2, "layers": 2}, "bidirectional LSTM"),
        ({"kind": "GRU", "dropout": 0.5, "training": "true"}, "dropout 0.5 (training)"),
        ({"kind": "GRU", "batch": 3, "lengths": "5, 3, 4", "sample": 1}, "lengths 5, 3, 4"),
        ({"kind": "LSTM", "batch": 2, "lengths": "1 2", "batch_first": "true"}, "T = 2"),
        ({"kind": "LSTM", "hidden": 1, "layers": 1, "proj": 1}, "hidden 1"),
        ({"kind": "LSTM", "dtype": "float16"}, "float16"),
        ({"kind": "stack", "stack": "RNN 3, LSTM 4, GRU 2"}, "stack of RNN 3, LSTM 4, GRU 2"),
    ],
    ids=["projected", "dropout", "lengths", "short lengths", "smallest", "float16", "stack"],
)
def test_each_kind_is_on_every_page(visit, settings, words):
    page = visit(**settings)
    assert_matches(page, words)
    for script in PAGES:
        page.at.switch_page(f"../../pages/{script}").run()
        assert_matches(page, words)
        assert page.figures()


@pytest.mark.parametrize(
    "settings",
    [
        {"kind": "Transformer"},
        {"kind": "<script>"},
        {"kind": "LSTM", "proj": 4},
        {"kind": "LSTM", "proj": -1},
        {"kind": "LSTM", "proj": "x"},
        {"kind": "GRU", "proj": 3},
        {"dropout": 7, "training": "true"},
        {"dropout": "nan", "training": "true"},
        {"dropout": -0.1, "training": "maybe"},
        {"layers": 1, "dropout": 0.5, "training": "true"},
        {"weights": "toggles", "kind": "LSTM", "proj": 2, "dropout": 0.5, "training": "true"},
    ],
    ids=str,
)
def test_a_hostile_link_falls_back(visit, settings):
    page = visit(**settings)

    assert_matches(page)
    assert "dropout" not in page.captions()


@pytest.mark.parametrize("text", ["5, 3", "5, 3, 99", "a, b, c", "0 1 2", "9" * 400, "-1, 2, 3"])
def test_bad_lengths_are_said_in_one_sentence_and_nothing_is_lost(visit, text):
    page = visit(batch=3, lengths=text, kind="GRU", hidden=5)

    assert not page.at.exception
    (error,) = page.at.error
    words = error.value.replace("\\", "")
    assert words.startswith("Lengths must be 3 whole numbers from 1 to 5, one per sample; got '")
    assert page.at.text_input(key="lengths").value == text[:160]
    page.at.text_input(key="lengths").set_value("5, 3, 1").run()
    assert_matches(page, "GRU · T = 5 · batch 3 · input 5 · hidden 5")


def test_the_controls_are_those_of_the_cell(visit):
    page = visit()
    keys = {widget.key for widget in [*page.at.slider, *page.at.selectbox, *page.at.text_input]}
    assert {"activation", "dropout"} <= keys and not {"proj", "lengths"} & keys
    page.at.selectbox(key="kind").set_value("LSTM").run()
    assert_matches(page, "2-layer bidirectional LSTM")
    assert not any(box.key == "activation" for box in page.at.selectbox)
    page.at.slider(key="proj").set_value(3).run()
    assert_matches(page, "projected to 3")
    page.at.slider(key="hidden").set_value(2).run()
    assert_matches(page, "hidden 2 · projected to 1")
    page.at.slider(key="layers").set_value(1).run()
    assert_matches(page, "1-layer")
    assert not any(slider.key == "dropout" for slider in page.at.slider)
    page.at.slider(key="batch").set_value(2).run()
    page.at.text_input(key="lengths").set_value("5, 2").run()
    assert_matches(page, "lengths 5, 2")


def test_a_link_shows_the_controls_of_its_cell_at_once(visit):
    page = visit(kind="LSTM", proj=2, dropout=0.3, training="true", batch=2, lengths="4, 5")

    assert page.at.slider(key="proj").value == 2
    assert page.at.slider(key="dropout").value == pytest.approx(0.3)
    assert page.at.toggle(key="training").value is True
    assert page.at.text_input(key="lengths").value == "4, 5"
    assert not any(box.key == "activation" for box in page.at.selectbox)


def test_a_link_to_a_cell_in_detail_means_what_it_meant(visit):
    page = visit(cell="layer 1, reverse")

    assert page.at.selectbox(key="cell").value == "layer 1, reverse"
    assert_matches(page, "tanh RNN")


def test_tables_and_charts_end_at_the_samples_length(visit):
    page = visit(kind="LSTM", batch=2, lengths="5, 2", sample=1)
    h, c = (frame.value for frame in page.at.dataframe)

    assert list(h.columns) == list(c.columns) == ["t = 0", "t = 1"]
    assert maps(page.figures()[0])[0].shape == (4, 2)
    assert not np.isnan(maps(page.figures()[0])[0]).any()


def test_an_lstm_is_compared_by_its_c_too(visit):
    page = visit(kind="LSTM")
    page.at.switch_page("../../pages/check/compare.py").run()

    assert "c_n: max |difference|" in [metric.label for metric in page.at.metric]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"batch": 2, "lengths": "5, 2"}, "A packed run cannot be written as a script"),
        ({"dropout": 0.5, "training": "true"}, "A run with dropout cannot be written"),
    ],
    ids=["packed", "dropout"],
)
def test_what_no_script_can_say_is_a_sentence(visit, settings, words):
    page = visit(**settings)

    assert words in page.captions().replace("\\", "")
    assert not page.at.code


def test_the_script_of_an_lstm_is_one_of_an_lstm(visit):
    script = visit(kind="LSTM", hidden=2).at.code[0].value

    assert "rnn = nn.LSTM(5, 2, num_layers=2, bidirectional=True)" in script


def test_time_first_is_not_offered_for_lengths(visit):
    page = visit(batch=2, lengths="5, 2", order="time-first")

    assert not page.at.exception
    assert len(page.packed()) == 1
    assert len(visit(kind="LSTM", order="time-first").packed()) == 2


def test_the_controls_of_a_stack(visit):
    page = visit(kind="stack")
    keys = {widget.key for widget in [*page.at.slider, *page.at.selectbox, *page.at.text_input]}
    assert {"stack", "sigmoid", "tanh"} <= keys
    assert not {"layers", "hidden", "proj", "dropout", "activation"} & keys
    page.at.selectbox(key="tanh").set_value("hardtanh").run()
    for script in PAGES:
        page.at.switch_page(f"../../pages/{script}").run()
        assert not page.at.exception and not page.at.error
        assert page.figures()
    page.at.text_input(key="stack").set_value("LTSM 4").run()

    (error,) = page.at.error
    assert "must be a kind and a hidden size" in error.value
    page.at.text_input(key="stack").set_value("LSTM 4 o=identity, RNN 2").run()
    assert not page.at.error and page.figures()


def test_a_net_too_large_to_write_out_comes_with_its_numbers(visit):
    small = [button.label for button in visit().at.main.get("download_button")]
    large = visit(weights="orthogonal", hidden=40)
    labels = [button.label for button in large.at.main.get("download_button")]

    assert set(labels) - set(small) == {"Script and its numbers (.zip)"}
    assert 'torch.load("weights.pt", weights_only=True)' in large.at.code[0].value
