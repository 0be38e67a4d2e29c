"""The animation."""

import numpy as np
import pytest

from rnnviz.figures import Look, animated_states
from rnnviz.figures.animated import MAX_FRAMES
from tests.figures.conftest import named, typed_trace


def covered(data, lane):
    """The timesteps under the cover of a lane."""
    cover = named(data, f"not computed yet: {lane}")
    if cover.z[0][0] is None:
        return []
    return [t for t in range(-1, 9) if cover.x[0] < t < cover.x[1]]


def test_frames_are_the_updates_in_the_order_of_computing(trace):
    figure = animated_states(trace)

    assert [frame.name for frame in figure.frames] == [str(n) for n in range(1, 21)]
    labels = [step.label for step in figure.layout.sliders[0].steps]
    assert labels[0] == "update 1 of 20: layer 0, forward, t = 0"
    assert labels[5] == "update 6 of 20: layer 0, reverse, t = 4"
    assert labels[19] == "update 20 of 20: layer 1, reverse, t = 0"


def test_states_are_covered_until_they_are_computed(trace):
    frames = animated_states(trace).frames

    assert covered(frames[0].data, "layer 0, forward") == [1, 2, 3, 4]
    assert covered(frames[0].data, "layer 0, reverse") == [0, 1, 2, 3, 4]
    assert covered(frames[6].data, "layer 0, forward") == []
    assert covered(frames[6].data, "layer 0, reverse") == [0, 1, 2]
    assert covered(frames[6].data, "layer 1, forward") == [0, 1, 2, 3, 4]
    assert covered(frames[19].data, "layer 1, reverse") == []


def test_figure_starts_with_its_first_frame(trace):
    figure = animated_states(trace)

    assert covered(figure.data, "layer 0, forward") == [1, 2, 3, 4]
    assert figure.layout.sliders[0].active == 0


def test_covers_lie_above_the_states_they_hide(trace):
    names = [t.name for t in animated_states(trace).data]

    assert names.index("not computed yet: layer 0, forward") > names.index("layer 1, reverse")
    assert max(i for i, n in enumerate(names) if n == "numbers") < names.index(
        "not computed yet: layer 0, forward"
    )


def test_frames_change_covers_and_frame_only(trace):
    figure = animated_states(trace)

    for frame in figure.frames:
        assert [figure.data[i].name for i in frame.traces] == [t.name for t in frame.data]
    assert len(figure.frames[0].traces) == 5


def test_frame_surrounds_the_current_update(trace):
    figure = animated_states(trace)
    update = named(figure.frames[5].data, "update")
    lane = named(figure.data, "layer 0, reverse")

    assert (min(update.x), max(update.x)) == (3.5, 4.5)
    assert (min(update.y), max(update.y)) == (min(lane.y), max(lane.y))


def test_states_lie_with_unit_0_at_the_top(trace):
    lane = named(animated_states(trace, sample=1).data, "layer 1, reverse")

    np.testing.assert_array_equal(lane.z, trace.cell(1, "reverse").h[:, 1].T)
    assert lane.y[0] > lane.y[-1]
    assert [row[0] for row in lane.customdata] == [0, 1, 2]
    assert lane.zmax == 1.0


def test_heatmaps_are_redrawn_in_every_frame(trace):
    figure = animated_states(trace)

    play = figure.layout.updatemenus[0].buttons[0].args[1]
    assert play["frame"]["redraw"] is True
    assert all(s.args[1]["frame"]["redraw"] for s in figure.layout.sliders[0].steps)


@pytest.mark.parametrize("seq_len", [1, 256])
def test_frames_are_bounded_and_end_with_everything(seq_len):
    trace = typed_trace(seq_len=seq_len, layers=3, batch=1)
    figure = animated_states(trace, look=Look(theme="dark"))

    assert len(figure.frames) <= MAX_FRAMES
    assert figure.frames[-1].name == str(len(trace.steps))
    assert all(c.z[0][0] is None for c in figure.frames[-1].data[:-1])
