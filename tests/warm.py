"""Programs run in processes of their own, forked of one that has loaded torch: they soon begin."""

import multiprocessing
import os
import runpy
import sys
from subprocess import CompletedProcess
from types import ModuleType
from unittest.mock import patch

_CONTEXT = multiprocessing.get_context("forkserver")
# The second is what `torch.testing.assert_close` loads when it is first called.
_CONTEXT.set_forkserver_preload(["torch", "torch.distributed.tensor"])
_SECONDS = 60
_WORDS = ("stdout.txt", "stderr.txt")


def _program(name, folder):
    """What `python name` does in the folder, its words in files there."""
    os.chdir(folder)
    for stream, file in zip((sys.stdout, sys.stderr), _WORDS, strict=True):
        with open(file, "wb") as kept:
            os.dup2(kept.fileno(), stream.fileno())
    sys.argv[:] = [name]
    sys.path[0] = str(folder)
    runpy.run_path(name, run_name="__main__")


def run_script(name, folder):
    """Run a script of a folder there; it is ended after a minute."""
    process = _CONTEXT.Process(target=_program, args=(name, folder))
    # A new process first runs what is the main module here: after a test of a page, the app.
    with patch.dict(sys.modules, {"__main__": ModuleType("__main__")}):
        process.start()
    process.join(_SECONDS)
    process.kill()
    process.join()
    words = ((folder / file).read_text(encoding="utf-8") for file in _WORDS)
    return CompletedProcess([name], process.exitcode, *words)
