"""A process that makes one film: what a server does for visitors must not slow down the others.

It is started as a script of its own and loads neither torch nor what a film does not need. Its
standard input has what to make, then stays open: where that ends, the film is no longer wanted. It
writes a line for each picture, then the film into the file that it was told.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
import types
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple

# How far it steps back behind whoever waits for a page.
_NICE = 19


class Request(NamedTuple):
    """What to make.

    Attributes:
        packed: the run, as `rnnviz.scene.blob.pack` made it.
        plan: as `rnnviz.exports.moments.FilmPlan`.
        kind: as `rnnviz.exports.moving.FilmKind`.
        path: where the film goes.
    """

    packed: bytes
    plan: Any
    kind: str
    path: str


def command() -> list[str]:
    """How the process is started."""
    # Without -P its own folder would come first on the path, where html.py lies.
    return [sys.executable, "-P", __file__]


def write(request: Request) -> bytes:
    """The request as the process reads it."""
    return pickle.dumps(tuple(request))


def main() -> None:
    """Make the film that is asked for."""
    if hasattr(os, "nice"):
        os.nice(_NICE)
    # The package's own first lines load torch, which takes seconds and memory.
    root = Path(__file__).parents[1]
    package = types.ModuleType("rnnviz")
    package.__path__ = [str(root)]
    sys.modules["rnnviz"] = package
    from rnnviz.exports.drawing import Drawer
    from rnnviz.exports.moving import Cancelled, film

    given = sys.stdin.buffer
    request = Request(*pickle.load(given))
    unwanted = Event()

    def wait() -> None:
        given.read(1)
        unwanted.set()

    Thread(target=wait, daemon=True).start()
    try:
        with Drawer(request.packed) as drawer:
            made = film(drawer, request.plan, request.kind, progress=_tell, stop=unwanted.is_set)
        Path(request.path).write_bytes(made)
    except ValueError as error:
        print(json.dumps({"refused": str(error)}), flush=True)
    except Cancelled:
        pass


def _tell(done: int, count: int) -> None:
    print(json.dumps({"done": done, "count": count}), flush=True)


if __name__ == "__main__":
    main()
    # The thread that reads may still wait, and so may Python for it.
    os._exit(0)
