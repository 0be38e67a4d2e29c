"""Films on their way: how far they are, how they end, and that none is left running."""

import io
import subprocess
import time
from pathlib import Path

import pytest
import torch
from PIL import Image

import rnnviz
from rnnviz.exports.moments import FilmPlan, screen
from rnnviz.exports.shot import Shot
from rnnviz.scene.blob import pack
from rnnviz.ui import films
from rnnviz.ui.films import FilmJob

PLAN = FilmPlan(shot=Shot(view="map"), preset=screen("light", 480), width=480, grain="update")


@pytest.fixture(scope="module")
def packed():
    torch.manual_seed(1)
    net = torch.nn.RNN(2, 3, bidirectional=True)
    trace = rnnviz.trace(net, torch.randn(40, 1, 2))
    return pack(trace.numpy(), rnnviz.compare(trace, net).numpy().cells)


def until(job, wanted, seconds=60):
    """Looks as a page does until something is so."""
    end = time.monotonic() + seconds
    while not wanted() and time.monotonic() < end:
        job.look()
        time.sleep(0.05)
    assert wanted(), job.state


@pytest.fixture(autouse=True)
def started(monkeypatch):
    """The groups of the processes that were started for films, by their number."""
    found = []

    class Popen(subprocess.Popen):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            found.append(self.pid)

    monkeypatch.setattr(films.subprocess, "Popen", Popen)
    return found


def living(groups):
    """The names of processes that run in these groups, by Linux's own table."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        name, rest = text[text.index("(") + 1 :].rsplit(")", 1)
        state, _, group, *_ = rest.split()
        if int(group) in groups and state not in "ZX":
            found.append(name)
    return found


def test_a_film_is_made_by_a_process_that_ends(packed, started):
    job = FilmJob(packed, PLAN, "gif")
    until(job, lambda: not job.running)

    assert job.state == "made", job.error
    assert job.done == job.count == 80
    assert Image.open(io.BytesIO(job.film)).n_frames == 80
    assert started and not living(started)


@pytest.mark.parametrize("kind", ["webp", "mp4"])
def test_a_cancelled_film_is_gone_within_a_second(packed, kind, started):
    job = FilmJob(packed, PLAN, kind)
    until(job, lambda: job.done > 2)
    assert living(started)
    start = time.monotonic()
    job.cancel()

    assert time.monotonic() - start < 1
    assert job.state == "cancelled"
    assert started and not living(started)


def test_a_film_that_nobody_looks_at_ends(packed, monkeypatch, started):
    monkeypatch.setattr(films, "PATIENCE", 0.5)
    job = FilmJob(packed, PLAN, "gif")
    until(job, lambda: job.done > 0)
    time.sleep(2)

    assert job.state == "cancelled"
    assert started and not living(started)


def test_films_wait_for_a_place(packed, monkeypatch):
    monkeypatch.setattr(films, "_PLACES", films.Semaphore(1))
    first = FilmJob(packed, PLAN, "gif")
    until(first, lambda: first.done > 0)
    second, third = FilmJob(packed, PLAN, "gif"), FilmJob(packed, PLAN, "gif")
    time.sleep(0.5)

    assert (second.state, third.state) == ("waiting", "waiting")
    third.cancel()
    assert third.state == "cancelled"
    first.cancel()
    until(second, lambda: second.state == "making")
    second.cancel()


def test_what_cannot_be_made_says_why(packed):
    job = FilmJob(packed, FilmPlan(span=(70, 90)), "gif")
    until(job, lambda: not job.running)

    assert job.state == "failed"
    assert job.error == "span must be among the updates 0 to 79, got 89."


def test_a_film_that_takes_too_long_ends(packed, monkeypatch, started):
    monkeypatch.setattr(films, "FILM_MAX_SECONDS", 0.5)
    job = FilmJob(packed, PLAN, "gif")
    until(job, lambda: not job.running)

    assert job.state == "failed"
    assert "choose a shorter span" in job.error
    assert started and not living(started)


def test_a_process_that_dies_is_said(packed, monkeypatch):
    monkeypatch.setattr(films, "command", lambda: ["false"])
    job = FilmJob(packed, PLAN, "gif")
    until(job, lambda: not job.running)

    assert job.state == "failed"
    assert job.error.startswith("the film could not be made")
