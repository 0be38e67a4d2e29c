"""The display lists that are drawn without a browser, held against the numbers of the run."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from rnnviz.exports import drawing as module
from rnnviz.exports.drawing import Drawer
from rnnviz.exports.ink import ink_of
from rnnviz.exports.shot import Shot
from rnnviz.exports.svg import heat_colors
from rnnviz.figures.presets import PRESETS
from rnnviz.figures.theme import COLOR_MAPS, SignedScale
from tests.exports.pictured import drawer_of, heats, packed, run_of, texts

INK = ink_of(PRESETS["web"])
H = SignedScale(limit=1.0)


@pytest.fixture(scope="module")
def drawn():
    drawer, trace = drawer_of()
    yield drawer, trace
    drawer.close()


def states(trace, layer, direction, t, units=slice(None)):
    """The colours of one column of the map."""
    return [H.color(float(h)) for h in trace.cell(layer, direction).h[t, 0, units]]


def test_every_state_of_the_map_has_its_colour(drawn):
    """Columns follow each other: the input, then lane by lane each timestep and h_0."""
    drawer, trace = drawn
    found = heats(drawer.draw(Shot(view="map"), INK, 800))
    steps = trace.seq_len
    lanes = found[steps:]

    for lane, cell in enumerate(trace.cells):
        own = lanes[lane * (steps + 1) : (lane + 1) * (steps + 1)]
        for t in range(steps):
            assert heat_colors(own[t]) == states(trace, cell.layer, cell.direction, t)
        assert heat_colors(own[-1]) == [H.color(float(h)) for h in cell.h_0[0]]


def test_a_moment_shows_what_is_computed_by_then(drawn):
    """At the last update of the first lane nothing else is there."""
    drawer, trace = drawn
    shown = drawer.draw(Shot(view="map", at="0.forward.4.1"), INK, 800)
    whole = drawer.draw(Shot(view="map", at="0.forward.4.1", all=True), INK, 800)
    steps, lanes = trace.seq_len, len(trace.cells)

    assert shown.at == "0.forward.4.1"
    assert len(heats(shown)) == steps + steps + lanes
    assert len(heats(whole)) == steps + lanes * (steps + 1)


def test_tau_walks_through_an_update(drawn):
    """In the middle of the h of update 1, half of its units are there."""
    drawer, trace = drawn
    found = heats(drawer.draw(Shot(view="map", tau=1 + 7 / 8), INK, 800))
    column = found[trace.seq_len + 1]

    assert heat_colors(column) == states(trace, 0, "forward", 1)[:2]


def test_a_part_of_the_map_shows_its_own_numbers(drawn):
    drawer, trace = drawn
    part = {"layers": (1, 2), "directions": ("reverse",), "units": (1, 3), "timesteps": (2, 4)}
    drawing = drawer.draw(Shot(view="map", at="1.reverse.2.1", **part), INK, 800)
    below, first, second, start = heats(drawing)[0], *heats(drawing)[2:]

    assert heat_colors(first) == states(trace, 1, "reverse", 2, slice(1, 3))
    assert heat_colors(second) == states(trace, 1, "reverse", 3, slice(1, 3))
    assert heat_colors(start) == states(trace, 1, "reverse", 4, slice(1, 3))
    joined = [*states(trace, 0, "forward", 2), *states(trace, 0, "reverse", 2)]
    assert heat_colors(below) == joined
    words = texts(drawing)
    for name in ("layer 1", "t = 2", "t = 3", "h[4]", "h, layer 0", "output", "…"):
        assert name in words
    assert not {"layer 0", "t = 4", "h_0", "h_n[3]", "input x"} & set(words)


def test_a_part_that_holds_an_end_names_it(drawn):
    drawer, _ = drawn
    words = texts(
        drawer.draw(Shot(view="map", timesteps=(0, 2), directions=("forward",)), INK, 800)
    )

    assert words.count("h_0") == 2
    assert words.count("…") == 2


def test_a_cell_outside_of_the_part_is_not_framed(drawn):
    drawer, _ = drawn
    lit = INK.palette.reverse
    away = drawer.draw(Shot(view="map", at="1.reverse.0.0", layers=(0, 1)), INK, 800)
    there = drawer.draw(Shot(view="map", at="1.reverse.0.0", layers=(1, 2)), INK, 800)
    hidden = drawer.draw(Shot(view="map", at="1.reverse.0.0", frame=False), INK, 800)

    def frames(drawing):
        return sum(one["kind"] == "rect" and one.get("stroke") == lit for one in drawing.items)

    assert (frames(away), frames(there), frames(hidden)) == (0, 1, 0)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_the_anatomy_of_some_units_has_their_rows_alone(kind):
    drawer, trace = drawer_of(kind)
    with drawer:
        drawing = drawer.draw(Shot(view="anatomy", at="0.forward.1.2", units=(1, 3)), INK, 1200)
    words = texts(drawing)
    gates = "".join(trace.cells[0].gate_names)
    names = [f"{gate}[{unit}]" for gate in gates for unit in (1, 2)] or ["unit 1", "unit 2"]
    row = rf"[{gates}]\[\d\]" if gates else r"unit \d"

    assert [one for one in words if re.fullmatch(row, one)] == names


def test_a_schematic_has_neither_numbers_nor_colours(drawn):
    drawer, _ = drawn
    for view in ("map", "anatomy"):
        drawing = drawer.draw(Shot(view=view, blank=True, frame=False), INK, 900)
        fills = {item.get("fill") for item in drawing.items if item["kind"] == "rect"}

        assert heats(drawing) == []
        # The 1 that stands above the biases is no number of the run.
        assert {words for words in texts(drawing) if re.search(r"\d\.\d", words)} <= {"1.00"}
        assert not fills & set(COLOR_MAPS["brown-blue"])
        assert sum(item["kind"] == "circle" for item in drawing.items) >= 30


@pytest.mark.parametrize("name", COLOR_MAPS)
def test_another_colour_map_colours_the_same_numbers(drawn, name):
    drawer, trace = drawn
    ink = ink_of(replace(PRESETS["web"], colors=name))
    found = heats(drawer.draw(Shot(view="map", fit=False), ink, 800))[trace.seq_len]
    stops = COLOR_MAPS[name]

    for color, h in zip(heat_colors(found), trace.cells[0].h[0, 0], strict=True):
        place = (float(h) + 1) / 2 * 10
        below, share = min(int(place), 9), place - min(int(place), 9)
        for at in (1, 3, 5):
            low, high = (int(stops[below + k][at : at + 2], 16) for k in (0, 1))
            assert abs(int(color[at : at + 2], 16) - (low + (high - low) * share)) <= 0.51


@pytest.mark.parametrize("kind", ["RNN", "LSTM"])
def test_without_colours_every_colour_is_a_grey(kind):
    drawer, _ = drawer_of(kind)
    with drawer:
        drawing = drawer.draw(Shot(view="whole"), ink_of(PRESETS["grey"]), 900)
    found = {item.get(name) for item in drawing.items for name in ("fill", "stroke")} - {None}
    found |= {color for item in heats(drawing) for color in heat_colors(item)}

    assert len(found) > 20
    for color in found - {"none"}:
        if color.startswith("#"):
            assert color[1:3] == color[3:5] == color[5:7], color
        else:
            red, green, blue, _ = re.findall(r"[\d.]+", color)
            assert red == green == blue


def test_without_colours_every_negative_state_is_marked(drawn):
    drawer, trace = drawn
    ink = ink_of(PRESETS["grey"])
    marked = drawer.draw(Shot(view="map", legend=False), ink, 900)
    plain = drawer.draw(Shot(view="map", legend=False), ink._replace(minus=False), 900)
    count = sum(int((cell.h < 0).sum() + (cell.h_0 < 0).sum()) for cell in trace.cells)
    count += int((trace.cells[0].x < 0).sum())

    assert len(marked.items) - len(plain.items) == count
    assert count > 20


def test_a_moment_that_the_run_has_not_is_refused(drawn):
    drawer, _ = drawn
    with pytest.raises(ValueError, match="the moment must be of a cell of this run"):
        drawer.draw(Shot(view="map", at="7.forward.0.0"), INK, 800)
    assert drawer.draw(Shot(view="map"), INK, 800).items


def test_many_threads_draw_at_once():
    """A server has a thread for each session; V8 bears but one that starts it."""
    _, trace = run_of()
    blob = packed(trace)

    def draw(_):
        with Drawer(blob) as drawer:
            return len(drawer.draw(Shot(view="map"), INK, 800).items)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(draw, range(8)))) == 1


def test_many_threads_share_one_drawer(drawn):
    """Each gets its own picture, and none half of another's."""
    drawer, trace = drawn
    moments = [f"0.forward.{t}.0" for t in range(trace.seq_len)] * 4

    with ThreadPoolExecutor(4) as pool:
        shots = [Shot(at=at, view="map") for at in moments]
        found = [drawing.at for drawing in pool.map(lambda s: drawer.draw(s, INK, 800), shots)]

    assert found == moments


