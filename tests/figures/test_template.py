"""The plotly templates."""

import pytest

from rnnviz.figures.template import template, title
from rnnviz.figures.theme import PALETTES


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_template_has_a_solid_ground_of_the_theme(theme):
    layout = template(theme).layout

    assert layout.paper_bgcolor == PALETTES[theme].surface
    assert layout.font.color == PALETTES[theme].text


def test_title_keeps_its_distance_from_the_top():
    low, high = title("a", "b", 260), title("a", "b", 2600)

    assert (1 - low["y"]) * 260 == pytest.approx((1 - high["y"]) * 2600)
