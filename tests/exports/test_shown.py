"""What each field of a shot changes in its picture."""

import pytest

from rnnviz.exports.ink import ink_of
from rnnviz.exports.shot import Shot
from rnnviz.figures.presets import PRESETS
from tests.exports.pictured import drawer_of, heats, texts

INK = ink_of(PRESETS["web"])


@pytest.fixture(scope="module")
def gated():
    drawer, trace = drawer_of("LSTM")
    yield drawer, trace
    drawer.close()


def draw(drawer, **fields):
    return drawer.draw(Shot(legend=False, **fields), INK, 1200)


def test_update_1_is_of_the_other_direction_where_both_go_at_once(gated):
    drawer, _ = gated
    found = [draw(drawer, view="map", tau=1.5, order=order).at for order in ("layer-first", "both")]

    assert [at.rsplit(".", 2)[0] for at in found] == ["0.forward.1", "0.reverse.4"]


def test_along_time_everything_is_computed(gated):
    drawer, trace = gated
    drawing = draw(drawer, view="map", at="0.forward.2.1", walk="time")

    assert len(heats(drawing)) == trace.seq_len + len(trace.cells) * (trace.seq_len + 1)
    assert drawing.at.startswith("0.forward.2.1")


def test_the_sum_is_that_of_the_gate(gated):
    drawer, _ = gated
    sums = {gate: texts(draw(drawer, view="drill", gate=gate)) for gate in ("", "i", "f", "o")}

    assert sums[""] == sums["i"]
    assert len({tuple(words) for words in sums.values()}) == 3


def test_both_biases_have_a_column_of_their_own_where_asked(gated):
    drawer, _ = gated
    together, apart = (draw(drawer, view="anatomy", apart=apart) for apart in (False, True))
    cells = [sum(one["kind"] == "rect" for one in drawing.items) for drawing in (together, apart)]

    # A bias of each gate and unit, and the 1 above it.
    assert cells[1] - cells[0] >= 4 * 4 + 1


def test_the_anatomy_stands_above_the_sum(gated):
    drawer, _ = gated
    step, anatomy = (draw(drawer, view=view) for view in ("step", "anatomy"))

    assert step.items[: len(anatomy.items)] == anatomy.items
    assert step.height > anatomy.height


def test_one_part_after_another_is_drawn_each_as_itself(gated):
    drawer, _ = gated
    names = [texts(draw(drawer, view="map", timesteps=(t, t + 1))) for t in (1, 3)]

    assert ["t = 1" in words for words in names] == [True, False]
    assert ["t = 3" in words for words in names] == [False, True]


def test_pictures_beside_the_lens_have_a_colour_for_each_of_their_numbers():
    """Of 12 units those above the lens and those below it are a picture each."""
    with drawer_of("GRU", hidden=12, layers=1)[0] as drawer:
        found = heats(draw(drawer, view="anatomy", at="0.forward.1.6"))

    assert len(found) >= 12
    for heat in found:
        assert len(heat["colors"]) == 6 * heat["columns"] * heat["rows"]


def test_what_the_reset_gate_weighs_has_a_shorter_name_where_room_is_scarce():
    drawer, _ = drawer_of("GRU")
    with drawer:
        narrow, wide = (
            texts(drawer.draw(Shot(view="anatomy"), INK, width)) for width in (420, 1400)
        )

    assert "W_{hn} h" in narrow and "W_{hn} h + b_{hn}" not in narrow
    assert "W_{hn} h + b_{hn}" in wide and "W_{hn} h" not in wide