def test_a_drawer_that_rests_ends_its_process_and_draws_again(monkeypatch):
    monkeypatch.setattr(module, "REST_SECONDS", 1.0)
    drawer, _ = drawer_of()
    first = drawer._process
    for _ in range(4):
        time.sleep(0.4)
        drawer.draw(Shot(view="map"), INK, 800)
    assert drawer._process is first
    end = time.monotonic() + 20
    while first.poll() is None and time.monotonic() < end:
        time.sleep(0.05)

    assert first.poll() is not None
    assert drawer.draw(Shot(view="map"), INK, 800).items
    drawer.close()


def test_a_picture_that_takes_too_long_is_given_up_and_the_next_is_drawn(drawn, monkeypatch):
    drawer, _ = drawn
    monkeypatch.setattr(module, "PICTURE_MAX_SECONDS", 0.3)
    drawer.draw(Shot(view="map"), INK, 800)
    process = drawer._process

    with pytest.raises(ValueError, match=r"the picture was given up after 0\.3 s"):
        drawer._run("(() => { for (;;); })()")
    assert process.poll() is not None
    monkeypatch.undo()
    assert drawer.draw(Shot(view="map"), INK, 800).items


def test_a_closed_drawer_leaves_no_process():
    drawer, _ = drawer_of()
    process = drawer._process
    drawer.close()

    assert process.poll() is not None


