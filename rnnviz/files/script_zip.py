"""Scripts with their numbers beside them, each in one archive."""

from __future__ import annotations

import io
import zipfile

import numpy as np

from rnnviz.exports.beside import INPUT_FILE, WEIGHTS_FILE, input_arrays
from rnnviz.exports.script import torch_script
from rnnviz.exports.try_script import given_arrays, try_script
from rnnviz.files.save import weights_pt
from rnnviz.records import Trace

SCRIPT_FILE = "net.py"
TRY_FILE = "try_mine.py"


def script_zip(trace: Trace) -> bytes:
    """The script of a run with its numbers beside it: unpacked, `python net.py` runs it.

    Raises:
        ValueError: as `torch_script` does.
    """
    script = torch_script(trace, seed=None, beside=True)
    return _zipped(SCRIPT_FILE, script, trace, input_arrays(trace))


def try_zip(trace: Trace) -> bytes:
    """The script that tries somebody's own net, where it `needs_numbers`, and these.

    Raises:
        ValueError: as `try_script` does.
    """
    return _zipped(TRY_FILE, try_script(trace), trace, given_arrays(trace.numpy()))


def _zipped(name: str, script: str, trace: Trace, arrays: dict[str, np.ndarray]) -> bytes:
    numbers, file = io.BytesIO(), io.BytesIO()
    np.savez_compressed(numbers, **arrays)
    members = {
        name: script.encode(),
        WEIGHTS_FILE: weights_pt(trace),
        INPUT_FILE: numbers.getvalue(),
    }
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
    return file.getvalue()
