"""The gates of one cell, and how many units are open, closed or saturated."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from rnnviz.figures import Look, gates
from rnnviz.figures.shares import shares_of
from rnnviz.figures.theme import PALETTES, ShareScale
from tests.figures.conftest import maps_of, trace_of, typed_cell

# One timestep a row, four units: (seq_len, hidden_size).
I_GATE = [[0.95, 0.05, 0.5, 0.9], [0.91, 0.92, 0.99, 0.1], [0.0, 0.09, 0.01, 0.02]]
F_GATE = [[0.5, 0.5, 0.5, 0.5], [0.05, 0.95, 0.5, 0.5], [1.0, 1.0, 1.0, 0.0]]
G_GATE = [[0.995, -0.995, 0.99, 0.0], [0.1, 0.2, -0.3, 0.4], [-1.0, -1.0, -1.0, -1.0]]
O_GATE = [[0.2, 0.4, 0.6, 0.8], [0.2, 0.4, 0.6, 0.8], [0.2, 0.4, 0.6, 0.8]]


def lstm_cell(direction="forward", **fields):
    """An LSTM cell of four units over three timesteps; the second sample is all 0.5."""
    stacked = np.concatenate([I_GATE, F_GATE, G_GATE, O_GATE], axis=1)  # (3, 16)
    both = np.stack([stacked, np.full_like(stacked, 0.5)], axis=1)  # (3, 2, 16)
    tanh_c = np.zeros((3, 2, 4))
    tanh_c[1, 0] = [0.995, -0.992, 0.5, 0.0]
    arrays = {"gates": both, "a": both, "c": 4 * tanh_c, "tanh_c": tanh_c, "c_0": tanh_c[0]}
    sizes = {"seq_len": 3, "sizes": (4, 4)}
    return typed_cell(0, direction, kind="LSTM", **sizes, **arrays | fields)


def lstm_trace(*cells):
    trace = trace_of(cells or (lstm_cell(),))
    return replace(trace, config=replace(trace.config, kind="LSTM"))


def gru_trace(**fields):
    half = np.full((5, 2, 9), 0.5)
    return trace_of((typed_cell(0, "forward", kind="GRU", gates=half, a=half, **fields),))


def bars_of(figure, name):
    return [bar.y.tolist() for bar in figure.data if bar.name == f"{name} shares"]


def test_shares_are_those_of_the_typed_numbers():
    shares = shares_of(lstm_cell(), 0)

    assert list(shares.gates) == ["i", "f", "o"]
    # 0.9 itself is not open, 0.1 not closed.
    assert shares.gates["i"].open.tolist() == [0.25, 0.75, 0]
    assert shares.gates["i"].undecided.tolist() == [0.5, 0.25, 0]
    assert shares.gates["i"].closed.tolist() == [0.25, 0, 1]
    assert shares.gates["f"].closed.tolist() == [0, 0.25, 0.25]
    assert shares.saturated["g"].tolist() == [0.5, 0, 1]
    assert shares.saturated["c"].tolist() == [0, 0.5, 0]
    assert shares.off is None


def test_shares_end_with_the_sample():
    """Past its length there are only NaN, which are neither open nor closed."""
    cell = lstm_cell(lengths=(2, 3))

    assert shares_of(cell, 0).gates["i"].open.tolist() == [0.25, 0.75]
    assert shares_of(cell, 1).gates["i"].undecided.tolist() == [1, 1, 1]


def test_a_nan_counts_nowhere():
    gates = lstm_cell().gates.copy()
    gates[0, 0, 2] = np.nan
    split = shares_of(lstm_cell(gates=gates), 0).gates["i"]

    assert [share[0] for share in split] == [0.25, 0.25, 0.25]


@pytest.mark.parametrize(
    ("cell", "saturated", "off"),
    [
        (typed_cell(0, "forward", h=np.full((5, 2, 3), -0.995)), {"h": [1] * 5}, None),
        (typed_cell(0, "forward", h=np.zeros((5, 2, 3)), nonlinearity="relu"), {}, [1] * 5),
        (lstm_cell(weight_hr=np.zeros((4, 4))), {"g": [0.5, 0, 1], "c": [0, 0.5, 0]}, None),
        (gru_trace().cells[0], {"n": [0] * 5, "h": [0] * 5}, None),
    ],
    ids=["tanh", "relu", "projected", "GRU"],
)
def test_what_saturates_depends_on_the_kind(cell, saturated, off):
    shares = shares_of(cell, 0)

    assert {name: share.tolist() for name, share in shares.saturated.items()} == saturated
    assert (shares.off if off is None else shares.off.tolist()) == off


def test_panels_hold_every_gate_then_c_and_h():
    figure = gates(lstm_trace(), 0, "forward")
    cell = lstm_cell()
    wanted = [I_GATE, F_GATE, G_GATE, O_GATE, cell.c[:, 0], cell.h[:, 0]]

    for panel, values in zip(maps_of(figure), wanted, strict=True):
        np.testing.assert_array_equal(panel.z, np.array(values).T)
    words = [a.text.split(" = ")[0] for a in figure.layout.annotations]
    assert words == [
        "input gate i",
        "forget gate f",
        "cell gate g",
        "output gate o",
        "cell state c",
        "hidden state h",
    ]


def test_gates_run_from_0_to_1_and_candidates_over_1_both_ways():
    maps = maps_of(gates(lstm_trace(), 0, "forward", look=Look(fit=True)))

    ranges = [(panel.zmin, panel.zmax) for panel in maps[:4]]
    assert ranges == [(0, 1), (0, 1), (-1, 1), (0, 1)]
    assert [tuple(m.colorbar.tickvals) for m in maps[:3]] == [(0, 1), (0, 1), (-1, 0, 1)]
    # c reaches 3.98; fitted to this run, else the next round number.
    assert maps[4].zmax == pytest.approx(3.98)
    assert maps_of(gates(lstm_trace(), 0, "forward"))[4].zmax == 4


def test_strips_hold_the_shares():
    figure = gates(lstm_trace(), 0, "forward")

    assert bars_of(figure, "i") == [[0.25, 0.75, 0], [0.5, 0.25, 0], [0.25, 0, 1]]
    assert bars_of(figure, "g") == [[0.5, 0, 1], [0.5, 1, 0]]
    assert bars_of(figure, "tanh(c)") == [[0, 0.5, 0], [1, 0.5, 1]]
    colors = [bar.marker.color for bar in figure.data if bar.name == "i shares"]
    # Open is as deep as an open gate, closed as pale as a closed one.
    assert colors == [ShareScale().color(value) for value in (0.95, 0.5, 0.05)]
    hover = next(bar for bar in figure.data if bar.name == "i shares").customdata
    assert hover[0] == "1 open, 2 undecided, 1 closed of 4 units"


@pytest.mark.parametrize(("direction", "step"), [("forward", "t−1"), ("reverse", "t+1")])
def test_the_cell_state_names_the_step_it_reads(direction, step):
    cells = [lstm_cell(), lstm_cell("reverse")][: 1 + (direction == "reverse")]

    texts = [a.text for a in gates(lstm_trace(*cells), 0, direction).layout.annotations]
    assert f"cell state c = f · c<sub>{step}</sub> + i · g" in texts


def test_padding_is_absent():
    """No cell, no mark and no bar stands past the length; the axis goes on to the end."""
    figure = gates(lstm_trace(lstm_cell(lengths=(2, 3))), 0, "forward", look=Look(theme="dark"))

    assert {panel.z.shape for panel in maps_of(figure)} == {(4, 2)}
    assert [len(bar) for bar in bars_of(figure, "i")] == [2, 2, 2]
    assert tuple(figure.layout.xaxis.range) == (-0.5, 2.5)
    assert figure.layout.plot_bgcolor == PALETTES["dark"].absent
    assert not any(data.name == "marks" for data in figure.data)
    assert "length 2 of 3" in figure.layout.title.subtitle.text


def test_all_panels_share_one_axis_of_time_with_a_line_across():
    figure = gates(lstm_trace(), 0, "forward")

    assert {data.xaxis for data in figure.data} <= {None, "x"}
    axis = figure.layout.xaxis
    assert (axis.showspikes, axis.spikemode, axis.anchor) == (True, "across", "y12")
    names = [f"yaxis{'' if number == 1 else number}" for number in range(1, 13)]
    domains = [figure.layout[name].domain for name in names]
    assert all(upper[0] > lower[1] for upper, lower in pairwise(domains))


def test_a_net_without_gates_shows_h(trace):
    figure = gates(trace, 1, "reverse", sample=1)

    (panel,) = maps_of(figure)
    np.testing.assert_array_equal(panel.z, trace.cell(1, "reverse").h[:, 1].T)
    assert figure.layout.title.text == "Hidden state h · layer 1, reverse"
    assert bars_of(figure, "h") == [[0] * 5, [1] * 5]


def test_alt_says_how_decided_the_gates_are():
    alt = gates(lstm_trace(), 0, "forward").layout.meta["alt"]

    assert "i is open in 33% of its units and closed in 42%" in alt
    assert "g is saturated in 50%" in alt


def test_labels_stand_below_the_timesteps():
    figure = gates(gru_trace(), 0, "forward", look=Look(labels=tuple("hello")))

    assert figure.layout.xaxis.ticktext[4] == "4<br>o"
    # Without a number format plotly would write these words in place of t.
    assert all("%{x:d}" in data.hovertemplate for data in figure.data if data.hovertemplate)
    assert not any("%{x}" in data.hovertemplate for data in figure.data if data.hovertemplate)


@pytest.mark.parametrize(("cell", "sample"), [((2, "forward"), 0), ((0, "forward"), 2)])
def test_what_is_not_there_is_refused(trace, cell, sample):
    with pytest.raises(ValueError, match=r"no cell|sample must be"):
        gates(trace, *cell, sample=sample)
