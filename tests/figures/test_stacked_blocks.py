"""A stacked weight with its blocks named."""

import numpy as np
import pytest

from rnnviz.config import GATE_WORDS
from rnnviz.figures import Look, stacked_blocks
from rnnviz.figures.ranges import weight_scale
from tests.figures.conftest import maps_of
from tests.figures.test_gated_figures import run


@pytest.mark.parametrize("parameter", ["weight_ih", "weight_hh"])
@pytest.mark.parametrize(("kind", "gates"), [("LSTM", "ifgo"), ("GRU", "rzn")])
def test_every_block_has_its_name_its_rows_and_its_gate(kind, gates, parameter):
    record, _ = run(kind=kind)
    figure = stacked_blocks(record, 1, "reverse", parameter=parameter)
    stacked = getattr(record.cell(1, "reverse"), parameter)
    maps = maps_of(figure)

    assert len(maps) == len(gates)
    for k, (gate, heat) in enumerate(zip(gates, maps, strict=True)):
        name = f"W_{'i' if parameter == 'weight_ih' else 'h'}{gate}"
        assert heat.name == name
        np.testing.assert_array_equal(heat.z, stacked[4 * k : 4 * k + 4])
        assert heat.hovertemplate.startswith(f"<b>{parameter}_l1_reverse[%{{y}}, %{{x}}] = ")
        assert (
            f"<br>= {name}[%{{customdata}}, %{{x}}]<br>{GATE_WORDS[gate]}, " in heat.hovertemplate
        )
        # The middle of each drawn row is the row's number in the stacked matrix.
        assert list((heat.y[1:] + heat.y[:-1]) / 2) == [4 * k + unit for unit in range(4)]
        assert heat.customdata[:, 0].tolist() == [0, 1, 2, 3]
        text = f"<b>{name}</b> [{4 * k}:{4 * k + 4}]<br>{GATE_WORDS[gate]}"
        assert figure.layout.yaxis.ticktext[k] == text
        assert figure.layout.yaxis.tickvals[k] == 4 * k + 1.5
        assert f"rows {4 * k} to {4 * k + 3} {GATE_WORDS[gate]}" in figure.layout.meta["alt"]
    count = len(gates)
    assert figure.layout.title.text == f"{parameter}_l1_reverse"
    wanted = f"({count} · 4, {stacked.shape[1]}): {count} blocks of 4 rows"
    assert figure.layout.title.subtitle.text == wanted


@pytest.mark.parametrize(
    ("layer", "direction", "parameter", "words"),
    [
        (0, "forward", "weight_ih", "reads x at t"),
        (1, "forward", "weight_ih", "reads h of layer 0"),
        (1, "forward", "weight_hh", "reads h at t−1"),
        (0, "reverse", "weight_hh", "reads h at t+1"),
    ],
)
def test_the_columns_say_what_they_read(layer, direction, parameter, words):
    figure = stacked_blocks(run(kind="LSTM")[0], layer, direction, parameter=parameter)

    assert figure.layout.xaxis.title.text == words
    assert f"<br>{words}, number %{{x}}" in maps_of(figure)[0].hovertemplate


def test_blocks_of_one_row_have_names_of_one_line():
    record, _ = run(kind="GRU", hidden_size=1)
    figure = stacked_blocks(record, 0, "forward")

    names = ("<b>W_ir</b> [0:1]", "<b>W_iz</b> [1:2]", "<b>W_in</b> [2:3]")
    assert figure.layout.yaxis.ticktext == names
    assert figure.layout.title.subtitle.text.endswith("3 blocks of 1 row")


def test_both_weights_share_the_nets_range():
    record, _ = run(kind="LSTM")
    limit = weight_scale(record, Look(fit=True)).limit
    for parameter in ("weight_ih", "weight_hh"):
        figure = stacked_blocks(record, 0, "forward", parameter=parameter, look=Look(fit=True))

        assert {(heat.zmin, heat.zmax) for heat in maps_of(figure)} == {(-limit, limit)}


def test_what_stacks_no_gates_is_refused():
    with pytest.raises(ValueError, match=r"must be an LSTM or GRU, whose gates .*; got RNN\."):
        stacked_blocks(run()[0], 0, "forward")
    with pytest.raises(ValueError, match="must be weight_ih or weight_hh, got 'bias_ih'"):
        stacked_blocks(run(kind="LSTM")[0], 0, "forward", parameter="bias_ih")
    with pytest.raises(ValueError, match=r"no cell \(7, 'forward'\)"):
        stacked_blocks(run(kind="LSTM")[0], 7, "forward")