def test_a_run_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(module, "PICTURE_MAX_BYTES", 1000)
    _, trace = run_of()

    with pytest.raises(ValueError, match="a picture is drawn of at most 0 MiB of a run, got 0 MiB"):
        Drawer(packed(trace))


def test_names_of_crowded_timesteps_leave_room():
    """In a column of 460 pixels 24 timesteps have 11 each: every other one is named."""
    drawer, _ = drawer_of(steps=24, layers=1)
    ink = ink_of(PRESETS["column"])
    with drawer:
        narrow = texts(drawer.draw(Shot(view="map", at="0.forward.5.0", legend=False), ink, 460))
        wide = texts(drawer.draw(Shot(view="map", at="0.forward.5.0", legend=False), ink, 900))

    assert [one for one in narrow if one.isdigit()] == [
        str(t) for t in (0, 2, 5, 8, 10, 12, 14, 16, 18, 20, 22)
    ]
    assert [one for one in wide if one.isdigit()] == [str(t) for t in range(24)]
    assert "timestep" in narrow


def test_tokens_are_cut_to_their_columns():
    tokens = ["recurrence", "网络", "a", "unfolded", "ok"]
    drawer, _ = drawer_of(labels=tokens)
    with drawer:
        words = texts(drawer.draw(Shot(view="map"), INK, 460))

    assert [one for one in words if one in tokens or one.endswith("…")] == [
        "recurre…",
        "网络",
        "a",
        "unfolded",
        "ok",
    ]


def test_without_colours_rows_beside_the_lens_are_marked_too():
    """Of 6 units 3 are in the lens of a gate: what lies beside it are pictures."""
    drawer, trace = drawer_of("GRU", hidden=6, layers=1)
    ink = ink_of(PRESETS["grey"])
    with drawer:
        shot = Shot(view="anatomy", at="0.forward.0.0", legend=False)
        marked = drawer.draw(shot, ink, 1000).items
        plain = drawer.draw(shot, ink._replace(minus=False), 1000).items
    cell = trace.cells[0]
    rows = [gate * 6 + unit for gate in range(3) for unit in (3, 4, 5)]
    found = sum(int((weights[rows] < 0).sum()) for weights in (cell.weight_ih, cell.weight_hh))
    lines = [len([one for one in items if one.get("kind") == "path"]) for items in (marked, plain)]

    assert found > 20
    assert lines[0] - lines[1] >= found


def test_few_parts_of_a_run_are_kept(drawn):
    """Each is a copy of its states, and a slider asks for one after the other."""
    drawer, _ = drawn
    parts = [(first, last) for first in range(5) for last in range(first + 1, 6)]
    for part in parts:
        drawer.draw(Shot(view="map", timesteps=part), INK, 800)

    assert drawer._run("String(opened().parts.size)") == "4"


def test_without_a_frame_an_update_is_as_far(drawn):
    """The same numbers as with one, in the midst of an update too; none beside it in a part."""
    drawer, _ = drawn
    framed, plain = (
        heats(drawer.draw(Shot(view="map", tau=1 + 7 / 8, frame=frame), INK, 800))
        for frame in (True, False)
    )
    before = heats(drawer.draw(Shot(view="map", tau=1 + 7 / 8, timesteps=(2, 4)), INK, 800))

    assert [one["rows"] for one in plain] == [one["rows"] for one in framed]
    assert [one["rows"] for one in before] == [3, 3, 4, 4, 4, 4]
