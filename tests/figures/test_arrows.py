"""Who reads what."""

from rnnviz.figures.arrows import CELL_HALF, SIDE, arrow_traces
from rnnviz.figures.lanes import unrolled_plan
from rnnviz.figures.look import Look
from tests.figures.conftest import named, typed_trace


def lines(trace, name, t=None):
    """Every line of a trace of arrows, as a list of points."""
    plan = unrolled_plan(trace, t)
    arrows = named(list(arrow_traces(trace, plan, Look())), name)
    found = [[]]
    for point in zip(arrows.x, arrows.y, strict=True):
        if point[0] is None:
            found.append([])
        else:
            found[-1].append(point)
    return plan, found[:-1]


def test_forward_arrows_run_to_the_right(trace):
    plan, found = lines(trace, "forward recurrence")

    assert len(found) == 2 * 6
    assert all(line[-1][0] > line[0][0] for line in found)
    assert found[0] == [(-1 + CELL_HALF, plan.lanes[0].middle), (-CELL_HALF, plan.lanes[0].middle)]


def test_reverse_arrows_run_to_the_left(trace):
    plan, found = lines(trace, "reverse recurrence")

    assert len(found) == 2 * 6
    assert all(line[-1][0] < line[0][0] for line in found)
    first = max(found, key=lambda line: (line[0][0], -line[0][1]))
    assert first == [(5 - CELL_HALF, plan.lanes[1].middle), (4 + CELL_HALF, plan.lanes[1].middle)]


def test_both_lanes_are_fed_from_below_and_reverse_beside_the_forward_cell(trace):
    plan, found = lines(trace, "inputs")
    forward, reverse = plan.bands[0].lanes

    assert len(found) == 2 * 2 * 5
    ends = [line[-1][1] for line in found]
    assert ends.count(forward.bottom) == ends.count(reverse.bottom) == 5
    beside = [line for line in found if line[-1][1] == reverse.bottom]
    for line in beside:
        t = round(line[0][0])
        passing = [x - t for x, y in line if forward.bottom <= y <= forward.top]
        assert all(abs(x - SIDE) < 1e-6 for x in passing)
        assert line[0][1] == plan.input_top


def test_states_enter_their_half_of_the_pill(trace):
    plan, left = lines(trace, "forward states")
    _, right = lines(trace, "reverse states")

    assert all(line[-1][0] < round(line[-1][0]) for line in left)
    assert all(line[-1][0] > round(line[-1][0]) for line in right)
    assert {line[-1][1] for line in left + right} == {band.pill for band in plan.bands}


def test_arrow_heads_sit_at_the_end_of_every_line(trace):
    plan = unrolled_plan(trace, None)
    arrows = named(list(arrow_traces(trace, plan, Look())), "inputs")

    heads = [index for index, size in enumerate(arrows.marker.size) if size]
    assert len(heads) == 20
    assert all(arrows.x[index + 1] is None for index in heads)


def test_one_way_net_is_fed_straight():
    plan, found = lines(typed_trace(both=False), "inputs")

    assert found[0] == [(0, plan.input_top), (0, plan.lanes[0].bottom)]
