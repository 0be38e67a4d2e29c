"""Dots in place of numbers, and marks on negative ones where there are no colours."""

import re

import pytest
import torch

import rnnviz
from rnnviz.exports.drawing import Drawer
from rnnviz.exports.ink import ink_of
from rnnviz.exports.shot import Shot
from rnnviz.exports.svg import heat_colors
from rnnviz.figures.presets import PRESETS
from rnnviz.figures.theme import BLACK, WHITE
from tests.exports.pictured import cell_middles, drawer_of, heats, packed, rgb

INK = ink_of(PRESETS["web"])
GREY = ink_of(PRESETS["grey"])


def rounded(place):
    return tuple(round(one, 3) for one in place)


def marks(drawing):
    """The middle of each minus, and its colour."""
    found = []
    for one in drawing.items:
        line = re.fullmatch(r"M(\S+) (\S+)h([\d.]+)", one.get("d", ""))
        if line:
            x, y, long = map(float, line.groups())
            found.append((rounded((x + long / 2, y)), one["stroke"]))
    return found


def ink_on(color):
    """Source: https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio."""
    parts = [channel / 255 for channel in rgb(color)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return BLACK if (light + 0.05) / 0.05 > 1.05 / (light + 0.05) else WHITE


def test_a_minus_stands_in_the_middle_of_its_number():
    """It is black or white, whichever is seen on that colour."""
    drawer, trace = drawer_of()
    with drawer:
        drawing = drawer.draw(Shot(view="map", legend=False), INK._replace(minus=True), 900)
    columns = list(trace.cells[0].x[:, 0])
    for cell in trace.cells:
        columns += [*cell.h[:, 0], cell.h_0[0]]
    expected = []
    for at, (heat, column) in enumerate(zip(heats(drawing), columns, strict=True)):
        cells = zip(heat_colors(heat), cell_middles(drawing, at), column, strict=True)
        expected += [(rounded(place), ink_on(color)) for color, place, one in cells if one < 0]

    assert sorted(marks(drawing)) == sorted(expected)
    assert {ink for _, ink in expected} == {BLACK, WHITE}


def test_zeros_have_no_minus():
    torch.manual_seed(5)
    trace = rnnviz.trace(torch.nn.RNN(3, 4), torch.zeros(5, 1, 3)).numpy()
    with Drawer(packed(trace)) as drawer:
        drawing = drawer.draw(Shot(view="map", legend=False), GREY, 900)

    assert len(marks(drawing)) == (trace.cells[0].h < 0).sum()


def test_cells_without_room_have_no_minus():
    with drawer_of(hidden=40, layers=2)[0] as drawer:
        drawing = drawer.draw(Shot(view="map", legend=False), GREY, 900)
    lanes = [item for item in heats(drawing) if item["rows"] == 40]
    lowest = max(item["y"] + item["height"] for item in lanes)

    assert lanes[0]["height"] / 40 < 4
    assert marks(drawing)
    assert all(y > lowest for (_, y), _ in marks(drawing))


@pytest.mark.parametrize("layers", [1, 3], ids=["high", "low"])
def test_the_dots_of_a_schematic_stand_along_the_longer_side_of_each_column(layers):
    drawer, trace = drawer_of(layers=layers, both=False)
    with drawer:
        items = drawer.draw(Shot(view="map", blank=True), INK, 900).items
    first = [at for at, one in enumerate(items) if one["kind"] == "circle"][::3]

    assert len(first) == trace.seq_len + layers * (trace.seq_len + 1)
    for at in first:
        place, dots = items[at - 1], items[at : at + 3]
        along, across = ("y", "x") if place["height"] > place["width"] else ("x", "y")
        sizes = {"x": place["width"], "y": place["height"]}
        assert dots[1][along] == pytest.approx(place[along] + sizes[along] / 2)
        steps = [dots[k + 1][along] - dots[k][along] for k in (0, 1)]
        assert steps[0] == pytest.approx(steps[1]) and steps[0] > dots[0]["r"]
        assert {dot[across] for dot in dots} == {place[across] + sizes[across] / 2}


@pytest.mark.parametrize("view", ["map", "anatomy"])
def test_a_schematic_of_a_large_net_has_no_colours_either(view):
    with drawer_of("LSTM", hidden=48, steps=40, layers=1)[0] as drawer:
        drawing = drawer.draw(Shot(view=view, blank=True), INK, 900)
        full = drawer.draw(Shot(view=view), INK, 900)

    assert heats(full)
    assert heats(drawing) == []
    assert sum(one["kind"] == "circle" for one in drawing.items) > 30


def test_numbers_smaller_than_the_least_text_are_left_out_and_their_sign_is_kept():
    """At this width numbers in cells would be a little smaller than text on a slide may be."""
    ink = ink_of(PRESETS["slide"])._replace(minus=True)
    shot = Shot(view="anatomy", at="0.forward.1.2", legend=False)
    with drawer_of(hidden=6)[0] as drawer:
        full = drawer.draw(shot, ink._replace(least=0), 800, 2000)
        left = drawer.draw(shot, ink, 800, 2000)
    small = [one for one in numbers(full) if one["size"] < ink.least]

    assert len(small) > 20
    assert len(numbers(left)) == len(numbers(full)) - len(small)
    assert all(one["size"] >= ink.least for one in numbers(left))
    signs = sum(one["text"].startswith("−") for one in small)
    assert len(marks(left)) - len(marks(full)) == signs > 10


def numbers(drawing):
    texts = [one for one in drawing.items if one["kind"] == "text"]
    return [one for one in texts if re.fullmatch(r"−?\d[\d.e−]*", one["text"])]
