"""The process that reads files from users: `python -m rnnviz.files.reader`.

It holds torch in memory and nothing else, and answers a request in a fork of itself, whose memory
and time are bounded. What a broken or hostile file does to that fork ends with it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import TypedDict

from safetensors.torch import save_file

from rnnviz.files.contents import Outcome
from rnnviz.files.errors import ModelFileError
from rnnviz.files.formats import read_contents

# Room for copies on the way: the arrays as read, as kept, and Python's own.
_COPIES = 3
_ROOM = 128 * 2**20


class Request(TypedDict):
    """A file to read.

    Attributes:
        path: where it is.
        ending: of the name it came with, such as "pt"; empty if it had none.
        answer: a folder for the answer.
        max_bytes: what its arrays may take.
        seconds: of the processor, how long reading may take.
        wait: of the clock, the same; a busy machine gives a process but a part of each second.
    """

    path: str
    ending: str
    answer: str
    max_bytes: int
    seconds: float
    wait: float


def main() -> None:
    """Answer requests, a line of JSON each, with an outcome, a line each, until there are none."""
    print("ready", flush=True)
    for line in sys.stdin:
        request: Request = json.loads(line)
        # Systems without fork give each request a process of its own.
        forks = hasattr(os, "fork")
        print(_in_fork(request) if forks else _read(request), flush=True)
        if not forks:
            return


def _in_fork(request: Request) -> Outcome:
    child = os.fork()
    if child == 0:
        outcome = "broken"
        try:
            _bound(request)
            outcome = _read(request)
        finally:
            # Whatever was raised, nothing of the parent may run here.
            os._exit(_STATUS.index(outcome))
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "too long" if os.WTERMSIG(status) in _ALARMS else "broken"
    return _STATUS[os.WEXITSTATUS(status)]


# The system's signals at the end of the processor's time and of the clock's.
_ALARMS = (signal.SIGPROF, signal.SIGALRM)

# What a fork says by its exit status.
_STATUS: tuple[Outcome, ...] = ("read", "broken", "refused", "too long")


def _bound(request: Request) -> None:
    """Bound the memory and the time of this process; at an alarm the system ends it."""
    import resource

    # Linux says there how many pages the process has; elsewhere only the time is bounded.
    pages = Path("/proc/self/statm")
    if pages.exists():
        used = int(pages.read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        most = used + _COPIES * request["max_bytes"] + _ROOM
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_PROF, request["seconds"])
    signal.setitimer(signal.ITIMER_REAL, request["wait"])


def _read(request: Request) -> Outcome:
    """Read the file into the answer's folder, or say there in words why not."""
    answer = Path(request["answer"])
    try:
        contents = read_contents(request["path"], request["ending"], request["max_bytes"])
    except ModelFileError as error:
        (answer / "refused").write_text(str(error), "utf-8")
        return "refused"
    numbered = {str(index): tensor for index, tensor in enumerate(contents.tensors.values())}
    save_file(numbered, answer / "tensors")
    (answer / "header").write_text(contents.header(), "utf-8")
    return "read"


if __name__ == "__main__":
    main()
