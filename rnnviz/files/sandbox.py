"""Asking the reader's process for the contents of a file."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import Lock, Timer

from safetensors.torch import load_file

import rnnviz
from rnnviz.files.contents import Contents, Hints, Outcome
from rnnviz.files.errors import ModelFileError

# Of the processor, for a small file; reading takes some 10 ms.
LEAST_SECONDS = 3.0

# A list of tokens, a pickle of many small pieces, on a slow machine; numbers read far faster.
BYTES_PER_SECOND = 3e6

# How many seconds of the clock one of the processor may take where others compute too.
CLOCK_PER_SECOND = 8

# Between the fork's alarm and the end of the whole process: forking, and a busy machine.
GRACE_SECONDS = 5.0

# Loading torch on a busy machine, from a cold disk.
START_SECONDS = 60.0

_BROKEN = "it cannot be read: it is broken or cut short, or needs more memory than its size allows."


class Reader:
    """The reader's process, started when first needed, one request at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[str] | None = None
        self._ready = False

    def start(self) -> None:
        """Start the process, if there is none, without waiting for it."""
        # Where the lock is held, a file is being read: there is one.
        if self._lock.acquire(blocking=False):
            try:
                self._start()
            finally:
                self._lock.release()

    def read(self, path: str, ending: str, max_bytes: int) -> Contents:
        """The tensors of a file; `ending` is that of the name it came with, or empty.

        Raises:
            ModelFileError: it is refused or broken, or reading takes too long.
        """
        seconds = LEAST_SECONDS + os.path.getsize(path) / BYTES_PER_SECOND
        with tempfile.TemporaryDirectory(prefix="rnnviz-") as folder:
            request = {"path": os.path.abspath(path), "ending": ending, "answer": folder}
            request |= {"max_bytes": max_bytes, "seconds": seconds}
            outcome = self._ask(request, CLOCK_PER_SECOND * seconds)
            return _answer(outcome, Path(folder))

    def stop(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _ask(self, request: dict[str, object], wait: float) -> Outcome:
        with self._lock:
            self._start()
            process = self._process
            # The fork's own alarm comes first; this one is for a process that hangs as a whole.
            most = wait + GRACE_SECONDS + (0 if self._ready else START_SECONDS)
            timer = Timer(most, process.kill)
            timer.start()
            try:
                if not self._ready:
                    self._ready = process.stdout.readline() == "ready\n"
                process.stdin.write(json.dumps(request | {"wait": wait}) + "\n")
                process.stdin.flush()
                return process.stdout.readline().strip() or "too long"
            except BrokenPipeError:
                return "broken"
            finally:
                timer.cancel()

    def _start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self._end()
        root = str(Path(rnnviz.__file__).parents[1])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._ready = False
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "rnnviz.files.reader"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
            text=True,
        )

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _answer(outcome: Outcome, folder: Path) -> Contents:
    if outcome == "refused":
        raise ModelFileError((folder / "refused").read_text("utf-8"))
    if outcome == "too long":
        raise ModelFileError("it takes too long to read; no net of this size does.")
    if outcome != "read":
        raise ModelFileError(_BROKEN)
    header = json.loads((folder / "header").read_text("utf-8"))
    tensors = load_file(folder / "tensors")
    return Contents(
        header["format"],
        {name: tensors[str(index)] for index, name in enumerate(header["names"])},
        {name: Hints(**hint) for name, hint in header["hints"].items()},
        {name: tuple(tokens) for name, tokens in header["vocabularies"].items()},
    )


READER = Reader()
atexit.register(READER.stop)
