"""The section of films: what it says before, and the film that comes of it."""

import io
import time

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from rnnviz.ui import film_export


def script():
    from rnnviz.ui.cache import current_run
    from rnnviz.ui.film_export import film_section
    from rnnviz.ui.settings import start_settings

    start_settings()
    film_section(current_run(), 0)


@pytest.fixture
def section():
    at = AppTest.from_function(script, default_timeout=60)
    yield at
    if film_export._JOB in at.session_state:
        at.session_state[film_export._JOB].cancel()


def small(at):
    """The shortest film of the narrowest width."""
    at.run()
    assert not at.exception
    at.selectbox(key="_film_view").set_value("map")
    at.select_slider(key="_film_width").set_value(480)
    at.select_slider(key="_film_speed").set_value(8)
    at.run()
    return at


def test_what_a_film_will_be_is_said_before(section):
    """Five letters, two layers, both ways: 20 updates of 4 parts, each 1/16 s, and the hold."""
    small(section)

    assert section.caption[0].value.startswith("80 pictures of 480 x ")
    assert "7 s long; about " in section.caption[0].value
    assert not section.get("image")


def test_along_time_there_is_a_picture_for_each_timestep(section):
    small(section)
    section.button_group(key="_film_walk").set_value("along time").run()

    assert section.caption[0].value.startswith("5 pictures of 480 x ")


@pytest.mark.parametrize(
    "walk, shown, planned",
    [("update by update", (1, 20), (2, 5)), ("along time", (0, 4), (3, 5))],
    ids=["updates", "timesteps"],
)
def test_updates_count_from_1_as_in_the_player_and_timesteps_from_0(section, walk, shown, planned):
    section.run()
    section.button_group(key="_film_walk").set_value(walk).run()
    assert section.slider[0].value == shown
    section.slider[0].set_value((3, shown[0] + 4)).run()
    section.button(key="_film_make").click().run()

    assert section.session_state[film_export._JOB].plan.span == planned


def test_a_film_that_cannot_be_made_says_why(section, monkeypatch):
    """What is offered first is as long as a film may be; the whole run is longer."""
    monkeypatch.setattr("rnnviz.exports.moments.MAX_FILM_SECONDS", 5)
    film_export.foreseen.clear()
    small(section)
    assert not section.warning
    section.slider(key="_film_span_updates_20").set_range(1, 20).run()

    assert "at most 5 s" in section.warning[0].value
    assert section.button(key="_film_make").disabled
    film_export.foreseen.clear()


def test_the_film_is_made_while_the_page_looks_and_saved(section):
    small(section)
    section.slider[0].set_value((1, 2)).run()
    section.button(key="_film_make").click().run()
    job = section.session_state[film_export._JOB]
    assert job.plan.span == (0, 2)
    assert section.button(key="_film_cancel")
    assert section.button(key="_film_make").disabled
    while job.running:
        section.run()
        time.sleep(0.2)
    section.run()

    assert job.state == "made", job.error
    assert Image.open(io.BytesIO(job.film)).size[0] == 480
    (button,) = section.get("download_button")
    assert button.proto.label.startswith("Film (.gif), ")
    assert len(section.get("image")) == 1


def test_cancel_ends_it(section):
    small(section)
    section.button(key="_film_make").click().run()
    job = section.session_state[film_export._JOB]
    section.button(key="_film_cancel").click().run()

    assert job.state == "cancelled"
    section.run()
    assert "stopped" in section.info[0].value
    assert section.button(key="_film_make").disabled is False
