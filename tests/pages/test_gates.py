"""The page of gates: what it draws is what the engine computed, whatever the kind."""

import numpy as np
import pytest

from tests.pages.conftest import traced
from tests.pages.test_views import SETTINGS, engine_run, maps

GATES = "../../pages/inside/gates.py"


def open_gates(visit, **settings):
    page = visit(**SETTINGS | settings)
    page.at.switch_page(GATES).run()
    assert not page.at.exception
    return page


def choose(page, cell):
    box = next(box for box in page.at.selectbox if cell in box.options)
    box.set_value(cell).run()
    assert not page.at.exception


@pytest.mark.parametrize(("kind", "count"), [("LSTM", 6), ("GRU", 4)])
@pytest.mark.parametrize("packed", [False, True], ids=["full", "packed"])
def test_the_gates_drawn_are_the_engines(visit, run_of, kind, count, packed):
    record, result = traced(kind, packed)
    run_of(record, result)
    page = open_gates(visit)
    page.at.slider(key="sample").set_value(2).run()
    choose(page, "layer 1, reverse")
    cell = record.cell(1, "reverse")
    (figure,) = page.figures()
    shown = maps(figure)

    stop = 4 if packed else 6
    assert len(shown) == count
    for z, name in zip(shown, cell.gate_names, strict=False):
        np.testing.assert_allclose(z, cell.gate(name)[:stop, 2].T, rtol=1e-6)
    np.testing.assert_allclose(shown[-1], cell.h[:stop, 2].T, rtol=1e-6)
    assert figure["layout"]["title"]["text"] == "Gates · layer 1, reverse"
    assert len(page.at.info) == 0


@pytest.mark.parametrize(
    ("activation", "words"), [("tanh", "are saturated."), ("relu", "relu made 0.")]
)
def test_a_net_without_gates_says_so_and_shows_h(visit, activation, words):
    page = open_gates(visit, activation=activation)
    page.at.slider(key="sample").set_value(1).run()
    (figure,) = page.figures()

    assert page.at.info[0].value.startswith("An RNN has no gates;")
    assert page.at.info[0].value.endswith(words)
    if activation == "tanh":
        h = engine_run()[0].cell(0).h[:, 1].T
        np.testing.assert_allclose(maps(figure)[0], h, rtol=1e-6)


def test_the_cell_chosen_is_the_one_drawn(visit):
    page = open_gates(visit)
    choose(page, "layer 0, reverse")

    h = engine_run()[0].cell(0, "reverse").h[:, 0].T
    np.testing.assert_allclose(maps(page.figures()[0])[0], h, rtol=1e-6)
