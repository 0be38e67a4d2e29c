"""The parts of a step: they name what a record, a packed run and the code on show have."""

import json
from dataclasses import fields
from typing import get_args

import pytest

from rnnviz.config import GATE_NAMES, Kind
from rnnviz.records import CellTrace
from rnnviz.scene import templates
from rnnviz.scene.blob import FIELDS
from rnnviz.scene.code import code
from rnnviz.scene.templates import ANATOMY, GATES, PHASES, QUANTITIES, STATE

RECORDED = {field.name for field in fields(CellTrace)}
EVERY_KIND = pytest.mark.parametrize("kind", get_args(Kind))

# How the code names a cell of that kind.
CODED = {"RNN": "tanh", "LSTM": "LSTM", "GRU": "GRU"}


def of_kind(kind, block_kind):
    return [block for block in ANATOMY[kind] if block["kind"] == block_kind]


@EVERY_KIND
def test_the_phases_are_recorded_and_stand_in_the_code_in_this_order(kind):
    lines = code("layer-first", bidirectional=True, bias=True, cell=CODED[kind])
    parts = [line.part for line in lines if line.part in PHASES[kind]]

    assert set(PHASES[kind]) <= RECORDED
    assert tuple(dict.fromkeys(parts)) == PHASES[kind]


@EVERY_KIND
def test_the_anatomy_shows_numbers_that_are_sent(kind):
    named = [block["field"] for block in ANATOMY[kind] if "field" in block]
    named += [name for block in of_kind(kind, "bias") for name in block["fields"]]

    assert len(named) == len(set(named))
    assert set(named) <= set(FIELDS) <= RECORDED | {"torch_h"}
    computed = {"1 - z", "hn", "c_before", "h_before"}
    assert {part["field"] for part in STATE[kind] if "field" in part} <= {*FIELDS, *computed}
    assert {part["gate"] for part in STATE[kind] if "gate" in part} <= set(GATES[kind])


@EVERY_KIND
def test_every_number_of_an_update_is_shown(kind):
    """Each phase has a vector, and what becomes of the gates ends in what the cell hands on."""
    shown = [block["field"] for block in of_kind(kind, "vector")]
    shown += [part["field"] for part in STATE[kind] if "field" in part]

    assert set(PHASES[kind]) <= set(shown)
    assert shown[-1] == "h"
    matrices = [(b["part"], b["field"], b["operand"]) for b in of_kind(kind, "matrix")]
    assert matrices == [("wx", "weight_ih", "x"), ("wh", "weight_hh", "previous")]
    kinds = [block["kind"] for block in ANATOMY[kind]]
    # The last step of the sums is the activation: sum, curve, what comes out.
    assert kinds[-3:] == ["vector", "curve", "vector"]
    assert max(kinds.index("matrix"), kinds.index("bias")) < kinds.index("vector")


@EVERY_KIND
def test_a_matrix_has_the_shape_of_its_operand(kind):
    """Columns are what it is multiplied with, rows the units of what comes out."""
    columns = {"x": "input_size", "previous": "state_size"}
    for block in of_kind(kind, "matrix"):
        assert FIELDS[block["field"]] == ("gate_rows", columns[block["operand"]])
    for block in of_kind(kind, "vector"):
        size = "state_size" if block["field"] == "h" else "gate_rows"
        assert FIELDS[block["field"]] == ("seq_len", size)


def test_the_gates_are_torchs():
    assert {kind: tuple(filter(None, gates)) for kind, gates in GATES.items()} == GATE_NAMES


def test_the_strip_shows_what_there_is_at_every_timestep():
    gates = {gate for gates in GATES.values() for gate in gates if gate}

    assert next(iter(QUANTITIES)) == "h"
    assert gates < set(QUANTITIES)
    assert all(FIELDS[name][0] == "seq_len" for name in set(QUANTITIES) - gates)


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
    for value in (PHASES, GATES, ANATOMY, STATE, QUANTITIES, templates.PACE, templates.SPEEDS):
        text = json.dumps(value, allow_nan=False)
        assert json.dumps(json.loads(text)) == text
