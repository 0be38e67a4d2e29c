"""The parts of a step: they name what a record, a packed run and the code on show have."""

import json
from dataclasses import fields

from rnnviz.records import CellTrace
from rnnviz.scene import templates
from rnnviz.scene.blob import FIELDS
from rnnviz.scene.code import code
from rnnviz.scene.templates import ANATOMY, PHASES, QUANTITIES

RECORDED = {field.name for field in fields(CellTrace)}


def of_kind(kind):
    return [block for block in ANATOMY if block["kind"] == kind]


def test_the_phases_are_recorded_and_stand_in_the_code_in_this_order():
    lines = code("layer-first", bidirectional=True, bias=True, nonlinearity="tanh")

    assert set(PHASES) <= RECORDED
    assert PHASES == tuple(line.part for line in lines if line.part in PHASES)


def test_the_anatomy_shows_numbers_that_are_sent():
    named = [block["field"] for block in ANATOMY if "field" in block]
    named += [name for block in of_kind("bias") for name in block["fields"]]

    assert len(named) == len(set(named))
    assert set(named) == set(FIELDS) - {"h_0", "torch_h"}
    assert set(FIELDS) - {"torch_h"} <= RECORDED


def test_each_phase_has_a_vector_and_what_it_is_made_of_stands_before_it():
    assert [block["field"] for block in of_kind("vector")] == list(PHASES)
    assert {block["part"] for block in ANATOMY} == {*PHASES, "b"}
    for block in of_kind("vector"):
        assert block["part"] == block["field"]
    matrices = [(block["part"], block["field"], block["operand"]) for block in of_kind("matrix")]
    assert matrices == [("wx", "weight_ih", "x"), ("wh", "weight_hh", "previous")]
    kinds = [block["kind"] for block in ANATOMY]
    # The last step is the activation: sum, curve, state.
    assert kinds[-3:] == ["vector", "curve", "vector"]
    assert max(kinds.index("matrix"), kinds.index("bias")) < kinds.index("vector")


def test_a_matrix_has_the_shape_of_its_operand():
    """Columns are what it is multiplied with, rows the units of what comes out."""
    columns = {"x": "input_size", "previous": "hidden_size"}
    for block in of_kind("matrix"):
        assert FIELDS[block["field"]] == ("hidden_size", columns[block["operand"]])
    for block in of_kind("vector"):
        assert FIELDS[block["field"]] == ("seq_len", "hidden_size")


def test_the_strip_shows_what_there_is_at_every_timestep():
    assert next(iter(QUANTITIES)) == "h"
    assert set(QUANTITIES) == set(PHASES)
    assert all(FIELDS[name] == ("seq_len", "hidden_size") for name in QUANTITIES)


def test_the_window_of_a_long_sequence_is_part_of_it():
    assert 0 < templates.WINDOW_STRIDE < templates.WINDOW_STEPS < templates.MAX_FULL_STEPS


def test_the_pace_is_slower_the_closer_one_looks():
    pace = templates.PACE
    assert set(pace) == {"term", "row", "cell", "lane", "timestep"}
    assert 0 < pace["row"] < pace["term"] < pace["cell"] < pace["lane"] < templates.MAX_UPDATE_MS
    assert 1 in templates.SPEEDS
    assert list(templates.SPEEDS) == sorted(set(templates.SPEEDS))


def test_everything_can_be_sent():
    """Tuples become lists on the way, nothing else changes."""
    for value in (PHASES, ANATOMY, QUANTITIES, templates.PACE, templates.SPEEDS):
        text = json.dumps(value, allow_nan=False)
        assert json.dumps(json.loads(text)) == text
