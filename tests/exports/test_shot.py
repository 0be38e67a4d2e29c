"""What a picture may be asked to show, and what is said where it may not."""

import pytest

from rnnviz.exports.shot import Shot, Sizes

SIZES = Sizes(2, ["forward", "reverse"], 4, 5, 20, False, [4] * 4)

WRONG = {
    "view": (
        {"view": "photo"},
        "view must be one of map, anatomy, drill, step, whole; got 'photo'",
    ),
    "walk": ({"walk": "back"}, "walk must be order or time, got 'back'"),
    "order": ({"order": "last"}, "order must be one of layer-first, both, time-first; got 'last'"),
    "moment": (
        {"at": "1,2"},
        "the moment must read layer.direction.t.unit, as in 0.forward.0.0; got '1,2'",
    ),
    "empty span": (
        {"units": (2, 2)},
        r"units must run from a number to a larger one, got \(2, 2\)",
    ),
    "below 0": ({"layers": (-1, 1)}, "layers must run from a number to a larger one"),
    "more than a moment": (
        {"at": "0.forward.0.0,1"},
        "the moment must read layer.direction.t.unit",
    ),
    "blank sum": ({"view": "drill", "blank": True}, "blank goes with the views map and anatomy"),
    "blank step": ({"view": "step", "blank": True}, "blank goes with the views map and anatomy"),
    "blank whole": ({"view": "whole", "blank": True}, "blank goes with the views map and anatomy"),
}
UNFIT = {
    "layers": ({"layers": (0, 3)}, "layers must be among 0 to 1, got 2"),
    "units": ({"units": (1, 5)}, "units must be among 0 to 3, got 4"),
    "timesteps": ({"timesteps": (4, 6)}, "timesteps must be among 0 to 4, got 5"),
    "tau": ({"tau": 20.0}, "tau must be from 0 to below 20, got 20.0"),
}


@pytest.mark.parametrize(("fields", "words"), WRONG.values(), ids=WRONG)
def test_a_shot_that_makes_no_sense_is_refused(fields, words):
    with pytest.raises(ValueError, match=words):
        Shot(**fields)


@pytest.mark.parametrize(("fields", "words"), UNFIT.values(), ids=UNFIT)
def test_a_shot_of_what_the_run_has_not_is_refused(fields, words):
    with pytest.raises(ValueError, match=words):
        Shot(**fields).check(SIZES)


def test_all_that_a_run_has_may_be_named():
    Shot(layers=(0, 2), units=(0, 4), timesteps=(0, 5), tau=19.9).check(SIZES)


def test_a_direction_that_the_net_has_not_is_refused():
    shot = Shot(directions=("reverse",))

    with pytest.raises(ValueError, match="directions must be among forward, got 'reverse'"):
        shot.check(SIZES._replace(directions=["forward"]))


def test_a_part_of_the_wrong_order_is_refused():
    wrong = SIZES._replace(time_first=True)

    for view in ("map", "whole"):
        with pytest.raises(ValueError, match="the wrong order is drawn as a whole"):
            Shot(view=view, layers=(0, 1)).check(wrong)
    Shot(view="map").check(wrong)
    Shot(view="anatomy", units=(0, 1)).check(wrong)


def test_a_part_is_told_whole():
    both = Shot(directions=("reverse", "forward")).crop(SIZES)

    assert Shot().crop(SIZES) is None
    assert both["directions"] == ["forward", "reverse"]
    assert Shot(timesteps=(1, 3), directions=("reverse",)).crop(SIZES) == {
        "layers": (0, 2),
        "directions": ["reverse"],
        "units": None,
        "timesteps": (1, 3),
    }


AT = "1.reverse.3.2.wh"
WORDS = {
    "map": ({"view": "map"}, "Unrolled map at layer 1, reverse, timestep 3"),
    "no frame": ({"view": "map", "frame": False}, "Unrolled map"),
    "sum": (
        {"view": "drill", "frame": False},
        "One unit's sum at layer 1, reverse, timestep 3, unit 2",
    ),
    "wrong": (
        {"view": "map", "frame": False, "order": "time-first"},
        "Unrolled map, in the wrong order: time first",
    ),
    "in the part": (
        {"view": "map", "layers": (1, 2), "timesteps": (3, 4), "directions": ("reverse",)},
        "Unrolled map at layer 1, reverse, timestep 3",
    ),
    "a gate": (
        {"view": "drill", "gate": "o"},
        "One unit's sum at layer 1, reverse, timestep 3, unit 2, gate o",
    ),
    "another layer": ({"view": "map", "layers": (0, 1)}, "Unrolled map"),
    "another timestep": ({"view": "map", "timesteps": (0, 3)}, "Unrolled map"),
    "another direction": ({"view": "map", "directions": ("forward",)}, "Unrolled map"),
}


@pytest.mark.parametrize(("fields", "words"), WORDS.values(), ids=WORDS)
def test_a_caption_says_what_is_in_the_light(fields, words):
    assert Shot(**fields).words(AT) == words
