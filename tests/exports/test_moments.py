"""Which moments make a film, of sizes typed by hand."""

import pytest

from rnnviz.exports.moments import FilmPlan, evenly, moments_of, most_stops, screen
from rnnviz.exports.shot import Shot, Sizes

# An LSTM of one layer below an RNN, both ways, over three timesteps.
SIZES = Sizes(
    layers=2,
    directions=["forward", "reverse"],
    units=4,
    timesteps=3,
    updates=12,
    time_first=False,
    phases=[6, 6, 4, 4],
)
LARGE = SIZES._replace(timesteps=256, updates=1024)


def test_a_stop_for_each_part_of_an_update_and_a_hold():
    """The last forward update of the LSTM, and the first of the RNN above; 0.5 s are 10 ticks."""
    found = moments_of(SIZES, FilmPlan(span=(5, 7)))

    taus = [round(frame.shot.tau, 3) for frame in found.frames]
    assert taus == [5.167, 5.333, 5.5, 5.667, 5.833, 6, 6.25, 6.5, 6.75, 7]
    assert all(int(frame.shot.tau) in (5, 6) for frame in found.frames)
    assert [frame.ticks for frame in found.frames] == [10] * 9 + [50]
    assert found.seconds == 7
    assert found.frames[0].words == "update 6 of 12: layer 0, reverse, t = 0"
    assert found.frames[-1].words == "update 7 of 12: layer 1, forward, t = 0"


def test_whole_updates_go_in_the_order_of_the_shot():
    plan = FilmPlan(shot=Shot(order="both"), span=(0, 4), grain="update", speed=0.5)

    found = moments_of(SIZES, plan)

    assert [frame.words for frame in found.frames] == [
        "update 1 of 12: layer 0, forward, t = 0",
        "update 2 of 12: layer 0, reverse, t = 2",
        "update 3 of 12: layer 0, forward, t = 1",
        "update 4 of 12: layer 0, reverse, t = 1",
    ]
    assert [frame.ticks for frame in found.frames] == [24, 24, 24, 64]


def test_along_time_there_is_a_picture_for_each_timestep_of_the_cell():
    plan = FilmPlan(shot=Shot(walk="time", at="0.reverse.2.3"), span=(1, 3), rate=10)

    found = moments_of(SIZES, plan)

    assert [frame.shot.at for frame in found.frames] == ["0.reverse.1.3", "0.reverse.2.3"]
    assert [(frame.ticks, frame.words) for frame in found.frames] == [(7, "t = 1"), (27, "t = 2")]


def test_what_is_shorter_than_a_tick_is_left_out_and_the_time_kept():
    """At 8 x a part takes 1/16 s, at 10 a second 5 of 8 are seen."""
    found = moments_of(SIZES, FilmPlan(span=(6, 8), speed=8, rate=10))

    assert len(found.frames) == 5
    assert found.seconds == pytest.approx(8 / 16 + 2, abs=0.1)
    assert found.frames[-1].shot.tau == pytest.approx(8, abs=1e-5)


def test_too_many_parts_become_whole_updates():
    found = moments_of(LARGE, FilmPlan(span=(0, 300), speed=4))

    assert found.coarser
    assert len(found.frames) == 300
    assert not moments_of(LARGE, FilmPlan(span=(0, 100), speed=4)).coarser


@pytest.mark.parametrize("walk", ["order", "time"])
def test_as_many_stops_as_there_is_room_for_are_a_film(walk):
    """At speed 1, of updates so many that they are walked as a whole."""
    huge = SIZES._replace(timesteps=2000, updates=8000)
    most, shot = most_stops(walk), Shot(walk=walk)
    found = moments_of(huge, FilmPlan(shot=shot, span=(0, most)))

    assert len(found.frames) == most
    with pytest.raises(ValueError, match=r"a film (lasts|has) at most"):
        moments_of(huge, FilmPlan(shot=shot, span=(0, most + 1)))


@pytest.mark.parametrize(
    "plan, message",
    [
        (FilmPlan(speed=8), "at most 600 pictures, this one would have 1024: choose a shorter"),
        (FilmPlan(span=(0, 90), speed=0.25), "at most 300 s, this one would last 1082 s"),
        (FilmPlan(span=(0, 1025)), "span must be among the updates 0 to 1023, got 1024"),
        (FilmPlan(shot=Shot(walk="time"), span=(9, 257)), "among the timesteps 0 to 255, got 256"),
        (FilmPlan(shot=Shot(layers=(0, 3))), "layers must be among 0 to 1, got 2"),
    ],
    ids=["pictures", "seconds", "updates", "timesteps", "layers"],
)
def test_a_film_that_cannot_be_is_refused(plan, message):
    with pytest.raises(ValueError, match=message):
        moments_of(LARGE, plan)


@pytest.mark.parametrize(
    "field, message",
    [
        ({"width": 961}, "width must be even, from 480 to 1920; got 961"),
        ({"width": 300}, "width must be even, from 480 to 1920; got 300"),
        ({"speed": 3}, "speed must be one of .*, got 3"),
        ({"grain": "term"}, "grain must be phase or update, got 'term'"),
        ({"rate": 30}, r"rate must be one of \(10, 20, 25, 50\), got 30"),
        ({"span": (4, 4)}, "span must run from a number to a larger one"),
    ],
    ids=["odd", "narrow", "speed", "grain", "rate", "span"],
)
def test_a_plan_checks_itself(field, message):
    with pytest.raises(ValueError, match=message):
        FilmPlan(**field)


def test_moments_are_spread_evenly_with_both_ends():
    found = evenly(SIZES, Shot(), 4)

    assert [words for _, words in found] == [
        "update 1 of 12: layer 0, forward, t = 0",
        "update 4 of 12: layer 0, reverse, t = 2",
        "update 8 of 12: layer 1, forward, t = 1",
        "update 12 of 12: layer 1, reverse, t = 0",
    ]
    assert [words for _, words in evenly(SIZES, Shot(walk="time"), 2, (1, 3))] == ["t = 1", "t = 2"]
    with pytest.raises(ValueError, match="count must be from 1 to 3, as the span; got 4"):
        evenly(SIZES, Shot(), 4, (2, 5))


def test_text_on_a_screen_keeps_its_size_up_to_the_width_of_a_page():
    assert screen("light", 480).width_mm == 127
    assert screen("dark", 1920).width_mm == screen("dark", 1200).width_mm == 317.5
    assert screen("dark", 960).theme == "dark"
