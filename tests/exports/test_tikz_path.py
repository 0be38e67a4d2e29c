"""Outlines: SVG's path data in TikZ's words."""

import pytest

from rnnviz.exports.tikz_path import number, tikz_path


@pytest.mark.parametrize(
    ("d", "wanted"),
    [
        ("M1 2L3 4", "(2,4) -- (6,8)"),
        ("M1,2 3,4", "(2,4) -- (6,8)"),
        ("m1 2 3 4", "(2,4) -- (8,12)"),
        ("M1 2h3v-1", "(2,4) -- (8,4) -- (8,2)"),
        ("M1 2H3V-1", "(2,4) -- (6,4) -- (6,-2)"),
        ("M0 0l1 1l1 1z", "(0,0) -- (2,2) -- (4,4) -- cycle"),
        ("M1 1L5 5ZL2 2", "(2,2) -- (10,10) -- cycle -- (4,4)"),
        ("M1 1h4zm1 1h1", "(2,2) -- (10,2) -- cycle (4,4) -- (6,4)"),
        ("M1 1C1 2 3 4 5 6", "(2,2) .. controls (2,4) and (6,8) .. (10,12)"),
        ("M1 1c1 2 3 4 5 6", "(2,2) .. controls (4,6) and (8,10) .. (12,14)"),
        # The y axis points down: from 180 to 360 degrees lies the upper half.
        ("M0 0a2 2 0 0 1 4 0", "(0,0) arc[start angle=180, end angle=360, radius=4]"),
        ("M0 0A2 2 0 0 0 4 0", "(0,0) arc[start angle=180, end angle=0, radius=4]"),
        ("M2 0a2 2 0 0 1-2 2", "(4,0) arc[start angle=0, end angle=90, radius=4]"),
        ("M2 0a2 2 0 1 0-2 2", "(4,0) arc[start angle=0, end angle=-270, radius=4]"),
        ("M1e-9 .5L-1.5-2", "(0,1) -- (-3,-4)"),
    ],
)
def test_outlines_keep_their_points(d, wanted):
    assert tikz_path(d, 2) == wanted


def test_an_unknown_command_is_named():
    with pytest.raises(ValueError, match="made of M, L, H, V, C, A and Z, got 'Q' in M0 0Q1"):
        tikz_path("M0 0Q1 1 2 2", 1)


def test_an_arc_of_no_circle_is_refused():
    with pytest.raises(ValueError, match="must be a part of a circle"):
        tikz_path("M0 0A1 2 0 0 0 2 2", 1)


def test_numbers_have_no_exponent_and_no_minus_before_zero():
    assert [number(one) for one in (1e-9, -1e-9, 400, 0.12345)] == ["0", "0", "400", "0.123"]
