"""What is written beside and below a map in print."""

import pytest

from rnnviz.exports.ink import ink_of
from rnnviz.exports.shot import Shot
from rnnviz.figures.presets import PRESETS
from tests.exports.pictured import drawer_of, heats, texts

INK = ink_of(PRESETS["web"])


@pytest.fixture(scope="module")
def long():
    with drawer_of(steps=24, layers=1, labels=["网", "网", "ab", "ab"] * 6)[0] as drawer:
        yield drawer


def digits(drawing):
    return [int(one) for one in texts(drawing) if one.isdigit()]


def test_crowded_timesteps_of_a_part_are_named_by_their_place_in_the_whole(long):
    """The moment in the light, 0, is cut away, so that none has a name besides."""
    shot = Shot(view="map", at="0.forward.0.0", timesteps=(1, 24), legend=False)
    drawing = long.draw(shot, INK, 460)

    assert digits(drawing) == list(range(2, 24, 2))
    assert not [one for one in drawing.items if one.get("weight") == 600 and one["text"].isdigit()]


def test_names_of_two_digits_need_their_room(long):
    """In columns of 15 pixels 8 and 9 would fit, but 10 to 13 would not."""
    shot = Shot(view="map", at="0.forward.0.0", timesteps=(8, 14), legend=False)

    assert digits(long.draw(shot, INK, 74 + 2 * 58 + 6 * 15)) == [8, 10, 12]


def test_a_token_of_one_letter_is_never_cut(long):
    words = texts(long.draw(Shot(view="map", at="0.forward.0.0", legend=False), INK, 460))

    assert {one for one in words if one in ("网", "ab") or one.endswith("…")} == {"网", "a…"}


def test_the_ends_of_a_long_part_are_named():
    with drawer_of(steps=40, layers=1)[0] as drawer:
        shot = Shot(view="map", at="0.forward.20.0", timesteps=(3, 39), legend=False)
        names = digits(drawer.draw(shot, INK, 500))

    assert {3, 38} <= set(names)
    assert not {0, 35, 39} & set(names)


@pytest.mark.parametrize(("room", "names"), [(None, ("forward →", "← reverse")), (140, ("→", "←"))])
def test_directions_have_their_colours(room, names):
    """On a low page an arrow is all there is room for."""
    with drawer_of(layers=3)[0] as drawer:
        items = drawer.draw(Shot(view="map", legend=False), INK, 900, room).items
    found = {one["text"]: one["fill"] for one in items if one.get("text") in names}

    assert found == dict(zip(names, (INK.palette.forward, INK.palette.reverse), strict=True))


@pytest.mark.parametrize("labels", [None, ["a", "b", "c", "d", "e"]], ids=["numbers", "tokens"])
def test_timesteps_are_named_below_the_input(labels):
    with drawer_of(labels=labels)[0] as drawer:
        drawing = drawer.draw(Shot(view="map", legend=False), INK, 900)
    bottom = max(one["y"] + one["height"] for one in heats(drawing))
    named = [one for one in drawing.items if one.get("text", "").startswith("t = ")]
    rows = {one["y"] for one in drawing.items if one.get("text", "-") in "abcde"}

    assert len(named) == 5
    assert all(one["y"] - 0.8 * one["size"] >= bottom for one in named)
    assert all(one["y"] + 13 <= row <= drawing.height for one in named for row in rows)
