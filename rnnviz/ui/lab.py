"""A mistake made on purpose in the session's net: the runs that the bug lab shows."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import streamlit as st

from rnnviz.config import TOLERANCE, Kind
from rnnviz.diagnosis.case import case_of
from rnnviz.diagnosis.catalogue import CATALOGUE
from rnnviz.diagnosis.catching import catching_test
from rnnviz.diagnosis.hiding import Shown, conditions
from rnnviz.diagnosis.mistake import Mistake
from rnnviz.diagnosis.pattern import Wrong, wrong_states
from rnnviz.diagnosis.replay import trace_of
from rnnviz.engine.varied import Case, Varied, run_varied
from rnnviz.records.arrays import on_host
from rnnviz.scene.blob import Words, pack
from rnnviz.scene.schedules import schedule
from rnnviz.scene.what_if import what_if
from rnnviz.ui.cache import Run, call_of
from rnnviz.ui.settings import Settings


class Lab(NamedTuple):
    """One mistake in one net.

    Attributes:
        case: the net and its call.
        right: the run without it.
        wrong: the run with it.
        where: where the states are wrong; None where all are right or the sizes are others.
        shown: what it does under which condition.
    """

    case: Case
    right: Varied
    wrong: Varied
    where: Wrong | None
    shown: tuple[Shown, ...]


def case_in(run: Run) -> Case:
    """The net of a run and its call."""
    return case_of(*call_of(run))


# Known by the settings and by the mistake's place in the catalogue.
@st.cache_resource(max_entries=8, show_spinner="Running the net with the mistake…")
def lab_of(settings: Settings, index: int, _run: Run) -> Lab:  # noqa: ARG001
    """The runs with and without a mistake, CATALOGUE[index], which must apply."""
    case, mistake = case_in(_run), CATALOGUE[index]
    right, wrong = run_varied(case), run_varied(case, mistake.changes)
    where = wrong_states(wrong, right, TOLERANCE[case.config.dtype])
    return Lab(case, right, wrong, where, conditions(case, mistake))


@st.cache_resource(max_entries=256, show_spinner="Looking for the smallest test…")
def test_of(index: int, kind: Kind) -> str:
    """The test that would have caught CATALOGUE[index], as code."""
    return catching_test(CATALOGUE[index], kind)


@st.cache_resource(max_entries=4, show_spinner=False)
def packed_lab(
    settings: Settings,  # noqa: ARG001
    index: int,
    sample: int,
    _run: Run,
    _lab: Lab,
) -> bytes | None:
    """The run with the mistake for the player, beside torch.nn's; None where sizes differ."""
    trace = trace_of(_lab.wrong).numpy()
    truth = _run.comparison
    if [cell.h.shape for cell in trace.cells] != [h.shape for h in truth.cells]:
        return None
    order = schedule("layer-first", trace.config.lanes, trace.seq_len)
    if _run.trace.lengths is not None:
        # Compared as torch pads it, with zeros; a mistake may run on in the padding.
        cells = truth.cells
        if trace.lengths is None:
            cells = tuple(np.nan_to_num(h) for h in cells)
        truth = replace(truth, output=on_host(_lab.right.returned.output), cells=cells)
    judged = what_if(trace, truth, order, CATALOGUE[index].code)
    words = Words(_run.labels(sample), _run.series.columns if _named(_run) else None)
    return pack(trace, truth.cells, sample=sample, what_if=judged, words=words)


def _named(run: Run) -> bool:
    return run.settings.input in ("text", "file")


def mistakes_of(kind: Kind) -> list[tuple[int, Mistake]]:
    """The mistakes of a kind of net with their places in the catalogue, each name once."""
    found: dict[str, tuple[int, Mistake]] = {}
    for index, one in enumerate(CATALOGUE):
        if kind in one.kinds:
            found.setdefault(one.id, (index, one))
    return list(found.values())


def forms_of(id: str, kind: Kind) -> dict[int, Mistake]:
    """The forms of a mistake in a kind of net, by their places in the catalogue."""
    return {index: one for index, one in enumerate(CATALOGUE) if one.id == id and kind in one.kinds}


def room_for(case: Case, need: str) -> dict[str, object]:
    """Settings that give a net what a mistake needs, by the name of the need; {} if none do."""
    seq_len, width = len(case.x), case.config.num_directions * case.config.state_size
    lengths = f"{seq_len}, {max(1, seq_len - 2)}, {max(1, seq_len // 2)}"
    rooms: dict[str, dict[str, object]] = {
        "stacked": {"layers": 2},
        "_three_layers": {"layers": 3},
        "both_ways": {"direction": "bidirectional"},
        "given": {"h0": "random"},
        "with_bias": {"bias": True},
        "batches": {"batch": 3},
        "batch_first": {"batch_first": True, "batch": 3},
        "time_first": {"batch_first": False},
        "of_one_length": {"lengths": ""},
        "padded": {"batch": 3, "lengths": lengths},
        "unprojected": {"proj": 0},
        "as_wide_as_states": {"input": "random numbers", "inputs": width},
        "_some_square": {"input": "random numbers", "inputs": case.config.hidden_size},
        "_other_axis_fits": {"h0": "zeros"},
        "_relu": {"activation": "relu"},
        "_tanh": {"activation": "tanh"},
        "_drops": {"dropout": 0.5, "training": True, "layers": 2},
        "_double": {"dtype": "float64"},
    }
    return rooms.get(need, {})
