"""A run as a script with its numbers beside it, in one archive."""

from __future__ import annotations

import io
import zipfile

import numpy as np

from rnnviz.exports.beside import INPUT_FILE, WEIGHTS_FILE, input_arrays
from rnnviz.exports.script import torch_script
from rnnviz.files.save import weights_pt
from rnnviz.records import Trace

SCRIPT_FILE = "net.py"


def script_zip(trace: Trace) -> bytes:
    """The script of a run that `needs_files`, and these: unpacked, `python net.py` runs it.

    Raises:
        ValueError: as `torch_script` does.
    """
    arrays = io.BytesIO()
    np.savez_compressed(arrays, **input_arrays(trace))
    members = {
        SCRIPT_FILE: torch_script(trace, seed=None).encode(),
        WEIGHTS_FILE: weights_pt(trace),
        INPUT_FILE: arrays.getvalue(),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()
