"""What is written beside and below a map in print."""

from itertools import pairwise

import pytest
from PIL import ImageFont

from rnnviz.exports.ink import ink_of
from rnnviz.exports.shot import Shot
from rnnviz.exports.still import font_folder
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


@pytest.mark.parametrize("width", [460, 900])
def test_tokens_of_wide_letters_keep_to_their_columns(width):
    """As the typeface of the app sets them; the one in the light is bold."""
    labels = [
        "incomprehensibilities",
        "WWWWWWWWWWWWWWWW",
        "HOMOGENEOUS",
        "循环神经网络的长词",
        "the",
    ]
    with drawer_of(labels=labels)[0] as drawer:
        items = drawer.draw(Shot(view="map", at="0.forward.4.0", legend=False), INK, width).items
    font = ImageFont.truetype(font_folder() / "SourceSansPro-Regular.ttf", 130)
    tokens = [one for one in items if one.get("size") == 13]
    # Signs of other scripts are as wide as they are high, and in another font.
    wide = [
        13 * (len(one["text"]) - 1) + 13
        if one["text"][0] == "循"
        else font.getlength(one["text"]) / 10
        for one in tokens
    ]

    assert [one["text"][:2] for one in tokens] == [word[:2] for word in labels]
    assert sum(one["text"].endswith("…") for one in tokens) >= 2
    for (one, half), (other, next_half) in pairwise(
        (one["x"], long / 2) for one, long in zip(tokens, wide, strict=True)
    ):
        assert one + half < other - next_half


@pytest.mark.parametrize("room", [None, 250], ids=["free", "page"])
def test_ends_of_the_lowest_lanes_are_named_clear_of_what_is_there(room):
    """The states of one unit have lanes that are lower than those of four."""
    with drawer_of(hidden=1)[0] as drawer:
        drawing = drawer.draw(Shot(view="map"), INK, 460, room)
    ends = [one for one in drawing.items if one.get("text", "").startswith("h_")]
    starts = [one for one in heats(drawing) if one["width"] == 10]

    assert sorted(one["text"] for one in ends) == ["h_0"] * 4 + [f"h_n[{k}]" for k in range(4)]
    for heat, name in zip(starts, [one for one in ends if one["text"] == "h_0"], strict=True):
        assert heat["x"] <= name["x"] <= heat["x"] + 10
        # Ascenders are 7 pixels high here.
        assert name["y"] - 7 > heat["y"] + heat["height"]
    for name in ends:
        beside = [one for one in ends if one is not name and abs(one["x"] - name["x"]) < 30]
        assert all(abs(one["y"] - name["y"]) >= 9 for one in beside)


@pytest.mark.parametrize("width", [587, 700, 1100])
def test_signs_keep_clear_of_the_longest_name_below_a_gru(width):
    ink = ink_of(PRESETS["slide"])
    with drawer_of("GRU", hidden=6)[0] as drawer:
        items = drawer.draw(Shot(view="anatomy", units=(0, 2)), ink, width, 320).items
    (name,) = (one for one in items if one.get("text") == "W_{hn} h + b_{hn}")
    line = [one for one in items if one.get("y") == name["y"] and one["kind"] == "text"]
    signs = [one["x"] for one in line if one["text"] in ("×", "=")]
    before, after = (max(x for x in signs if x < name["x"]), min(x for x in signs if x > name["x"]))

    # It is about 60 pixels wide where the smallest text is as large as on a slide.
    assert before + 4 < name["x"] - 30
    assert name["x"] + 30 < after - 4
    assert max(one["x"] for one in line) < width
