"""Maps of a part of a net, held against the map of the whole."""

import pytest
import torch

import rnnviz
from rnnviz.exports.drawing import Drawer
from rnnviz.exports.ink import ink_of
from rnnviz.exports.shot import Shot
from rnnviz.exports.svg import heat_colors
from rnnviz.figures.presets import PRESETS
from rnnviz.figures.theme import SignedScale
from tests.exports.pictured import drawer_of, heats, packed, texts

INK = ink_of(PRESETS["web"])
H = SignedScale(limit=1.0)


@pytest.fixture(scope="module")
def drawn():
    drawer, trace = drawer_of()
    yield drawer, trace
    drawer.close()


def frames_of_held(drawing):
    """Top and height of every frame around what is held."""
    return [(one["y"], one["height"]) for one in drawing.items if one.get("dash") == [3, 2]]


def test_what_is_held_is_framed_where_its_unit_is_and_not_where_it_is_cut_away():
    """Unit 0 of h is held at 1 and 2, unit 2 of a gate at 3."""
    torch.manual_seed(5)
    held = [
        rnnviz.Clamp(quantity="h", layer=0, start=1, stop=3, unit=0, value=0.5),
        rnnviz.Clamp(quantity="i", layer=0, start=3, stop=4, unit=2, value=0.5),
    ]
    trace = rnnviz.trace(torch.nn.LSTM(3, 4), torch.randn(5, 1, 3), clamps=held).numpy()
    with Drawer(packed(trace)) as drawer:
        found = {
            part: drawer.draw(Shot(view="map", units=part[:2], timesteps=part[2:]), INK, 800)
            for part in ((0, 2, 0, 5), (1, 3, 0, 5), (0, 4, 2, 4))
        }
    tops = {part: heats(drawing)[part[3] - part[2]] for part, drawing in found.items()}

    for part, units in (((0, 2, 0, 5), [0, 0]), ((1, 3, 0, 5), [1]), ((0, 4, 2, 4), [0, 2])):
        high = tops[part]["height"] / (part[1] - part[0])
        expected = [(tops[part]["y"] + unit * high - 1, high + 2) for unit in units]
        assert frames_of_held(found[part]) == [pytest.approx(one) for one in expected]


@pytest.mark.parametrize(("units", "there"), [((0, 2), 2), ((1, 3), 1), ((2, 4), 0)])
def test_of_some_units_those_are_shown_that_are_computed_by_then(drawn, units, there):
    """In the middle of the h of update 1 that is units 0 and 1."""
    drawer, trace = drawn
    tau = 1 + 7 / 8
    whole = heats(drawer.draw(Shot(view="map", tau=tau), INK, 800))
    found = heats(drawer.draw(Shot(view="map", tau=tau, units=units), INK, 800))
    column = trace.seq_len + 1

    assert len(heat_colors(whole[column])) == 2
    assert len(found) == len(whole) - (there == 0)
    assert not there or heat_colors(found[column]) == heat_colors(whole[column])[slice(*units)]


def test_a_part_lies_as_a_net_of_its_size_would(drawn):
    """The lower layer as a net of one layer, the forward lanes as a net of one direction."""
    drawer, _ = drawn
    parts = {(1, True): {"layers": (0, 1)}, (2, False): {"directions": ("forward",)}}
    for (layers, both), part in parts.items():
        with drawer_of(layers=layers, both=both)[0] as small:
            alone = small.draw(Shot(view="map", at="0.forward.4.0", all=True), INK, 800)
        shot = Shot(view="map", at="0.forward.4.0", all=True, **part)

        assert places(drawer.draw(shot, INK, 800)) == places(alone)


def places(drawing):
    return [tuple(one[k] for k in ("x", "y", "width", "height")) for one in heats(drawing)]


@pytest.mark.parametrize("part", [{"directions": ("reverse",)}, {"timesteps": (1, 4)}])
def test_a_part_shows_what_is_computed_by_then(drawn, part):
    """At 2 of the lower reverse lane: 2 to 4 of it, and the whole forward lane."""
    drawer, trace = drawn
    shot = Shot(view="map", at="0.reverse.2.0", layers=(0, 1), **part)
    found = [heat_colors(one) for one in heats(drawer.draw(shot, INK, 800))]
    first, end = part.get("timesteps", (0, trace.seq_len))
    expected = []
    for cell in trace.cells[:2]:
        forward = cell.direction == "forward"
        if forward and "directions" in part:
            continue
        expected += [cell.h[t, 0] for t in range(first if forward else max(first, 2), end)]
        start = first - 1 if forward else end
        expected.append(cell.h[start, 0] if 0 <= start < trace.seq_len else cell.h_0[0])

    assert found[end - first :] == [[H.color(float(h)) for h in column] for column in expected]


NAMES = {
    "lower layer": ({"layers": (0, 1)}, {"input x", "h, layer 0", "h_n[0]", "h_n[1]"}),
    "upper layer": ({"layers": (1, 2)}, {"h, layer 0", "output", "h_n[2]", "h_n[3]"}),
    "reverse": ({"directions": ("reverse",)}, {"input x", "output", "h_n[1]", "h_n[3]"}),
}


@pytest.mark.parametrize(("part", "names"), NAMES.values(), ids=NAMES)
def test_ends_of_a_part_have_their_names_in_the_whole(drawn, part, names):
    drawer, _ = drawn
    words = texts(drawer.draw(Shot(view="map", legend=False, **part), INK, 800))

    assert {one for one in words if one.startswith(("input", "output", "h_n", "h, "))} == names


def test_timesteps_of_a_part_keep_their_tokens():
    with drawer_of(labels=["a", "b", "c", "d", "e"])[0] as drawer:
        words = texts(drawer.draw(Shot(view="map", timesteps=(2, 4)), INK, 800))

    assert [one for one in words if one in "abcde"] == ["c", "d"]


@pytest.mark.parametrize(("units", "row"), [((1, 3), 1), ((0, 2), None), ((3, 4), None)])
def test_the_unit_in_the_light_is_framed_where_it_is_shown(drawn, units, row):
    drawer, _ = drawn
    shot = Shot(view="map", at="0.forward.2.2", units=units, all=True)
    drawing = drawer.draw(shot, INK, 800)
    column = heats(drawing)[5]
    high = column["height"] / column["rows"]
    frames = [(one["y"], one["height"]) for one in drawing.items if one.get("line") == 1.2]

    expected = [] if row is None else [pytest.approx((column["y"] + row * high, high))]
    assert frames == expected


def test_a_moment_before_or_after_the_part_is_not_framed(drawn):
    drawer, _ = drawn
    for t, timesteps, count in ((3, (0, 3), 0), (2, (3, 5), 0), (3, (2, 4), 1)):
        shot = Shot(view="map", at=f"0.forward.{t}.0", timesteps=timesteps)
        items = drawer.draw(shot, INK, 800).items

        assert sum(one.get("line") == 2.5 for one in items) == count


def test_a_part_needs_the_width_of_its_own_timesteps(drawn):
    drawer, _ = drawn
    part = drawer.draw(Shot(view="map", timesteps=(1, 3)), INK, 800)
    with drawer_of(steps=2)[0] as short:
        assert part.least_width == short.draw(Shot(view="map"), INK, 800).least_width
    assert part.least_width < drawer.draw(Shot(view="map"), INK, 800).least_width
