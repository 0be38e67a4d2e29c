"""Films that are being made for visitors, each by a process of its own, a few at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Semaphore, Thread
from typing import Literal

from rnnviz.exports.film_process import Request, command, write
from rnnviz.exports.moments import FilmPlan
from rnnviz.exports.moving import FilmKind
from rnnviz.limits import FILM_MAX_SECONDS, MAX_FILMS_AT_ONCE

State = Literal["waiting", "making", "made", "failed", "cancelled"]

# Seconds between two looks, and after which nobody seems to look any more: a page in the
# background looks once a second.
_LOOK = 0.2
PATIENCE = 10

_LATE = f"the film took over {FILM_MAX_SECONDS} s: choose a shorter span or a smaller width."
_BROKEN = "the film could not be made: choose a shorter span or a smaller width."

_PLACES = Semaphore(MAX_FILMS_AT_ONCE)


class FilmJob:
    """One film on its way; it ends when it is cancelled, or when nobody looks at it any more.

    Attributes:
        plan: what it shows.
        kind: its format.
        state: waiting for a place, making, made, failed or cancelled.
        done: how many pictures are made.
        count: of how many; 0 until that is known.
        film: the file, once it is made.
        error: why it failed.
    """

    def __init__(self, packed: bytes, plan: FilmPlan, kind: FilmKind) -> None:
        self.plan, self.kind = plan, kind
        self.state: State = "waiting"
        self.done, self.count = 0, 0
        self.film = b""
        self.error = ""
        self._packed = packed
        self._looked = time.monotonic()
        self._unwanted = Event()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it is on its way still."""
        return self.state in ("waiting", "making")

    def look(self) -> None:
        """Says that somebody still waits for it."""
        self._looked = time.monotonic()

    def cancel(self) -> None:
        """Ends it, and waits until it has ended."""
        self._unwanted.set()
        self._thread.join()

    def _run(self) -> None:
        while not _PLACES.acquire(timeout=_LOOK):
            if self._is_unwanted():
                self.state = "cancelled"
                return
        try:
            with TemporaryDirectory(prefix="rnnviz-") as folder:
                self._make(Path(folder) / "film")
        finally:
            self._packed = b""
            _PLACES.release()

    def _make(self, path: Path) -> None:
        self.state = "making"
        process = subprocess.Popen(
            command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # A group of its own, with ffmpeg and whatever else it starts; no session, since Linux
            # gives each an equal share of the processor, however nice its processes are.
            process_group=0 if hasattr(os, "setpgid") else None,
        )
        reader = Thread(target=self._read, args=(process, path), daemon=True)
        reader.start()
        deadline = time.monotonic() + FILM_MAX_SECONDS
        try:
            while reader.is_alive() and not self._is_unwanted() and time.monotonic() < deadline:
                reader.join(_LOOK)
        finally:
            _end(process)
            reader.join()
        if path.exists() and not self._is_unwanted():
            self.film = path.read_bytes()
            self.state = "made"
        elif self._is_unwanted():
            self.state = "cancelled"
        else:
            late = time.monotonic() >= deadline
            self.error = self.error or (_LATE if late else _BROKEN)
            self.state = "failed"

    def _is_unwanted(self) -> bool:
        return self._unwanted.is_set() or time.monotonic() - self._looked > PATIENCE

    def _read(self, process: subprocess.Popen[bytes], path: Path) -> None:
        """Ask for the film, and note what is said of it until it is there."""
        try:
            process.stdin.write(write(Request(self._packed, self.plan, self.kind, str(path))))
            process.stdin.flush()
            for line in process.stdout:
                told = json.loads(line)
                self.error = told.get("refused", "")
                self.done, self.count = told.get("done", self.done), told.get("count", self.count)
        except (OSError, ValueError):
            # It was ended in the middle of a word.
            return


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and all that it started."""
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        try:
            stream.close()
        except OSError:
            pass
