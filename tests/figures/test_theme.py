"""The scale and the palettes."""

import math

import pytest

from rnnviz.figures.theme import (
    PALETTES,
    SHARE_STOPS,
    SIGNED_STOPS,
    ShareScale,
    SignedScale,
    contrast,
    grey_of,
    text_on,
)


@pytest.mark.parametrize("limit", [1.0, 0.25, 40.0])
def test_scale_goes_from_brown_over_pale_to_blue(limit):
    scale = SignedScale(limit=limit)

    assert scale.color(-limit) == SIGNED_STOPS[0]
    assert scale.color(0.0) == "#f7f7f7"
    assert scale.color(limit) == SIGNED_STOPS[-1]


def test_scale_mixes_neighbouring_stops():
    """Half-way between the stops at 0 and at 0.2 of the range."""
    assert SignedScale(limit=2.0).color(0.2) in ("#dceaf4", "#dbeaf4", "#dcebf4", "#dbebf4")


def test_scale_gives_legend_and_cells_the_same_colours():
    scale = SignedScale(limit=3.0)

    for place, stop in scale.colorscale:
        assert scale.color((2 * place - 1) * 3.0) == stop


def test_scale_keeps_the_end_colours_past_its_range():
    scale = SignedScale(limit=1.0)

    assert (scale.color(-7.0), scale.color(7.0)) == (SIGNED_STOPS[0], SIGNED_STOPS[-1])


@pytest.mark.parametrize("limit", [0.0, -1.0, math.inf, math.nan])
def test_scale_refuses_ranges_it_cannot_draw(limit):
    with pytest.raises(ValueError, match="limit must be positive and finite, got"):
        SignedScale(limit=limit)


def test_numbers_are_readable_on_every_colour():
    scale = SignedScale(limit=1.0)

    for value in (step / 100 for step in range(-100, 101)):
        ground = scale.color(value)
        assert contrast(scale.text(value), ground) >= 4.5, value


def test_share_scale_goes_from_pale_to_deep_and_keeps_its_ends():
    scale = ShareScale()

    assert [scale.color(value) for value in (-1, 0, 0.5, 1, 2)] == [
        SHARE_STOPS[0],
        SHARE_STOPS[0],
        SHARE_STOPS[4],
        SHARE_STOPS[-1],
        SHARE_STOPS[-1],
    ]
    assert [scale.color(place) for place, _ in scale.colorscale] == list(SHARE_STOPS)
    assert scale.label == "0 to 1"


def test_share_scale_gets_deeper_with_every_step():
    """So that it reads in greyscale too."""
    deeper = [contrast(ShareScale().color(step / 100), "#ffffff") for step in range(101)]

    assert deeper == sorted(deeper)


def test_numbers_are_readable_on_every_share():
    scale = ShareScale()

    for value in (step / 100 for step in range(101)):
        assert contrast(scale.text(value), scale.color(value)) >= 4.5, value


def test_text_on_picks_by_luminance():
    assert text_on("#ffff00") == "#000000"
    assert text_on("#02487f") == "#ffffff"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("role", ["text", "muted", "forward", "reverse", "alarm"])
@pytest.mark.parametrize("ground", ["surface", "band"])
def test_palette_words_are_readable(theme, role, ground):
    palette = PALETTES[theme]

    assert contrast(getattr(palette, role), getattr(palette, ground)) >= 4.5


@pytest.mark.parametrize(
    ("color", "grey"),
    [
        ("#000000", "#000000"),
        ("#ffffff", "#ffffff"),
        ("#00ff00", "#dcdcdc"),
        ("rgba(255,0,0,0.5)", "rgba(127,127,127,0.5)"),
    ],
)
def test_a_grey_is_as_light_as_its_colour(color, grey):
    assert grey_of(color) == grey
