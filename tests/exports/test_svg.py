"""Items of a display list as SVG, one by one."""

import re
from xml.etree import ElementTree

import pytest

from rnnviz.exports.drawing import Drawing
from rnnviz.exports.svg import Type, svg_group
from rnnviz.figures.theme import BLACK, WHITE

TYPE = Type(least=9, most=14, ink=None)
RECT = {"kind": "rect", "x": 1, "y": 2, "width": 3, "height": 4, "fill": "#ff0000"}
TEXT = {"kind": "text", "x": 5, "y": 6, "size": 11, "text": "h", "fill": "#123456"}


def elements(*items, type_=TYPE):
    return list(ElementTree.fromstring(f"<g>{svg_group(Drawing(items, 9, 9, '', 0), type_)}</g>"))


ATTRIBUTES = {
    "place": ({}, {"x": "1", "y": "2", "width": "3", "height": "4", "fill": "#ff0000"}),
    "hundredths": ({"x": 1.256}, {"x": "1.26"}),
    "below 0": ({"width": -1}, {"width": "0"}),
    "opacity": ({"opacity": 0.5}, {"opacity": "0.5"}),
    "outline": ({"stroke": "#00ff00", "line": 2}, {"stroke": "#00ff00", "stroke-width": "2"}),
    "dashes": ({"stroke": "#00ff00", "dash": [3, 2]}, {"stroke-dasharray": "3 2"}),
    "nothing inside": ({"fill": None}, {"fill": "none"}),
}


@pytest.mark.parametrize(("more", "expected"), ATTRIBUTES.values(), ids=ATTRIBUTES)
def test_a_rectangle_has_its_attributes(more, expected):
    (found,) = elements(RECT | more)

    assert expected.items() <= found.attrib.items()


def test_what_is_not_seen_is_not_there():
    assert elements(RECT | {"opacity": 0}, TEXT | {"text": ""}, TEXT | {"opacity": 0}) == []


@pytest.mark.parametrize(("size", "set_in"), [(6, "9"), (11, "11"), (30, "14")])
def test_text_keeps_within_its_sizes(size, set_in):
    (found,) = elements(TEXT | {"size": size})

    assert found.get("font-size") == set_in


@pytest.mark.parametrize(
    ("fill", "ink", "set_in"),
    [("#123456", None, "#123456"), ("#123456", BLACK, BLACK), (WHITE, BLACK, WHITE)],
    ids=["own", "plain", "on dark"],
)
def test_text_has_its_own_ink_or_the_only_one(fill, ink, set_in):
    (found,) = elements(TEXT | {"fill": fill}, type_=TYPE._replace(ink=ink))

    assert found.get("fill") == set_in


def test_text_stands_at_its_anchor():
    places = [elements(TEXT | more)[0].get("text-anchor") for more in ({}, {"anchor": "end"})]

    assert places == [None, "end"]


def test_what_is_lowered_is_lower_and_smaller_but_never_below_the_least():
    """SVG's y grows downwards; after it the line goes on where it was."""
    for size, small in ((14, "10.08"), (11, "9")):
        (found,) = elements(TEXT | {"size": size, "text": "W_{hh} h_t", "math": True})
        spans = [(one.text, one.get("font-size"), float(one.get("dy") or 0)) for one in found]
        words = [(re.sub(r"[_{}]", "", text), sized) for text, sized, _ in spans]

        assert words == [("W", None), ("hh", small), (" h", None), ("t", small)]
        assert [dy for *_, dy in spans] == pytest.approx(
            [0, 0.2 * size, -0.2 * size, 0.2 * size], abs=0.01
        )


def test_fields_of_colour_overlap_inside_and_end_where_they_should():
    """A row of two and a row of two, no paper between them."""
    heat = {"kind": "heat", "x": 0, "y": 0, "width": 8, "height": 4, "columns": 2, "rows": 2}
    (group,) = elements(heat | {"colors": "111111222222333333444444", "opacity": 0.5})
    cells = [
        {name: float(one.get(name)) for name in ("x", "y", "width", "height")} for one in group
    ]

    assert [one.get("fill") for one in group] == ["#111111", "#222222", "#333333", "#444444"]
    assert [(one["x"], one["y"]) for one in cells] == [(0, 0), (4, 0), (0, 2), (4, 2)]
    assert [one["x"] + one["width"] for one in cells] == [4.25, 8, 4.25, 8]
    assert [one["y"] + one["height"] for one in cells] == [2.25, 2.25, 4, 4]
    assert group.get("opacity") == "0.5"


def test_many_numbers_fill_their_place():
    """Its shape is that of the place, not that of the pixels."""
    heat = {"kind": "heat", "x": 1, "y": 2, "width": 8, "height": 4, "columns": 65, "rows": 64}
    (found,) = elements(heat | {"colors": "123456" * 65 * 64})

    assert [found.get(name) for name in ("x", "y", "width", "height")] == ["1", "2", "8", "4"]
    assert found.get("preserveAspectRatio") == "none"
