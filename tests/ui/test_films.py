"""Films on their way: how far they are, how they end, and that none is left running."""

import io
import os
import time
from pathlib import Path
from uuid import uuid4

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


@pytest.fixture
def makers(monkeypatch):
    """Gives processes that are left; `found.now` all there are, by a mark that they inherit."""
    mark = f"RNNVIZ_TEST={uuid4()}"
    monkeypatch.setenv(*mark.split("="))

    def marked_now():
        marked = []
        for line in Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark.encode() in line.read_bytes():
                    marked.append(int(line.parent.name))
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
        return marked

    def found():
        """Those left after a moment: what is killed takes one to be gone on a busy machine."""
        end = time.monotonic() + 1
        while (left := marked_now()) and time.monotonic() < end:
            time.sleep(0.02)
        return left

    found.now = marked_now
    return found


def test_a_film_is_made_by_a_process_that_ends(packed, makers):
    job = FilmJob(packed, PLAN, "gif")
    until(job, lambda: not job.running)

    assert job.state == "made", job.error
    assert job.done == job.count == 80
    assert Image.open(io.BytesIO(job.film)).n_frames == 80
    assert not makers()


@pytest.mark.parametrize("kind", ["webp", "mp4"])
def test_a_cancelled_film_is_gone_within_a_second(packed, kind, makers):
    job = FilmJob(packed, PLAN, kind)
    until(job, lambda: job.done > 2)
    start = time.monotonic()
    job.cancel()

    assert time.monotonic() - start < 1
    assert job.state == "cancelled"
    assert not makers()


@pytest.mark.skipif(not hasattr(os, "getsid"), reason="needs POSIX")
def test_everyone_else_goes_first(packed, makers):
    """Niceness counts within a session: Linux gives each session of its own an equal share."""
    job = FilmJob(packed, PLAN, "mp4")
    until(job, lambda: job.done > 2)
    there = makers.now()
    # The film's own, the player's code in V8, and ffmpeg.
    nice = {os.getpriority(os.PRIO_PROCESS, process) for process in there}
    sessions = {os.getsid(process) for process in there}
    job.cancel()

    assert len(there) >= 3
    assert min(nice) >= 10
    assert sessions == {os.getsid(0)}


def test_a_film_that_nobody_looks_at_ends(packed, monkeypatch, makers):
    monkeypatch.setattr(films, "PATIENCE", 0.5)
    job = FilmJob(packed, PLAN, "gif")
    until(job, lambda: job.done > 0)
    time.sleep(2)

    assert job.state == "cancelled"
    assert not makers()


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


def test_a_film_that_takes_too_long_ends(packed, monkeypatch, makers):
    monkeypatch.setattr(films, "FILM_MAX_SECONDS", 0.5)
    job = FilmJob(packed, PLAN, "gif")
    until(job, lambda: not job.running)

    assert job.state == "failed"
    assert "choose a shorter span" in job.error
    assert not makers()


def test_a_process_that_dies_is_said(packed, monkeypatch):
    monkeypatch.setattr(films, "command", lambda: ["false"])
    job = FilmJob(packed, PLAN, "gif")
    until(job, lambda: not job.running)

    assert job.state == "failed"
    assert job.error.startswith("the film could not be made")
